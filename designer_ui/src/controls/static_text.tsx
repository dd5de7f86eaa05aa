import type { ControlView } from "../shared/kinds";
import { useSay } from "../shared/useLang";
import type { Words } from "../shared/words";
import "./controls.css";

const LOOKS: Record<string, string> = { secondary: "ctl-quiet", title: "ctl-heading", plain: "" };

const view: ControlView<never, { text?: Words; look?: string }> = {
  kind: "static_text",
  Cell: ({ config }) => (
    <div className={`ctl-lines ${LOOKS[config.look ?? "plain"] ?? ""}`}>{useSay()(config.text)}</div>
  ),
};

export default view;
