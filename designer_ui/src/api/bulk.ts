/** Bulk edits that go on in the background. */

import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { request } from "./client";
import { useRefresh } from "./records";
import type { BulkState } from "./schema";

const LOOK_MS = 700;
const OVER = new Set(["done", "failed", "cancelled"]);

/** How far a bulk edit is; asked for until it is over, then every list looks again. */
export const useBulkState = (job: string) => {
  const refresh = useRefresh();
  const state = useQuery({
    queryKey: ["bulk", job],
    queryFn: () => request<BulkState>("GET", `/api/bulk-edits/${encodeURIComponent(job)}`),
    refetchInterval: ({ state: { data } }) => (data && OVER.has(data.state) ? false : LOOK_MS),
    retry: false,
  });
  const isOver = OVER.has(state.data?.state ?? "");
  const wasRunning = useRef(false);
  useEffect(() => {
    if (isOver && wasRunning.current) void refresh();
    wasRunning.current = !isOver;
  });
  return { ...state, isOver };
};
