import { lazy } from "react";
import type { ControlView } from "../shared/kinds";
import { type ChoiceConfig, joinedCell } from "./parts/choices";

const view: ControlView<readonly string[], ChoiceConfig> = {
  kind: "ranking",
  Input: lazy(() => import("./heavy/RankingInput")),
  Cell: joinedCell(" > "),
};

export default view;
