/** Asks for the first page of the list that an address opens, as soon as its plan is known. */

import { queryClient } from "../../api/queryClient";
import { recordsQuery } from "../../api/records";
import type { FormPlan } from "../../api/types";
import { flatQuery, listQuery } from "./firstPage";
import { kept, merged, settingsOf } from "./settings";

export const askFirst = (plan: FormPlan, viewKey: string | undefined): void => {
  const view = viewKey ? plan.views.find((one) => one.key === viewKey) : plan.views[0];
  if (view?.kind !== "table") return;
  const settings = merged(plan, settingsOf(plan, view), kept(plan.key, view.key));
  if (settings.group !== null) return;
  const query = flatQuery(listQuery(plan, view, settings, ""));
  void queryClient.prefetchInfiniteQuery(recordsQuery(plan.key, query));
};
