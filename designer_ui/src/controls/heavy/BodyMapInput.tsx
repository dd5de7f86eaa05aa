/** Zones picked on a body; each with a code, a level and a note. */

import { Input, Slider } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { InputProps } from "../../shared/kinds";
import { useSay } from "../../shared/useLang";
import { BodyFigure } from "../parts/body/BodyFigure";
import { type Area, type BodyConfig, type BodyValue, ZONES, type Zone } from "../parts/body/zones";
import { CodePalette } from "../parts/tooth/CodePalette";

const BodyMapInput = ({ value, config, disabled, onChange }: InputProps<BodyValue, BodyConfig>) => {
  const { t } = useTranslation();
  const say = useSay();
  const codes = config.codes ?? [];
  const [brush, setBrush] = useState(codes[0]?.key ?? "");
  const [active, setActive] = useState<string | null>(null);
  const areas = value?.areas ?? [];
  const keep = (next: readonly Area[]) => onChange(next.length ? { areas: next } : null);
  const touch = (zone: Zone) => {
    setActive(zone.key);
    if (disabled) return;
    const isOn = areas.some((area) => area.zone === zone.key && area.code === brush);
    keep(
      isOn
        ? areas.filter((area) => area.zone !== zone.key || area.code !== brush)
        : [...areas, { zone: zone.key, code: brush }],
    );
  };
  const change = (area: Area, part: Partial<Area>) =>
    keep(areas.map((one) => (one === area ? { ...one, ...part } : one)));
  return (
    <div className="bm">
      <CodePalette
        title={t("body.code")}
        codes={codes}
        isOn={(code) => code === brush}
        disabled={disabled}
        onPick={setBrush}
      />
      <BodyFigure value={value} config={config} active={active} onZone={touch} />
      {areas.map((area) => {
        const zone = ZONES.find((one) => one.key === area.zone);
        const name = `${say(zone?.label)} · ${say(codes.find((code) => code.key === area.code)?.label)}`;
        return (
          <div key={`${area.zone}${area.code}`} className="ctl-row">
            <span style={{ minWidth: 140 }}>{name}</span>
            {config.levels === false ? null : (
              <Slider
                className="ctl-grow"
                min={0}
                max={10}
                value={area.level ?? 0}
                disabled={disabled}
                aria-label={`${name} ${t("body.level")}`}
                onChange={(level) => change(area, { level })}
              />
            )}
            <span className="ctl-num">{area.level ?? ""}</span>
            <Input
              size="small"
              className="ctl-grow"
              maxLength={200}
              value={area.note ?? ""}
              disabled={disabled}
              placeholder={t("body.note")}
              aria-label={`${name} ${t("body.note")}`}
              onChange={(event) => change(area, { note: event.target.value })}
            />
            <button
              type="button"
              className="ctl-link"
              disabled={disabled}
              aria-label={t("ctl.removeNamed", { name })}
              onClick={() => keep(areas.filter((one) => one !== area))}
            >
              ×
            </button>
          </div>
        );
      })}
    </div>
  );
};

export default BodyMapInput;
