import { formatPercent } from "../shared/format";
import type { ControlView } from "../shared/kinds";
import { Bar, type NumberConfig, type NumberValue, percentView, shareOf } from "./parts/numbers";

const view: ControlView<NumberValue, NumberConfig> = {
  ...percentView("progress"),
  Cell: ({ value, config }) => <Bar share={shareOf(value, config)} words={formatPercent(value)} />,
};

export default view;
