import { lazy } from "react";
import type { ControlView } from "../shared/kinds";
import { Bar, type NumberConfig, type NumberValue, shareOf } from "./parts/numbers";

const view: ControlView<NumberValue, NumberConfig> = {
  kind: "slider",
  Input: lazy(() => import("./heavy/SliderInput")),
  Cell: ({ value, config }) => (
    <Bar share={shareOf(value, config)} words={value === null ? "" : String(Number(value))} />
  ),
};

export default view;
