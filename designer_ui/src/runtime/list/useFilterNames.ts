/** What the records and people are called that a filter names: whoever came by an address or a kept view has not picked them. */

import { useMemo } from "react";
import { useRecordPage } from "../../api/records";
import type { FilterGroup, FilterItem, FormPlan } from "../../api/types";
import { fieldOf, titleKey } from "../../shared/fields";
import { isGroup, toSend } from "../../shared/filters";
import { isArray, strings } from "../../shared/json";
import type { Picked } from "./filterWords";

const NAMING = new Set(["reference", "references", "person", "persons"]);

const unnamed = (plan: FormPlan, where: FilterGroup, picked: Picked): FilterItem[] =>
  where.items.flatMap((item) => {
    if (isGroup(item)) return unnamed(plan, item, picked);
    if (!NAMING.has(fieldOf(plan, item.field)?.value_type ?? "")) return [];
    const ids = strings(isArray(item.value) ? item.value : [item.value ?? null]);
    return ids.some((id) => !picked[id]) ? [item] : [];
  });

export const useFilterNames = (plan: FormPlan, where: FilterGroup, picked: Picked): Picked => {
  const asked = useMemo(
    () => toSend({ op: "or", items: unnamed(plan, where, picked) }),
    [plan, where, picked],
  );
  const { data } = useRecordPage(
    plan.key,
    { ...(asked ? { filter: asked } : {}), fields: [titleKey(plan)], limit: 1, count: false },
    asked !== undefined,
  );
  return useMemo(() => {
    const found: { [id: string]: string } = {};
    for (const names of Object.values(data?.labels ?? {}))
      for (const [id, name] of Object.entries(names)) if (name) found[id] = name;
    return { ...found, ...picked };
  }, [data, picked]);
};
