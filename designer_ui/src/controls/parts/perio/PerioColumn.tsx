/** One tooth of a perio chart, top to bottom, with its line of depths. */

import { memo } from "react";
import {
  calOf,
  type Face,
  type Figure,
  furcationsOf,
  type Mark,
  type PerioTooth,
  type Spot,
  sitesOf,
} from "./model";

export interface ColumnProps {
  fdi: string;
  tooth: PerioTooth | undefined;
  spot: Spot | null;
  warn: number;
  hasPlaque: boolean;
  hasFurcation: boolean;
  words: {
    presence: string;
    mobility: string;
    furcation: string;
    pd: string;
    rec: string;
    bop: string;
    plaque: string;
  };
  isOpen: boolean;
  onMark?: (fdi: string, mark: Mark, site: number) => void;
  onPresence?: (fdi: string) => void;
  onMobility?: (fdi: string) => void;
  onFurcation?: (fdi: string, side: string) => void;
}

export const STEP = 18;
const MM = 3.2;
const TALL = 60;

/** Margin and bottom of the pocket against the neck of the tooth, 3.2 px a millimetre, roots away from the crown. */
const Line = ({
  tooth,
  sites,
  rootsUp,
}: {
  tooth: PerioTooth | undefined;
  sites: readonly number[];
  rootsUp: boolean;
}) => {
  const neck = rootsUp ? TALL - 16 : 16;
  const y = (mm: number) => Math.min(TALL, Math.max(0, neck + (rootsUp ? -mm : mm) * MM));
  const points = sites.map((site, place) => ({
    x: place * STEP + STEP / 2,
    rec: tooth?.rec?.[site] ?? 0,
    cal: calOf(tooth, site),
    pd: tooth?.pd?.[site] ?? null,
  }));
  const measured = points.filter((point) => point.cal !== null);
  const margin = measured.map((point) => `${point.x},${y(point.rec)}`);
  const bottom = measured.map((point) => `${point.x},${y(point.cal ?? 0)}`);
  return (
    <svg width={STEP * 3} height={TALL} className="pc-line" aria-hidden>
      {[0, 2, 4, 6, 8, 10, 12].map((mm) => (
        <line
          key={mm}
          x1={0}
          x2={STEP * 3}
          y1={y(mm)}
          y2={y(mm)}
          className={mm === 0 ? "pc-neck" : "pc-grid"}
        />
      ))}
      <path
        d={
          rootsUp
            ? `M9 ${neck} Q12 8 ${STEP * 1.5} 4 Q42 8 45 ${neck} Z`
            : `M9 ${neck} Q12 ${TALL - 8} ${STEP * 1.5} ${TALL - 4} Q42 ${TALL - 8} 45 ${neck} Z`
        }
        className={tooth?.implant ? "pc-root pc-screw" : "pc-root"}
      />
      {measured.length ? (
        <polygon points={[...margin, ...bottom.reverse()].join(" ")} className="pc-pocket" />
      ) : null}
      <polyline points={margin.join(" ")} className="pc-margin" />
      <polyline points={bottom.join(" ")} className="pc-bottom" />
      {points.map((point, place) =>
        point.pd !== null && point.pd >= 6 && point.cal !== null ? (
          <circle key={place} cx={point.x} cy={y(point.cal)} r={2.6} className="pc-deep" />
        ) : null,
      )}
    </svg>
  );
};

const Figures = ({ props, face, field }: { props: ColumnProps; face: Face; field: Figure }) => {
  const { fdi, tooth, spot, warn, isOpen, words } = props;
  return (
    <div className="pc-three">
      {sitesOf(fdi, face).map((site) => {
        const value = tooth?.[field]?.[site] ?? null;
        const isHere = spot !== null && spot.fdi === fdi && spot.field === field && spot.site === site;
        const isDeep = field === "pd" && value !== null && value >= warn;
        return (
          <span
            key={site}
            id={`pc-${fdi}-${field}-${site}`}
            role="img"
            aria-label={`${fdi} ${["MB", "B", "DB", "ML", "L", "DL"][site]} ${words[field]} ${value ?? ""}`}
            className={`pc-cell${isHere ? " pc-here" : ""}${isDeep ? " pc-warn" : ""}${tooth?.bop?.[site] ? " pc-bled" : ""}`}
          >
            {value ?? (isOpen ? "·" : "")}
          </span>
        );
      })}
    </div>
  );
};

