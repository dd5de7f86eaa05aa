import { asText, type Json } from "../shared/json";
import type { ControlView } from "../shared/kinds";
import { useSay } from "../shared/useLang";
import type { Words } from "../shared/words";
import "./controls.css";

const view: ControlView<Json, { text?: Words; tone?: string }> = {
  kind: "alert",
  Cell: ({ value, config }) => {
    const say = useSay();
    return (
      <div
        className={`ctl-note ctl-note-${config.tone ?? "info"}`}
        role={config.tone === "error" ? "alert" : "note"}
      >
        {asText(value) || say(config.text)}
      </div>
    );
  },
};

export default view;
