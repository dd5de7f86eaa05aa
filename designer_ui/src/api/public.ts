/** The public form: no account, tiny rights; and the links to it, for staff who may share. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { Values } from "../shared/json";
import { request } from "./client";
import { normalise } from "./forms";
import type { PublicForm, PublicLink, PublicLinks } from "./types";

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
    staleTime: Number.POSITIVE_INFINITY,
  });

export const useSubmitPublic = (workspace: string, token: string) =>
  useMutation({
    mutationFn: (values: Values) => request<{ received: boolean }>("POST", at(workspace, token), { values }),
  });

const linksOf = (form: string): string => `/api/forms/${encodeURIComponent(form)}/public-links`;

export const useLinks = (form: string) =>
  useQuery({ queryKey: ["public-links", form], queryFn: () => request<PublicLinks>("GET", linksOf(form)) });

export const useOpenLink = (form: string) => {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (body: { name: string; values: Values }) => request<PublicLink>("POST", linksOf(form), body),
    onSuccess: () => cache.invalidateQueries({ queryKey: ["public-links", form] }),
  });
};

export const useCloseLink = (form: string) => {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (linkId: string) => request<null>("DELETE", `${linksOf(form)}/${encodeURIComponent(linkId)}`),
    onSuccess: () => cache.invalidateQueries({ queryKey: ["public-links", form] }),
  });
};