const Marks = ({ props, face, mark }: { props: ColumnProps; face: Face; mark: Mark }) => (
  <div className="pc-three">
    {sitesOf(props.fdi, face).map((site) => {
      const value = props.tooth?.[mark]?.[site] ?? null;
      return (
        <button
          key={site}
          type="button"
          tabIndex={-1}
          className={`pc-mark pc-${mark}${value === 1 ? " pc-on" : value === 0 ? " pc-off" : ""}`}
          aria-label={`${props.fdi} ${["MB", "B", "DB", "ML", "L", "DL"][site]} ${props.words[mark]}`}
          aria-pressed={value === 1}
          disabled={!props.onMark}
          onClick={() => props.onMark?.(props.fdi, mark, site)}
        />
      );
    })}
  </div>
);

const Cal = ({ props, face }: { props: ColumnProps; face: Face }) => (
  <div className="pc-three">
    {sitesOf(props.fdi, face).map((site) => (
      <span key={site} className="pc-cell pc-cal">
        {calOf(props.tooth, site) ?? ""}
      </span>
    ))}
  </div>
);

const Head = ({ props }: { props: ColumnProps }) => {
  const { fdi, tooth, words, onPresence, onMobility, onFurcation } = props;
  return (
    <>
      <button
        type="button"
        tabIndex={-1}
        className="pc-name"
        disabled={!onPresence}
        title={words.presence}
        aria-label={`${fdi} ${words.presence}`}
        onClick={() => onPresence?.(fdi)}
      >
        {fdi}
        {tooth?.implant ? " ⌬" : ""}
      </button>
      <button
        type="button"
        tabIndex={-1}
        className="pc-small"
        disabled={!onMobility}
        aria-label={`${fdi} ${words.mobility} ${tooth?.mobility ?? 0}`}
        onClick={() => onMobility?.(fdi)}
      >
        {"I".repeat(tooth?.mobility ?? 0) || "–"}
      </button>
      {props.hasFurcation ? (
        <div className="pc-furcations">
          {[...furcationsOf(fdi)].map((side) => (
            <button
              key={side}
              type="button"
              tabIndex={-1}
              className="pc-small"
              disabled={!onFurcation}
              aria-label={`${fdi} ${words.furcation} ${side} ${tooth?.furcation?.[side] ?? 0}`}
              onClick={() => onFurcation?.(fdi, side)}
            >
              {side}
              {tooth?.furcation?.[side] ?? ""}
            </button>
          ))}
        </div>
      ) : null}
    </>
  );
};

const Half = ({ props, face, isOuter }: { props: ColumnProps; face: Face; isOuter: boolean }) => {
  const parts = [
    props.hasPlaque ? <Marks key="plaque" props={props} face={face} mark="plaque" /> : null,
    <Marks key="bop" props={props} face={face} mark="bop" />,
    <Figures key="rec" props={props} face={face} field="rec" />,
    <Figures key="pd" props={props} face={face} field="pd" />,
    <Cal key="cal" props={props} face={face} />,
  ];
  return <>{isOuter ? parts : parts.reverse()}</>;
};

const Column = (props: ColumnProps) => {
  const { fdi, tooth } = props;
  const isUpper = fdi[0] === "1" || fdi[0] === "2";
  const [outer, inner]: [Face, Face] = isUpper ? ["B", "L"] : ["L", "B"];
  return (
    <div className={`pc-column${tooth?.missing ? " pc-missing" : ""}`}>
      {isUpper ? <Head props={props} /> : null}
      <Half props={props} face={outer} isOuter />
      <Line tooth={tooth} sites={sitesOf(fdi, outer)} rootsUp={isUpper} />
      <Line tooth={tooth} sites={sitesOf(fdi, inner)} rootsUp={isUpper} />
      <Half props={props} face={inner} isOuter={false} />
      {isUpper ? null : <Head props={props} />}
    </div>
  );
};

export const PerioColumn = memo(Column);
