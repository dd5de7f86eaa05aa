/** What a control's settings say is seen. */

import { cleanup, render, screen, waitFor } from "@testing-library/react";
import { Suspense } from "react";
import { afterEach, describe, expect, it } from "vitest";
import type { FieldPlan } from "../../src/api/types";
import { lunarOf } from "../../src/controls/heavy/LunarDay";
import RichTextInput from "../../src/controls/heavy/RichTextInput";
import { plansOf, Totals } from "../../src/controls/parts/rows";
import { formatLength } from "../../src/shared/format";
import { type ControlHost, ControlHostProvider } from "../../src/shared/host";
import type { Json, JsonObject } from "../../src/shared/json";
import { controlView, loadKinds } from "../../src/shared/kinds";

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

const fieldOf = (control: string, config: JsonObject = {}, more: Partial<FieldPlan> = {}): FieldPlan => ({
  key: "it",
  control,
  label: { zh: "字段" },
  level: "write",
  config,
  ...more,
});

const shown = async (control: string, value: Json, config: JsonObject, part: "Cell" | "Detail" = "Cell") => {
  await loadKinds([control]);
  const view = controlView(control);
  const Look = part === "Detail" ? view?.Detail : view?.Cell;
  if (!Look) throw new Error(`${control} has no ${part}`);
  return render(
    <ControlHostProvider value={host}>
      <Suspense fallback={null}>
        <Look
          value={value}
          config={config}
          field={fieldOf(control, config)}
          labels={{ customer: { c1: "张三" } }}
          form="thing"
          recordId="r"
          record={{}}
        />
      </Suspense>
    </ControlHostProvider>,
  );
};

afterEach(cleanup);

describe("settings of controls", () => {
  it("show the lunar day beside a date", async () => {
    expect(lunarOf("2026-02-17")).toBe("正月初一");
    expect(lunarOf("2025-07-25")).toBe("闰六月初一");
    expect(lunarOf("1850-01-01")).toBe("");
    const { container } = await shown("date", "2026-02-17", { lunar: true });
    await waitFor(() => expect(container.textContent).toContain("ctl.lunar"));
    cleanup();
    const plain = await shown("date", "2026-02-17", {});
    expect(plain.container.textContent).not.toContain("lunar");
  });

  it("write amounts in capital figures on paper", async () => {
    const { container } = await shown("money", "1203.50", { words_on_print: true });
    expect(container.querySelector(".ctl-on-paper")?.textContent).toBe("壹仟贰佰零叁元伍角整");
    cleanup();
    const plain = await shown("money", "1203.50", {});
    expect(plain.container.querySelector(".ctl-on-paper")).toBeNull();
  });

  it.each([
    ["minutes", 5400, "90 分钟"],
    ["hours", 183_600, "51 小时"],
    ["days", 183_600, "2 天 3 小时"],
    ["days", 172_800, "2 天"],
    ["days", 5400, "1 小时 30 分"],
  ])("say a length in %s", async (show, seconds, words) => {
    expect(formatLength(seconds, show, "zh")).toBe(words);
    expect((await shown("duration", seconds, { show })).container.textContent).toBe(words);
  });

  it.each([
    ["basic", 5],
    ["full", 7],
  ])("give rich text its %s toolbar, and phrases where there are any", (toolbar, buttons) => {
    const draw = (config: JsonObject) =>
      render(
        <ControlHostProvider value={host}>
          <RichTextInput
            value={null}
            config={config}
            field={fieldOf("richtext", config)}
            labels={{}}
            form="thing"
            recordId={null}
            record={{}}
            disabled={false}
            invalid={false}
            onChange={() => undefined}
          />
        </ControlHostProvider>,
      );
    draw({ toolbar });
    expect(screen.getAllByRole("button")).toHaveLength(buttons);
    expect(screen.queryByRole("combobox")).toBeNull();
    cleanup();
    draw({ toolbar, phrases: [{ zh: "口腔卫生良好", en: "Good hygiene" }] });
    expect(screen.getByRole("combobox")).toBeTruthy();
  });

  it("add up each plan that is compared", () => {
    const columns = [
      fieldOf(
        "select",
        { options: ["A", "B", "C"].map((key) => ({ key, label: { zh: `方案${key}` } })) },
        { key: "variant" },
      ),
      fieldOf("money", {}, { key: "amount", value_type: "money" }),
    ];
    const rows = [
      { variant: "A", amount: "100" },
      { variant: "B", amount: "20" },
      { variant: "A", amount: "5" },
    ];
    const config = { variants: true, totals: { amount: "sum" } };
    expect(plansOf(rows, columns, config).map((plan) => [plan.key, plan.rows.length])).toEqual([
      ["A", 2],
      ["B", 1],
    ]);
    expect(plansOf(rows.slice(0, 1), columns, config)).toEqual([]);
    expect(plansOf(rows, columns, { ...config, variants: false })).toEqual([]);
    const { container } = render(
      <ControlHostProvider value={host}>
        <table>
          <Totals rows={rows} columns={columns} config={config} />
        </table>
      </ControlHostProvider>,
    );
    expect([...container.querySelectorAll("tr")].map((line) => line.lastChild?.textContent)).toEqual([
      "¥105.00",
      "¥20.00",
    ]);
  });

  it("show what a snapshot kept, in words", async () => {
    const kept: readonly JsonObject[] = [
      { key: "price", control: "", level: "read", label: { zh: "价格" }, value_type: "money", config: {} },
      {
        key: "who",
        control: "",
        level: "read",
        label: { zh: "客户" },
        value_type: "reference",
        config: { to: "customer" },
      },
      {
        key: "lines",
        control: "",
        level: "read",
        label: { zh: "明细" },
        value_type: "rows",
        config: {},
        fields: [
          { key: "what", control: "", level: "read", label: { zh: "项目" }, value_type: "text", config: {} },
        ],
      },
    ];
    const value = {
      taken_at: "2026-03-05T06:30:00Z",
      values: { price: "120.00", who: "c1", lines: [{ what: "牙冠" }, { what: "洗牙" }] },
    };
    const { container } = await shown("snapshot", value, { kept }, "Detail");
    const text = container.textContent ?? "";
    for (const word of ["价格", "¥120.00", "客户", "张三", "明细", "牙冠", "洗牙", "ctl.takenAt"])
      expect(text).toContain(word);
  });
});
