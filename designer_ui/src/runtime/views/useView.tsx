/** What boards, calendars, galleries and trees share: filter chips, search, the query. */

import { type ReactNode, useMemo, useState } from "react";
import type { FilterGroup, FormPlan, Query, ViewPlan } from "../../api/types";
import { fieldOf } from "../../shared/fields";
import { useKinds } from "../../shared/kinds";
import { useShortcuts } from "../../shared/shortcuts";
import { FilterChips } from "../list/FilterBar";
import { askedFields, queryOf } from "../list/settings";
import { Toolbar } from "../list/Toolbar";
import { useExport } from "../list/useExport";
import { useListState } from "../list/useListState";
import type { ViewProps } from "../list/ViewHost";
import { useFrame } from "../shell/frame";

export const cardKeys = (plan: FormPlan, view: ViewPlan | undefined): string[] => {
  const wanted = view?.card?.length ? view.card : (view?.columns ?? []);
  return wanted.filter((key) => {
    const field = fieldOf(plan, key);
    return field !== undefined && field.level !== "none";
  });
};

export const useView = ({ plan, view, onSaveView }: ViewProps, extra?: FilterGroup) => {
  const { settings, change, reset, isChanged } = useListState(plan, view);
  const [search, setSearch] = useState("");
  const [chip, setChip] = useState<number | null>(null);
  const exporting = useExport(plan.key);
  const frame = useFrame();
  useShortcuts([{ keys: "n", run: () => plan.verbs.create && frame.openNew({ form: plan.key }) }]);
  const cards = useMemo(() => cardKeys(plan, view), [plan, view]);
  useKinds(cards.map((key) => fieldOf(plan, key)?.control ?? ""));
  const query: Query = useMemo(
    () => ({ ...queryOf(view, settings, search, extra), fields: askedFields(plan, view, cards) }),
    [view, settings, search, extra, plan, cards],
  );
  const bar = (tools?: ReactNode) => (
    <>
      <Toolbar
        plan={plan}
        settings={settings}
        onSettings={change}
        search={search}
        onSearch={setSearch}
        onChipAdded={setChip}
        isChanged={isChanged}
        {...(onSaveView ? { onSaveView: () => onSaveView(settings) } : {})}
        onReset={reset}
        isBin={false}
        onBin={() => undefined}
        onExport={(format) => void exporting.run(query, cards, format)}
        isTable={false}
      >
        {tools}
      </Toolbar>
      <FilterChips
        plan={plan}
        where={settings.where}
        open={chip}
        onOpen={setChip}
        onChange={(where) => change({ where })}
      />
    </>
  );
  return { query, bar, cards };
};
