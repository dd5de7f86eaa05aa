/** What a setting of the clinic's year means in days. */

import { expect, test } from "vitest";
import { yearOf } from "../../src/runtime/settings/spans";

test("a year of the clinic's own begins in its month, whatever month it is now", () => {
  expect(yearOf("2026-11-23", 1)).toEqual(["2026-01-01", "2026-12-31"]);
  expect(yearOf("2026-11-23", 4)).toEqual(["2026-04-01", "2027-03-31"]);
  expect(yearOf("2026-03-31", 4)).toEqual(["2025-04-01", "2026-03-31"]);
  expect(yearOf("2024-02-29", 3)).toEqual(["2023-03-01", "2024-02-29"]);
});
