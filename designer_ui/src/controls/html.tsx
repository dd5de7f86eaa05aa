import type { ControlView } from "../shared/kinds";
import { useSay } from "../shared/useLang";
import type { Words } from "../shared/words";
import { Html } from "./parts/html";
import "./controls.css";

const view: ControlView<never, { html?: Words }> = {
  kind: "html",
  Cell: ({ config }) => <Html html={useSay()(config.html)} />,
};

export default view;
