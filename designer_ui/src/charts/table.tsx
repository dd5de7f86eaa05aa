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

const inkOf = (cell: CellFigure): string => (cell.colour ? `ink-${cell.colour}` : "");

/** Whether a table is wider than its room, so that what is derived goes below its measure. */
const useFolded = (figure: TableFigure, isWhole: boolean) => {
  const room = useRef<HTMLElement>(null);
  const [seen, setSeen] = useState<{ figure: TableFigure; isWide: boolean } | null>(null);
  const canBe = !isWhole && canFold(figure.columns);
  const known = seen?.figure === figure ? seen : null;
  useLayoutEffect(() => {
    const element = room.current;
    if (!element || !canBe || known) return;
    setSeen({ figure, isWide: element.scrollWidth > element.clientWidth });
  }, [figure, canBe, known]);
  useLayoutEffect(() => {
    const element = room.current;
    if (!element || !canBe) return;
    let width = element.clientWidth;
    const observer = new ResizeObserver(() => {
      if (element.clientWidth !== width) setSeen(null);
      width = element.clientWidth;
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [canBe]);
  return { room, isFolded: canBe && known?.isWide === true };
};

const Below = ({ cells, words }: { cells: readonly CellFigure[]; words: (cell: CellFigure) => string }) => {
  const said = cells.filter((one) => one.text !== BLANK && one.text !== "");
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
  const { room, isFolded } = useFolded(figure, isWhole);
  const { columns } = figure;
  const shown: readonly Fold[] = isFolded
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
      const full = cell.why ?? (isRight ? "" : cell.text);
      return (
        <td
          key={main}
          className={`${isRight ? "is-right" : ""}${cell.mark ? ` is-${cell.mark}` : ""} ${inkOf(cell)}`}
          title={[full, ...more].filter(Boolean).join("\n") || undefined}
        >
          {cell.bar && !isTotal ? <i className="cell-bar" style={{ width: `${cell.bar * 100}%` }} /> : null}
          {before.map((at) => (
            <b key={at} className="cell-before">
              {cells[at]?.text}
            </b>
          ))}
          <span>{words(cell)}</span>
          <Below cells={below.flatMap((at) => cells[at] ?? [])} words={words} />
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
      <table className={`chart-table${isFolded ? " is-folded" : ""}`}>
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
