import { Collapse } from "antd";
import { useEffect, useState } from "react";
import { useSay } from "../shared/useLang";
import { panesView } from "./parts/panes";

/** Panes that open and close by themselves; the first is open at the start. */
export default panesView("collapse", ({ panes, stage, config }) => {
  const say = useSay();
  const [open, setOpen] = useState<string[]>(() => panes.slice(0, 1).map((pane) => pane.key));
  const failing = panes
    .filter((pane) => stage.isFailing(pane.items ?? []))
    .map((pane) => pane.key)
    .join(" ");
  useEffect(() => {
    if (!failing) return;
    const found = failing.split(" ");
    setOpen((old) => (config.one_open ? found.slice(0, 1) : [...new Set([...old, ...found])]));
  }, [failing, config.one_open]);
  return (
    <Collapse
      size="small"
      accordion={config.one_open === true}
      activeKey={open}
      onChange={(next) => setOpen(typeof next === "string" ? [next] : (next ?? []))}
      items={panes.map((pane) => ({
        key: pane.key,
        label: say(pane.title) || pane.key,
        children: stage.draw(pane.items ?? [], 2),
      }))}
    />
  );
});
