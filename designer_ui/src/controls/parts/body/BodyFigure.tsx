/** The body from the front and from behind, zones coloured by what is there. */

import { useTranslation } from "react-i18next";
import { useSay } from "../../../shared/useLang";
import { usePaint } from "../palette";
import { type BodyConfig, type BodyValue, HEIGHT, WIDTH, ZONES, type Zone } from "./zones";
import "./body.css";

interface Props {
  value: BodyValue | null;
  config: BodyConfig;
  active?: string | null;
  onZone?: (zone: Zone) => void;
}

export const BodyFigure = ({ value, config, active, onZone }: Props) => {
  const say = useSay();
  const { t } = useTranslation();
  const paint = usePaint();
  const scale = config.figure === "child" ? "scale(1 0.86) translate(0 22)" : undefined;
  return (
    <div className="bm-figures">
      {(["front", "back"] as const).map((view) => (
        <svg
          key={view}
          viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
          className="bm-figure"
          role="group"
          aria-label={t(`body.${view}`)}
        >
          <g transform={scale}>
            {ZONES.filter((zone) => zone.view === view).map((zone) => {
              const areas = (value?.areas ?? []).filter((area) => area.zone === zone.key);
              const code = config.codes?.find((one) => one.key === areas[0]?.code);
              const found = areas.map((area) => {
                const name = say(config.codes?.find((one) => one.key === area.code)?.label);
                return area.level === undefined ? name : `${name} ${area.level}/10`;
              });
              const told = [say(zone.label), ...found].join(" · ");
              const strength = areas[0]?.level === undefined ? 0.75 : 0.25 + (areas[0].level / 10) * 0.7;
              return (
                <path
                  key={zone.key}
                  d={zone.path}
                  className={`bm-zone${active === zone.key ? " bm-active" : ""}`}
                  style={areas.length ? { fill: paint(code?.color), fillOpacity: strength } : {}}
                  {...(onZone
                    ? { role: "button", tabIndex: 0, "aria-pressed": areas.length > 0 }
                    : areas.length
                      ? { role: "img" }
                      : { "aria-hidden": true })}
                  aria-label={told}
                  onClick={() => onZone?.(zone)}
                  onKeyDown={(event) => {
                    if (event.key !== "Enter" && event.key !== " ") return;
                    event.preventDefault();
                    onZone?.(zone);
                  }}
                >
                  <title>{told}</title>
                </path>
              );
            })}
          </g>
        </svg>
      ))}
    </div>
  );
};
