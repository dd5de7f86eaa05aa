/** A page of the app: its tabs, each a view of a form. */

import { useParams } from "react-router";
import { useApp } from "../../api/session";
import { Loading } from "../../shared/States";
import { useSay } from "../../shared/useLang";
import { NotFound } from "../errors/NotFound";
import { TabbedViews } from "./TabbedViews";

export const PageScreen = () => {
  const { page: pageKey = "", tab: tabKey } = useParams();
  const say = useSay();
  const { data: app } = useApp();
  if (!app) return <Loading rows={12} />;
  const page = app.pages.find((item) => item.key === pageKey);
  const tabs = page?.tabs ?? [];
  // A personal view is addressed as "my:<key>@<tab>", so that it stays beside the tab it was made from.
  const [mine, beside] = tabKey?.startsWith("my:") ? tabKey.split("@") : [undefined, tabKey];
  const tab = tabs.find((item) => item.key === beside) ?? tabs[0];
  if (!page || !tab) return <NotFound />;
  const base = `/p/${page.key}`;
  return (
    <TabbedViews
      title={say(page.name)}
      tabs={tabs.map((item) => ({ key: item.key, name: say(item.name), path: `${base}/${item.key}` }))}
      current={mine ?? tab.key}
      form={tab.form}
      view={mine ?? tab.view}
      pathOf={(key) => (key ? `${base}/${encodeURIComponent(`${key}@${tab.key}`)}` : `${base}/${tab.key}`)}
    />
  );
};
