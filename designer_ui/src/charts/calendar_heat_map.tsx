import { PlotChart } from "./parts/PlotChart";
import type { ChartView } from "./parts/view";

const calendarHeatMap: ChartView = {
  kind: "calendar_heat_map",
  icon: "M4 6h16v14H4zM4 10h16M8 3v4M16 3v4M8 14h2M14 14h2",
  View: PlotChart,
  least: 150,
};

export default calendarHeatMap;
