import { describe, expect, it } from "vitest";
import { batched } from "../../src/runtime/dashboards/batch";
import type { CellAnswer, CellQuestion } from "../../src/runtime/dashboards/contract";

const question = (cell: string, filters: CellQuestion["filters"] = {}): CellQuestion => ({
  cell,
  filters,
  narrowed: {},
  path: [],
});
const answer = (cell: string): CellAnswer => ({ as_of: cell });

/** A server that notes what it is asked. */
const server = () => {
  const asked: string[][] = [];
  const ask = batched((questions) => {
    asked.push(questions.map((one) => one.cell));
    return Promise.resolve(Object.fromEntries(questions.map((one) => [one.cell, answer(one.cell)])));
  });
  return { asked, ask };
};
const stay = new AbortController().signal;

describe("the charts of a screen", () => {
  it("ask in one request, and each gets its own answer", async () => {
    const { asked, ask } = server();
    const answers = await Promise.all(["a", "b", "c"].map((cell) => ask(question(cell), stay)));
    expect(asked).toEqual([["a", "b", "c"]]);
    expect(answers.map((one) => one.as_of)).toEqual(["a", "b", "c"]);
  });
  it("ask apart where one is asked twice", async () => {
    const { asked, ask } = server();
    await Promise.all([
      ask(question("a"), stay),
      ask(question("b", { period: "last month" }), stay),
      ask(question("a"), stay),
    ]);
    expect(asked).toEqual([["a", "b"], ["a"]]);
  });
  it("each say what is wrong when nothing answers", async () => {
    const ask = batched(() => Promise.reject(new Error("down")));
    const answers = await Promise.allSettled(["a", "b"].map((cell) => ask(question(cell), stay)));
    expect(answers.map((one) => one.status)).toEqual(["rejected", "rejected"]);
  });
});

describe("leaving", () => {
  it("does not ask for what nobody waits for any more", async () => {
    const { asked, ask } = server();
    const gone = new AbortController();
    const first = ask(question("a"), gone.signal);
    const second = ask(question("b"), stay);
    gone.abort();
    await expect(first).rejects.toThrow();
    await second;
    expect(asked).toEqual([["b"]]);
  });
  it("ends the request once the last reader is gone", async () => {
    const leaving = [new AbortController(), new AbortController()];
    let ended = false;
    const ask = batched(
      (_, signal) =>
        new Promise((_done, failed) => {
          signal.addEventListener("abort", () => {
            ended = true;
            failed(signal.reason);
          });
          leaving[0]?.abort();
          expect(ended).toBe(false);
          leaving[1]?.abort();
        }),
    );
    await Promise.allSettled(leaving.map((one, at) => ask(question(`c${at}`), one.signal)));
    expect(ended).toBe(true);
  });
});
