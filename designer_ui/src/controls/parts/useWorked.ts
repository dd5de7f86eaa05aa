/** The value of a formula among a control's settings, worked out in the browser from the record on the screen. */

import { useEffect, useState } from "react";
import { localDay } from "../../shared/format";
import { useControlHost } from "../../shared/host";
import type { Json, Values } from "../../shared/json";
import { clinicNow } from "../../shared/now";
import { hasFormulas, loadFormulas, run, valueAt } from "../../shared/rules";

/** Undefined while it cannot be told here: the interpreter is still loading, or the formula needs the server. */
export const useWorked = (
  tree: Json | undefined,
  record: Values,
  recordId: string | null,
): Json | undefined => {
  const { me, zone } = useControlHost();
  const [ready, setReady] = useState(hasFormulas);
  useEffect(() => {
    if (ready || tree === undefined) return;
    let alive = true;
    loadFormulas()
      .then((loaded) => alive && setReady(loaded))
      .catch(() => undefined);
    return () => {
      alive = false;
    };
  }, [ready, tree]);
  // Text that is not a tree is a formula that stayed on the server.
  if (!ready || typeof tree === "string") return undefined;
  const now = clinicNow();
  return run(tree, {
    value: (path) => valueAt(record, path),
    now: now.toISOString(),
    today: localDay(now, zone),
    zone,
    actor: { id: me.id, name: me.name },
    record: { old: record, isNew: recordId === null, changed: new Set() },
  });
};
