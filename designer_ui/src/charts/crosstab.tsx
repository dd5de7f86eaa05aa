import { type KeyboardEvent, useLayoutEffect, useRef } from "react";
import { ink, useInks } from "./parts/colours";
import { type CellFigure, type ChartProps, type CrosstabFigure, isCrosstab } from "./parts/figure";
import type { ChartView } from "./parts/view";

/** Side cells stick at the sum of the widths before them, header rows at the sum of the heights above. */
const useFrozen = (figure: CrosstabFigure) => {
  const table = useRef<HTMLTableElement>(null);
  useLayoutEffect(() => {
    const element = table.current;
    const corner = element?.tHead?.rows[0]?.cells;
    if (!element || !corner) return;
    let left = 0;
    for (let at = 0; at < (figure.side_columns ?? 1); at += 1) {
      element.style.setProperty(`--side-${at}`, `${left}px`);
      left += corner[at]?.offsetWidth ?? 0;
    }
    let top = 0;
    [...(element.tHead?.rows ?? [])].forEach((row, at) => {
      element.style.setProperty(`--head-${at}`, `${top}px`);
      top += row.offsetHeight;
    });
  }, [figure]);
  return table;
};

/** Arrow keys go from cell to cell, so that Tab leaves the sheet at once. */
const walk = (event: KeyboardEvent<HTMLTableCellElement>): void => {
  const cell = event.currentTarget;
  const row = cell.parentElement;
  const at = row ? [...row.children].filter((each) => each.tagName === "TD").indexOf(cell) : -1;
  const below = event.key === "ArrowDown" ? row?.nextElementSibling : row?.previousElementSibling;
  const next =
    event.key === "ArrowRight"
      ? cell.nextElementSibling
      : event.key === "ArrowLeft"
        ? cell.previousElementSibling
        : event.key === "ArrowDown" || event.key === "ArrowUp"
          ? below?.querySelectorAll("td")[at]
          : null;
  if (!(next instanceof HTMLTableCellElement) || next.tagName !== "TD") return;
  event.preventDefault();
  next.focus();
};

const Corner = ({ figure }: { figure: CrosstabFigure }) => {
  const rows = figure.corner?.rows ?? [];
  const columns = figure.corner?.columns ?? [];
  const count = figure.side_columns ?? 1;
  const deep = figure.head?.length || 1;
  return Array.from({ length: count }, (_, at) => {
    const name = rows[at] ?? "";
    const over = at === count - 1 ? columns.join(" / ") : "";
    const isSlashed = over !== "" && name !== "";
    return (
      <th
        key={at}
        rowSpan={deep}
        className={`corner xt-side${isSlashed ? " is-slashed" : ""}`}
        style={{ left: `var(--side-${at})`, top: 0 }}
      >
        {isSlashed ? (
          <div className="slash">
            <svg preserveAspectRatio="none" viewBox="0 0 10 10" aria-hidden="true">
              <path d="M0 0 10 10" vectorEffect="non-scaling-stroke" />
            </svg>
            <span className="slash-over">{over}</span>
            <span className="slash-down">{name}</span>
          </div>
        ) : (
          name || over
        )}
      </th>
    );
  });
};

const Crosstab = ({ figure, title, onPick }: ChartProps) =>
  isCrosstab(figure) ? <Sheet figure={figure} title={title} onPick={onPick} /> : null;

const Sheet = ({
  figure,
  title,
  onPick,
}: {
  figure: CrosstabFigure;
  title: string;
  onPick: ChartProps["onPick"];
}) => {
  const inks = useInks();
  const table = useFrozen(figure);
  const sides = figure.side_columns ?? 1;
  const pick = (cell: CellFigure, x: number, y: number): void => {
    if (cell.pick) onPick?.({ dims: cell.pick, measure: cell.measure ?? null, x, y });
  };
  // A side cell over many lines leaves no cell in the lines below: the columns it takes are counted off.
  const taken: number[] = Array.from({ length: sides }, () => 0);
  return (
    <section className="chart-scroll" aria-label={title}>
      <table ref={table} className="chart-table crosstab">
        <thead>
          {figure.head?.map((cells, level) => (
            <tr key={level}>
              {level === 0 ? <Corner figure={figure} /> : null}
              {cells.map((cell, at) => (
                <th
                  key={at}
                  scope="col"
                  colSpan={cell.span}
                  rowSpan={cell.deep}
                  className={cell.total ? "is-total" : ""}
                  style={{ top: `var(--head-${level})` }}
                >
                  {cell.text}
                </th>
              ))}
            </tr>
          ))}
        </thead>
        <tbody>
          {figure.body?.map((row, line) => {
            const places = row.side.map((cell) => {
              const place = taken.findIndex((until) => until <= line);
              for (let at = place; at < Math.min(sides, place + cell.deep); at += 1)
                taken[at] = line + cell.span;
              return place;
            });
            return (
              <tr key={line} className={row.total ? "is-total" : ""}>
                {row.side.map((cell, at) => (
                  <th
                    key={at}
                    scope="row"
                    rowSpan={cell.span}
                    colSpan={cell.deep}
                    title={cell.text}
                    className={`xt-side${cell.total ? " is-total" : ""}`}
                    style={{ left: `var(--side-${places[at] ?? 0})` }}
                  >
                    {cell.text}
                  </th>
                ))}
                {row.cells.map((cell, at) => (
                  <td
                    key={at}
                    className={`is-right${cell.total ? " is-total" : ""}${cell.mark ? ` is-${cell.mark}` : ""}${onPick && cell.pick ? " is-open" : ""}`}
                    title={cell.why}
                    style={cell.fill ? { background: ink(cell.fill, inks) } : undefined}
                    tabIndex={onPick && cell.pick ? (line === 0 && at === 0 ? 0 : -1) : undefined}
                    onKeyDown={(event) => {
                      if (event.key !== "Enter") return walk(event);
                      const box = event.currentTarget.getBoundingClientRect();
                      pick(cell, box.left, box.bottom);
                    }}
                    onClick={(event) => pick(cell, event.clientX, event.clientY)}
                  >
                    {cell.text}
                  </td>
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
};

const crosstab: ChartView = {
  kind: "crosstab",
  icon: "M4 4h16v16H4zM4 9h16M9 4v16M14 9v11M9 14h11",
  View: Crosstab,
  least: 180,
};

export default crosstab;
