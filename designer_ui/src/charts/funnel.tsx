import { PlotChart } from "./parts/PlotChart";
import type { ChartView } from "./parts/view";

const funnel: ChartView = {
  kind: "funnel",
  icon: "M4 5h16l-4 5H8zM8 12h8l-2 4h-4zM11 18h2",
  View: PlotChart,
  least: 180,
};

export default funnel;
