/** Records: one hook per operation, with optimistic edits that roll back. */

import {
  type InfiniteData,
  infiniteQueryOptions,
  keepPreviousData,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";
import type { Json, Values } from "../shared/json";
import { request, requestRaw } from "./client";
import type {
  BulkAnswer,
  BulkJob,
  CheckAnswer,
  FilterGroup,
  Group,
  HistoryEntry,
  JobState,
  Page,
  Query,
  Reason,
  RecordAnswer,
  RecordData,
  SavedView,
  SearchHit,
  TimelineItem,
} from "./types";

const at = (form: string, rest: string): string => `/api/forms/${encodeURIComponent(form)}/${rest}`;
const one = (form: string, recordId: string, rest = ""): string =>
  at(form, `records/${encodeURIComponent(recordId)}${rest}`);

export const fetchRecords = (form: string, query: Query, signal?: AbortSignal): Promise<Page> =>
  request<Page>("POST", at(form, "query"), query, signal);

const firstCursor = (): string | null => null;

export const recordsQuery = (form: string, query: Query) =>
  infiniteQueryOptions({
    queryKey: ["records", form, "list", query],
    queryFn: ({ pageParam, signal }) =>
      fetchRecords(
        form,
        { ...query, cursor: pageParam, count: pageParam === null && query.count !== false },
        signal,
      ),
    initialPageParam: firstCursor(),
    getNextPageParam: (page: Page) => page.cursor,
  });

/** All pages seen so far of a list; ask for the next as the reader nears the end. */
export const useRecords = (form: string, query: Query, enabled = true) =>
  useInfiniteQuery({ ...recordsQuery(form, query), placeholderData: keepPreviousData, enabled });

/** One page, for cards, calendars and related lists. */
export const useRecordPage = (form: string, query: Query, enabled = true) =>
  useQuery({
    queryKey: ["records", form, "page", query],
    queryFn: ({ signal }) => fetchRecords(form, query, signal),
    placeholderData: keepPreviousData,
    enabled,
  });

export const useGroups = (
  form: string,
  query: Query & { by: string; totals?: { [field: string]: string } },
  enabled = true,
) =>
  useQuery({
    queryKey: ["records", form, "groups", query],
    queryFn: ({ signal }) => request<{ groups: Group[] }>("POST", at(form, "groups"), query, signal),
    select: (answer) => answer.groups,
    placeholderData: keepPreviousData,
    enabled,
  });

export const useTotals = (
  form: string,
  query: Query & { totals: { [field: string]: string } },
  enabled = true,
) =>
  useQuery({
    queryKey: ["records", form, "totals", query],
    queryFn: ({ signal }) =>
      request<{ totals: { [field: string]: Json } }>("POST", at(form, "aggregate"), query, signal),
    select: (answer) => answer.totals,
    placeholderData: keepPreviousData,
    enabled,
  });

export const recordQuery = (form: string, recordId: string) => ({
  queryKey: ["records", form, "one", recordId],
  queryFn: () => request<RecordAnswer>("GET", one(form, recordId)),
});

export const useRecord = (form: string, recordId: string | null) =>
  useQuery({ ...recordQuery(form, recordId ?? ""), enabled: recordId !== null });

/** Everything shown of a form may have changed: lists, groups, related lists, the workbench. */
export const useRefresh = () => {
  const client = useQueryClient();
  return async (form?: string): Promise<void> => {
    await Promise.all([
      client.invalidateQueries({ queryKey: form ? ["records", form] : ["records"] }),
      client.invalidateQueries({ queryKey: ["workbench"] }),
    ]);
  };
};

export const useCreate = (form: string) => {
  const refresh = useRefresh();
  return useMutation({
    mutationFn: (values: Values) => request<RecordAnswer>("POST", at(form, "records"), { values }),
    onSuccess: () => {
      void refresh(form);
    },
  });
};

export interface Change {
  recordId: string;
  /** Unknown of a record that is written but out of sight. */
  revision: number | undefined;
  values: Values;
}

const patched = (record: RecordData, change: Change): RecordData =>
  record.id === change.recordId ? { ...record, ...change.values } : record;

/** Saves at once on screen; puts the old values back when the server refuses. */
export const useUpdate = (form: string) => {
  const client = useQueryClient();
  const refresh = useRefresh();
  return useMutation({
    mutationFn: (change: Change) =>
      request<RecordAnswer>("PATCH", one(form, change.recordId), {
        revision: change.revision,
        values: change.values,
      }),
    onMutate: async (change) => {
      const key = ["records", form];
      await client.cancelQueries({ queryKey: key });
      const lists = client.getQueriesData<InfiniteData<Page>>({ queryKey: [...key, "list"] });
      const pages = client.getQueriesData<Page>({ queryKey: [...key, "page"] });
      const page = (old: Page): Page => ({
        ...old,
        records: old.records.map((item) => patched(item, change)),
      });
      for (const [listKey, data] of lists)
        if (data) client.setQueryData(listKey, { ...data, pages: data.pages.map(page) });
      for (const [pageKey, data] of pages) if (data) client.setQueryData(pageKey, page(data));
      return { lists, pages };
    },
    onError: (_error, _change, kept) => {
      for (const [key, data] of kept?.lists ?? []) client.setQueryData(key, data);
      for (const [key, data] of kept?.pages ?? []) client.setQueryData(key, data);
    },
    onSuccess: (answer, change) => client.setQueryData(["records", form, "one", change.recordId], answer),
    onSettled: () => {
      void refresh(form);
    },
  });
};

export const useDelete = (form: string) => {
  const refresh = useRefresh();
  return useMutation({
    mutationFn: (recordId: string) => request<null>("DELETE", one(form, recordId)),
    onSuccess: () => {
      void refresh(form);
    },
  });
};

/** Presses a button of the record page. */
export const useAct = (form: string) => {
  const client = useQueryClient();
  const refresh = useRefresh();
  return useMutation({
    mutationFn: (asked: { recordId: string; action: string; values: Values }) =>
      request<RecordAnswer>(
        "POST",
        one(form, asked.recordId, `/actions/${encodeURIComponent(asked.action)}`),
        {
          values: asked.values,
        },
      ),
    onSuccess: (answer, asked) => {
      if (answer?.record) client.setQueryData(["records", form, "one", asked.recordId], answer);
      void refresh();
    },
  });
};

export const useRestore = (form: string) => {
  const refresh = useRefresh();
  return useMutation({
    mutationFn: (recordId: string) => request<RecordAnswer>("POST", one(form, recordId, "/restore"), {}),
    onSuccess: () => {
      void refresh(form);
    },
  });
};

export interface Revealed {
  value: Json;
  left?: number | null;
}

export const useReveal = (form: string) =>
  useMutation({
    mutationFn: (asked: { recordId: string; field: string }) =>
      request<Revealed>("POST", one(form, asked.recordId, "/reveal"), { field: asked.field }),
  });

export const checkValues = (form: string, values: Values, recordId: string | null, signal?: AbortSignal) =>
  request<CheckAnswer>(
    "POST",
    recordId ? one(form, recordId, "/check") : at(form, "records/check"),
    { values },
    signal,
  );

export const useHistory = (form: string, recordId: string, enabled = true) =>
  useQuery({
    queryKey: ["records", form, "history", recordId],
    queryFn: () =>
      request<HistoryEntry[] | { entries: HistoryEntry[]; labels?: Page["labels"] }>(
        "GET",
        one(form, recordId, "/history"),
      ),
    select: (answer) => (Array.isArray(answer) ? { entries: answer, labels: {} } : { labels: {}, ...answer }),
    enabled,
  });

export const useTimeline = (form: string, recordId: string, field: string) =>
  useInfiniteQuery({
    queryKey: ["records", form, "timeline", recordId, field],
    queryFn: ({ pageParam }) =>
      request<{ items: TimelineItem[]; cursor: string | null }>(
        "GET",
        one(
          form,
          recordId,
          `/timeline?${new URLSearchParams({ ...(field ? { field } : {}), ...(pageParam ? { cursor: pageParam } : {}) })}`,
        ),
      ),
    initialPageParam: firstCursor(),
    getNextPageParam: (page) => page.cursor,
  });

export const useExplain = (form: string, recordId: string, login: string, enabled: boolean) =>
  useQuery({
    queryKey: ["explain", form, recordId, login],
    queryFn: () =>
      request<Reason[] | { reasons: Reason[] }>(
        "GET",
        one(form, recordId, `/explain?login=${encodeURIComponent(login)}`),
      ),
    select: (answer) => (Array.isArray(answer) ? answer : answer.reasons),
    enabled,
    retry: false,
  });

export const useBulk = (form: string) => {
  const refresh = useRefresh();
  return useMutation({
    mutationFn: (body: {
      ids?: string[];
      filter?: FilterGroup;
      view?: string;
      formula?: string;
      search?: string;
      values?: Values;
      add?: Values;
      remove?: Values;
    }) => request<BulkAnswer | BulkJob>("POST", at(form, "bulk"), body),
    onSettled: () => {
      void refresh(form);
    },
  });
};

export const useUndoBatch = () => {
  const refresh = useRefresh();
  return useMutation({
    mutationFn: (batch: string) =>
      request<null>("POST", `/api/batches/${encodeURIComponent(batch)}/undo`, {}),
    onSettled: () => {
      void refresh();
    },
  });
};

export const useSearch = (query: string) =>
  useQuery({
    queryKey: ["search", query],
    queryFn: ({ signal }) =>
      request<SearchHit[] | { hits: SearchHit[] }>(
        "GET",
        `/api/search?q=${encodeURIComponent(query)}`,
        undefined,
        signal,
      ),
    select: (answer) => (Array.isArray(answer) ? answer : answer.hits),
    enabled: query.trim().length > 0,
    placeholderData: keepPreviousData,
    staleTime: 5_000,
  });

export const useSavedViews = (form: string) =>
  useQuery({
    queryKey: ["saved-views", form],
    queryFn: () => request<SavedView[] | { views: SavedView[] }>("GET", at(form, "saved-views")),
    select: (answer) => (Array.isArray(answer) ? answer : (answer.views ?? [])),
    staleTime: 300_000,
  });

export const useSaveViews = (form: string) => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (views: SavedView[]) => request<null>("PUT", at(form, "saved-views"), { views }),
    onMutate: (views) => client.setQueryData(["saved-views", form], views),
    onSettled: () => client.invalidateQueries({ queryKey: ["saved-views", form] }),
  });
};

/** Starts an export: the file comes back, or a job that will make it. */
export const exportRecords = async (
  form: string,
  body: Query & { columns: string[]; format: "xlsx" | "csv" },
): Promise<{ file: Blob; name: string } | { job: string }> => {
  const answer = await requestRaw("POST", at(form, "export"), body);
  if ((answer.headers.get("Content-Type") ?? "").startsWith("application/json")) return answer.json();
  const name = /filename\*=UTF-8''([^;]+)/.exec(answer.headers.get("Content-Disposition") ?? "")?.[1];
  return { file: await answer.blob(), name: name ? decodeURIComponent(name) : `${form}.${body.format}` };
};

export const fetchJob = (job: string): Promise<JobState> =>
  request<JobState>("GET", `/api/jobs/${encodeURIComponent(job)}`);
