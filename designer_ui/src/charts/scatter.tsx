import { PlotChart } from "./parts/PlotChart";
import type { ChartView } from "./parts/view";

const scatter: ChartView = {
  kind: "scatter",
  icon: "M4 20V4M4 20h16M9 14h.1M13 9h.1M17 12h.1M10 7h.1",
  View: PlotChart,
  least: 180,
};

export default scatter;
