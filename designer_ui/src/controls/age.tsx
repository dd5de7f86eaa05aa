import { localDay } from "../shared/format";
import { useControlHost } from "../shared/host";
import { asText } from "../shared/json";
import type { ControlView } from "../shared/kinds";
import { clinicNow } from "../shared/now";
import { ageText } from "./parts/age";

const view: ControlView<string | number, { from?: string; at?: string; show?: string }> = {
  kind: "age",
  Cell: ({ value }) => <span className="ctl-num">{value}</span>,
  Detail: ({ config, record }) => {
    const { lang, zone } = useControlHost();
    const at = asText(record[config.at ?? ""]) || localDay(clinicNow(), zone);
    return (
      <span className="ctl-num">
        {ageText(asText(record[config.from ?? ""]), at, lang, config.show !== "years") || "–"}
      </span>
    );
  },
};

export default view;
