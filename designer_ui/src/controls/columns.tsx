import { useSay } from "../shared/useLang";
import { panesView } from "./parts/panes";

/** Panes side by side; below each other where the screen is narrow. */
export default panesView("columns", ({ panes, stage }) => {
  const say = useSay();
  return (
    <div className="ctl-columns">
      {panes.map((pane) => (
        <div key={pane.key}>
          {say(pane.title) ? <h4 className="ctl-heading">{say(pane.title)}</h4> : null}
          {stage.draw(pane.items ?? [], 1)}
        </div>
      ))}
    </div>
  );
});
