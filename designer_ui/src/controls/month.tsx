import type { ControlView } from "../shared/kinds";
import { type DayConfig, dayView } from "./parts/days";

const view: ControlView<string, DayConfig> = {
  ...dayView("month"),
  Cell: ({ value }) => <span className="ctl-num">{value?.slice(0, 7)}</span>,
};

export default view;
