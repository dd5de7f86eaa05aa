/** A cell's answer; the last one stays in sight while the next is fetched. */

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import type { CellAnswer, CellQuestion, Source } from "./contract";

export interface Answered {
  readonly answer: CellAnswer | undefined;
  readonly error: unknown;
  readonly isFirst: boolean;
  readonly isFetching: boolean;
  readonly retry: () => void;
}

export const useAnswer = (
  dashboard: string,
  source: Source,
  question: CellQuestion,
  refreshMs: number | false,
): Answered => {
  const query = useQuery({
    queryKey: ["dashboard", dashboard, question],
    queryFn: ({ signal }) => source.ask(question, signal),
    placeholderData: keepPreviousData,
    refetchInterval: refreshMs,
    retry: false,
  });
  return {
    answer: query.data,
    error: query.error,
    isFirst: query.isPending,
    isFetching: query.isFetching,
    retry: () => void query.refetch(),
  };
};
