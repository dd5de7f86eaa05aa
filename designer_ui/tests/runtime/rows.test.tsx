/** Rows of a sub-table to be read: a table on a desk, cards on a phone, very many a part at a time. */

import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { FieldPlan } from "../../src/api/types";
import { RowsTable } from "../../src/controls/parts/rows";
import { type ControlHost, ControlHostProvider } from "../../src/shared/host";

const host = { lang: "zh", zone: "Asia/Shanghai", say: (words: { zh: string }) => words.zh } as ControlHost;
const column = (key: string, zh: string, value_type = "text") =>
  ({ key, control: "plain", value_type, label: { zh }, level: "read", config: {} }) as unknown as FieldPlan;
const columns = [
  column("item", "项目"),
  column("tooth", "牙位"),
  column("off", "折扣"),
  column("amount", "金额", "money"),
];
const read = (rows: { [key: string]: string | null }[]) =>
  render(
    <ControlHostProvider value={host}>
      <RowsTable rows={rows} columns={columns} config={{ totals: { amount: "sum" } }} labels={{}} />
    </ControlHostProvider>,
  );

afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});

describe("rows to be read", () => {
  it("are cards on a phone, what is blank left out, with their total", () => {
    vi.spyOn(window, "matchMedia").mockReturnValue({
      matches: true,
      addEventListener: () => undefined,
      removeEventListener: () => undefined,
    } as unknown as MediaQueryList);
    read([
      { item: "种植", tooth: "36", off: "65%", amount: "4650.10" },
      { item: "洁牙", tooth: null, off: null, amount: "300.00" },
    ]);
    expect(screen.queryByRole("table")).toBeNull();
    const [first, second] = screen.getAllByRole("listitem");
    expect(first?.textContent).toContain("种植牙位36折扣65%");
    expect(second?.textContent).not.toContain("牙位");
    expect(screen.getByText("¥4,950.10")).toBeTruthy();
  });

  it("come a hundred at first, all of them when asked for, and are added up whole", () => {
    read(Array.from({ length: 130 }, (_, at) => ({ item: `第${at}项`, amount: "1.00" })));
    expect(screen.getAllByRole("row")).toHaveLength(1 + 100 + 1);
    expect(screen.getByText("¥130.00")).toBeTruthy();
    fireEvent.click(screen.getByRole("button"));
    expect(screen.getAllByRole("row")).toHaveLength(1 + 130 + 1);
    expect(screen.queryByRole("button")).toBeNull();
  });
});
