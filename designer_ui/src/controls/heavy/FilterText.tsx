/** A condition in words, as the filter of a list says it; as its formula where it says more. */

import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { useForm } from "../../api/forms";
import type { FilterGroup, FormPlan } from "../../api/types";
import { filterWords } from "../../runtime/list/filterWords";
import { useFilterNames } from "../../runtime/list/useFilterNames";
import { conditionOf } from "../../shared/conditions/read";
import { fieldOf } from "../../shared/fields";
import { isGroup } from "../../shared/filters";
import { useControlHost } from "../../shared/host";
import { useSay } from "../../shared/useLang";

const NOBODY = {};

const Words = ({ plan, where }: { plan: FormPlan; where: FilterGroup }) => {
  const { t } = useTranslation();
  const say = useSay();
  const { lang, zone } = useControlHost();
  const picked = useFilterNames(plan, where, NOBODY);
  return where.items.map((item, index) => {
    const field = isGroup(item) ? undefined : fieldOf(plan, item.field);
    if (isGroup(item) || !field) return null;
    return (
      <span key={`${item.field}-${index}`}>
        {index > 0 ? <span className="ctl-join"> {t(`filter.${where.op}`)} </span> : null}
        {say(field.label)}{" "}
        <b>
          {filterWords(item, field, { lang, zone, labels: {} }, picked, (key, params) =>
            t(key, { ...params }),
          )}
        </b>
      </span>
    );
  });
};

const FilterText = ({ value, form }: { value: string; form: string | null }) => {
  const { data: plan } = useForm(form);
  const where = useMemo(() => (plan ? conditionOf(value, plan) : null), [plan, value]);
  if (!plan || !where?.items.length) return <span className="ctl-mono">{value}</span>;
  return <Words plan={plan} where={where} />;
};

export default FilterText;
