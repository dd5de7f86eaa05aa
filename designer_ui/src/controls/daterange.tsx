import { lazy } from "react";
import { formatDay, localDay } from "../shared/format";
import { useControlHost } from "../shared/host";
import type { ControlView } from "../shared/kinds";
import type { Span } from "./parts/spans";

const view: ControlView<Span, { max_days?: number }> = {
  kind: "daterange",
  Input: lazy(() => import("./heavy/DayRangeInput")),
  Cell: ({ value }) => {
    const { lang, zone } = useControlHost();
    const today = localDay(new Date(), zone);
    const end = (day: string | null | undefined) => (day ? formatDay(day, lang, today) : "…");
    return (
      <span className="ctl-num">
        {end(value?.from)} – {end(value?.to)}
      </span>
    );
  },
};

export default view;
