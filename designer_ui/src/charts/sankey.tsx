import { PlotChart } from "./parts/PlotChart";
import type { ChartView } from "./parts/view";

const sankey: ChartView = {
  kind: "sankey",
  icon: "M4 5c8 0 8 6 16 6M4 12c8 0 8 0 16 0M4 19c8 0 8-5 16-5",
  View: PlotChart,
  least: 180,
};

export default sankey;
