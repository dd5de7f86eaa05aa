/** What a list asks for when it opens: told apart from the screen, so that it can be asked before the screen stands. */

import type { FormPlan, Query, SavedView, ViewPlan } from "../../api/types";
import { askedFields, type ListSettings, queryOf } from "./settings";

/** Lines of a page; a reader sees some 20 at once. */
export const PAGE = 100;

export const listQuery = (
  plan: FormPlan,
  view: ViewPlan | SavedView | undefined,
  settings: ListSettings,
  search: string,
): Query => ({
  ...queryOf(view, settings, search, undefined),
  fields: askedFields(plan, view, settings.columns),
});

export const flatQuery = (query: Query): Query => ({ ...query, limit: PAGE, count: true });
