import { type KeyboardEvent, useLayoutEffect, useRef, useState } from "react";
import { DEFAULT_ZONE, formatDay, localDay } from "../shared/format";
import { clinicNow } from "../shared/now";
import { useLang } from "../shared/useLang";
import { type CellFigure, type ChartProps, isTable, type TableFigure } from "./parts/figure";
import { canFold, type Fold, folds } from "./parts/folding";
import type { ChartView } from "./parts/view";

const BLANK = "–";

/** The words of a cell; a day near by is said shortly, in full on hover. */
const useWords = (): ((cell: CellFigure) => string) => {
  const lang = useLang();
  const today = localDay(clinicNow(), DEFAULT_ZONE);
  return ({ at, text }) => (at ? `${formatDay(at, lang, today)} ${at.slice(11)}`.trim() : text);
};

const isBlank = ({ text }: CellFigure): boolean => text === BLANK || text === "";

/** Half widths of a letter that a card's half of a line has room for: a column's name and its value. */
const HALF_LINE = 20;
const isLong = (name: string, text: string): boolean =>
  [...(name + text)].reduce((sum, one) => sum + (one > "\u00ff" ? 2 : 1), 0) > HALF_LINE;

const inkOf = (cell: CellFigure): string => (cell.colour ? `ink-${cell.colour}` : "");

/** Room in which a line reads better as a card than by scrolling sideways. */
const CARD_ROOM = 560;
type Way = "plain" | "folded" | "cards";

/** How a table is shown: whole where it has room, else with what is derived below its measure, on a phone a card a line. */
const useWay = (figure: TableFigure, isWhole: boolean) => {
  const room = useRef<HTMLElement>(null);
  const [seen, setSeen] = useState<{ figure: TableFigure; way: Way; isSettled: boolean } | null>(null);
  const known = seen?.figure === figure ? seen : null;
  const way: Way = isWhole ? "plain" : (known?.way ?? "plain");
  useLayoutEffect(() => {
    const element = room.current;
    if (!element || isWhole || known?.isSettled) return;
    const isWide = element.scrollWidth > element.clientWidth;
    const next = wider(way, figure, element.clientWidth);
    setSeen(isWide && next ? { figure, way: next, isSettled: false } : { figure, way, isSettled: true });
  }, [figure, isWhole, known, way]);
  useLayoutEffect(() => {
    const element = room.current;
    if (!element || isWhole) return;
    let width = element.clientWidth;
    const observer = new ResizeObserver(() => {
      if (element.clientWidth !== width) setSeen(null);
      width = element.clientWidth;
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [isWhole]);
  return { room, way };
};

/** The next way to try where a table is wider than its room. */
const wider = (way: Way, figure: TableFigure, width: number): Way | null => {
  if (way === "plain" && canFold(figure.columns)) return "folded";
  return way !== "cards" && width < CARD_ROOM && figure.columns.length > 2 ? "cards" : null;
};

const Below = ({ cells, words }: { cells: readonly CellFigure[]; words: (cell: CellFigure) => string }) => {
  const said = cells.filter((one) => !isBlank(one));
  if (said.length === 0) return null;
  return (
    <small className="cell-below">
      {said.map((one, at) => (
        <span key={at} className={inkOf(one)}>
          {words(one)}
        </span>
      ))}
    </small>
  );
};

const TableView = ({ figure, title, onPick, isWhole = false }: ChartProps) =>
  isTable(figure) ? <Rows figure={figure} title={title} onPick={onPick} isWhole={isWhole} /> : null;

const Rows = ({
  figure,
  title,
  onPick,
  isWhole,
}: {
  figure: TableFigure;
  title: string;
  onPick: ChartProps["onPick"];
  isWhole: boolean;
}) => {
  const words = useWords();
  const { room, way } = useWay(figure, isWhole);
  const { columns } = figure;
  const shown: readonly Fold[] = canFold(columns) && way !== "plain"
    ? folds(columns)
    : columns.map((_, main) => ({ main, before: [], below: [], told: [] }));
  const line = (cells: readonly CellFigure[], isTotal = false) =>
    shown.map(({ main, before, below, told }) => {
      const cell = cells[main];
      if (!cell) return null;
      const isRight = columns[main]?.align === "right";
      const more = told.flatMap((at) =>
        cells[at]?.text && cells[at].text !== BLANK
          ? [`${columns[at]?.short ?? columns[at]?.name} ${cells[at].text}`]
          : [],
      );
      const name = columns[main]?.name ?? "";
      const said = words(cell);
      const derived = below.flatMap((at) => cells[at] ?? []);
      const kinds = [
        isRight && "is-right",
        cell.mark && `is-${cell.mark}`,
        isBlank(cell) && "is-blank",
        way === "cards" && (derived.length > 0 || isLong(name, said)) && "is-long",
        inkOf(cell),
      ];
      const full = cell.why ?? (isRight ? "" : cell.text);
      return (
        <td
          key={main}
          data-name={name}
          className={kinds.filter(Boolean).join(" ")}
          title={[full, ...more].filter(Boolean).join("\n") || undefined}
        >
          {cell.bar && !isTotal ? <i className="cell-bar" style={{ width: `${cell.bar * 100}%` }} /> : null}
          {before.map((at) => (
            <b key={at} className="cell-before">
              {cells[at]?.text}
            </b>
          ))}
          <span>{said}</span>
          <Below cells={derived} words={words} />
        </td>
      );
    });
  const byKey = (event: KeyboardEvent<HTMLElement>, dims: TableFigure["rows"][number]["pick"]): void => {
    if (event.key !== "Enter") return;
    const box = event.currentTarget.getBoundingClientRect();
    onPick?.({ dims, measure: null, x: box.left + 40, y: box.bottom });
  };
  return (
    <section ref={room} className="chart-scroll" aria-label={title}>
      <table className={`chart-table${way === "plain" ? "" : ` is-${way}`}`}>
        <thead>
          <tr>
            {shown.map(({ main, below }) => (
              <th key={main} scope="col" className={columns[main]?.align === "right" ? "is-right" : ""}>
                {columns[main]?.name}
                {below.length > 0 ? (
                  <small className="cell-below">
                    {below.map((at) => (
                      <span key={at}>{columns[at]?.short}</span>
                    ))}
                  </small>
                ) : null}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {figure.rows.map((row, at) => (
            <tr
              key={at}
              className={onPick ? "is-open" : ""}
              tabIndex={onPick ? 0 : undefined}
              onClick={(event) =>
                onPick?.({ dims: row.pick, measure: null, x: event.clientX, y: event.clientY })
              }
              onKeyDown={(event) => byKey(event, row.pick)}
            >
              {line(row.cells)}
            </tr>
          ))}
        </tbody>
        {figure.total ? (
          <tfoot>
            <tr>{line(figure.total, true)}</tr>
          </tfoot>
        ) : null}
      </table>
    </section>
  );
};

const table: ChartView = {
  kind: "table",
  icon: "M4 5h16v14H4zM4 10h16M4 15h16M10 5v14",
  View: TableView,
  least: 160,
};

export default table;
