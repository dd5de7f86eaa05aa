import { lazy } from "react";
import type { ControlView } from "../shared/kinds";
import { type ChoiceConfig, oneView } from "./parts/choices";

const view: ControlView<string, ChoiceConfig> = {
  ...oneView("stage"),
  Input: lazy(() => import("./heavy/StageInput")),
};

export default view;
