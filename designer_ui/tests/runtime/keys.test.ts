/** Rare controls by keyboard, and told to who listens. */

import { describe, expect, it } from "vitest";
import { wayOf } from "../../src/controls/heavy/LinkInput";
import { scoreAt } from "../../src/controls/pain_vas";

describe("a scale of pain", () => {
  it("goes by digits, arrows and the ends of the scale", () => {
    expect(scoreAt("7", undefined)).toBe(7);
    expect(scoreAt("0", 1)).toBe(10);
    expect(scoreAt("0", 4)).toBe(0);
    expect(scoreAt("ArrowRight", 4)).toBe(5);
    expect(scoreAt("ArrowUp", 10)).toBe(10);
    expect(scoreAt("ArrowLeft", 0)).toBe(0);
    expect(scoreAt("ArrowRight", undefined)).toBe(0);
    expect(scoreAt("End", 2)).toBe(10);
  });

  it("is taken away, and leaves other keys to the page", () => {
    expect(scoreAt("Delete", 4)).toBeNull();
    expect(scoreAt("Tab", 4)).toBeUndefined();
    expect(scoreAt("x", 4)).toBeUndefined();
  });
});

describe("an option of a tree", () => {
  const option = (id: string, depth: number) => ({ id, label: id, detail: "", depth });
  const tree = [
    option("口腔", 0),
    option("种植", 1),
    option("单颗", 2),
    option("正畸", 1),
    option("美容", 0),
  ];

  it("is called by its way from the top", () => {
    expect(tree.map((_, at) => wayOf(tree, at).join("/"))).toEqual([
      "口腔",
      "口腔/种植",
      "口腔/种植/单颗",
      "口腔/正畸",
      "美容",
    ]);
  });
});
