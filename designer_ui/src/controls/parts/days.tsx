/** Date controls: days and instants as the branch's calendar says. */

import { lazy, Suspense } from "react";
import { formatAgo, formatDay, formatInstant, localDay, localTime } from "../../shared/format";
import { useControlHost } from "../../shared/host";
import type { CellProps, ControlView } from "../../shared/kinds";
import "../controls.css";
import { clinicNow } from "../../shared/now";

export interface DayConfig {
  min?: string;
  max?: string;
  weekdays?: number[];
  workdays?: boolean;
  step?: number;
  seconds?: boolean;
  lunar?: boolean;
  show_age?: boolean;
}

const LunarDay = lazy(() => import("../heavy/LunarDay"));

const DayCell = ({ value, config }: CellProps<string, DayConfig>) => {
  const { lang, zone } = useControlHost();
  return (
    <span className="ctl-num" title={value ?? ""}>
      {value ? formatDay(value, lang, localDay(clinicNow(), zone)) : null}
      {value && config?.lunar ? (
        <Suspense fallback={null}>
          {" "}
          <LunarDay day={value} />
        </Suspense>
      ) : null}
    </span>
  );
};

export const InstantCell = ({ value, config }: CellProps<string, DayConfig>) => {
  const { lang, zone } = useControlHost();
  return (
    <span className="ctl-num" title={value ? formatAgo(value, lang, zone) : ""}>
      {value ? formatInstant(value, lang, zone) : null}
      {value && config?.seconds ? localTime(value, zone, true).slice(5) : null}
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
