import type { ControlView } from "../shared/kinds";
import { type DayConfig, InstantCell } from "./parts/days";

const view: ControlView<string, DayConfig> = { kind: "updated_at", Cell: InstantCell };

export default view;
