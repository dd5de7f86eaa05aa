import { PlotChart } from "./parts/PlotChart";
import type { ChartView } from "./parts/view";

const gauge: ChartView = {
  kind: "gauge",
  icon: "M4 17a8 8 0 1 1 16 0M12 17l4-5",
  View: PlotChart,
  least: 150,
};

export default gauge;
