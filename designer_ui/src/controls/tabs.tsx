import { Tabs } from "antd";
import { useSay } from "../shared/useLang";
import { panesView, useFront } from "./parts/panes";

/** One pane at a time, by its tab. */
export default panesView("tabs", ({ panes, stage }) => {
  const say = useSay();
  const [front, show] = useFront(panes, stage);
  return (
    <Tabs
      size="small"
      activeKey={panes[front]?.key ?? ""}
      onChange={(key) => show(panes.findIndex((pane) => pane.key === key))}
      items={panes.map((pane) => ({
        key: pane.key,
        label: say(pane.title) || pane.key,
        children: stage.draw(pane.items ?? [], 2),
      }))}
    />
  );
});
