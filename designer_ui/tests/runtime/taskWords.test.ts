import { describe, expect, it } from "vitest";
import { headingOf, starterOf } from "../../src/runtime/tasks/words";
import { formatAgo } from "../../src/shared/format";
import { clinicNow, setAhead } from "../../src/shared/now";

describe("what a task is called", () => {
  it("is its own title where that names the matter too", () => {
    expect(headingOf({ title: "公冶先生", subject: "线索清洗 · 公冶先生" })).toEqual([
      "线索清洗 · 公冶先生",
      "",
    ]);
  });
  it("is the matter with its own title beside it otherwise", () => {
    expect(headingOf({ title: "刘若曦 种植方案", subject: "折扣审批" })).toEqual([
      "刘若曦 种植方案",
      "折扣审批",
    ]);
    expect(headingOf({ title: "请假", subject: null })).toEqual(["请假", ""]);
  });
});

describe("who started a flow", () => {
  const labels = { user: { a: "李思雨", system: "系统" } };
  it("is a person, never the system", () => {
    expect(starterOf(labels, "a")).toBe("李思雨");
    expect(starterOf(labels, "system")).toBeNull();
    expect(starterOf(labels, null)).toBeNull();
  });
});

describe("a practice clinic whose clock was put forward", () => {
  it("tells how long ago things were by its own clock", () => {
    const tomorrow = new Date(Date.now() + 86_400_000).toISOString();
    setAhead(2 * 86_400);
    expect(formatAgo(tomorrow, "zh", "Asia/Shanghai", clinicNow())).toBe("1 天前");
    expect(formatAgo(tomorrow, "zh")).toBe("1 天前");
    setAhead(0);
    expect(formatAgo(tomorrow, "zh")).toMatch(/后$/);
  });
});
