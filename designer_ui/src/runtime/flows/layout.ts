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

/** The edges of a graph by the two nodes that they join: several of them are drawn as one line. */
export const linesOf = (graph: Graph): Graph["edges"][] => {
  const lines = new Map<string, Graph["edges"]>();
  for (const edge of graph.edges) {
    const ends = `${asText(edge.from)}→${asText(edge.to)}`;
    lines.set(ends, [...(lines.get(ends) ?? []), edge]);
  }
  return [...lines.values()];
};

const LANE = 14;
const FIRST_LANE = 30;

/** The way round of an edge: on which side, and how far from the nodes. */
export interface Lane {
  side: "left" | "right";
  offset: number;
}

interface Long {
  key: string;
  from: Place;
  to: Place;
}

/** How many nodes stand where a line runs down from one row to another. */
const crossed = (places: readonly Place[], line: number, from: Place, to: Place): number =>
  places.filter(({ x, y }) => y > from.y && y < to.y && line > x && line < x + NODE_WIDTH).length;

const sideOf = (places: readonly Place[], { from, to }: Long): Lane["side"] => {
  // It comes in from the side: what stands in the last row counts too.
  const past = { ...to, y: to.y + 1 };
  const left = crossed(places, Math.min(from.x, to.x) - FIRST_LANE, from, past);
  const right = crossed(places, Math.max(from.x, to.x) + NODE_WIDTH + FIRST_LANE, from, past);
  return left < right ? "left" : "right";
};

/** The edges that would run behind nodes go round them; of two that pass each other the longer one goes further out. */
export const lanesOf = (graph: Graph, places: ReadonlyMap<string, Place>): Map<string, Lane> => {
  const all = [...places.values()];
  const isHidden = (from: Place, to: Place): boolean => {
    const turn = (from.y + NODE_HEIGHT + to.y) / 2;
    const [first, last] = [from.x + NODE_WIDTH / 2, to.x + NODE_WIDTH / 2];
    return crossed(all, first, from, { ...to, y: turn }) + crossed(all, last, { ...from, y: turn }, to) > 0;
  };
  const hidden = linesOf(graph)
    .flatMap(([edge]): Long[] => {
      if (!edge) return [];
      const [from, to] = [places.get(asText(edge.from)), places.get(asText(edge.to))];
      return from && to && to.y > from.y && isHidden(from, to) ? [{ key: asText(edge.key), from, to }] : [];
    })
    .sort((a, b) => a.to.y - a.from.y - (b.to.y - b.from.y));
  const lanes = new Map<string, Lane>();
  hidden.forEach((one, index) => {
    const side = sideOf(all, one);
    const beside = hidden
      .slice(0, index)
      .filter((other) => other.from.y < one.to.y && other.to.y > one.from.y)
      .flatMap((other) => lanes.get(other.key) ?? [])
      .filter((lane) => lane.side === side)
      .map((lane) => lane.offset);
    lanes.set(one.key, { side, offset: beside.length ? Math.max(...beside) + LANE : FIRST_LANE });
  });
  return lanes;
};
