/** A perio chart filled by keyboard or by the pad on the screen; the cursor goes on by itself. */

import { Button, Segmented } from "antd";
import { useCallback, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { InputProps } from "../../shared/kinds";
import { useSay } from "../../shared/useLang";
import type { Figure, Mark, PerioChart, PerioConfig, Spot } from "../parts/perio/model";
import * as model from "../parts/perio/model";
import { PerioFigures } from "../parts/perio/PerioFigures";
import { PerioMap, useWords } from "../parts/perio/PerioMap";
import { useHistory } from "../parts/tooth/useHistory";

const CELL = /^pc-(\d\d)-(pd|rec)-([0-5])$/;
const EMPTY: PerioChart = { teeth: {} };

const PerioChartInput = ({
  id,
  value,
  config,
  field,
  disabled,
  onChange,
}: InputProps<PerioChart, PerioConfig>) => {
  const { t, i18n } = useTranslation();
  const say = useSay();
  const given = useWords();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the words change with the language only
  const words = useMemo(() => given, [i18n.language]);
  const chart = value ?? EMPTY;
  const [spot, setSpot] = useState<Spot>(
    () => model.orderOf("pd", chart)[0] ?? { fdi: "18", field: "pd", site: 2 },
  );
  const [isNegative, setNegative] = useState(false);
  const [isTen, setTen] = useState(false);
  const stage = useRef<HTMLDivElement>(null);
  const history = useHistory<PerioChart>(chart, (next) =>
    onChange(Object.keys(next.teeth).length ? next : null),
  );
  const change = (next: PerioChart) => {
    if (!disabled) history.commit(next);
  };
  const typed = useRef<Spot | null>(null);
  const go = useCallback((next: Spot, after: Spot | null = null) => {
    typed.current = after;
    setSpot(next);
    const cell = document.getElementById(`pc-${next.fdi}-${next.field}-${next.site}`);
    cell?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, []);
  const type = (digit: number, isPlusTen: boolean) => {
    const figure = (digit + (isPlusTen ? 10 : 0)) * (isNegative && spot.field === "rec" ? -1 : 1);
    change(model.setFigure(chart, spot, figure));
    setTen(false);
    setNegative(false);
    go(model.beside(spot, chart, 1), spot);
  };
  const erase = () => {
    const has = chart.teeth[spot.fdi]?.[spot.field]?.[spot.site] ?? null;
    const target = has === null ? model.beside(spot, chart, -1) : spot;
    change(model.setFigure(chart, target, null));
    go(target);
  };
  /** Bleeding is called out after the depth, when the cursor has already gone on: it belongs to the site just typed. */
  const mark = (name: Mark) => {
    const target = typed.current ?? spot;
    change(model.cycleMark(chart, target.fdi, name, target.site));
  };
  const keys = (event: React.KeyboardEvent) => {
    const letter = event.key.toLowerCase();
    const actions: Record<string, () => void> = {
      arrowleft: () => go(model.beside(spot, chart, -1)),
      arrowright: () => go(model.beside(spot, chart, 1)),
      arrowup: () => go(model.across(spot, false)),
      arrowdown: () => go(model.across(spot, true)),
      backspace: erase,
      delete: () => change(model.setFigure(chart, spot, null)),
      " ": () => go(model.beside(spot, chart, 1)),
      b: () => mark("bop"),
      p: () => mark("plaque"),
      m: () => change(model.cycleMobility(chart, spot.fdi)),
      x: () => change(model.cyclePresence(chart, spot.fdi)),
      "-": () => setNegative(!isNegative),
      "+": () => setTen(!isTen),
      enter: () => go({ ...spot, field: spot.field === "pd" ? "rec" : "pd" }),
    };
    if ((event.ctrlKey || event.metaKey) && letter === "z") (event.shiftKey ? history.redo : history.undo)();
    else if (event.ctrlKey || event.metaKey || event.altKey) return;
    else if (/^Digit\d$/.test(event.code) || /^Numpad\d$/.test(event.code))
      type(Number(event.code.at(-1)), event.shiftKey || isTen);
    else if (actions[letter]) actions[letter]();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const latest = useRef({ chart, change });
  latest.current = { chart, change };
  const handlers = useMemo(
    () =>
      disabled
        ? { isOpen: false }
        : {
            isOpen: true,
            onMark: (fdi: string, name: Mark, site: number) =>
              latest.current.change(model.cycleMark(latest.current.chart, fdi, name, site)),
            onPresence: (fdi: string) =>
              latest.current.change(model.cyclePresence(latest.current.chart, fdi)),
            onMobility: (fdi: string) =>
              latest.current.change(model.cycleMobility(latest.current.chart, fdi)),
            onFurcation: (fdi: string, side: string) =>
              latest.current.change(model.cycleFurcation(latest.current.chart, fdi, side)),
          },
    [disabled],
  );
  return (
    <div className="pc">
      <PerioFigures chart={chart} />
      <div className="ctl-row">
        <Segmented<Figure>
          value={spot.field}
          options={[
            { value: "pd", label: words.pd },
            { value: "rec", label: words.rec },
          ]}
          onChange={(next) => go({ ...spot, field: next })}
        />
        <Button size="small" disabled={disabled || !history.canUndo} onClick={history.undo}>
          {t("tooth.undo")}
        </Button>
        <Button size="small" disabled={disabled || !history.canRedo} onClick={history.redo}>
          {t("tooth.redo")}
        </Button>
        <Button size="small" disabled={disabled} onClick={() => change(model.fillMark(chart, "bop"))}>
          {t("perio.restClean")}
        </Button>
      </div>
      <div
        ref={stage}
        id={id}
        className="pc-scroll"
        role="application"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the chart takes the keys for all of its sites
        tabIndex={0}
        aria-label={`${say(field.label)}. ${t("perio.keys")}`}
        aria-activedescendant={`pc-${spot.fdi}-${spot.field}-${spot.site}`}
        onKeyDown={keys}
        onClick={(event) => {
          const cell = event.target instanceof Element ? CELL.exec(event.target.id) : null;
          if (cell && !disabled)
            go({ fdi: cell[1] ?? "18", field: cell[2] === "rec" ? "rec" : "pd", site: Number(cell[3]) });
        }}
      >
        <PerioMap
          chart={chart}
          config={config}
          spot={disabled ? null : spot}
          words={words}
          handlers={handlers}
        />
      </div>
      {disabled ? null : (
        <>
          <div className="tc-live" aria-live="polite">
            {spot.fdi} {["MB", "B", "DB", "ML", "L", "DL"][spot.site]} · {words[spot.field]}{" "}
            {isNegative ? "−" : ""}
            {isTen ? "1_" : ""} · {t("perio.keys")}
          </div>
          <div className="pc-pad" role="group" aria-label={t("perio.pad")}>
            {[1, 2, 3, 4, 5, 6, 7, 8, 9, 0].map((digit) => (
              <button key={digit} type="button" onClick={() => type(digit, isTen)}>
                {isTen ? `1${digit}` : digit}
              </button>
            ))}
            <button type="button" aria-pressed={isTen} onClick={() => setTen(!isTen)}>
              +10
            </button>
            <button
              type="button"
              aria-pressed={isNegative}
              disabled={spot.field !== "rec"}
              onClick={() => setNegative(!isNegative)}
            >
              ±
            </button>
            <button type="button" onClick={() => mark("bop")}>
              BOP
            </button>
            <button type="button" aria-label={t("perio.erase")} onClick={erase}>
              ⌫
            </button>
          </div>
        </>
      )}
    </div>
  );
};

export default PerioChartInput;
