import type { ControlView } from "../shared/kinds";
import { type DayConfig, dayView } from "./parts/days";

const view: ControlView<string, DayConfig> = {
  ...dayView("year"),
  Cell: ({ value }) => <span className="ctl-num">{value?.slice(0, 4)}</span>,
};

export default view;
