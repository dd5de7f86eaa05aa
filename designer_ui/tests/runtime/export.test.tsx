/** A large export is made in the background and fetched from where the server keeps it. */

import { act, renderHook } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";

vi.mock("../../src/api/records", () => ({
  exportRecords: async () => ({ job: "01a2" }),
  fetchJob: async () => ({ state: "done", done: 1, total: 1, result: { file: "01a2", name: "线索.xlsx" } }),
}));
vi.mock("../../src/shared/useNotify", () => ({
  useNotify: () => ({ done: () => {}, warn: () => {}, failed: () => {} }),
}));
vi.mock("react-i18next", () => ({ useTranslation: () => ({ t: (key: string) => key }) }));

afterEach(() => vi.restoreAllMocks());

test("the finished file is fetched by its export", async () => {
  const { useExport } = await import("../../src/runtime/list/useExport");
  const followed: string[] = [];
  vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(function (this: HTMLAnchorElement) {
    followed.push(new URL(this.href).pathname);
  });
  const { result } = renderHook(() => useExport("lead"));
  await act(() => result.current.run({}, ["name"], "xlsx"));
  expect(followed).toEqual(["/api/exports/01a2"]);
});
