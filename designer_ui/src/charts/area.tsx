import { PlotChart } from "./parts/PlotChart";
import type { ChartView } from "./parts/view";

const area: ChartView = { kind: "area", icon: "M3 18l6-7 4 4 8-9v12H3z", View: PlotChart, least: 150 };

export default area;
