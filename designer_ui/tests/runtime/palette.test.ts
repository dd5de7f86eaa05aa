/** What the command palette offers. */

import { describe, expect, it } from "vitest";
import type { AppPlan } from "../../src/api/types";
import { groupPages, homePath, pagePath } from "../../src/runtime/shell/pages";
import { rank, recordOffers, standingOffers } from "../../src/runtime/shell/palette";
import { score } from "../../src/shared/match";

const app: AppPlan = {
  pages: [
    {
      key: "leads",
      name: { zh: "线索中心", en: "Leads" },
      kind: "views",
      order: 2,
      group: { zh: "销售", en: "Sales" },
    },
    { key: "desk", name: { zh: "工作台", en: "Workbench" }, kind: "workbench", order: 1 },
    {
      key: "bills",
      name: { zh: "收费", en: "Bills" },
      kind: "views",
      order: 3,
      group: { zh: "销售", en: "Sales" },
    },
  ],
  forms: [
    { key: "lead", name: { zh: "线索", en: "Lead" }, verbs: { view: true, create: true } },
    { key: "bill", name: { zh: "收费单", en: "Bill" }, verbs: { view: true, create: false } },
  ],
};
const words = (key: string) => (key === "palette.create" ? "新建" : key);
const standing = standingOffers(app, "zh", words);

describe("matching", () => {
  it("the whole word beats its start, which beats its middle, which beats scattered letters", () => {
    const scores = ["lead", "leads", "my lead", "l-e-a-d"].map((text) => score(text, "lead"));
    expect(scores).toEqual([...scores].sort((a, b) => b - a));
    expect(new Set(scores).size).toBe(4);
    expect(score("收费", "线")).toBe(0);
  });
});

describe("the palette", () => {
  it("opens with pages and things to create, not with sign-out", () => {
    const offers = rank("", standing, []);
    expect(offers[0]?.kind).toBe("page");
    expect(offers.every((offer) => offer.kind !== "action")).toBe(true);
  });

  it("offers to create only what this person may create", () => {
    expect(standing.filter((offer) => offer.kind === "create").map((offer) => offer.form)).toEqual(["lead"]);
  });

  it("puts people found by the server before weak matches", () => {
    const people = recordOffers(
      [{ form: "lead", id: "l1", title: "张三", detail: "138****1234" }],
      app,
      "zh",
    );
    const offers = rank("zs", standing, people);
    expect(offers[0]?.title).toBe("张三");
    expect(offers[0]?.detail).toBe("线索 · 138****1234");
  });

  it("puts a page of that name first", () => {
    expect(rank("线索", standing, [])[0]?.title).toBe("线索");
  });
});

describe("pages", () => {
  it("stand in order, those of a group together", () => {
    expect(
      groupPages(app.pages, "zh").map((group) => [group.name, group.pages.map((page) => page.key)]),
    ).toEqual([
      ["", ["desk"]],
      ["销售", ["leads", "bills"]],
    ]);
  });

  it("the workbench is home; without one the first page; without any page the first form", () => {
    expect(homePath(app)).toBe("/workbench/desk");
    expect(homePath({ ...app, pages: app.pages.slice(2) })).toBe("/p/bills");
    expect(homePath({ pages: [], forms: app.forms })).toBe("/forms/lead");
    expect(pagePath({ key: "x", name: {}, kind: "views" })).toBe("/p/x");
  });
});
