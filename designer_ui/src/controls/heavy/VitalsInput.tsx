/** Vital signs side by side; figures outside the usual range are marked as one types. */

import { InputNumber } from "antd";
import { localDay } from "../../shared/format";
import { useControlHost } from "../../shared/host";
import { asText } from "../../shared/json";
import type { InputProps } from "../../shared/kinds";
import { clinicNow } from "../../shared/now";
import { useLang } from "../../shared/useLang";
import { OffMark } from "../parts/OffMark";
import { bmiOf, signsAt, type VitalsConfig, type VitalsValue } from "../parts/vitalSigns";

const VitalsInput = ({
  id,
  value,
  config,
  record,
  disabled,
  invalid,
  onChange,
}: InputProps<VitalsValue, VitalsConfig>) => {
  const lang = useLang();
  const { zone } = useControlHost();
  const signs = signsAt(asText(record[config.born ?? ""]), localDay(clinicNow(), zone));
  const parts = config.parts ?? ["bp_sys", "bp_dia", "hr", "temp", "spo2", "weight", "height"];
  const now = value ?? {};
  const bmi = bmiOf(now);
  // The form's own label leads to the first field.
  const first = signs.find((sign) => parts.includes(sign.key))?.key;
  const idOf = (key: string) => (key === first && id ? id : `${id ?? "vitals"}-${key}`);
  const set = (key: string, next: number | null) => {
    const { [key]: _old, bmi: _bmi, ...rest } = now;
    const kept: VitalsValue = next === null ? rest : { ...rest, [key]: next };
    const worked = bmiOf(kept);
    onChange(Object.keys(kept).length ? { ...kept, ...(worked === undefined ? {} : { bmi: worked }) } : null);
  };
  return (
    <div className="ctl-vitals">
      {signs
        .filter((sign) => parts.includes(sign.key))
        .map((sign) => (
          <label key={sign.key} htmlFor={idOf(sign.key)}>
            {sign[lang]} <OffMark sign={sign} value={now[sign.key]} />
            <InputNumber
              id={idOf(sign.key)}
              style={{ width: "100%" }}
              value={now[sign.key] ?? null}
              min={0}
              step={sign.key === "temp" ? 0.1 : 1}
              suffix={sign.unit}
              disabled={disabled}
              status={invalid ? "error" : ""}
              onChange={(next) => set(sign.key, next)}
            />
          </label>
        ))}
      {bmi === undefined ? null : (
        <div className="ctl-quiet">
          BMI <b className="ctl-num">{bmi}</b>{" "}
          {signs
            .filter((sign) => sign.key === "bmi")
            .map((sign) => (
              <OffMark key={sign.key} sign={sign} value={bmi} />
            ))}
        </div>
      )}
    </div>
  );
};

export default VitalsInput;
