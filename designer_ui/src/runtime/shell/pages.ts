/** Addresses and groups of the app's pages. Pure. */

import type { AppPlan, PagePlan } from "../../api/types";
import { type Lang, say } from "../../shared/words";

export const pagePath = (page: PagePlan): string => {
  if (page.kind === "workbench") return `/workbench/${page.key}`;
  if (page.kind === "link" && page.url?.startsWith("/")) return page.url;
  return `/p/${page.key}`;
};

export interface PageGroup {
  name: string;
  pages: PagePlan[];
}

/** Pages in order; those of one group stand together, where its first page stands. */
export const groupPages = (pages: readonly PagePlan[], lang: Lang): PageGroup[] => {
  const groups: PageGroup[] = [];
  for (const page of [...pages].sort((a, b) => (a.order ?? 0) - (b.order ?? 0))) {
    const name = say(page.group, lang);
    const group = groups.find((item) => item.name === name);
    if (group) group.pages.push(page);
    else groups.push({ name, pages: [page] });
  }
  return groups;
};

export const homePath = (app: AppPlan): string => {
  const sorted = [...app.pages].sort((a, b) => (a.order ?? 0) - (b.order ?? 0));
  const home = sorted.find((page) => page.kind === "workbench") ?? sorted[0];
  if (home) return pagePath(home);
  const form = app.forms.find((item) => item.verbs.view);
  return form ? `/forms/${form.key}` : "/me";
};
