import { localDay } from "../shared/format";
import { useControlHost } from "../shared/host";
import { asText } from "../shared/json";
import type { ControlView } from "../shared/kinds";
import { clinicNow } from "../shared/now";
import { daysBetween } from "./parts/age";

const view: ControlView<string | number, { from?: string; prefix?: string }> = {
  kind: "postop_day",
  Cell: ({ value, config }) => (
    <span className="ctl-num">
      {config.prefix ?? "D+"}
      {value}
    </span>
  ),
  Detail: ({ value, config, record }) => {
    const { zone } = useControlHost();
    const from = asText(record[config.from ?? ""]);
    const days = value ?? (from ? daysBetween(from, localDay(clinicNow(), zone)) : null);
    return <span className="ctl-num">{days === null ? "–" : `${config.prefix ?? "D+"}${days}`}</span>;
  },
};

export default view;
