/** What I have to do, and flows at work. */

import {
  keepPreviousData,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";
import { useEffect, useMemo, useRef } from "react";
import type { Json, JsonObject, Values } from "../shared/json";
import { request } from "./client";
import { heard } from "./live";
import type * as api from "./schema";
import type { FilterGroup, Labels } from "./types";

export type {
  FlowButton,
  FlowItem,
  Graph,
  GraphNode,
  HistoryLine,
  InstanceItem,
  InstancePage,
  NextStep,
  Started,
  TaskAction,
  TaskCounts,
  TaskItem,
  TaskList,
  TaskPage,
  TaskSeat,
  TaskWay,
} from "./schema";

export interface TasksAsked {
  box: string;
  due?: string;
  flow?: string;
  status?: string;
  q?: string;
  limit?: number;
}

const query = (asked: object): string => {
  const params = new URLSearchParams();
  for (const [key, value] of Object.entries(asked))
    if (value !== undefined && value !== "") params.set(key, String(value));
  const text = params.toString();
  return text ? `?${text}` : "";
};

export const newKey = (): string => crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`;

const PAGE = 50;

/** A list in pages: the pages read so far, and the next one when it is asked for. */
const usePages = <P extends { more: boolean }>(
  key: readonly unknown[],
  path: string,
  asked: object,
  sizeOf: (page: P) => number,
) =>
  useInfiniteQuery({
    queryKey: [...key, "pages", asked],
    queryFn: ({ pageParam, signal }) =>
      request<P>("GET", `${path}${query({ ...asked, offset: pageParam, limit: PAGE })}`, undefined, signal),
    initialPageParam: 0,
    getNextPageParam: (last: P, all: P[]) =>
      last.more ? all.reduce((sum, page) => sum + sizeOf(page), 0) : undefined,
    placeholderData: keepPreviousData,
    refetchInterval: 60_000,
  });

/** Rows of several pages; one that moved to another page while it was read is shown once. */
const once = <T>(rows: readonly T[], idOf: (row: T) => string): T[] => [
  ...new Map(rows.map((row) => [idOf(row), row])).values(),
];

/** The same press twice is one request: the second hears the answer to the first. */
const useOnePress = <V extends object, R>(send: (values: V) => Promise<R>): ((values: V) => Promise<R>) => {
  const running = useRef(new Map<string, Promise<R>>());
  return (values) => {
    const what = JSON.stringify({ ...values, key: null });
    const known = running.current.get(what);
    if (known) return known;
    const made = send(values).finally(() => running.current.delete(what));
    running.current.set(what, made);
    return made;
  };
};

const namesIn = (pages: readonly { labels: Labels }[]): Labels => ({
  user: Object.assign({}, ...pages.map((page) => page.labels.user ?? {})) as Record<string, string>,
});

export const useTaskPages = (asked: TasksAsked) => {
  const pages = usePages<api.TaskList>(
    ["tasks", "list"],
    "/api/tasks",
    asked,
    (page) => page.tasks.length + (page.instances?.length ?? 0),
  );
  const all = pages.data?.pages;
  const data = useMemo(
    () =>
      all?.[0]
        ? {
            ...all[0],
            tasks: once(
              all.flatMap((page) => page.tasks),
              (one) => `${one.instance_id}.${one.task_id}`,
            ),
            instances: once(
              all.flatMap((page) => page.instances ?? []),
              (one) => one.instance_id,
            ),
            labels: namesIn(all),
          }
        : undefined,
    [all],
  );
  return { ...pages, data };
};

export const useTasks = (asked: TasksAsked) =>
  useQuery({
    queryKey: ["tasks", "list", asked],
    queryFn: () => request<api.TaskList>("GET", `/api/tasks${query(asked)}`),
    placeholderData: (old) => old,
    refetchInterval: 60_000,
  });

export const useTaskCounts = () =>
  useQuery({
    queryKey: ["tasks", "counts"],
    queryFn: () => request<api.TaskCounts>("GET", "/api/tasks/counts"),
    refetchInterval: 60_000,
  });

export const useTaskPage = (instanceId: string, taskId: string) =>
  useQuery({
    queryKey: ["tasks", "page", instanceId, taskId],
    queryFn: () => request<api.TaskPage>("GET", `/api/tasks/${instanceId}/${taskId}`),
  });

export const useCandidates = (text: string) =>
  useQuery({
    queryKey: ["tasks", "candidates", text],
    queryFn: () => request<api.Candidate[]>("GET", `/api/tasks/candidates${query({ q: text })}`),
    placeholderData: (old) => old,
    staleTime: 60_000,
  });

export interface Doing {
  instance_id: string;
  task_id: number;
  round?: number;
  action: string;
  values?: Values;
  comment?: string;
  key: string;
}

/**
 * Everything that shows tasks or records looks again. Nobody waits for that: a part that leaves the screen
 * with the new answer (a row, the bar of a selection) has still to say how its own press went.
 */
const useLookAgain = () => {
  const client = useQueryClient();
  return () =>
    void client.invalidateQueries({
      predicate: ({ queryKey: [first] }) => !["me", "app", "form", "pref"].includes(String(first)),
    });
};

export const useAct = () => {
  const lookAgain = useLookAgain();
  return useMutation({
    mutationFn: useOnePress(({ instance_id, task_id, action, ...body }: Doing) =>
      request<api.ActAnswer>("POST", `/api/tasks/${instance_id}/${task_id}/${action}`, body),
    ),
    onSuccess: lookAgain,
    onError: lookAgain,
  });
};

export const useActMany = () => {
  const lookAgain = useLookAgain();
  return useMutation({
    mutationFn: useOnePress(
      (body: {
        items: { instance_id: string; task_id: number; round: number }[];
        action: string;
        values: Values;
        comment?: string;
        key: string;
      }) => request<api.ManyAnswer>("POST", "/api/tasks/many", body),
    ),
    onSuccess: lookAgain,
  });
};

// Flows.

export const useRecordFlows = (form: string, recordId: string) =>
  useQuery({
    queryKey: ["flows", "record", form, recordId],
    queryFn: () => request<api.RecordFlows>("GET", `/api/forms/${form}/records/${recordId}/flows`),
    staleTime: 15_000,
  });

export const useWhy = (form: string, recordId: string, isAsked: boolean) =>
  useQuery({
    queryKey: ["flows", "why", form, recordId],
    queryFn: () =>
      request<{ events: JsonObject[]; flows: Record<string, { zh?: string; en?: string }> }>(
        "GET",
        `/api/forms/${form}/records/${recordId}/flows/why`,
      ),
    enabled: isAsked,
  });

export const useFormFlows = (form: string) =>
  useQuery({
    queryKey: ["flows", "form", form],
    queryFn: () => request<api.FlowButton[]>("GET", `/api/forms/${form}/flows`),
    staleTime: 300_000,
  });

/** Which records are meant: some by id, or all that a list shows. */
export type Chosen =
  | { ids: readonly string[] }
  | { filter: FilterGroup; view?: string; formula?: string; search?: string };

export interface Starting {
  flow: string;
  form: string;
  chosen: Chosen;
  trigger?: string;
  values?: Values;
  key: string;
}

export const useStartFlow = () => {
  const lookAgain = useLookAgain();
  return useMutation({
    mutationFn: useOnePress(({ flow, chosen, ...body }: Starting) =>
      request<api.Started | api.StartJob>("POST", `/api/flows/${flow}/start`, { ...body, ...chosen }),
    ),
    onSuccess: lookAgain,
  });
};

const LOOK_MS = 700;
const OVER = new Set(["done", "failed", "cancelled"]);

/** How far a button pressed on many records is; asked for until it is over, then every list looks again. */
export const useStartState = (job: string) => {
  const lookAgain = useLookAgain();
  const state = useQuery({
    queryKey: ["flows", "starts", job],
    queryFn: () => request<api.StartState>("GET", `/api/flow-starts/${encodeURIComponent(job)}`),
    refetchInterval: ({ state: { data } }) => (data && OVER.has(data.state) ? false : LOOK_MS),
    retry: false,
  });
  const isOver = OVER.has(state.data?.state ?? "");
  const wasRunning = useRef(false);
  useEffect(() => {
    if (isOver && wasRunning.current) lookAgain();
    wasRunning.current = !isOver;
  });
  return { ...state, isOver };
};

export const usePreview = (flow: string | null, form: string, recordId: string) =>
  useQuery({
    queryKey: ["flows", "preview", flow, form, recordId],
    queryFn: () => request<api.Preview>("POST", `/api/flows/${flow}/preview`, { form, record_id: recordId }),
    enabled: flow !== null,
  });

export const useInstance = (instanceId: string) =>
  useQuery({
    queryKey: ["flows", "instance", instanceId],
    queryFn: () => request<api.InstancePage>("GET", `/api/instances/${instanceId}`),
  });

export const useActOnInstance = (instanceId: string) => {
  const lookAgain = useLookAgain();
  return useMutation({
    mutationFn: ({ action, ...body }: { action: string; values?: Values; comment?: string; key: string }) =>
      request<api.ActAnswer>("POST", `/api/instances/${instanceId}/${action}`, body),
    onSuccess: lookAgain,
  });
};

export const useFlows = () =>
  useQuery({ queryKey: ["flows", "all"], queryFn: () => request<api.FlowItem[]>("GET", "/api/flows") });

export const useInstances = (asked: { flow?: string; status?: string; q?: string }) => {
  const pages = usePages<api.InstanceList>(
    ["flows", "instances"],
    "/api/instances",
    asked,
    (page) => page.instances.length,
  );
  const all = pages.data?.pages;
  const data = useMemo(
    () =>
      all
        ? {
            instances: once(
              all.flatMap((page) => page.instances),
              (one) => one.instance_id,
            ),
            labels: namesIn(all),
          }
        : undefined,
    [all],
  );
  return { ...pages, data };
};

interface IncidentPage {
  incidents: JsonObject[];
  more: boolean;
  count: number;
}

export const useIncidents = (state: string) => {
  const pages = usePages<IncidentPage>(
    ["flows", "incidents"],
    "/api/incidents",
    { state },
    (page) => page.incidents.length,
  );
  const all = pages.data?.pages;
  const data = useMemo(
    () =>
      all
        ? {
            incidents: once(
              all.flatMap((page) => page.incidents),
              (one) => String(one.id),
            ),
            count: all[0]?.count ?? 0,
          }
        : undefined,
    [all],
  );
  return { ...pages, data };
};

export const useSettle = () => {
  const lookAgain = useLookAgain();
  return useMutation({
    mutationFn: useOnePress((body: { ids: string[]; action: string; values?: Values }) =>
      request<{ settled: number; failed: Json[] }>("POST", "/api/incidents/settle", body),
    ),
    onSuccess: lookAgain,
  });
};

interface OutboxPage {
  messages: JsonObject[];
  more: boolean;
  counts: Record<string, number>;
}

export const useOutbox = (asked: { state?: string; channel?: string; q?: string }) => {
  const pages = usePages<OutboxPage>(
    ["flows", "outbox"],
    "/api/outbox",
    asked,
    (page) => page.messages.length,
  );
  const all = pages.data?.pages;
  const data = useMemo(
    () =>
      all
        ? {
            messages: once(
              all.flatMap((page) => page.messages),
              (one) => String(one.key),
            ),
            counts: all[0]?.counts ?? {},
          }
        : undefined,
    [all],
  );
  return { ...pages, data };
};

export const useCoverage = () =>
  useQuery({
    queryKey: ["flows", "coverage"],
    queryFn: () => request<{ rules: JsonObject[] }>("GET", "/api/coverage"),
  });

export const useGaps = (trigger: string | null) =>
  useQuery({
    queryKey: ["flows", "gaps", trigger],
    queryFn: () =>
      request<{ gaps: JsonObject[]; titles: Record<string, string> }>("GET", `/api/coverage/${trigger}/gaps`),
    enabled: trigger !== null,
  });

// Proxies and hand-overs.

export const useProxies = () =>
  useQuery({ queryKey: ["tasks", "proxies"], queryFn: () => request<api.Proxies>("GET", "/api/proxies") });

export const useNameProxy = () => {
  const lookAgain = useLookAgain();
  return useMutation({
    mutationFn: (body: Values) => request<{ id: string }>("POST", "/api/proxies", body),
    onSuccess: lookAgain,
  });
};

export const useEndProxy = () => {
  const lookAgain = useLookAgain();
  return useMutation({
    mutationFn: (id: string) => request<null>("DELETE", `/api/proxies/${id}`),
    onSuccess: lookAgain,
  });
};

export const useHandovers = () =>
  useQuery({
    queryKey: ["tasks", "handovers"],
    queryFn: () => request<api.Handovers>("GET", "/api/handovers"),
  });

export const usePreviewHandover = () =>
  useMutation({
    mutationFn: (body: { from_user: string; to: string[] }) =>
      request<api.HandoverPreview>("POST", "/api/handovers/preview", body),
  });

export const useHandOver = () => {
  const lookAgain = useLookAgain();
  return useMutation({
    mutationFn: (body: {
      from_user: string;
      to: string[];
      records: boolean;
      comment?: string;
      key: string;
    }) => request<api.HandoverDone>("POST", "/api/handovers", body),
    onSuccess: lookAgain,
  });
};

export const useUndoHandover = () => {
  const lookAgain = useLookAgain();
  return useMutation({
    mutationFn: (id: string) => request<api.HandoverUndone>("POST", `/api/handovers/${id}/undo`, {}),
    onSuccess: lookAgain,
  });
};

/** Lets lists look again as soon as the server says that something is new. */
export const useLive = (): void => {
  const client = useQueryClient();
  useEffect(() => {
    if (typeof EventSource === "undefined") return;
    const line = new EventSource("/api/live");
    line.addEventListener("tasks", () => {
      void client.invalidateQueries({ queryKey: ["tasks"] });
      void client.invalidateQueries({ queryKey: ["flows"] });
      void client.invalidateQueries({ queryKey: ["notices"] });
    });
    line.addEventListener("notices", () => void client.invalidateQueries({ queryKey: ["notices"] }));
    line.addEventListener("data", () => heard("data"));
    return () => line.close();
  }, [client]);
};
