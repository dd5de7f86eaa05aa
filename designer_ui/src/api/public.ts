/** The public form: no account, tiny rights. */

import { useMutation, useQuery } from "@tanstack/react-query";
import type { Values } from "../shared/json";
import { request } from "./client";
import { normalise } from "./forms";
import type { PublicForm } from "./types";

const at = (workspace: string, token: string): string =>
  `/api/public/${encodeURIComponent(workspace)}/${encodeURIComponent(token)}`;

export const usePublicForm = (workspace: string, token: string) =>
  useQuery({
    queryKey: ["public", workspace, token],
    queryFn: async () => {
      const answer = await request<PublicForm>("GET", at(workspace, token));
      return { ...answer, plan: normalise(answer.plan) };
    },
    retry: false,
  });

export const useSubmitPublic = (workspace: string, token: string) =>
  useMutation({
    mutationFn: (values: Values) => request<{ no?: string | null }>("POST", at(workspace, token), { values }),
  });
