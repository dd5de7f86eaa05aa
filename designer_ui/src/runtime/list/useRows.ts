/** The lines of a list: records as they load, or groups that open. */

import { keepPreviousData, useQueries } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { fetchRecords, useGroups, useRecords } from "../../api/records";
import type { Group, Labels, Page, Query, RecordData } from "../../api/types";
import { allOf, groupFilter } from "../../shared/filters";
import type { Json } from "../../shared/json";
import { flatQuery, PAGE } from "./firstPage";

export type Line =
  | { kind: "record"; record: RecordData }
  | { kind: "group"; id: string; group: Group; isOpen: boolean }
  | { kind: "more"; id: string; left: number }
  | { kind: "wait" };

export interface Rows {
  lines: Line[];
  records: RecordData[];
  labels: Labels;
  count: { value: number; exact: boolean } | null;
  isPending: boolean;
  isFetching: boolean;
  error: unknown;
  retry: () => void;
  /** Called when the reader nears the end. */
  more: () => void;
  toggle: (id: string) => void;
  moreOf: (id: string) => void;
}

const joinLabels = (pages: readonly Page[]): Labels => {
  const all: { [form: string]: { [id: string]: string } } = {};
  for (const page of pages)
    for (const [form, names] of Object.entries(page.labels ?? {})) all[form] = { ...all[form], ...names };
  return all;
};

const useFlat = (form: string, query: Query, isOn: boolean): Rows => {
  const answer = useRecords(form, flatQuery(query), isOn);
  const { data } = answer;
  return useMemo(() => {
    const pages = data?.pages ?? [];
    const records = pages.flatMap((page) => page.records);
    const lines: Line[] = records.map((record) => ({ kind: "record", record }));
    if (answer.hasNextPage) lines.push({ kind: "wait" });
    return {
      lines,
      records,
      labels: joinLabels(pages),
      count: pages[0]?.count ?? null,
      isPending: answer.isPending,
      isFetching: answer.isFetching,
      error: answer.error,
      retry: () => void answer.refetch(),
      more: () => {
        if (answer.hasNextPage && !answer.isFetchingNextPage) void answer.fetchNextPage();
      },
      toggle: () => undefined,
      moreOf: () => undefined,
    };
  }, [data, answer]);
};

export const groupId = (value: Json): string => (value === null || value === "" ? "–" : String(value));

/** Stages and options as their author put them; what is not among them after. */
const inOrder = (groups: readonly Group[], order: readonly string[]): Group[] => {
  if (order.length === 0) return [...groups];
  const place = (group: Group) => {
    const at = order.indexOf(String(group.value));
    return at < 0 ? order.length : at;
  };
  return [...groups].sort((one, other) => place(one) - place(other));
};

const useGrouped = (
  form: string,
  query: Query,
  by: string,
  totals: { [field: string]: string },
  order: readonly string[],
  isOn: boolean,
): Rows => {
  const [open, setOpen] = useState<{ [id: string]: number }>({});
  const answer = useGroups(form, { ...query, by, totals }, isOn);
  const groups = useMemo(() => inOrder(answer.data ?? [], order), [answer.data, order]);
  // The first group stands open, so that the list never looks empty.
  const sizeOf = (group: Group): number => open[groupId(group.value)] ?? (group === groups[0] ? PAGE : 0);
  const opened = groups.filter((group) => sizeOf(group) > 0);
  const parts = useQueries({
    queries: opened.map((group) => {
      const asked: Query = { ...query, limit: sizeOf(group) };
      const filter = allOf(query.filter, groupFilter(by, group.value));
      if (filter) asked.filter = filter;
      return {
        queryKey: ["records", form, "page", asked],
        queryFn: () => fetchRecords(form, asked),
        enabled: isOn,
        placeholderData: keepPreviousData<Page>,
      };
    }),
  });
  const lines: Line[] = [];
  const records: RecordData[] = [];
  const pages: Page[] = [];
  for (const group of groups) {
    const id = groupId(group.value);
    const at = opened.indexOf(group);
    lines.push({ kind: "group", id, group, isOpen: at >= 0 });
    if (at < 0) continue;
    const page = parts[at]?.data;
    if (!page) {
      lines.push({ kind: "wait" });
      continue;
    }
    pages.push(page);
    records.push(...page.records);
    lines.push(...page.records.map((record): Line => ({ kind: "record", record })));
    if (page.cursor) lines.push({ kind: "more", id, left: Math.max(group.count - page.records.length, 0) });
  }
  return {
    lines,
    records,
    labels: joinLabels(pages),
    count: answer.data ? { value: groups.reduce((sum, group) => sum + group.count, 0), exact: true } : null,
    isPending: answer.isPending,
    isFetching: answer.isFetching,
    error: answer.error,
    retry: () => void answer.refetch(),
    more: () => undefined,
    toggle: (id) => {
      const isOpen = opened.some((group) => groupId(group.value) === id);
      setOpen((old) => ({ ...old, [id]: isOpen ? 0 : PAGE }));
    },
    moreOf: (id) => setOpen((old) => ({ ...old, [id]: Math.min((old[id] ?? PAGE) + PAGE, 500) })),
  };
};

export const useRows = (
  form: string,
  query: Query,
  group: string | null,
  totals: { [field: string]: string },
  order: readonly string[],
): Rows => {
  const flat = useFlat(form, query, group === null);
  const grouped = useGrouped(form, query, group ?? "", totals, order, group !== null);
  return group === null ? flat : grouped;
};
