/** The server as a `Source`: the questions of one moment travel in one request. */

import { request } from "../../api/client";
import { batched } from "./batch";
import type { Behind, CellAnswer, CellQuestion, Dashboard, Explained, Point, Source } from "./contract";

interface Answers {
  readonly as_of: string;
  readonly cells: { readonly [cell: string]: CellAnswer };
}

const path = (kind: "dashboards" | "reports", key: string): string =>
  `/api/${kind}/${encodeURIComponent(key)}`;

/** Where a cell is asked for, and under which name: a cell of my own board belongs to another dashboard. */
const homeOf = (dashboard: Dashboard, cell: string): { dashboard: string; cell: string } => {
  const part = dashboard.cells.find((one) => one.key === cell);
  return part?.from ?? { dashboard: dashboard.key, cell };
};

const toSend = (question: CellQuestion, cell: string) => ({
  cell,
  narrowed: question.narrowed,
  path: question.path,
});

const askAt = async (
  at: string,
  questions: readonly { readonly question: CellQuestion; readonly cell: string }[],
  signal: AbortSignal,
): Promise<[string, CellAnswer][]> => {
  const [first] = questions;
  if (!first) return [];
  const body = {
    filters: first.question.filters,
    cells: questions.map(({ question, cell }) => toSend(question, cell)),
  };
  const answers = await request<Answers>("POST", `${at}/ask`, body, signal);
  return questions.flatMap(({ question, cell }): [string, CellAnswer][] => {
    const found = answers.cells[cell];
    return found ? [[question.cell, { asOf: answers.as_of, ...found }]] : [];
  });
};

const pointAt = (point: Point, cell: string) => ({
  ...toSend(point.question, cell),
  filters: point.question.filters,
  dims: point.dims,
  measure: point.measure,
});

export const liveSource = (dashboard: Dashboard, openRecords: (behind: Behind) => void): Source => {
  const ask = batched(async (questions, signal) => {
    const groups = new Map<string, { question: CellQuestion; cell: string }[]>();
    for (const question of questions) {
      const home = homeOf(dashboard, question.cell);
      const group = groups.get(home.dashboard) ?? [];
      groups.set(home.dashboard, [...group, { question, cell: home.cell }]);
    }
    const answers = await Promise.all(
      [...groups].map(([key, asked]) => askAt(path("dashboards", key), asked, signal)),
    );
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
    openRecords,
  };
};

export const reportSource = (report: Dashboard, openRecords: (behind: Behind) => void): Source => {
  const home = path("reports", report.key);
  return {
    ask: batched(async (questions, signal) => {
      const asked = questions.map((question) => ({ question, cell: question.cell }));
      return Object.fromEntries(await askAt(home, asked, signal));
    }),
    behind: (point, signal) =>
      request<Behind>("POST", `${home}/records`, pointAt(point, point.question.cell), signal),
    explain: (point, signal) =>
      request<Explained>("POST", `${home}/explain`, pointAt(point, point.question.cell), signal),
    openRecords,
  };
};
