import { type DayConfig, dayView } from "./parts/days";
import type { ControlView } from "../shared/kinds";

const view: ControlView<string, DayConfig> = {
  ...dayView("year"),
  Cell: ({ value }) => <span className="ctl-num">{value?.slice(0, 4)}</span>,
};

export default view;
