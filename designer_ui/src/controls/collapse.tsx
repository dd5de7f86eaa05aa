import type { ControlView } from "../shared/kinds";
import { useSay } from "../shared/useLang";
import type { PanesConfig } from "./parts/said";

/** The form lays the panes out; by itself this kind names them. */
const view: ControlView<never, PanesConfig> = {
  kind: "collapse",
  Cell: ({ config }) => {
    const say = useSay();
    return (
      <span className="ctl-quiet">{(config.panes ?? []).map((pane) => say(pane.title)).join(" · ")}</span>
    );
  },
};

export default view;
