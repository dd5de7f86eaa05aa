import type { ControlView } from "../shared/kinds";
import "./controls.css";

const view: ControlView<never> = { kind: "divider", Cell: () => <hr className="ctl-rule" /> };

export default view;
