/** The state of one list: the view as its author made it, plus what this person changed. */

import { useCallback, useMemo, useState } from "react";
import type { FormPlan, SavedView, ViewPlan } from "../../api/types";
import { sameJson } from "../../shared/json";
import { keep, kept, type ListSettings, merged, settingsOf } from "./settings";

export const useListState = (plan: FormPlan, view: ViewPlan | SavedView | undefined) => {
  const viewKey = view?.key ?? "all";
  const base = useMemo(() => settingsOf(plan, view), [plan, view]);
  const [settings, setSettings] = useState<ListSettings>(() => merged(plan, base, kept(plan.key, viewKey)));
  const change = useCallback(
    (part: Partial<ListSettings>) =>
      setSettings((old) => {
        const next = { ...old, ...part };
        keep(plan.key, viewKey, next);
        return next;
      }),
    [plan.key, viewKey],
  );
  const reset = useCallback(() => {
    keep(plan.key, viewKey, null);
    setSettings(base);
  }, [plan.key, viewKey, base]);
  const isChanged = !sameJson(JSON.parse(JSON.stringify(settings)), JSON.parse(JSON.stringify(base)));
  return { settings, change, reset, isChanged };
};
