import { lazy } from "react";
import { formatInstant, localDay, localTime } from "../shared/format";
import { useControlHost } from "../shared/host";
import type { ControlView } from "../shared/kinds";
import type { Span } from "./parts/spans";

const view: ControlView<Span, { max_minutes?: number; step?: number }> = {
  kind: "timerange",
  Input: lazy(() => import("./heavy/InstantRangeInput")),
  Cell: ({ value }) => {
    const { lang, zone } = useControlHost();
    const { from, to } = value ?? { from: null, to: null };
    const isSameDay = from && to && localDay(from, zone) === localDay(to, zone);
    return (
      <span className="ctl-num">
        {from ? formatInstant(from, lang, zone) : "…"} –{" "}
        {to ? (isSameDay ? localTime(to, zone) : formatInstant(to, lang, zone)) : "…"}
      </span>
    );
  },
};

export default view;
