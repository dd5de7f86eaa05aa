/** Full-screen rotation for a wall screen: one chart after another, the numbers above all the time, names masked. */

import { useCallback, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useSay } from "../../shared/useLang";
import { type Board, inOrder, questionOf } from "./board";
import { ChartFrame } from "./ChartFrame";
import type { CellPart, Dashboard, Source } from "./contract";
import { useAnswer } from "./useAnswer";

const REFRESH_MS = 60_000;
const EMPTY_MS = 1_500;

const MOST_NUMBERS = 6;

/** The single numbers that stay in sight above every chart. */
export const numbersOf = (dashboard: Dashboard): CellPart[] =>
  inOrder(dashboard)
    .filter((one) => one.chart === "kpi")
    .slice(0, MOST_NUMBERS);

/** Pages of a rotation: each chart alone; only numbers where there is nothing else. */
export const pagesOf = (dashboard: Dashboard): CellPart[][] => {
  const charts = inOrder(dashboard).filter((one) => one.chart !== "kpi" && !one.text && !one.panel);
  return charts.length > 0 ? charts.map((one) => [one]) : [numbersOf(dashboard)];
};

const Shown = ({
  part,
  dashboard,
  board,
  source,
  usual,
  onEmpty,
}: {
  part: CellPart;
  dashboard: Dashboard;
  board: Board;
  source: Source;
  /** The time the board is about: said of what is about another. */
  usual: string;
  /** Told whether there is anything to be shown. */
  onEmpty?: (cell: string, isEmpty: boolean) => void;
}) => {
  const say = useSay();
  // Whoever sits in the waiting room reads along, whatever the reader's own rights.
  const question = { ...questionOf(dashboard, board, part.key), veiled: true };
  const answered = useAnswer(dashboard.key, source, question, REFRESH_MS);
  const isEmpty = answered.answer ? (answered.answer.figure?.empty ?? true) : null;
  const about = say(answered.answer?.period);
  useEffect(() => {
    if (isEmpty !== null) onEmpty?.(part.key, isEmpty);
  }, [isEmpty, onEmpty, part.key]);
  return (
    <section className={`dash-cell dash-cell-${part.chart}`}>
      <header className="dash-cell-head">
        <h3>{say(part.title)}</h3>
        {about && about !== usual ? <span className="dash-cell-period">{about}</span> : null}
      </header>
      <ChartFrame kind={part.chart} title={say(part.title)} answered={answered} isNow={part.aloof} />
    </section>
  );
};

export const Rotation = ({
  dashboard,
  board,
  source,
  period = "",
  eachMs = 12_000,
  onClose,
}: {
  dashboard: Dashboard;
  board: Board;
  source: Source;
  /** The time it is about, in words. */
  period?: string;
  eachMs?: number;
  onClose: () => void;
}) => {
  const { t } = useTranslation();
  const say = useSay();
  const stage = useRef<HTMLDivElement>(null);
  const [at, setAt] = useState(0);
  const [isPaused, setPaused] = useState(false);
  const pages = pagesOf(dashboard);
  const numbers = pages.some((page) => page.some((one) => one.chart !== "kpi")) ? numbersOf(dashboard) : [];
  const count = Math.max(1, pages.length);
  const [empty, setEmpty] = useState<ReadonlySet<string>>(new Set());
  const noteEmpty = useCallback((cell: string, isEmpty: boolean) => {
    setEmpty((old) => {
      if (old.has(cell) === isEmpty) return old;
      const next = new Set(old);
      if (isEmpty) next.add(cell);
      else next.delete(cell);
      return next;
    });
  }, []);
  const current = pages[at]?.[0]?.key;
  // Nobody at a wall wants to look at an empty chart: by itself it is passed over, by hand it is shown.
  const waitMs = current !== undefined && empty.has(current) && empty.size < count ? EMPTY_MS : eachMs;

  useEffect(() => {
    const element = stage.current;
    element?.focus();
    // Refused where the browser does not allow it; the page is covered all the same.
    element?.requestFullscreen?.().catch(() => undefined);
    const left = (): void => {
      if (!document.fullscreenElement) onClose();
    };
    document.addEventListener("fullscreenchange", left);
    return () => {
      document.removeEventListener("fullscreenchange", left);
      if (document.fullscreenElement) void document.exitFullscreen();
    };
  }, [onClose]);

  useEffect(() => {
    if (isPaused) return;
    const timer = setTimeout(() => setAt((at + 1) % count), waitMs);
    return () => clearTimeout(timer);
  }, [at, count, waitMs, isPaused]);

  return (
    <div
      ref={stage}
      className="rotation"
      role="dialog"
      aria-label={say(dashboard.name)}
      tabIndex={-1}
      onKeyDown={(event) => {
        if (event.key === "Escape") onClose();
        if (event.key === "ArrowRight") setAt((at + 1) % count);
        if (event.key === "ArrowLeft") setAt((at + count - 1) % count);
        if (event.key === " ") setPaused(!isPaused);
      }}
    >
      <header>
        <h1>{say(dashboard.name)}</h1>
        {period ? <span className="rotation-period">{period}</span> : null}
        <nav>
          {pages.map((page, place) => (
            <button
              key={page[0]?.key}
              type="button"
              aria-label={say(page[0]?.title)}
              aria-current={place === at}
              onClick={() => setAt(place)}
            />
          ))}
        </nav>
        <span className="rotation-veiled">{t("dashboard.veiled")}</span>
        <button type="button" className="rotation-word" onClick={() => setPaused(!isPaused)}>
          {t(isPaused ? "dashboard.play" : "dashboard.pause")}
        </button>
        <button type="button" className="rotation-word" onClick={onClose}>
          {t("dashboard.close")}
        </button>
      </header>
      {numbers.length > 0 ? (
        <div
          className="rotation-numbers"
          style={{ gridTemplateColumns: `repeat(${numbers.length}, minmax(0, 1fr))` }}
        >
          {numbers.map((part) => (
            <Shown
              key={part.key}
              part={part}
              dashboard={dashboard}
              board={board}
              source={source}
              usual={period}
            />
          ))}
        </div>
      ) : null}
      <div className="rotation-page" key={at}>
        {pages[at]?.map((part) => (
          <Shown
            key={part.key}
            part={part}
            dashboard={dashboard}
            board={board}
            source={source}
            usual={period}
            onEmpty={noteEmpty}
          />
        ))}
      </div>
    </div>
  );
};
