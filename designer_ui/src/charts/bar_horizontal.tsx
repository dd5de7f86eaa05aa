import { PlotChart } from "./parts/PlotChart";
import type { ChartView } from "./parts/view";

const barHorizontal: ChartView = {
  kind: "bar_horizontal",
  icon: "M4 5h14M4 12h9M4 19h6",
  View: PlotChart,
  least: 160,
};

export default barHorizontal;
