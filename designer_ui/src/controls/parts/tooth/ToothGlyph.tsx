/** One tooth: side view with what stands there, five surfaces with what is on them. */

import { memo } from "react";
import type { Paint } from "../palette";
import { BOX, COLUMN, SIDE, sideShape, surfaceShapes } from "./geometry";
import type { Code, Layer, Surface, Tooth, ToothState } from "./model";

export interface GlyphProps {
  tooth: Tooth;
  state: ToothState | undefined;
  name: string;
  label: string;
  id: string;
  isChosen: boolean;
  isActive: boolean;
  layers: ReadonlySet<Layer>;
  codes: ReadonlyMap<string, Code>;
  paint: Paint;
  onTooth?: (fdi: string, event: React.MouseEvent) => void;
  onSurface?: (fdi: string, surface: Surface) => void;
}

/** Colours of a surface by layer. */
const marksOf = (
  state: ToothState | undefined,
  surface: Surface | null,
  props: GlyphProps,
): { layer: Layer; color: string }[] => {
  const { layers, codes, paint } = props;
  const color = (layer: Layer, code: string) =>
    paint(codes.get(`${layer === "found" ? "c" : "p"}:${code}`)?.color);
  const found = surface ? (state?.surfaces?.[surface] ?? []) : (state?.marks ?? []);
  const acts = (layer: "plan" | "done") =>
    (state?.[layer] ?? [])
      .filter((act) => (surface ? act.surfaces?.includes(surface) : !act.surfaces))
      .map((act) => ({ layer, color: color(layer, act.code) }));
  return [
    ...found.map((code) => ({ layer: "found" as const, color: color("found", code) })),
    ...acts("plan"),
    ...acts("done"),
  ].filter((mark) => layers.has(mark.layer));
};

const Side = ({ props }: { props: GlyphProps }) => {
  const { tooth, state, layers } = props;
  const { crown, roots, canals } = sideShape(tooth);
  const status = layers.has("found") ? state?.status : undefined;
  const marks = marksOf(state, null, props);
  const has = (code: string) => layers.has("found") && state?.marks?.includes(code);
  const isGhost = status === "missing" || status === "unerupted";
  const crownFill = has("crown") ? props.paint("gold") : undefined;
  const flip = tooth.isUpper ? "" : `translate(0 ${SIDE}) scale(1 -1)`;
  const tilt = status === "impacted" ? ` rotate(${tooth.isRight ? 28 : -28} ${COLUMN / 2} 38)` : "";
  return (
    <g transform={`${flip}${tilt}`} className={isGhost ? "tc-ghost" : ""}>
      {status === "implant" ? (
        <path
          className="tc-implant"
          d={`M${COLUMN / 2 - 5} 40 L${COLUMN / 2 - 3} 10 Q${COLUMN / 2} 6 ${COLUMN / 2 + 3} 10 L${COLUMN / 2 + 5} 40 Z M${COLUMN / 2 - 6} 34 l12 -4 M${COLUMN / 2 - 6} 27 l12 -4 M${COLUMN / 2 - 5} 20 l10 -4`}
        />
      ) : status === "pontic" ? null : (
        roots.map((root) => <path key={root} d={root} className="tc-root" />)
      )}
      {status === "root_remnant" ? null : (
        <path d={crown} className="tc-crown" style={crownFill ? { fill: crownFill } : {}} />
      )}
      {status === "residual_crown" ? (
        <path d={`M4 64 L12 50 L19 56 L27 47 L36 64 Z`} className="tc-broken" />
      ) : null}
      {has("root_filled")
        ? canals.map((canal) => (
            <path key={canal} d={canal} stroke={props.paint("geekblue")} strokeWidth={2.5} fill="none" />
          ))
        : null}
      {has("periapical") ? (
        <circle cx={COLUMN / 2} cy={6} r={5} fill={props.paint("red")} opacity={0.75} />
      ) : null}
      {status === "missing" ? <path d="M8 14 L32 58 M32 14 L8 58" className="tc-cross" /> : null}
      {marks.map((mark, place) => (
        <g key={place} transform={`translate(${6 + (place % 4) * 9} 46)`}>
          {mark.layer === "found" ? <circle r={3.5} fill={mark.color} /> : null}
          {mark.layer === "plan" ? (
            <circle r={3} fill="none" stroke={mark.color} strokeWidth={1.8} strokeDasharray="2 1.5" />
          ) : null}
          {mark.layer === "done" ? <path d="M-4 0 L0 -4 L4 0 L0 4 Z" fill={mark.color} /> : null}
        </g>
      ))}
    </g>
  );
};

const Glyph = (props: GlyphProps) => {
  const { tooth, state, name, label, id, isChosen, isActive, onTooth, onSurface } = props;
  const boxY = tooth.isUpper ? SIDE + 2 : 20;
  const sideY = tooth.isUpper ? 0 : 20 + BOX + 2;
  const nameY = tooth.isUpper ? SIDE + BOX + 15 : 13;
  const offset = (COLUMN - BOX) / 2;
  return (
    <g
      id={id}
      {...(onTooth ? { role: "button", "aria-pressed": isChosen } : { role: "img" })}
      aria-label={label}
      className={`tc-tooth${isChosen ? " tc-chosen" : ""}${isActive ? " tc-active" : ""}`}
    >
      <title>{label}</title>
      <rect
        x={1}
        y={-1}
        width={COLUMN - 2}
        height={SIDE + BOX + 22}
        rx={6}
        className="tc-back"
        onClick={(event) => onTooth?.(tooth.fdi, event)}
      />
      <g transform={`translate(0 ${sideY})`} pointerEvents="none">
        <Side props={props} />
      </g>
      <g transform={`translate(${offset} ${boxY})`}>
        {surfaceShapes(tooth).map(({ surface, points, label: spot }) => {
          const marks = marksOf(state, surface, props);
          return (
            <g
              key={surface}
              onClick={() => onSurface?.(tooth.fdi, surface)}
              className={onSurface ? "tc-touch" : ""}
            >
              <polygon points={points} className="tc-surface" />
              {marks.map((mark, place) => (
                <polygon
                  key={place}
                  points={points}
                  pointerEvents="none"
                  fill={mark.layer === "plan" ? "none" : mark.color}
                  fillOpacity={mark.layer === "done" ? 0.45 : 0.9}
                  stroke={mark.layer === "found" ? "none" : mark.color}
                  strokeWidth={mark.layer === "plan" ? 2 : 1.5}
                  strokeDasharray={mark.layer === "plan" ? "3 2" : "none"}
                />
              ))}
              {marks.some((mark) => mark.layer === "done") ? (
                <text x={spot[0]} y={spot[1] + 3} className="tc-done" pointerEvents="none">
                  ✓
                </text>
              ) : null}
            </g>
          );
        })}
      </g>
      <text x={COLUMN / 2} y={nameY} className="tc-name" pointerEvents="none">
        {name}
        {state?.mobility ? ` ${"I".repeat(state.mobility)}°` : ""}
      </text>
      {state?.note ? <circle cx={COLUMN - 5} cy={nameY - 9} r={2.5} className="tc-noted" /> : null}
    </g>
  );
};

export const ToothGlyph = memo(Glyph);
