import { PlotChart } from "./parts/PlotChart";
import type { ChartView } from "./parts/view";

const sunburst: ChartView = {
  kind: "sunburst",
  icon: "M12 8a4 4 0 1 0 .1 0M12 3a9 9 0 1 0 .1 0M12 3v5M3 12h5",
  View: PlotChart,
  least: 190,
};

export default sunburst;
