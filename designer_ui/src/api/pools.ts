/** Pools: how much one may still take, and taking. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { request } from "./client";
import { useRefresh } from "./records";
import type { PoolItems, PoolPlan, PoolTaken } from "./schema";

export type { PoolPlan };

const at = (pool: string, rest = "") => `/api/pools/${encodeURIComponent(pool)}${rest}`;

export const usePool = (pool: string) =>
  useQuery({
    queryKey: ["pools", pool],
    queryFn: () => request<PoolItems>("GET", at(pool, "?items=false")),
    staleTime: 0,
  });

/** Takes the records named, or the next one where none is named. */
export const useClaim = (pool: string) => {
  const client = useQueryClient();
  const refresh = useRefresh();
  return useMutation({
    mutationFn: (recordIds: readonly string[]) =>
      request<PoolTaken>("POST", at(pool, "/claim"), recordIds.length ? { record_ids: recordIds } : {}),
    // Whoever was too late looks at an old list: it is fetched anew either way.
    onSettled: () => {
      void refresh();
      void client.invalidateQueries({ queryKey: ["pools", pool] });
    },
  });
};
