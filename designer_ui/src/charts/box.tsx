import { PlotChart } from "./parts/PlotChart";
import type { ChartView } from "./parts/view";

const box: ChartView = {
  kind: "box",
  icon: "M6 8h4v8H6zM8 4v4M8 16v4M14 10h4v5h-4zM16 5v5M16 15v4",
  View: PlotChart,
  least: 170,
};

export default box;
