/** My own boards, kept with me on the server. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { request } from "../../api/client";
import type { Json } from "../../shared/json";
import { boardsOf, type MyBoard } from "./mine";

const PATH = "/api/prefs/dashboards";
const KEY = ["prefs", "dashboards"];

export const useBoards = (): {
  boards: readonly MyBoard[];
  isReady: boolean;
  keep: (boards: readonly MyBoard[]) => Promise<unknown>;
} => {
  const client = useQueryClient();
  const kept = useQuery({
    queryKey: KEY,
    queryFn: async () => boardsOf((await request<{ value: Json }>("GET", PATH)).value),
    staleTime: 300_000,
  });
  const keeping = useMutation({
    mutationFn: (boards: readonly MyBoard[]) => request<null>("PUT", PATH, { value: boards }),
    onMutate: (boards) => {
      const before = client.getQueryData<MyBoard[]>(KEY);
      client.setQueryData(KEY, boards);
      return before;
    },
    onError: (_error, _boards, before) => client.setQueryData(KEY, before),
  });
  return {
    boards: kept.data ?? [],
    isReady: !kept.isPending,
    keep: (boards) => keeping.mutateAsync(boards),
  };
};
