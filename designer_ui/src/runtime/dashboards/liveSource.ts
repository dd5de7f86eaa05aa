/** The server as a `Source`: the questions of one moment travel in one request. */

import { request } from "../../api/client";
import { batched } from "./batch";
import type { Behind, CellAnswer, CellQuestion, Dashboard, Explained, Point, Source } from "./contract";

/** A point as the server is asked about it. */
export type Asked = ReturnType<typeof pointAt>;
export type Opener = (
  kind: "dashboards" | "reports",
  key: string,
  point: Asked,
  name: string,
  part?: number,
) => void;

interface Answers {
  readonly cells: readonly (CellAnswer & { readonly cell?: string })[];
}

const path = (kind: "dashboards" | "reports", key: string): string =>
  `/api/${kind}/${encodeURIComponent(key)}`;

/** Where a cell is asked for, and under which name: a cell of my own board belongs to another dashboard. */
const homeOf = (dashboard: Dashboard, cell: string): { dashboard: string; cell: string } => {
  const part = dashboard.cells.find((one) => one.key === cell);
  return part?.from ?? { dashboard: dashboard.key, cell };
};

const pointAt = (point: Point, cell: string) => ({
  question: { ...point.question, cell },
  dims: point.dims,
  measure: point.measure,
});

/** Questions of one dashboard at a time; two of my own cells may be the same cell of another dashboard. */
const askOf = async (
  key: string,
  asked: readonly { readonly question: CellQuestion; readonly cell: string }[],
  signal: AbortSignal,
): Promise<[string, CellAnswer][]> => {
  const cells = asked.map(({ question, cell }) => ({ ...question, cell }));
  const answers = await request<Answers>("POST", `${path("dashboards", key)}/ask`, { cells }, signal);
  // Answers come in the order of the questions.
  return asked.flatMap(({ question }, at): [string, CellAnswer][] => {
    const found = answers.cells[at];
    return found ? [[question.cell, found]] : [];
  });
};

export const liveSource = (dashboard: Dashboard, open: Opener): Source => {
  const ask = batched(async (questions, signal) => {
    const groups = new Map<string, { question: CellQuestion; cell: string }[]>();
    for (const question of questions) {
      const home = homeOf(dashboard, question.cell);
      const group = groups.get(home.dashboard) ?? [];
      groups.set(home.dashboard, [...group, { question, cell: home.cell }]);
    }
    const answers = await Promise.all([...groups].map(([key, asked]) => askOf(key, asked, signal)));
    return Object.fromEntries(answers.flat());
  });
  const at = (point: Point, what: string, signal: AbortSignal): [string, unknown, AbortSignal] => {
    const home = homeOf(dashboard, point.question.cell);
    return [`${path("dashboards", home.dashboard)}/${what}`, pointAt(point, home.cell), signal];
  };
  return {
    ask,
    behind: (point, signal) => request<Behind>("POST", ...at(point, "records", signal)),
    explain: (point, signal) => request<Explained>("POST", ...at(point, "explain", signal)),
    openRecords: (point, name, part) => {
      const home = homeOf(dashboard, point.question.cell);
      open("dashboards", home.dashboard, pointAt(point, home.cell), name, part);
    },
  };
};

/** A report by itself: its chart, and under the cell `table` the same as a table. */
export const reportSource = (key: string, open: Opener): Source => {
  const home = path("reports", key);
  return {
    ask: (question, signal) =>
      request<CellAnswer>(
        "POST",
        `${home}/ask`,
        { ...question, ...(question.cell === "table" ? { chart: "table" } : {}) },
        signal,
      ),
    behind: (point, signal) =>
      request<Behind>("POST", `${home}/records`, pointAt(point, point.question.cell), signal),
    explain: (point, signal) =>
      request<Explained>("POST", `${home}/explain`, pointAt(point, point.question.cell), signal),
    openRecords: (point, name, part) => open("reports", key, pointAt(point, point.question.cell), name, part),
  };
};
