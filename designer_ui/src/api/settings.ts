/** What a clinic sets for all its reports: in which month its own year begins. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { request } from "./client";
import type { AppSettings, AppSettingsChange } from "./schema";

export type { AppSettings };

const PATH = "/api/app-settings";

export const useAppSettings = () =>
  useQuery({ queryKey: ["settings"], queryFn: () => request<AppSettings>("GET", PATH) });

export const useChangeSettings = () => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (given: AppSettingsChange) => request<AppSettings>("PUT", PATH, given),
    // Every report may be about other days now.
    onSuccess: () => client.invalidateQueries(),
  });
};
