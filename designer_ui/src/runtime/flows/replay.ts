/** Where an instance stood after a line of its history. Pure. */

import type { HistoryLine } from "../../api/tasks";

export interface Standing {
  /** Nodes where it stood, with how many tokens. */
  at: ReadonlyMap<string, number>;
  /** Nodes it had been to. */
  been: ReadonlySet<string>;
  /** Nodes that could not go on. */
  stuck: ReadonlySet<string>;
}

const LEAVES = new Set(["passed", "ended", "withdrawn"]);

export const standingAt = (lines: readonly HistoryLine[], seq: number): Standing => {
  const tokens = new Map<number, string>();
  const been = new Set<string>();
  const stuck = new Set<string>();
  for (const line of lines) {
    if (line.seq > seq) break;
    if (line.kind === "finished") tokens.clear();
    if (line.node === null) continue;
    been.add(line.node);
    if (line.kind === "incident") stuck.add(line.node);
    else if (line.kind === "waits" && line.token !== null) tokens.set(line.token, line.node);
    else if (LEAVES.has(line.kind)) {
      if (line.token !== null) tokens.delete(line.token);
      stuck.delete(line.node);
    }
  }
  const at = new Map<string, number>();
  for (const node of tokens.values()) at.set(node, (at.get(node) ?? 0) + 1);
  return { at, been, stuck };
};
