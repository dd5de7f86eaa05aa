/** Tabs, steps, folds and columns draw the fields that stand inside them. */

import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { normalise } from "../../src/api/forms";
import type { FieldPlan, FormPlan, Problem } from "../../src/api/types";
import { askFor, onAsked } from "../../src/controls/parts/asking";
import { FormSections } from "../../src/runtime/record/FormSections";
import { sectionsOf } from "../../src/runtime/record/formModel";
import { type ControlHost, ControlHostProvider } from "../../src/shared/host";
import type { JsonObject } from "../../src/shared/json";
import { loadKinds } from "../../src/shared/kinds";
import { formState } from "../../src/shared/rules";

const field = (key: string, more: Partial<FieldPlan> = {}) => ({
  key,
  control: "text",
  value_type: "text",
  label: { zh: key, en: key },
  config: {},
  level: "write",
  ...more,
});

const layoutOf = (kind: string, more: JsonObject) =>
  field("box", {
    control: kind,
    role: "layout",
    value_type: null,
    config: {
      ...more,
      panes: [
        { key: "one", title: { zh: "甲", en: "First" }, items: ["a"] },
        { key: "two", title: { zh: "乙", en: "Second" }, items: ["b"] },
      ],
    },
  });

const planOf = (kind: string, more: JsonObject = {}): FormPlan => {
  const plan: unknown = {
    key: "lead",
    name: {},
    fields: [layoutOf(kind, more), field("a"), field("b"), field("c")],
    layout: [{ key: "s", section: { zh: "基本" }, items: ["box", "a", "c"] }],
  };
  // A plan as the server sends it, with the parts that may be left out left out.
  return normalise(plan as FormPlan);
};

const host: ControlHost = {
  lang: "zh",
  zone: "Asia/Shanghai",
  me: { id: "", name: "" },
  branches: [],
  say: (words) => (typeof words === "string" ? words : (words?.zh ?? "")),
  searchOptions: async () => [],
  upload: async () => Promise.reject(new Error("none")),
  fileUrl: () => "",
  openRecord: () => undefined,
  createRecord: async () => null,
};

const draw = (
  kind: string,
  problems = new Map<string, Problem[]>(),
  more: JsonObject = {},
  check: (keys: readonly string[]) => boolean = () => true,
) => {
  const plan = planOf(kind, more);
  const now = new Date("2026-11-22T04:00:00Z");
  const state = formState(
    { plan, stored: null, now, today: "2026-11-22", zone: "Asia/Shanghai", actor: {} },
    {},
  );
  return render(
    <ControlHostProvider value={host}>
      <FormSections
        plan={plan}
        recordId={null}
        values={{}}
        state={state}
        labels={{}}
        masked={[]}
        problems={problems}
        isNew
        check={check}
        onChange={() => undefined}
      />
    </ControlHostProvider>,
  );
};

const slots = (): string[] => [...document.querySelectorAll("[id^=slot-]")].map((slot) => slot.id.slice(5));

beforeAll(() => loadKinds(["text", "tabs", "steps", "collapse", "columns"]));
afterEach(cleanup);

describe("fields in panes", () => {
  it("stand in their pane only, not in the section as well", () => {
    expect(sectionsOf(planOf("tabs")).map((section) => section.items)).toEqual([["box", "c"]]);
  });
  it("are drawn by columns side by side", () => {
    draw("columns");
    expect(slots()).toEqual(["a", "b", "c"]);
  });
  it.each(["tabs", "steps"])("are drawn by %s one pane at a time", (kind) => {
    draw(kind);
    expect(slots()).toContain("a");
    expect(slots()).not.toContain("b");
    fireEvent.click(screen.getByText("乙"));
    expect(slots()).toContain("b");
  });
  it("are left by steps only when nothing is missing in them, unless they say so", () => {
    const asked: (readonly string[])[] = [];
    const missing = (keys: readonly string[]) => asked.push(keys) < 0;
    draw("steps", new Map(), {}, missing);
    fireEvent.click(screen.getByText("乙"));
    expect(slots()).toContain("a");
    expect(asked).toEqual([["a"]]);
    cleanup();
    draw("steps", new Map(), { check_each: false }, missing);
    fireEvent.click(screen.getByText("乙"));
    expect(slots()).toContain("b");
    fireEvent.click(screen.getByText("甲"));
    expect(slots()).toContain("a");
    expect(asked).toHaveLength(1);
  });
  it.each(["tabs", "steps", "collapse"])("come to the front of %s when one has a problem", (kind) => {
    const wrong = { code: "form.required", path: "/b", message: { zh: "请填写", en: "Fill in" } };
    draw(kind, new Map([["b", [wrong]]]));
    expect(slots()).toContain("b");
  });
  it.each([true, false])(
    "fold away in a collapse when another one opens, where it says so: %s",
    (one_open) => {
      draw("collapse", undefined, { one_open });
      const first = screen.getByText("甲").closest("[aria-expanded]");
      expect(first?.getAttribute("aria-expanded")).toBe("true");
      fireEvent.click(screen.getByText("乙"));
      expect(first?.getAttribute("aria-expanded")).toBe(String(!one_open));
    },
  );
});

describe("a button in a form", () => {
  it("is heard by the page around it, and not any longer once the page has gone", () => {
    const page = document.createElement("article");
    const button = page.appendChild(document.createElement("button"));
    const hear = vi.fn();
    const stop = onAsked(page, hear);
    askFor(button, { action: "close", confirm: null });
    stop();
    askFor(button, { action: "close", confirm: null });
    expect(hear).toHaveBeenCalledExactlyOnceWith({ action: "close", confirm: null });
  });
});
