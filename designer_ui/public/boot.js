/* Asks for person, app and the first form's plan while the app's own code is still on its way.
   `api/client.ts` takes the answers. A stranger, by the mark that the app leaves, is asked nothing. */
(() => {
  const path = location.pathname;
  if (!localStorage.getItem("clinicraft.signedIn") || /^\/(sign-in|f\/)/.test(path)) return;
  const early = {};
  const ask = (address) => {
    early[address] = fetch(address, { headers: { Accept: "application/json" } });
    early[address].catch(() => {});
    return early[address];
  };
  const formAt = (app) => {
    const [, kind, key = "", tab = ""] = path.split("/").map(decodeURIComponent);
    if (kind === "forms" || kind === "r") return key;
    if (kind !== "p") return null;
    const tabs = app.pages.find((page) => page.key === key)?.tabs ?? [];
    return (tabs.find((one) => one.key === tab.split("@").at(-1)) ?? tabs[0])?.form ?? null;
  };
  ask("/api/me");
  ask("/api/app")
    .then((answer) => (answer.ok ? answer.clone().json() : null))
    .then((app) => {
      const form = app && formAt(app);
      // Once the app has taken this answer, it asks on by itself.
      if (form && "/api/app" in early) ask(`/api/forms/${encodeURIComponent(form)}`);
    })
    .catch(() => {});
  window.clinicraftEarly = early;
})();
