import { lazy } from "react";
import { localDay } from "../shared/format";
import { useControlHost } from "../shared/host";
import { asText } from "../shared/json";
import type { ControlView } from "../shared/kinds";
import { clinicNow } from "../shared/now";
import { useLang } from "../shared/useLang";
import { OffMark } from "./parts/OffMark";
import { isOff, signsAt, type VitalsConfig, type VitalsValue } from "./parts/vitalSigns";
import "./controls.css";

const view: ControlView<VitalsValue, VitalsConfig> = {
  kind: "vitals",
  Input: lazy(() => import("./heavy/VitalsInput")),
  Cell: ({ value }) => {
    const pressure = value?.bp_sys || value?.bp_dia ? `${value.bp_sys ?? "–"}/${value.bp_dia ?? "–"}` : "";
    return (
      <span className="ctl-num">
        {[pressure, value?.hr, value?.temp ? `${value.temp}℃` : "", value?.spo2 ? `${value.spo2}%` : ""]
          .filter(Boolean)
          .join(" · ")}
      </span>
    );
  },
  Detail: ({ value, config, record }) => {
    const lang = useLang();
    const { zone } = useControlHost();
    const signs = signsAt(asText(record[config.born ?? ""]), localDay(clinicNow(), zone));
    return (
      <div className="ctl-figures">
        {signs
          .filter((sign) => value?.[sign.key] !== undefined)
          .map((sign) => (
            <span key={sign.key}>
              {sign[lang]}{" "}
              <b className={isOff(sign, value?.[sign.key]) ? "ctl-off" : ""}>{value?.[sign.key]}</b>{" "}
              <span className="ctl-quiet">{sign.unit}</span> <OffMark sign={sign} value={value?.[sign.key]} />
            </span>
          ))}
      </div>
    );
  },
  wide: true,
  structured: true,
};

export default view;
