import { PlotChart } from "./parts/PlotChart";
import type { ChartView } from "./parts/view";

const line: ChartView = { kind: "line", icon: "M3 17l6-6 4 4 8-9", View: PlotChart, least: 150 };

export default line;
