/** What the command palette offers, and in which order. Pure. */

import type { AppPlan, SearchHit } from "../../api/types";
import { score } from "../../shared/match";
import { type Lang, say } from "../../shared/words";
import { pagePath } from "./pages";

export interface Offer {
  key: string;
  kind: "page" | "create" | "record" | "action";
  title: string;
  detail: string;
  path?: string;
  form?: string;
  recordId?: string;
  action?: string;
}

export const ACTIONS = ["profile", "theme", "language", "help", "signOut"] as const;

/** Pages, things to create and actions; `words` names the actions. */
export const standingOffers = (app: AppPlan, lang: Lang, words: (key: string) => string): Offer[] => [
  ...app.pages.map(
    (page): Offer => ({
      key: `page:${page.key}`,
      kind: "page",
      title: say(page.name, lang),
      detail: say(page.group, lang),
      path: pagePath(page),
    }),
  ),
  ...app.forms
    .filter((form) => form.verbs.create)
    .map(
      (form): Offer => ({
        key: `create:${form.key}`,
        kind: "create",
        title: `${words("palette.create")}${lang === "en" ? " " : ""}${say(form.name, lang)}`,
        detail: "",
        form: form.key,
      }),
    ),
  ...app.forms
    .filter((form) => form.verbs.view)
    .map(
      (form): Offer => ({
        key: `form:${form.key}`,
        kind: "page",
        title: say(form.name, lang),
        detail: words("palette.allRecords"),
        path: `/forms/${form.key}`,
      }),
    ),
  ...ACTIONS.map(
    (action): Offer => ({
      key: `action:${action}`,
      kind: "action",
      title: words(`palette.${action}`),
      detail: "",
      action,
    }),
  ),
];

export const recordOffers = (hits: readonly SearchHit[], app: AppPlan, lang: Lang): Offer[] =>
  hits.map((hit) => ({
    key: `record:${hit.form}:${hit.id}`,
    kind: "record",
    title: hit.title,
    detail: [
      say(app.forms.find((form) => form.key === hit.form)?.name, lang),
      ...(hit.detail ?? "").split(" · ").filter((part) => part !== hit.title),
    ]
      .filter(Boolean)
      .join(" · "),
    form: hit.form,
    recordId: hit.id,
  }));

/** Best first; people found by the server come before weak matches of menu words. */
export const rank = (
  query: string,
  standing: readonly Offer[],
  records: readonly Offer[],
  limit = 12,
): Offer[] => {
  const scored = standing
    .map((offer) => ({ offer, value: Math.max(score(offer.title, query), score(offer.detail, query) / 2) }))
    .filter((item) => item.value > 0)
    .sort((a, b) => b.value - a.value);
  if (query.trim() === "")
    return scored
      .filter((item) => item.offer.kind !== "action")
      .map((item) => item.offer)
      .slice(0, limit);
  const strong = scored.filter((item) => item.value >= 40).map((item) => item.offer);
  const weak = scored.filter((item) => item.value < 40).map((item) => item.offer);
  return [...strong.slice(0, 5), ...records, ...strong.slice(5), ...weak].slice(0, limit);
};
