/** Alerts: which rules tell me, how they stand with me, whom they told of late. */

import { useMutation, useQuery } from "@tanstack/react-query";
import { request } from "./client";
import type { AlertLine, AlertList, AlertSaid, AlertTold } from "./schema";

export type { AlertLine, AlertSaid, AlertTold };

export const useAlerts = () =>
  useQuery({ queryKey: ["alerts"], queryFn: () => request<AlertList>("GET", "/api/alerts") });

/** What a rule would tell me now; nobody is told. */
export const useTryAlert = () =>
  useMutation({
    mutationFn: (rule: string) =>
      request<AlertTold>("POST", `/api/alerts/${encodeURIComponent(rule)}/try`, {}),
  });
