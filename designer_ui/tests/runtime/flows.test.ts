/** Where nodes stand, where an instance stood, and what a step lets somebody write. */

import { describe, expect, it } from "vitest";
import type { Graph, HistoryLine } from "../../src/api/tasks";
import type { FormPlan } from "../../src/api/types";
import { lanesOf, layoutOf, linesOf } from "../../src/runtime/flows/layout";
import { standingAt } from "../../src/runtime/flows/replay";
import { narrow, writable } from "../../src/runtime/tasks/narrow";
import { groupOf } from "../../src/runtime/tasks/words";

const graph = (edges: [string, string][]): Graph => {
  const keys = [...new Set(edges.flat())];
  return {
    start: keys[0] ?? "",
    nodes: keys.map((key) => ({
      key,
      kind: "task",
      kind_name: {},
      group: "human",
      name: {},
      line: null,
      region: null,
    })),
    edges: edges.map(([from, to], index) => ({ key: String(index), from, to })),
  };
};

describe("the drawing of a flow", () => {
  it("goes from top to bottom, branches side by side", () => {
    const at = layoutOf(
      graph([
        ["a", "b"],
        ["a", "c"],
        ["b", "d"],
        ["c", "d"],
      ]),
    );
    expect(at.get("a")?.y).toBeLessThan(at.get("b")?.y ?? 0);
    expect(at.get("b")?.y).toBe(at.get("c")?.y);
    expect(at.get("b")?.x).not.toBe(at.get("c")?.x);
    expect(at.get("d")?.y).toBeGreaterThan(at.get("b")?.y ?? 0);
  });

  it("is not pushed down by a way back", () => {
    const at = layoutOf(
      graph([
        ["a", "b"],
        ["b", "a"],
        ["b", "c"],
      ]),
    );
    expect(at.get("a")?.y).toBe(0);
    expect(at.get("c")?.y).toBeGreaterThan(at.get("b")?.y ?? 0);
  });

  it("never lays one node upon another", () => {
    const at = layoutOf(
      graph([
        ["a", "b"],
        ["a", "c"],
        ["a", "d"],
        ["b", "e"],
        ["c", "e"],
        ["d", "f"],
        ["f", "a"],
      ]),
    );
    const places = [...at.values()].map(({ x, y }) => `${Math.round(x)},${y}`);
    expect(new Set(places).size).toBe(places.length);
  });

  it("draws several ways between the same two steps as one line", () => {
    const drawn = graph([
      ["a", "b"],
      ["a", "b"],
      ["b", "c"],
    ]);
    expect(linesOf(drawn).map((line) => line.map((edge) => edge.key))).toEqual([["0", "1"], ["2"]]);
  });

  it("leads ways that would run behind nodes round them, a longer one further out", () => {
    const drawn = graph([
      ["a", "b"],
      ["b", "c"],
      ["c", "d"],
      ["a", "c"],
      ["a", "d"],
    ]);
    const lanes = lanesOf(drawn, layoutOf(drawn));
    expect([...lanes.keys()].sort()).toEqual(["3", "4"]);
    expect(lanes.get("4")?.side).toBe(lanes.get("3")?.side);
    expect(lanes.get("4")?.offset).toBeGreaterThan(lanes.get("3")?.offset ?? 0);
  });
});

const line = (seq: number, kind: string, node: string | null, token: number | null = null): HistoryLine => ({
  seq,
  at: "2026-03-01T00:00:00Z",
  kind,
  node,
  token,
  by: null,
  text: {},
  comment: null,
  action: null,
});

describe("playing an instance back", () => {
  const lines = [
    line(1, "started", null),
    line(2, "waits", "ok", 2),
    line(3, "passed", "ok", 2),
    line(4, "waits", "send", 3),
    line(5, "incident", "send", 3),
    line(6, "finished", null),
  ];

  it("tells where it stood after each line", () => {
    expect([...standingAt(lines, 2).at.keys()]).toEqual(["ok"]);
    expect([...standingAt(lines, 4).at.keys()]).toEqual(["send"]);
    expect([...standingAt(lines, 4).been]).toEqual(["ok", "send"]);
    expect([...standingAt(lines, 5).stuck]).toEqual(["send"]);
    expect(standingAt(lines, 6).at.size).toBe(0);
  });
});

const field = (key: string) => ({
  key,
  control: "text",
  label: {},
  level: "write",
  config: {},
  role: "field",
});
const plan = { key: "f", fields: [field("a"), field("b"), field("c")], layout: [] } as unknown as FormPlan;

describe("the fields of a step", () => {
  it("are hidden, only read, or asked for", () => {
    const shown = narrow(plan, { a: "hidden", b: "required", "*": "read" });
    expect(shown.fields.map((one) => [one.key, one.required ?? false, one.read_only ?? false])).toEqual([
      ["b", true, false],
      ["c", false, true],
    ]);
    expect(writable(plan, { a: "hidden", b: "required", "*": "read" }).map((one) => one.key)).toEqual(["b"]);
  });
});

describe("a list of tasks", () => {
  it("puts what is late first", () => {
    const now = Date.parse("2026-03-01T04:00:00Z");
    const end = Date.parse("2026-03-01T16:00:00Z");
    const due = (due_at: string | null) => groupOf({ due_at } as never, end, now);
    expect([
      due("2026-03-01T03:00:00Z"),
      due("2026-03-01T05:00:00Z"),
      due("2026-03-02T05:00:00Z"),
      due(null),
    ]).toEqual(["overdue", "today", "later", "none"]);
  });
});
