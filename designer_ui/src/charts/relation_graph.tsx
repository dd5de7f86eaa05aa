import { PlotChart } from "./parts/PlotChart";
import type { ChartView } from "./parts/view";

const relationGraph: ChartView = {
  kind: "relation_graph",
  icon: "M6 7a2 2 0 1 0 .1 0M18 5a2 2 0 1 0 .1 0M13 17a2 2 0 1 0 .1 0M7 10l5 7M9 9l8-2M17 9l-3 8",
  View: PlotChart,
  least: 200,
};

export default relationGraph;
