/** Which records lie in a pool. Pure. */

import type { PoolPlan } from "../../api/pools";
import { isBlank, type Json } from "../../shared/json";

/** Nobody's, and as those of the pool are. The server has the last word. */
export const liesIn = (pool: PoolPlan, record: { readonly [field: string]: Json | undefined }): boolean =>
  isBlank(record[pool.owner] ?? null) &&
  Object.keys(pool.marks).length > 0 &&
  Object.entries(pool.marks).every(([key, value]) => record[key] === value);
