import type { ControlView } from "../shared/kinds";
import { type LinkConfig, type LinkValue, linkView } from "./parts/links";

const view: ControlView<LinkValue, LinkConfig> = { kind: "created_by", Cell: linkView("created_by").Cell };

export default view;
