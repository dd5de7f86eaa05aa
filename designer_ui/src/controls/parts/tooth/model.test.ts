import { describe, expect, it } from "vitest";
import {
  type Chart,
  clearTeeth,
  finishPlan,
  nameOf,
  neighbour,
  rowsOf,
  setStatus,
  shortText,
  TEETH,
  TOOTH,
  toggleSurface,
  toggleTeeth,
} from "./model";

const EMPTY: Chart = { teeth: {} };

describe("a tooth chart", () => {
  it("has 32 permanent and 20 primary teeth with five surfaces each", () => {
    expect(TEETH.filter((tooth) => !tooth.isPrimary)).toHaveLength(32);
    expect(TEETH.filter((tooth) => tooth.isPrimary)).toHaveLength(20);
    expect(TEETH.every((tooth) => tooth.surfaces.length === 5)).toBe(true);
  });

  it("marks a surface and takes the mark off again, leaving nothing behind", () => {
    const marked = toggleSurface(EMPTY, "36", "O", "found", "caries");
    expect(marked.teeth["36"]?.surfaces).toEqual({ O: ["caries"] });
    expect(toggleSurface(marked, "36", "O", "found", "caries")).toEqual(EMPTY);
  });

  it("gathers the surfaces of one planned filling, in their order", () => {
    const one = toggleSurface(EMPTY, "36", "O", "plan", "filling");
    expect(toggleSurface(one, "36", "M", "plan", "filling").teeth["36"]?.plan).toEqual([
      { code: "filling", surfaces: ["M", "O"] },
    ]);
  });

  it("refuses a surface that the tooth does not have", () => {
    expect(toggleSurface(EMPTY, "11", "O", "found", "caries")).toBe(EMPTY);
  });

  it("drops the surfaces of a tooth that is missing", () => {
    const marked = toggleSurface(EMPTY, "36", "O", "found", "caries");
    expect(setStatus(marked, ["36"], "missing").teeth["36"]).toEqual({ status: "missing" });
  });

  it("puts a whole-tooth code on all chosen teeth before it takes it off", () => {
    const some = toggleTeeth(EMPTY, ["11"], "found", "crown");
    const all = toggleTeeth(some, ["11", "12"], "found", "crown");
    expect(all.teeth["12"]?.marks).toEqual(["crown"]);
    expect(all.teeth["11"]?.marks).toEqual(["crown"]);
    expect(toggleTeeth(all, ["11", "12"], "found", "crown")).toEqual(EMPTY);
  });

  it("turns a plan into what was done", () => {
    const planned = toggleTeeth(EMPTY, ["36"], "plan", "implant");
    expect(finishPlan(planned, ["36"]).teeth["36"]).toEqual({ done: [{ code: "implant" }] });
    expect(clearTeeth(planned, ["36"])).toEqual(EMPTY);
  });

  it("says itself in a few letters, in any notation", () => {
    const chart: Chart = {
      teeth: { "36": { surfaces: { O: ["caries"], M: ["caries"] } }, "11": { status: "missing" } },
    };
    expect(shortText(chart)).toBe("11, 36-MO");
    expect(shortText(chart, "universal")).toBe("8, 19-MO");
    const molar = TOOTH.get("36");
    expect(molar && nameOf(molar, "palmer")).toBe("LL6");
  });

  it("lets arrow keys walk across the midline and between the arches", () => {
    expect(neighbour("11", "ArrowRight", "permanent")).toBe("21");
    expect(neighbour("18", "ArrowLeft", "permanent")).toBe("18");
    expect(neighbour("16", "ArrowDown", "permanent")).toBe("46");
    expect(neighbour("11", "ArrowDown", "mixed")).toBe("51");
    expect(rowsOf("mixed").map((row) => row.length)).toEqual([16, 10, 10, 16]);
  });
});
