/** Who I am, which clinic, which app. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { request } from "./client";
import type { AppPlan, Me, Notice, Workbench, WorkspaceChoice } from "./types";

export const meKey = ["me"] as const;

export const meQuery = {
  queryKey: meKey,
  queryFn: () => request<Me>("GET", "/api/me"),
  staleTime: 60_000,
};

export const useMe = () => useQuery(meQuery);

/** Who is signed in as far as is known; asks nobody, for screens that need no account. */
export const useKnownMe = () => useQuery<Me>({ ...meQuery, enabled: false });

export const useWorkspaces = () =>
  useQuery({
    queryKey: ["workspaces"],
    queryFn: () => request<WorkspaceChoice[]>("GET", "/api/workspaces/public"),
    staleTime: 60_000,
  });

export const useSignIn = () => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: { workspace?: string; login: string; password: string }) =>
      request<Me>("POST", "/api/session", body),
    onSuccess: (me) => {
      client.clear();
      client.setQueryData(meKey, me);
    },
  });
};

export const useSignOut = () => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => request<null>("DELETE", "/api/session"),
    onSettled: () => client.clear(),
  });
};

export interface MeChange {
  lang?: string;
  theme?: string;
  branch_id?: string | null;
}

export const useChangeMe = () => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (change: MeChange) => request<Me>("PATCH", "/api/me", change),
    onSuccess: async (me, change) => {
      client.setQueryData(meKey, me);
      // Another branch means other rows and perhaps other rights everywhere.
      if ("branch_id" in change)
        await client.invalidateQueries({ predicate: (query) => query.queryKey[0] !== "me" });
    },
  });
};

export const useChangePassword = () =>
  useMutation({
    mutationFn: (body: { old: string; new: string }) => request<null>("POST", "/api/me/password", body),
  });

export const appQuery = {
  queryKey: ["app"],
  queryFn: () => request<AppPlan>("GET", "/api/app"),
  staleTime: 300_000,
};

export const useApp = () => useQuery(appQuery);

export const useWorkbench = () =>
  useQuery({
    queryKey: ["workbench"],
    queryFn: () => request<Workbench>("GET", "/api/workbench"),
    refetchInterval: 60_000,
  });

export const useNotices = () =>
  useQuery({
    queryKey: ["notices"],
    queryFn: () => request<{ items: Notice[] } | Notice[]>("GET", "/api/notifications"),
    select: (answer) => (Array.isArray(answer) ? answer : answer.items),
    refetchInterval: 60_000,
  });

export const useReadNotices = () => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (ids: string[]) => request<null>("POST", "/api/notifications/read", { ids }),
    onSuccess: () => client.invalidateQueries({ queryKey: ["notices"] }),
  });
};
