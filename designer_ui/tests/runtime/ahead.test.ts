/** Which form's plan is asked for before the screen is drawn. */

import { describe, expect, it } from "vitest";
import { formAt } from "../../src/api/ahead";
import type { AppPlan } from "../../src/api/types";

const tab = (key: string, form: string) => ({ key, form, view: key, name: {} });
const app: AppPlan = {
  pages: [{ key: "leads", kind: "views", name: {}, tabs: [tab("board", "lead"), tab("talks", "comm_log")] }],
  forms: [],
  lists: {},
};

describe("the form of an address", () => {
  it("is the one of the page's tab, or of its first tab", () => {
    expect(formAt("/p/leads/talks", app)).toBe("comm_log");
    expect(formAt("/p/leads", app)).toBe("lead");
    expect(formAt("/p/leads/gone", app)).toBe("lead");
  });
  it("is the one beside which a personal view stands", () => {
    expect(formAt("/p/leads/my%3Av1%40talks", app)).toBe("comm_log");
  });
  it("is named by a record's own address", () => {
    expect(formAt("/r/customer/1", app)).toBe("customer");
    expect(formAt("/forms/bill", app)).toBe("bill");
  });
  it("is none elsewhere", () => {
    expect(formAt("/me", app)).toBeNull();
    expect(formAt("/p/nothing", app)).toBeNull();
    expect(formAt("/", app)).toBeNull();
  });
});
