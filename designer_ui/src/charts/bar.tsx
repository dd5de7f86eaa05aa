import { PlotChart } from "./parts/PlotChart";
import type { ChartView } from "./parts/view";

const bar: ChartView = { kind: "bar", icon: "M5 20V10M12 20V4M19 20v-7", View: PlotChart, least: 160 };

export default bar;
