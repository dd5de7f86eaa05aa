import { localDay } from "../shared/format";
import { useControlHost } from "../shared/host";
import type { ControlView } from "../shared/kinds";
import { clinicNow } from "../shared/now";
import { ageText } from "./parts/age";
import { type DayConfig, dayView } from "./parts/days";

const view: ControlView<string, DayConfig> = {
  ...dayView("birthday"),
  Cell: ({ value, config }) => {
    const { lang, zone } = useControlHost();
    const age = value && config.show_age !== false ? ageText(value, localDay(clinicNow(), zone), lang) : "";
    return (
      <span className="ctl-num">
        {value} {age ? <span className="ctl-quiet">{age}</span> : null}
      </span>
    );
  },
};

export default view;
