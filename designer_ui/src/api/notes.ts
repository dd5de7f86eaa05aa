/** Notes on the charts of a dashboard. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { request } from "./client";

export interface Note {
  readonly id: string;
  readonly cell: string;
  readonly text: string;
  readonly by_name: string;
  readonly at: string;
  readonly is_mine: boolean;
}

const at = (dashboard: string): string => `/api/dashboards/${encodeURIComponent(dashboard)}/notes`;
const keyOf = (dashboard: string) => ["dashboard-notes", dashboard];

export const notesQuery = (dashboard: string) => ({
  queryKey: keyOf(dashboard),
  queryFn: () => request<{ notes: Note[] }>("GET", at(dashboard)),
  staleTime: 60_000,
});

export const useWriteNote = (dashboard: string) => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (note: { cell: string; text: string }) => request<null>("POST", at(dashboard), note),
    onSuccess: () => client.invalidateQueries({ queryKey: keyOf(dashboard) }),
  });
};

export const useRemoveNote = (dashboard: string) => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (note: string) => request<null>("DELETE", `${at(dashboard)}/${encodeURIComponent(note)}`),
    onSuccess: () => client.invalidateQueries({ queryKey: keyOf(dashboard) }),
  });
};

export const useNotes = (dashboard: string) => useQuery(notesQuery(dashboard));
