import { PlotChart } from "./parts/PlotChart";
import type { ChartView } from "./parts/view";

const heatMap: ChartView = {
  kind: "heat_map",
  icon: "M4 4h5v5H4zM10 4h5v5h-5zM4 10h5v5H4zM16 16h4v4h-4z",
  View: PlotChart,
  least: 160,
};

export default heatMap;
