import { type CellFigure, type ChartProps, isTable } from "./parts/figure";
import type { ChartView } from "./parts/view";

const Cell = ({ cell, align }: { cell: CellFigure; align: string }) => (
  <td
    className={`${align === "right" ? "is-right" : ""}${cell.mark ? ` is-${cell.mark}` : ""}${cell.colour ? ` ink-${cell.colour}` : ""}`}
    title={cell.why ?? (align === "left" ? cell.text : undefined)}
  >
    {cell.bar ? <i className="cell-bar" style={{ width: `${cell.bar * 100}%` }} /> : null}
    <span>{cell.text}</span>
  </td>
);

const TableView = ({ figure, title, onPick }: ChartProps) => {
  if (!isTable(figure)) return null;
  return (
    <section className="chart-scroll" aria-label={title}>
      <table className="chart-table">
        <thead>
          <tr>
            {figure.columns.map((column) => (
              <th key={column.key} scope="col" className={column.align === "right" ? "is-right" : ""}>
                {column.name}
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
              onKeyDown={(event) => {
                if (event.key !== "Enter") return;
                const box = event.currentTarget.getBoundingClientRect();
                onPick?.({ dims: row.pick, measure: null, x: box.left + 40, y: box.bottom });
              }}
            >
              {row.cells.map((cell, place) => (
                <Cell key={place} cell={cell} align={figure.columns[place]?.align ?? "left"} />
              ))}
            </tr>
          ))}
        </tbody>
        {figure.total ? (
          <tfoot>
            <tr>
              {figure.total.map((cell, place) => (
                <Cell key={place} cell={{ ...cell, bar: 0 }} align={figure.columns[place]?.align ?? "left"} />
              ))}
            </tr>
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
