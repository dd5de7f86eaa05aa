import { lazy } from "react";
import { formatSpan, localDay } from "../shared/format";
import { useControlHost } from "../shared/host";
import type { ControlView } from "../shared/kinds";
import { clinicNow } from "../shared/now";
import type { Span } from "./parts/spans";

const view: ControlView<Span, { max_days?: number }> = {
  kind: "daterange",
  Input: lazy(() => import("./heavy/DayRangeInput")),
  Cell: ({ value }) => {
    const { lang, zone } = useControlHost();
    const today = localDay(clinicNow(), zone);
    return <span className="ctl-num">{formatSpan(value?.from ?? "", value?.to ?? "", lang, today)}</span>;
  },
};

export default view;
