import { PlotChart } from "./parts/PlotChart";
import type { ChartView } from "./parts/view";

const pie: ChartView = { kind: "pie", icon: "M12 3v9h9A9 9 0 1 1 12 3z", View: PlotChart, least: 180 };

export default pie;
