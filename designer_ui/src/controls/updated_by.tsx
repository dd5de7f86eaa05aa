import type { ControlView } from "../shared/kinds";
import { type LinkConfig, type LinkValue, linkView } from "./parts/links";

const view: ControlView<LinkValue, LinkConfig> = { kind: "updated_by", Cell: linkView("updated_by").Cell };

export default view;
