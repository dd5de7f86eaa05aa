import { lazy } from "react";
import type { ControlView } from "../shared/kinds";
import { useLang } from "../shared/useLang";
import { isOff, SIGNS, type VitalsConfig, type VitalsValue } from "./parts/vitalSigns";
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
  Detail: ({ value }) => {
    const lang = useLang();
    return (
      <div className="ctl-figures">
        {SIGNS.filter((sign) => value?.[sign.key] !== undefined).map((sign) => (
          <span key={sign.key}>
            {sign[lang]}{" "}
            <b className={isOff(sign, value?.[sign.key]) ? "ctl-off" : ""}>
              {value?.[sign.key]}
              {isOff(sign, value?.[sign.key]) ? " !" : ""}
            </b>{" "}
            <span className="ctl-quiet">{sign.unit}</span>
          </span>
        ))}
      </div>
    );
  },
  wide: true,
  structured: true,
};

export default view;
