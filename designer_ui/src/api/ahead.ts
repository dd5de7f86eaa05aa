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

/** The form that an address opens first; null where it opens none or is not known. */
export const formAt = (path: string, app: AppPlan): string | null => {
  const [, kind, key = "", tab] = path.split("/").map(decodeURIComponent);
  if (kind === "forms" || kind === "r") return key;
  if (kind !== "p") return null;
  const tabs = app.pages.find((page) => page.key === key)?.tabs ?? [];
  return (tabs.find((one) => one.key === tab?.split("@").at(-1)) ?? tabs[0])?.form ?? null;
};

export const askAhead = (path: string): void => {
  if (!localStorage.getItem(SIGNED_IN) || /^\/(sign-in|f\/)/.test(path)) return;
  void queryClient.prefetchQuery(meQuery);
  queryClient
    .fetchQuery(appQuery)
    .then((app) => {
      const form = formAt(path, app);
      if (form) void queryClient.prefetchQuery(formQuery(form));
    })
    // The screen asks again and says what is wrong.
    .catch(() => undefined);
};
