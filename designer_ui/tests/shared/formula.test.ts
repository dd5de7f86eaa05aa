/** Formulas in the browser. What each function means is told by tests/vectors, which run against the built bundle. */

import { beforeAll, describe, expect, it } from "vitest";
import type { FieldPlan, FormPlan } from "../../src/api/types";
import { evaluate, isHere, rounded } from "../../src/shared/formula";
import { functionNames, SERVER_ONLY } from "../../src/shared/formula/functions";
import { asNumber, type Json, type Values } from "../../src/shared/json";
import { type FormulaContext, formState, loadFormulas, type Scene } from "../../src/shared/rules";

const lit = (t: string, v: Json): Json => ({ k: "lit", t, v });
const field = (t: string, ...path: string[]): Json => ({ k: "field", t, v: path });
const op = (t: string, v: string, ...a: Json[]): Json => ({ k: "op", t, v, a });
const call = (t: string, v: string, ...a: Json[]): Json => ({ k: "call", t, v, a, p: true });

const context = (values: Values, more: Partial<FormulaContext> = {}): FormulaContext => ({
  value: ([head = ""]) => values[head] ?? null,
  now: "2026-03-05T06:30:00Z",
  today: "2026-03-05",
  zone: "Asia/Shanghai",
  actor: { id: "u1", roles: ["nurse"] },
  record: { old: {}, isNew: false, changed: new Set() },
  ...more,
});

describe("a formula", () => {
  it("reckons in decimals, not in doubles", () => {
    const sum = op("number", "+", field("number", "a"), field("number", "b"));
    expect(evaluate(sum, context({ a: "0.1", b: 0.2 }))).toBe("0.3");
  });

  it("gives null for an error value, and IFERROR sees it", () => {
    const broken = op("number", "/", lit("number", "1"), lit("number", "0"));
    expect(evaluate(broken, context({}))).toBeNull();
    expect(evaluate(call("number", "IFERROR", broken, lit("number", "7")), context({}))).toBe("7");
  });

  it("throws where only the server knows, even inside IFERROR", () => {
    const asked = call("any", "LOOKUP", lit("text", "bill"), lit("text", "1"), lit("text", "paid"));
    expect(() => evaluate(call("any", "IFERROR", asked, lit("number", "0")), context({}))).toThrow();
    expect(isHere(asked)).toBe(false);
    const unknown = context({}, { value: () => undefined });
    expect(() => evaluate(field("text", "customer_id", "name"), unknown)).toThrow();
    expect(() => evaluate(call("bool", "INTEAM"), context({}))).toThrow();
  });

  it("refuses what is no tree", () => {
    const wrong: Json[] = [null, 5, "x", [], { k: "lit" }, { k: "call", t: "any", a: [5] }];
    for (const broken of wrong) {
      expect(() => evaluate(broken, context({}))).toThrow();
      expect(isHere(broken)).toBe(false);
    }
  });

  it("is not led astray by names that every object has", () => {
    expect(() => evaluate(call("any", "constructor"), context({}))).toThrow();
    const inside = { k: "each", t: "any", a: [field("any", "row", "__proto__")] };
    const mapped = call("list of any", "MAP", field("list of any", "rows"), inside);
    expect(evaluate(mapped, context({ rows: [{ a: "1" }] }))).toEqual([null]);
  });

  it("tells the roles of whoever asks, and what the save changes", () => {
    expect(evaluate(call("bool", "INROLE", lit("text", "nurse")), context({}))).toBe(true);
    const record = { old: { a: "1" }, isNew: false, changed: new Set(["a"]) };
    expect(evaluate(call("bool", "CHANGED", field("number", "a")), context({ a: "2" }, { record }))).toBe(
      true,
    );
    expect(evaluate(call("number", "OLDVALUE", field("number", "a")), context({ a: "2" }, { record }))).toBe(
      "1",
    );
  });
});

describe("numbers of fields", () => {
  it("are rounded half away from zero, texts stay", () => {
    expect(rounded("2.345", 2)).toBe("2.35");
    expect(rounded("-2.345", 2)).toBe("-2.35");
    expect(rounded("张三", 2)).toBe("张三");
  });
});

it("functions are either here or the server's", () => {
  expect(functionNames().filter((name) => SERVER_ONLY.includes(name))).toEqual([]);
});

describe("a form with formulas", () => {
  const plain = (key: string, more: Partial<FieldPlan> = {}): FieldPlan => ({
    key,
    control: "text",
    label: {},
    config: {},
    level: "write",
    ...more,
  });
  const isVip = op("bool", "=", field("option", "grade"), lit("option", "vip"));
  const amount = op("number", "*", field("number", "price"), field("number", "count"));
  const plan: FormPlan = {
    key: "bill",
    name: {},
    fields: [
      plain("grade"),
      plain("discount", { visible_if: isVip, required_if: isVip }),
      plain("items", {
        fields: [plain("price"), plain("count"), plain("amount", { computed: amount, value_type: "money" })],
      }),
      plain("total", { computed: call("number", "SUM", field("list of number", "items", "amount")) }),
      plain("customer_id"),
      plain("points", { default_formula: field("number", "total"), value_type: "integer" }),
      plain("phone", { computed: field("text", "customer_id", "phone") }),
      plain("secret", { level: "masked" }),
      plain("echo", { visible_if: op("bool", "=", field("text", "secret"), lit("text", "x")) }),
    ],
    system: [],
    rules: [
      {
        key: "positive",
        check: op("bool", ">", field("number", "total"), lit("number", "0")),
        message: { zh: "金额须大于 0" },
      },
    ],
    layout: [],
    views: [],
    page: {},
    verbs: {},
  };
  const scene: Scene = {
    plan,
    stored: null,
    now: new Date("2026-03-05T06:30:00Z"),
    today: "2026-03-05",
    zone: "Asia/Shanghai",
    actor: {},
  };

  beforeAll(async () => {
    await loadFormulas();
  });

  it("shows and requires as its conditions say, and a blank condition does not hold", () => {
    expect(formState(scene, { grade: "vip" }).fields.discount).toMatchObject({
      visible: true,
      required: true,
    });
    expect(formState(scene, {}).fields.discount?.visible).toBe(false);
  });

  it("works out rows first, each rounded to what it keeps, then what stands on them", () => {
    const state = formState(scene, {
      items: [
        { price: "1.115", count: 1 },
        { price: "2", count: "3" },
      ],
    });
    expect(state.values.items).toMatchObject([{ amount: "1.12" }, { amount: "6" }]);
    expect(asNumber(state.values.total)).toBe(7.12);
    expect(state.problems).toEqual([]);
  });

  it("lets a default follow its formula on a new record until someone writes the field", () => {
    const items = [{ price: "2.6", count: 1 }];
    expect(formState(scene, { items }).values.points).toBe(3);
    expect(formState(scene, { items, points: 9 }).values.points).toBe(9);
    expect(formState(scene, { items, points: null }).values.points).toBeNull();
    expect(formState({ ...scene, stored: { id: "1" } }, { items }).values.points).toBeUndefined();
  });

  it("tells a check that fails before it is sent", () => {
    expect(formState(scene, { items: [] }).problems).toMatchObject([{ code: "rule.positive" }]);
  });

  it("leaves to the server what lies behind a link or a mask", () => {
    expect(formState(scene, { customer_id: "c1", phone: "138" }).needsServer).toBe(true);
    expect(formState(scene, { customer_id: "c1", phone: "138" }).values.phone).toBe("138");
    expect(formState(scene, {}).needsServer).toBe(false);
    expect(formState(scene, { secret: "1**" }).fields.echo?.visible).toBe(true);
  });
});
