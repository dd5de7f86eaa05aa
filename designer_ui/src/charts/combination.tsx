import { PlotChart } from "./parts/PlotChart";
import type { ChartView } from "./parts/view";

const combination: ChartView = {
  kind: "combination",
  icon: "M5 20v-6M12 20v-9M19 20v-5M4 9l7-5 8 4",
  View: PlotChart,
  least: 170,
};

export default combination;
