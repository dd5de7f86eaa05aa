/** Which form's plan and list are asked for before the screen is drawn. */

import { describe, expect, it } from "vitest";
import { firstAt } from "../../src/api/ahead";
import type { AppPlan } from "../../src/api/types";

const tab = (key: string, form: string) => ({ key, form, view: key, name: {} });
const app: AppPlan = {
  pages: [{ key: "leads", kind: "views", name: {}, tabs: [tab("board", "lead"), tab("talks", "comm_log")] }],
  forms: [],
  lists: {},
};

describe("the list of an address", () => {
  it("is the one of the page's tab, or of its first tab", () => {
    expect(firstAt("/p/leads/talks", app)).toEqual({ form: "comm_log", view: "talks" });
    expect(firstAt("/p/leads", app)).toEqual({ form: "lead", view: "board" });
    expect(firstAt("/p/leads/gone", app)).toEqual({ form: "lead", view: "board" });
  });
  it("is the one beside which a personal view stands", () => {
    expect(firstAt("/p/leads/my%3Av1%40talks", app)).toEqual({ form: "comm_log" });
  });
  it("is named by a record's own address", () => {
    expect(firstAt("/r/customer/1", app)).toEqual({ form: "customer" });
    expect(firstAt("/forms/bill", app)).toEqual({ form: "bill", view: null });
  });
  it("is none elsewhere", () => {
    expect(firstAt("/me", app)).toBeNull();
    expect(firstAt("/p/nothing", app)).toBeNull();
    expect(firstAt("/", app)).toBeNull();
  });
});
