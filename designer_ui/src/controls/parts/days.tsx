/** Date controls: days and instants as the branch's calendar says. */

import { lazy } from "react";
import { formatAgo, formatDay, formatInstant, localDay } from "../../shared/format";
import { useControlHost } from "../../shared/host";
import type { CellProps, ControlView } from "../../shared/kinds";
import "../controls.css";
import { clinicNow } from "../../shared/now";

export interface DayConfig {
  min?: string;
  max?: string;
  weekdays?: number[];
  step?: number;
  seconds?: boolean;
  lunar?: boolean;
  show_age?: boolean;
}

const DayCell = ({ value }: CellProps<string, DayConfig>) => {
  const { lang, zone } = useControlHost();
  return (
    <span className="ctl-num" title={value ?? ""}>
      {value ? formatDay(value, lang, localDay(clinicNow(), zone)) : null}
    </span>
  );
};

export const InstantCell = ({ value }: CellProps<string, DayConfig>) => {
  const { lang, zone } = useControlHost();
  return (
    <span className="ctl-num" title={value ? formatAgo(value, lang, zone) : ""}>
      {value ? formatInstant(value, lang, zone) : null}
    </span>
  );
};

export const dayView = (kind: string): ControlView<string, DayConfig> => ({
  kind,
  Input: lazy(() => import("../heavy/DayInput")),
  Cell: DayCell,
});

export const instantView = (kind: string): ControlView<string, DayConfig> => ({
  kind,
  Input: lazy(() => import("../heavy/InstantInput")),
  Cell: InstantCell,
});
