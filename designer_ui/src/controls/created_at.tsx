import type { ControlView } from "../shared/kinds";
import { type DayConfig, InstantCell } from "./parts/days";

const view: ControlView<string, DayConfig> = { kind: "created_at", Cell: InstantCell };

export default view;
