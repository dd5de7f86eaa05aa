/** "Later" on a line of the workbench. */

import { describe, expect, it } from "vitest";
import { laterChoices } from "../../src/runtime/workbench/LineActs";

const ZONE = "Asia/Shanghai";
const choose = (now: string) =>
  Object.fromEntries(laterChoices(new Date(now), ZONE).map(({ key, moment }) => [key, moment]));

describe("later", () => {
  it("is an hour from now, or half past nine of a morning at the branch", () => {
    expect(choose("2026-11-25T07:00:00Z")).toEqual({
      hour: "2026-11-25T08:00:00.000Z",
      tomorrow: "2026-11-26T01:30:00.000Z",
      threeDays: "2026-11-28T01:30:00.000Z",
      monday: "2026-11-30T01:30:00.000Z",
    });
  });

  it("does not say Monday twice on a Sunday", () => {
    expect(Object.keys(choose("2026-11-22T07:00:00Z"))).toEqual(["hour", "tomorrow", "threeDays"]);
  });

  it("counts the days of the branch, not of the machine", () => {
    expect(choose("2026-11-25T17:00:00Z").tomorrow).toBe("2026-11-27T01:30:00.000Z");
  });
});
