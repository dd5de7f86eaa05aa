/** Runs patterns in time proportional to the text: all ways at once, never back (R. Cox, Regular Expression Matching:
 * the Virtual Machine Approach). Of several ways the one that a backtracking matcher would find first wins. */

import { notHere } from "../failure";
import { isWord, type Part, parse, type Test } from "./parse";

type Step =
  | { op: "char"; test: Test }
  | { op: "split"; to: number[] }
  | { op: "jump"; to: number }
  | { op: "assert"; what: string }
  | { op: "save"; slot: number }
  | { op: "end" };

export interface Pattern {
  readonly steps: readonly Step[];
  readonly groups: number;
}

const MOST_STEPS = 20_000;

export const compile = (text: string): Pattern => {
  const { root, groups } = parse(text);
  const steps: Step[] = [];
  add({ kind: "group", part: root, index: 0 }, steps);
  steps.push({ op: "end" });
  return { steps, groups };
};

const add = (part: Part, steps: Step[]): void => {
  if (steps.length > MOST_STEPS) notHere();
  switch (part.kind) {
    case "char":
      steps.push({ op: "char", test: part.test });
      break;
    case "assert":
      steps.push({ op: "assert", what: part.what });
      break;
    case "sequence":
      for (const one of part.parts) add(one, steps);
      break;
    case "choice":
      addChoice(part.parts, steps);
      break;
    case "group":
      steps.push({ op: "save", slot: part.index * 2 });
      add(part.part, steps);
      steps.push({ op: "save", slot: part.index * 2 + 1 });
      break;
    case "repeat":
      addRepeat(part, steps);
  }
};

const addChoice = (parts: readonly Part[], steps: Step[]): void => {
  const ends: { op: "jump"; to: number }[] = [];
  parts.forEach((one, at) => {
    const isLast = at === parts.length - 1;
    const split: { op: "split"; to: number[] } = { op: "split", to: [steps.length + 1] };
    if (!isLast) steps.push(split);
    add(one, steps);
    if (isLast) return;
    const end = { op: "jump" as const, to: 0 };
    steps.push(end);
    ends.push(end);
    split.to.push(steps.length);
  });
  for (const end of ends) end.to = steps.length;
};

const addRepeat = (part: Part & { kind: "repeat" }, steps: Step[]): void => {
  for (let count = 0; count < part.least; count++) add(part.part, steps);
  const ways = (into: number, past: number): number[] => (part.isGreedy ? [into, past] : [past, into]);
  if (part.most === Infinity) {
    const start = steps.length;
    const split: { op: "split"; to: number[] } = { op: "split", to: [] };
    steps.push(split);
    add(part.part, steps);
    steps.push({ op: "jump", to: start });
    split.to = ways(start + 1, steps.length);
    return;
  }
  const splits: { split: { op: "split"; to: number[] }; into: number }[] = [];
  for (let count = part.least; count < part.most; count++) {
    const split: { op: "split"; to: number[] } = { op: "split", to: [] };
    steps.push(split);
    splits.push({ split, into: steps.length });
    add(part.part, steps);
  }
  for (const { split, into } of splits) split.to = ways(into, steps.length);
};

/** Where the pattern and its groups begin and end: `[start, end, start of 1, …]`, -1 where a group took no part. */
export type Spans = readonly number[];

interface Thread {
  readonly at: number;
  readonly spans: Spans;
}

const holds = (what: string, text: readonly number[], at: number): boolean => {
  if (what === "start") return at === 0;
  if (what === "end") return at === text.length;
  const isEdge = isWord(text[at - 1] ?? -1) !== isWord(text[at] ?? -1);
  return isEdge === (what === "word");
};

/** The threads after all steps that take no character, in order of preference. */
const follow = (
  pattern: Pattern,
  first: Thread,
  text: readonly number[],
  at: number,
  seen: Set<number>,
  into: Thread[],
): void => {
  const waiting = [first];
  for (let thread = waiting.pop(); thread; thread = waiting.pop()) {
    const { spans } = thread;
    if (seen.has(thread.at)) continue;
    seen.add(thread.at);
    const step = pattern.steps[thread.at];
    if (step?.op === "jump") waiting.push({ at: step.to, spans });
    else if (step?.op === "split") waiting.push(...step.to.map((to) => ({ at: to, spans })).reverse());
    else if (step?.op === "save") waiting.push({ at: thread.at + 1, spans: spans.with(step.slot, at) });
    else if (step?.op !== "assert") into.push(thread);
    else if (holds(step.what, text, at)) waiting.push({ at: thread.at + 1, spans });
  }
};

/** The first place from `from` on that the pattern fits. `text`: code points. */
export const search = (pattern: Pattern, text: readonly number[], from = 0): Spans | null => {
  const none: Spans = new Array<number>(pattern.groups * 2 + 2).fill(-1);
  let threads: Thread[] = [];
  let found: Spans | null = null;
  for (let at = from; at <= text.length; at++) {
    const seen = new Set<number>();
    const ready: Thread[] = [];
    for (const thread of threads) follow(pattern, thread, text, at, seen, ready);
    if (!found) follow(pattern, { at: 0, spans: none }, text, at, seen, ready);
    if (ready.length === 0 && found) break;
    threads = [];
    for (const thread of ready) {
      const step = pattern.steps[thread.at];
      if (step?.op === "end") {
        found = thread.spans;
        break;
      }
      if (step?.op === "char" && at < text.length && step.test(text[at] ?? 0)) {
        threads.push({ at: thread.at + 1, spans: thread.spans });
      }
    }
  }
  return found;
};
