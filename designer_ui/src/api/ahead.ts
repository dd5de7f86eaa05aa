/** Asks for what the first screen needs while its code is still being drawn: person, app, plan of the form. */

import { formQuery } from "./forms";
import { queryClient } from "./queryClient";
import { appQuery, meQuery } from "./session";
import type { AppPlan } from "./types";

const SIGNED_IN = "clinicraft.signedIn";

/** Remembered so that a stranger's first visit does not begin with two refusals. */
export const rememberSignedIn = (isIn: boolean): void => {
  if (isIn) localStorage.setItem(SIGNED_IN, "1");
  else localStorage.removeItem(SIGNED_IN);
};

interface First {
  form: string;
  /** Absent for records and personal views; null for the first of the form. */
  view?: string | null;
}

/** The form and view that an address opens first; null where it opens none or is not known. */
export const firstAt = (path: string, app: AppPlan): First | null => {
  const [, kind, key = "", tab] = path.split("/").map(decodeURIComponent);
  const isMine = tab?.startsWith("my:") === true;
  if (kind === "r") return { form: key };
  if (kind === "forms") return isMine ? { form: key } : { form: key, view: tab ?? null };
  if (kind !== "p") return null;
  const tabs = app.pages.find((page) => page.key === key)?.tabs ?? [];
  const found = tabs.find((one) => one.key === tab?.split("@").at(-1)) ?? tabs[0];
  if (!found) return null;
  return isMine ? { form: found.form } : { form: found.form, view: found.view ?? null };
};

export const askAhead = (path: string): void => {
  if (!localStorage.getItem(SIGNED_IN) || /^\/(sign-in|f\/)/.test(path)) return;
  void queryClient.prefetchQuery(meQuery);
  queryClient
    .fetchQuery(appQuery)
    .then((app) => {
      const first = firstAt(path, app);
      if (!first) return;
      const asked = queryClient.fetchQuery(formQuery(first.form));
      const { view } = first;
      if (view === undefined) return;
      return Promise.all([asked, import("../runtime/list/askFirst")]).then(([plan, { askFirst }]) =>
        askFirst(plan, view ?? undefined),
      );
    })
    // The screen asks again and says what is wrong.
    .catch(() => undefined);
};
