/** What lies in a pool, as the browser knows it. */

import { describe, expect, it } from "vitest";
import { liesIn } from "../../src/runtime/pools/lying";

const pool = {
  key: "leads",
  name: { zh: "公海" },
  owner: "owner_id",
  marks: { stage: "pool" },
  view: "pool",
};

describe("a record lies in a pool", () => {
  it("when it is nobody's and has the values that the pool gives", () => {
    expect(liesIn(pool, { owner_id: null, stage: "pool" })).toBe(true);
    expect(liesIn(pool, { stage: "pool" })).toBe(true);
  });

  it("not when somebody has it, or it is elsewhere", () => {
    expect(liesIn(pool, { owner_id: "u1", stage: "pool" })).toBe(false);
    expect(liesIn(pool, { owner_id: null, stage: "new" })).toBe(false);
  });

  it("not where the pool marks nothing: then only the server knows", () => {
    expect(liesIn({ ...pool, marks: {} }, { owner_id: null })).toBe(false);
  });
});
