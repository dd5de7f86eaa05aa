/** Alerts: which rules tell me, how they stand with me, whom they told of late, and who knows of what is off. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { request } from "./client";
import type { AlertGroup, AlertLine, AlertList, AlertSaid, AlertTold } from "./schema";

export type { AlertGroup, AlertLine, AlertSaid, AlertTold };

/** The form that rules are records of. */
export const ALERT_RULES = "kpi_rule";

const path = (rule: string, what: string): string => `/api/alerts/${encodeURIComponent(rule)}/${what}`;

export const useAlerts = () =>
  useQuery({ queryKey: ["alerts"], queryFn: () => request<AlertList>("GET", "/api/alerts") });

/** What a rule would tell me now; nobody is told. */
export const useTryAlert = () =>
  useMutation({ mutationFn: (rule: string) => request<AlertTold>("POST", path(rule, "try"), {}) });

/** Somebody knows of a group that is off: until a moment, or (null) until it is well again. */
export interface Knowing {
  readonly rule: string;
  readonly group: string;
  readonly until: string | null;
  readonly note: string;
}

/** Says that a group is known, or takes that back. */
export const useKnowAlert = () => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ rule, ...known }: Knowing) => request<AlertLine>("POST", path(rule, "acknowledge"), known),
    onSettled: () => client.invalidateQueries({ queryKey: ["alerts"] }),
  });
};

export const useForgetAlert = () => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ rule, group }: { rule: string; group: string }) =>
      request<AlertLine>("POST", path(rule, "unacknowledge"), { group }),
    onSettled: () => client.invalidateQueries({ queryKey: ["alerts"] }),
  });
};
