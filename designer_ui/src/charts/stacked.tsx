import { PlotChart } from "./parts/PlotChart";
import type { ChartView } from "./parts/view";

const stacked: ChartView = {
  kind: "stacked",
  icon: "M6 20v-6M6 12V6M13 20v-4M13 14V4M20 20v-8M20 10V8",
  View: PlotChart,
  least: 160,
};

export default stacked;
