/** The colour of a row or card, by the view's rules. */

import { useCallback, useEffect, useState } from "react";
import { useMe } from "../../api/session";
import type { FormPlan, RecordData, ViewPlan } from "../../api/types";
import { localDay } from "../../shared/format";
import { useControlHost } from "../../shared/host";
import { clinicNow } from "../../shared/now";
import { contextOf, hasFormulas, loadFormulas, run } from "../../shared/rules";
import { valuesOf } from "./CellEditor";

export const useActor = () => {
  const { data: me } = useMe();
  return {
    id: me?.user.id ?? "",
    login: me?.user.login ?? "",
    branch_id: me?.branch_id ?? null,
    branches: (me?.branches ?? []).map((branch) => branch.id),
    roles: (me?.user.roles ?? []).map((role) => role.key),
  };
};

export const useColors = (
  plan: FormPlan,
  view: ViewPlan | undefined,
): ((record: RecordData) => string | null) => {
  const { zone } = useControlHost();
  const actor = useActor();
  const rules = view?.color_if;
  const [ready, setReady] = useState(hasFormulas());
  useEffect(() => {
    if (rules && !ready) void loadFormulas().then(setReady);
  }, [rules, ready]);
  const actorKey = JSON.stringify(actor);
  return useCallback(
    (record) => {
      if (!rules || !ready) return null;
      const now = clinicNow();
      const scene = {
        plan,
        stored: null,
        now,
        today: localDay(now, zone),
        zone,
        actor: JSON.parse(actorKey),
      };
      const context = contextOf(scene, valuesOf(record));
      return Object.entries(rules).find(([, tree]) => run(tree, context) === true)?.[0] ?? null;
    },
    [rules, ready, plan, zone, actorKey],
  );
};
