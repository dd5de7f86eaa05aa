/** Dashboards and reports: which there are for me, their definitions, their numbers. */

import { useQueries, useQuery } from "@tanstack/react-query";
import type { Dashboard } from "../runtime/dashboards/contract";
import type { Words } from "../shared/words";
import { request } from "./client";

export interface DashboardLine {
  readonly key: string;
  readonly name: Words;
  readonly icon: string | null;
}

export interface ReportLine {
  readonly key: string;
  readonly name: Words;
  readonly description: Words | null;
  /** What it is about, as the app calls that part. */
  readonly group: Words | null;
  readonly chart: string;
}

export interface ReportPage {
  readonly key: string;
  readonly name: Words;
  readonly description?: Words;
  readonly chart: string;
  readonly filters: Dashboard["filters"];
}

export interface Home {
  readonly dashboards: readonly DashboardLine[];
  readonly reports: readonly ReportLine[];
}

const LASTING_MS = 300_000;

export const useReportsHome = () =>
  useQuery({
    queryKey: ["reports", "home"],
    queryFn: async (): Promise<Home> => {
      const [dashboards, reports] = await Promise.all([
        request<{ dashboards: DashboardLine[] }>("GET", "/api/dashboards"),
        request<{ reports: ReportLine[] }>("GET", "/api/reports"),
      ]);
      return { dashboards: dashboards.dashboards, reports: reports.reports };
    },
    staleTime: LASTING_MS,
  });

const dashboardQuery = (key: string) => ({
  queryKey: ["reports", "dashboard", key],
  queryFn: () => request<Dashboard>("GET", `/api/dashboards/${encodeURIComponent(key)}`),
  staleTime: LASTING_MS,
});

/** Several definitions at once, in the order asked for. */
export const useDashboards = (
  keys: readonly string[],
): { data: Dashboard[] | undefined; error: unknown; retry: () => void } => {
  const found = useQueries({ queries: keys.map(dashboardQuery) });
  const data = found.flatMap((one) => (one.data ? [one.data] : []));
  return {
    data: data.length === keys.length ? data : undefined,
    error: found.find((one) => one.error)?.error,
    retry: () => {
      for (const one of found) void one.refetch();
    },
  };
};

export const useReport = (key: string) =>
  useQuery({
    queryKey: ["reports", "report", key],
    queryFn: () => request<ReportPage>("GET", `/api/reports/${encodeURIComponent(key)}`),
    staleTime: LASTING_MS,
  });
