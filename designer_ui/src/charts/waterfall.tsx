import { PlotChart } from "./parts/PlotChart";
import type { ChartView } from "./parts/view";

const waterfall: ChartView = {
  kind: "waterfall",
  icon: "M5 20v-8M10 12V8M15 10V5M20 20V5",
  View: PlotChart,
  least: 170,
};

export default waterfall;
