/** The little editor of one filter: operator and value. */

import { Button, DatePicker, Input, InputNumber, Select } from "antd";
import dayjs from "dayjs";
import { lazy, type ReactNode, Suspense, useCallback, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import type { FieldPlan, FilterItem, FormPlan } from "../../api/types";
import type { Offers } from "../../shared/conditions/offers";
import { columnFields, fieldOf } from "../../shared/fields";
import {
  ANNIVERSARIES,
  bornOf,
  isSearchable,
  isTurned,
  needsOf,
  operatorsOf,
  PERIODS,
  periodNeedsDays,
  startItem,
  withOperator,
} from "../../shared/filters";
import { optionsOf } from "../../shared/format";
import { asNumber, asText, isObject, type Json, strings } from "../../shared/json";
import { score } from "../../shared/match";
import { useSay } from "../../shared/useLang";
import type { Picked } from "./filterWords";
import { RecordSelect } from "./RecordSelect";

interface ValueProps {
  form: string;
  field: FieldPlan;
  value: Json | undefined;
  picked: Picked;
  onPicked: (names: Picked) => void;
  onChange: (value: Json) => void;
  /** What it is of a range, for who cannot see beside what it stands; an end left blank is open. */
  end?: string;
}

const isLinked = (field: FieldPlan): boolean =>
  ["reference", "references", "person", "persons"].includes(field.value_type ?? "");

const DAYS = new Set(["date", "datetime", "date_range", "time_range"]);
const isDay = (field: FieldPlan): boolean => DAYS.has(field.value_type ?? "");

const Regions = lazy(() => import("../../controls/heavy/RegionsPicker"));

const One = ({ form, field, value, picked, onPicked, onChange, end }: ValueProps) => {
  const { t } = useTranslation();
  const say = useSay();
  const open = end ? { "aria-label": end, placeholder: t("filter.openEnd") } : {};
  const options = optionsOf(field);
  if (isLinked(field))
    return (
      <RecordSelect
        form={form}
        field={field.key}
        value={strings([value ?? null])}
        picked={picked}
        onPicked={onPicked}
        onChange={(ids) => onChange(ids.at(-1) ?? null)}
      />
    );
  if (options.length)
    return (
      <Select
        className="filter-value"
        value={asText(value) || null}
        showSearch={{ optionFilterProp: "label" }}
        options={options.map((option) => ({ value: option.key, label: say(option.label) }))}
        onChange={(next) => onChange(next)}
      />
    );
  if (isDay(field))
    return (
      <DatePicker
        {...open}
        className="filter-value"
        value={typeof value === "string" && value ? dayjs(value) : null}
        onChange={(next) => onChange(next ? next.format("YYYY-MM-DD") : null)}
      />
    );
  if (["integer", "decimal", "money"].includes(field.value_type ?? ""))
    return (
      <InputNumber
        {...open}
        className="filter-value"
        stringMode
        value={asText(value) || null}
        onChange={(next) =>
          onChange(next === null ? null : field.value_type === "integer" ? asNumber(next) : String(next))
        }
      />
    );
  return (
    <Input
      {...open}
      className="filter-value"
      autoFocus={end === undefined}
      value={asText(value)}
      onChange={(event) => onChange(event.target.value)}
    />
  );
};

const Many = ({ form, field, value, picked, onPicked, onChange }: ValueProps) => {
  const say = useSay();
  if (field.control === "address")
    return (
      <Suspense fallback={null}>
        <Regions value={strings(value)} onPicked={onPicked} onChange={onChange} />
      </Suspense>
    );
  if (isLinked(field))
    return (
      <RecordSelect
        form={form}
        field={field.key}
        value={strings(value)}
        picked={picked}
        onPicked={onPicked}
        onChange={(ids) => onChange(ids)}
      />
    );
  const options = optionsOf(field);
  return (
    <Select
      className="filter-value"
      mode={options.length ? "multiple" : "tags"}
      autoFocus
      defaultOpen={options.length > 0 && strings(value).length === 0}
      value={strings(value)}
      showSearch={{ optionFilterProp: "label" }}
      options={options.map((option) => ({ value: option.key, label: say(option.label) }))}
      onChange={(next) => onChange(next)}
    />
  );
};

const Ends = ({ turned, children }: { turned: boolean; children: ReactNode }) => {
  const { t } = useTranslation();
  return (
    <>
      <div className="filter-range">{children}</div>
      <div className="filter-turned" role="status">
        {turned ? t("filter.turned") : ""}
      </div>
    </>
  );
};

const IN_DAYS = "days";

const Value = (props: ValueProps & { op: string; offers?: Offers | undefined }) => {
  const { op, value, field, onChange, offers } = props;
  const { t } = useTranslation();
  const inside = isObject(value) ? value : {};
  switch (needsOf(op)) {
    case "nothing":
      return null;
    case "list":
      return <Many {...props} />;
    case "range":
      return (
        <Ends turned={isTurned(inside.from, inside.to)}>
          <One
            {...props}
            end={t("filter.from")}
            value={inside.from}
            onChange={(from) => onChange({ ...inside, from })}
          />
          <span>{t("filter.to")}</span>
          <One
            {...props}
            end={t("filter.to")}
            value={inside.to}
            onChange={(to) => onChange({ ...inside, to })}
          />
        </Ends>
      );
    case "period": {
      const period = asText(inside.period);
      return (
        <div className="filter-range">
          <Select
            className="filter-value"
            value={period}
            listHeight={320}
            options={(offers?.periods ?? PERIODS).map((key) => ({
              value: key,
              label: t(`period.${key}`, { n: "N" }),
            }))}
            onChange={(next) =>
              onChange(
                periodNeedsDays(next) ? { period: next, n: asNumber(inside.n) ?? 7 } : { period: next },
              )
            }
          />
          {periodNeedsDays(period) ? (
            <InputNumber
              min={1}
              max={3660}
              value={asNumber(inside.n)}
              suffix={t("filter.dayUnit")}
              onChange={(n) => onChange({ period, n: asNumber(n) })}
            />
          ) : null}
        </div>
      );
    }
    case "days": {
      const period = asText(inside.period);
      return (
        <div className="filter-range">
          <Select
            className="filter-value"
            value={period || IN_DAYS}
            options={[
              ...(offers?.anniversaries ?? ANNIVERSARIES).map((key) => ({
                value: key as string,
                label: t(`period.${key}`),
              })),
              { value: IN_DAYS, label: t("period.next_n_days", { n: "N" }) },
            ]}
            onChange={(next) =>
              onChange(next === IN_DAYS ? { days: asNumber(inside.days) ?? 7 } : { period: next })
            }
          />
          {period ? null : (
            <InputNumber
              min={0}
              max={366}
              value={asNumber(inside.days)}
              suffix={t("filter.dayUnit")}
              onChange={(days) => onChange({ days: asNumber(days) })}
            />
          )}
        </div>
      );
    }
    case "count":
      return (
        <div className="filter-range">
          <Select
            value={asText(inside.op) || "ge"}
            options={["eq", "ge", "le"].map((key) => ({ value: key, label: t(`op.${key}`) }))}
            onChange={(next) => onChange({ ...inside, op: next })}
          />
          <InputNumber
            min={0}
            value={asNumber(inside.value)}
            onChange={(count) => onChange({ ...inside, value: asNumber(count) })}
          />
        </div>
      );
    case "age": {
      const how = asText(inside.op) || "ge";
      const number = (key: "value" | "from" | "to", label: string) => (
        <InputNumber
          {...(key === "value" ? {} : { placeholder: t("filter.openEnd") })}
          min={0}
          max={150}
          precision={0}
          aria-label={label}
          value={asNumber(inside[key])}
          suffix={t("filter.years")}
          onChange={(next) => onChange({ ...inside, op: how, [key]: asNumber(next) })}
        />
      );
      return (
        <Ends turned={how === "between" && isTurned(inside.from, inside.to)}>
          <Select
            value={how}
            options={["ge", "le", "eq", "gt", "lt", "between"].map((key) => ({
              value: key,
              label: t(`op.${key}`),
            }))}
            onChange={(next) =>
              onChange(
                next === "between"
                  ? { op: next, from: asNumber(inside.value), to: null }
                  : { op: next, value: asNumber(inside.value ?? inside.from) },
              )
            }
          />
          {how === "between" ? (
            <>
              {number("from", t("op.ge"))}
              <span>{t("filter.to")}</span>
              {number("to", t("op.le"))}
            </>
          ) : (
            number("value", t("op.age"))
          )}
        </Ends>
      );
    }
    case "place":
      return (
        <div className="filter-range">
          {(["lng", "lat", "km"] as const).map((key) => (
            <InputNumber
              key={key}
              placeholder={t(`filter.${key}`)}
              value={asNumber(inside[key])}
              onChange={(next) => onChange({ ...inside, [key]: asNumber(next) })}
            />
          ))}
        </div>
      );
    default:
      return <One {...props} field={field} />;
  }
};

export const FilterEditor = ({
  form,
  field,
  item,
  picked,
  offers,
  onPicked,
  onChange,
  onClose,
}: {
  form: string;
  field: FieldPlan;
  item: FilterItem;
  picked: Picked;
  offers?: Offers | undefined;
  onPicked: (names: Picked) => void;
  onChange: (item: FilterItem) => void;
  onClose: () => void;
}) => {
  const { t } = useTranslation();
  const say = useSay();
  return (
    <div
      className="filter-editor"
      onKeyDown={(event) => {
        if (
          event.key === "Escape" ||
          (event.key === "Enter" &&
            event.target instanceof HTMLInputElement &&
            !event.nativeEvent.isComposing &&
            event.target.type === "text" &&
            event.target.getAttribute("role") !== "combobox")
        )
          onClose();
      }}
    >
      <div className="filter-line">
        <span className="filter-name">{say(field.label)}</span>
        <Select
          value={item.op}
          className="filter-op"
          aria-label={t("filter.operator")}
          popupMatchSelectWidth={false}
          options={[...new Set([...(offers?.ops(field) ?? operatorsOf(field)), item.op])]
            .filter((op) => needsOf(op) !== "group")
            .map((op) => ({ value: op, label: t(`op.${op}`) }))}
          onChange={(op) => onChange(withOperator(item, op))}
        />
      </div>
      <Value
        form={form}
        field={field}
        op={item.op}
        offers={offers}
        value={item.value}
        picked={picked}
        onPicked={onPicked}
        onChange={(value) => onChange({ ...item, value })}
      />
      <div className="filter-end">
        <Button size="small" type="primary" onClick={onClose}>
          {t("common.done")}
        </Button>
      </div>
    </div>
  );
};

/** Pick the field to filter by; typing narrows. */
export const FieldPicker = ({
  plan,
  offers,
  onPick,
}: {
  plan: FormPlan;
  offers?: Offers | undefined;
  onPick: (item: FilterItem) => void;
}) => {
  const { t } = useTranslation();
  const say = useSay();
  const [query, setQuery] = useState("");
  const opsOf = useCallback(
    (field: FieldPlan) => (offers?.ops ?? operatorsOf)(fieldOf(plan, bornOf(field)) ?? field),
    [plan, offers],
  );
  const fields = useMemo(
    () =>
      columnFields(plan)
        .filter((field) => isSearchable(field) && opsOf(field).length > 0)
        .filter((field) => score(say(field.label), query) > 0),
    [plan, opsOf, query, say],
  );
  return (
    <div className="field-picker">
      <Input
        autoFocus
        allowClear
        placeholder={t("filter.findField")}
        value={query}
        onChange={(event) => setQuery(event.target.value)}
        onPressEnter={() => fields[0] && onPick(startItem(fields[0], opsOf(fields[0])))}
      />
      <div className="field-list">
        {fields.map((field) => (
          <button key={field.key} type="button" onClick={() => onPick(startItem(field, opsOf(field)))}>
            {say(field.label)}
          </button>
        ))}
        {fields.length === 0 ? <div className="field-none">{t("filter.noField")}</div> : null}
      </div>
    </div>
  );
};
