/** Where the nodes of a flow stand, top to bottom: a rank by the longest way there, rows ordered to keep lines short. Pure. */

import type { Graph } from "../../api/tasks";
import { asText } from "../../shared/json";

export const NODE_WIDTH = 220;
export const NODE_HEIGHT = 58;
const GAP_X = 36;
const GAP_Y = 52;

export interface Place {
  x: number;
  y: number;
}

interface Edge {
  from: string;
  to: string;
}

/** Edges that lead back to a node on the way here (loops, returns) do not push nodes down. */
const forward = (start: string, edges: readonly Edge[], nodes: readonly string[]): Edge[] => {
  const kept: Edge[] = [];
  const state = new Map<string, "open" | "done">();
  const walk = (node: string): void => {
    state.set(node, "open");
    for (const edge of edges.filter((one) => one.from === node)) {
      const at = state.get(edge.to);
      if (at === "open") continue;
      kept.push(edge);
      if (at === undefined) walk(edge.to);
    }
    state.set(node, "done");
  };
  walk(start);
  for (const node of nodes) if (!state.has(node)) walk(node);
  return kept;
};

const ranksOf = (nodes: readonly string[], edges: readonly Edge[]): Map<string, number> => {
  const ranks = new Map(nodes.map((node) => [node, 0]));
  // As many rounds as there are nodes at most: forward edges have no circles.
  for (let round = 0; round < nodes.length; round += 1) {
    let moved = false;
    for (const { from, to } of edges) {
      const wanted = (ranks.get(from) ?? 0) + 1;
      if ((ranks.get(to) ?? 0) < wanted) {
        ranks.set(to, wanted);
        moved = true;
      }
    }
    if (!moved) break;
  }
  return ranks;
};

export const layoutOf = (graph: Graph): Map<string, Place> => {
  const nodes = graph.nodes.map((node) => node.key);
  const edges = graph.edges.map((edge) => ({ from: asText(edge.from), to: asText(edge.to) }));
  const ahead = forward(graph.start, edges, nodes);
  const ranks = ranksOf(nodes, ahead);
  const rows: string[][] = [];
  for (const node of nodes) {
    const rank = ranks.get(node) ?? 0;
    rows[rank] = [...(rows[rank] ?? []), node];
  }
  const slot = new Map<string, number>();
  for (const row of rows) {
    const weight = (node: string): number => {
      const above = ahead
        .filter((edge) => edge.to === node && slot.has(edge.from))
        .map((edge) => slot.get(edge.from) ?? 0);
      return above.length ? above.reduce((sum, at) => sum + at, 0) / above.length : 0;
    };
    const sorted = row
      .map((node, index) => ({ node, index, at: weight(node) }))
      .sort((a, b) => a.at - b.at || a.index - b.index);
    const middle = sorted.reduce((sum, one) => sum + one.at, 0) / Math.max(1, sorted.length);
    sorted.forEach((one, index) => {
      slot.set(one.node, middle + index - (sorted.length - 1) / 2);
    });
  }
  return new Map(
    nodes.map((node) => [
      node,
      { x: (slot.get(node) ?? 0) * (NODE_WIDTH + GAP_X), y: (ranks.get(node) ?? 0) * (NODE_HEIGHT + GAP_Y) },
    ]),
  );
};
