import { PlotChart } from "./parts/PlotChart";
import type { ChartView } from "./parts/view";

const radar: ChartView = {
  kind: "radar",
  icon: "M12 3l9 7-3 10H6L3 10zM12 8l5 4-2 5H9l-2-5z",
  View: PlotChart,
  least: 200,
};

export default radar;
