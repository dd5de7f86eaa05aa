import { PlotChart } from "./parts/PlotChart";
import type { ChartView } from "./parts/view";

const treemap: ChartView = {
  kind: "treemap",
  icon: "M4 4h9v16H4zM13 4h7v8h-7zM13 12h7v8h-7z",
  View: PlotChart,
  least: 170,
};

export default treemap;
