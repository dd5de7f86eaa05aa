/** Targets dealt out: how it would be, and writing it. */

import { useMutation, useQuery } from "@tanstack/react-query";
import { request } from "./client";
import { useRefresh } from "./records";
import type { SplitAsk, SplitWrite, SplitWritten, TargetSplit } from "./schema";

export type { SplitAsk, SplitWrite, TargetSplit };

const at = (form: string, recordId: string, rest = "") =>
  `/api/forms/${encodeURIComponent(form)}/records/${encodeURIComponent(recordId)}/split${rest}`;

export const useTargetSplit = (form: string, recordId: string, asked: SplitAsk) =>
  useQuery({
    queryKey: ["split", form, recordId, asked],
    queryFn: () => request<TargetSplit>("POST", at(form, recordId), asked),
    placeholderData: (old) => old,
    staleTime: 0,
    retry: false,
  });

export const useWriteSplit = (form: string, recordId: string) => {
  const refresh = useRefresh();
  return useMutation({
    mutationFn: (body: SplitWrite) => request<SplitWritten>("POST", at(form, recordId, "/write"), body),
    onSettled: () => {
      void refresh(form);
    },
  });
};
