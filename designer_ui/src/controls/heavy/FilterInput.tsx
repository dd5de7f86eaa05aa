/** A condition built like the filter of a list; what a filter cannot say is written as a formula. */

import PlusOutlined from "@ant-design/icons/PlusOutlined";
import { Button, Input, Skeleton } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useForm } from "../../api/forms";
import { useRecordPage } from "../../api/records";
import type { FilterGroup, FormPlan } from "../../api/types";
import { AddFilter, FilterChips } from "../../runtime/list/FilterBar";
import { OFFERS } from "../../shared/conditions/offers";
import { conditionOf } from "../../shared/conditions/read";
import { conditionText } from "../../shared/conditions/write";
import { toSend } from "../../shared/filters";
import type { InputProps } from "../../shared/kinds";
import { useSay } from "../../shared/useLang";
import { type FilterConfig, formOf } from "../parts/conditions";

/** How many records a condition finds now, for this person. */
const Matching = ({ plan, where }: { plan: FormPlan; where: FilterGroup }) => {
  const { t } = useTranslation();
  const say = useSay();
  const filter = toSend(where);
  const { data } = useRecordPage(
    plan.key,
    { ...(filter ? { filter } : {}), fields: ["id"], limit: 1, count: true },
    filter !== undefined,
  );
  if (!filter || !data?.count) return null;
  return (
    <span className="ctl-matching" role="status">
      {t("ctl.matching", { count: data.count.value, name: say(plan.name) })}
    </span>
  );
};

const Builder = ({
  plan,
  where,
  onChange,
}: {
  plan: FormPlan;
  where: FilterGroup;
  onChange: (where: FilterGroup) => void;
}) => {
  const { t } = useTranslation();
  const [open, setOpen] = useState<number | null>(null);
  return (
    <>
      <FilterChips
        plan={plan}
        where={where}
        offers={OFFERS}
        open={open}
        onOpen={setOpen}
        onChange={onChange}
      />
      <AddFilter plan={plan} where={where} offers={OFFERS} onChange={onChange} onAdded={setOpen}>
        <Button size="small" type="dashed" icon={<PlusOutlined />}>
          {t("ctl.addCondition")}
        </Button>
      </AddFilter>
    </>
  );
};

const FilterInput = ({
  id,
  value,
  config,
  record,
  disabled,
  invalid,
  onChange,
}: InputProps<string, FilterConfig>) => {
  const { t } = useTranslation();
  const { data: plan, isLoading } = useForm(formOf(config, record));
  const [kept, setKept] = useState<{ text: string; where: FilterGroup } | null>(null);
  const [isWritten, setWritten] = useState(false);
  const text = value ?? "";
  // What is half filled in says nothing yet, and must not go while it is being filled in.
  const read = plan ? (kept?.text === text ? kept.where : conditionOf(text, plan)) : null;
  const change = (where: FilterGroup) => {
    if (!plan) return;
    const next = conditionText(where, plan);
    setKept({ text: next, where });
    onChange(next === "" ? null : next);
  };
  const isBuilt = read !== null && !isWritten && !disabled;
  // The formula would stand there for a moment, and give way to its conditions.
  if (isLoading) return <Skeleton.Input active size="small" />;
  return (
    <div className={invalid ? "ctl-conditions ctl-wrong" : "ctl-conditions"}>
      {isBuilt && plan ? (
        <Builder plan={plan} where={read} onChange={change} />
      ) : (
        <Input.TextArea
          id={id ?? ""}
          className="ctl-mono"
          value={text}
          disabled={disabled}
          status={invalid ? "error" : ""}
          autoSize={{ minRows: 2, maxRows: 20 }}
          onChange={(event) => {
            // Whoever writes goes on writing, also where it could be shown as conditions by now.
            setWritten(true);
            onChange(event.target.value === "" ? null : event.target.value);
          }}
        />
      )}
      {plan && !disabled ? (
        <div className="ctl-conditions-end">
          {isBuilt ? <Matching plan={plan} where={read} /> : null}
          {read === null ? (
            <span className="ctl-hint">{t("ctl.beyondConditions")}</span>
          ) : (
            <Button type="link" size="small" onClick={() => setWritten(isBuilt)}>
              {t(isBuilt ? "ctl.asFormula" : "ctl.asConditions")}
            </Button>
          )}
        </div>
      ) : null}
    </div>
  );
};

export default FilterInput;
