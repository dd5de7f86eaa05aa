/** All teeth in their arches, as one faces the patient: the patient's right is on the left. */

import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { useLang, useSay } from "../../../shared/useLang";
import { usePaint } from "../palette";
import { COLUMN, ROW } from "./geometry";
import {
  type Chart,
  type ChartConfig,
  type Code,
  type Dentition,
  type Layer,
  nameOf,
  ORDER,
  rowsOf,
  STATES,
  type Surface,
  type Tooth,
  type ToothState,
} from "./model";
import { ToothGlyph } from "./ToothGlyph";
import "./tooth.css";

export interface MapProps {
  chart: Chart;
  config: ChartConfig;
  dentition: Dentition;
  layers: ReadonlySet<Layer>;
  chosen?: ReadonlySet<string>;
  active?: string | null;
  /** Only the patient's right or left half, for phones. */
  half?: "right" | "left" | null;
  idPrefix: string;
  onTooth?: (fdi: string, event: React.MouseEvent) => void;
  onSurface?: (fdi: string, surface: Surface) => void;
}

const placeOf = (tooth: Tooth): string =>
  `tooth.${tooth.isUpper ? "upper" : "lower"}${tooth.isRight ? "Right" : "Left"}`;

export const useCodes = (config: ChartConfig): ReadonlyMap<string, Code> =>
  useMemo(
    () =>
      new Map([
        ...STATES.map((code) => [`s:${code.key}`, code] as const),
        ...(config.conditions ?? []).map((code) => [`c:${code.key}`, code] as const),
        ...(config.procedures ?? []).map((code) => [`p:${code.key}`, code] as const),
      ]),
    [config.conditions, config.procedures],
  );

/** A tooth in words, for readers and hover: “36 左下第一磨牙: MO 龋坏; 计划 充填 MO”. */
export const useDescribe = (
  config: ChartConfig,
): ((tooth: Tooth, state: ToothState | undefined) => string) => {
  const say = useSay();
  const lang = useLang();
  const { t } = useTranslation();
  const codes = useCodes(config);
  const word = (group: string, key: string) => say(codes.get(`${group}:${key}`)?.label) || key;
  return (tooth, state) => {
    const parts: string[] = [];
    if (state?.status) parts.push(word("s", state.status));
    const byCode = new Map<string, string>();
    for (const surface of ORDER)
      for (const code of state?.surfaces?.[surface] ?? [])
        byCode.set(code, (byCode.get(code) ?? "") + surface);
    for (const [code, surfaces] of byCode) parts.push(`${surfaces} ${word("c", code)}`);
    for (const code of state?.marks ?? []) parts.push(word("c", code));
    for (const layer of ["plan", "done"] as const)
      for (const act of state?.[layer] ?? [])
        parts.push(`${t(`tooth.${layer}`)} ${word("p", act.code)} ${(act.surfaces ?? []).join("")}`.trim());
    if (state?.mobility) parts.push(`${t("tooth.mobility")} ${"I".repeat(state.mobility)}°`);
    if (state?.note) parts.push(state.note);
    const name = `${nameOf(tooth, config.notation ?? "fdi")} ${t(placeOf(tooth))}${tooth[lang]}`;
    return parts.length ? `${name}: ${parts.join("; ")}` : name;
  };
};

export const ToothMap = ({
  chart,
  config,
  dentition,
  layers,
  chosen,
  active,
  half,
  idPrefix,
  onTooth,
  onSurface,
}: MapProps) => {
  const paint = usePaint();
  const codes = useCodes(config);
  const describe = useDescribe(config);
  const { t } = useTranslation();
  const rows = rowsOf(dentition);
  const widest = Math.max(...rows.map((row) => row.length));
  const columns = half ? widest / 2 : widest;
  const middle = (columns * COLUMN) / 2;
  const height = rows.length * (ROW + 6) + 10;
  const lower = rows.filter((row) => row[0]?.isUpper).length;
  return (
    <svg
      viewBox={`0 0 ${columns * COLUMN} ${height}`}
      className={half ? "tc-map tc-half" : "tc-map"}
      role={onTooth ? "group" : "img"}
      aria-label={t("tooth.chart")}
    >
      {half ? null : <line x1={middle} x2={middle} y1={0} y2={height} className="tc-axis" />}
      <line
        x1={0}
        x2={columns * COLUMN}
        y1={lower * (ROW + 6) + 2}
        y2={lower * (ROW + 6) + 2}
        className="tc-axis"
      />
      {rows.map((row, at) => {
        const shown = half ? row.filter((tooth) => tooth.isRight === (half === "right")) : row;
        const left = half ? (half === "right" ? columns - shown.length : 0) : (widest - row.length) / 2;
        const y = at * (ROW + 6) + (at >= lower ? 8 : 0);
        return shown.map((tooth, place) => (
          <g key={tooth.fdi} transform={`translate(${(left + place) * COLUMN} ${y})`}>
            <ToothGlyph
              tooth={tooth}
              state={chart.teeth[tooth.fdi]}
              name={nameOf(tooth, config.notation ?? "fdi")}
              label={describe(tooth, chart.teeth[tooth.fdi])}
              id={`${idPrefix}-${tooth.fdi}`}
              isChosen={chosen?.has(tooth.fdi) ?? false}
              isActive={active === tooth.fdi}
              layers={layers}
              codes={codes}
              paint={paint}
              {...(onTooth ? { onTooth } : {})}
              {...(onSurface ? { onSurface } : {})}
            />
          </g>
        ));
      })}
    </svg>
  );
};
