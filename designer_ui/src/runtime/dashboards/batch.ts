/** Questions asked in one moment travel together: a screen of charts is one request, and one picture of the data. */

import type { CellAnswer, CellQuestion } from "./contract";

export type Send = (
  questions: readonly CellQuestion[],
  signal: AbortSignal,
) => Promise<{ readonly [cell: string]: CellAnswer }>;

interface Waiting {
  readonly question: CellQuestion;
  readonly signal: AbortSignal;
  readonly done: (answer: CellAnswer) => void;
  readonly failed: (error: unknown) => void;
}

/** Each cell once in a request, since its answer comes under its name. */
const groups = (waiting: readonly Waiting[]): Waiting[][] => {
  const found: Waiting[][] = [];
  for (const one of waiting) {
    const group = found.find((asked) => asked.every((each) => each.question.cell !== one.question.cell));
    if (group) group.push(one);
    else found.push([one]);
  }
  return found;
};

const left = (): DOMException => new DOMException("The reader has left", "AbortError");

const sendOff = async (group: readonly Waiting[], send: Send): Promise<void> => {
  const asked = group.filter((one) => !one.signal.aborted);
  const stop = new AbortController();
  // The request ends early only when nobody waits for any part of it.
  const look = (): void => {
    if (asked.every((one) => one.signal.aborted)) stop.abort();
  };
  for (const one of group) if (one.signal.aborted) one.failed(left());
  if (asked.length === 0) return;
  for (const one of asked) one.signal.addEventListener("abort", look);
  try {
    const answers = await send(
      asked.map((one) => one.question),
      stop.signal,
    );
    for (const one of asked) {
      const answer = answers[one.question.cell];
      if (answer) one.done(answer);
      else one.failed(new Error(`No answer for ${one.question.cell}`));
    }
  } catch (error) {
    for (const one of asked) one.failed(error);
  } finally {
    for (const one of asked) one.signal.removeEventListener("abort", look);
  }
};

/** `send` many at once, asked one by one. */
export const batched = (send: Send) => {
  let waiting: Waiting[] = [];
  return (question: CellQuestion, signal: AbortSignal): Promise<CellAnswer> =>
    new Promise((done, failed) => {
      waiting.push({ question, signal, done, failed });
      if (waiting.length > 1) return;
      setTimeout(() => {
        const now = waiting;
        waiting = [];
        for (const group of groups(now)) void sendOff(group, send);
      }, 0);
    });
};
