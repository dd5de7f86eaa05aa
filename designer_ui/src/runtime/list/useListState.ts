/** The state of one list: the view as its author made it, plus what this person changed. */

import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useSearchParams } from "react-router";
import type { FilterGroup, FormPlan, SavedView, ViewPlan } from "../../api/types";
import { sameJson } from "../../shared/json";
import { keep, kept, type ListSettings, merged, settingsOf } from "./settings";
import { toldIn, whereAt, withWhere } from "./whereUrl";

/** The address follows what is typed, not every letter of it. */
const WAIT_MS = 250;

/** Keeps the filter in the address, and hears of an address that was changed otherwise. */
const useAddress = (plan: FormPlan, base: FilterGroup, onWhere: (where: FilterGroup) => void) => {
  const [params, setParams] = useSearchParams();
  const told = toldIn(params);
  const known = useRef(told);
  const waiting = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const latest = useRef({ plan, base, onWhere, setParams });
  latest.current = { plan, base, onWhere, setParams };
  useEffect(() => {
    if (told === known.current) return;
    known.current = told;
    clearTimeout(waiting.current);
    const now = latest.current;
    now.onWhere(whereAt(now.plan, new URLSearchParams(window.location.search)) ?? now.base);
  }, [told]);
  useEffect(() => () => clearTimeout(waiting.current), []);
  return useCallback((where: FilterGroup) => {
    clearTimeout(waiting.current);
    waiting.current = setTimeout(() => {
      const old = new URLSearchParams(window.location.search);
      const next = withWhere(old, where, latest.current.base);
      known.current = toldIn(next);
      if (next.toString() !== old.toString()) latest.current.setParams(next, { replace: true });
    }, WAIT_MS);
  }, []);
};

export const useListState = (plan: FormPlan, view: ViewPlan | SavedView | undefined) => {
  const viewKey = view?.key ?? "all";
  const base = useMemo(() => settingsOf(plan, view), [plan, view]);
  const [settings, setSettings] = useState<ListSettings>(() => {
    const found = merged(plan, base, kept(plan.key, viewKey));
    return { ...found, where: whereAt(plan, new URLSearchParams(window.location.search)) ?? found.where };
  });
  const tell = useAddress(plan, base.where, (where) => setSettings((old) => ({ ...old, where })));
  const change = useCallback(
    (part: Partial<ListSettings>) => {
      setSettings((old) => {
        const next = { ...old, ...part };
        keep(plan.key, viewKey, next);
        return next;
      });
      if (part.where) tell(part.where);
    },
    [plan.key, viewKey, tell],
  );
  const reset = useCallback(() => {
    keep(plan.key, viewKey, null);
    setSettings(base);
    tell(base.where);
  }, [plan.key, viewKey, base, tell]);
  const isChanged = !sameJson(JSON.parse(JSON.stringify(settings)), JSON.parse(JSON.stringify(base)));
  return { settings, change, reset, isChanged };
};
