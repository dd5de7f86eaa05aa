/** The contact policy: the rules, what the gate says of one person, what it held back. */

import { useQuery } from "@tanstack/react-query";
import { request } from "./client";
import type * as api from "./schema";

export type { ContactMay, ContactPerson, ContactPolicy, HeldBack, HeldMessage } from "./schema";

const KEY = ["flows", "contacts"] as const;

export const useContactPolicy = () =>
  useQuery({
    queryKey: [...KEY, "rules"],
    queryFn: () => request<api.ContactPolicy>("GET", "/api/contact-policy"),
  });

export const useHeldBack = (asked: { reason: string; limit: number }) =>
  useQuery({
    queryKey: [...KEY, "held", asked],
    queryFn: () =>
      request<api.HeldBack>(
        "GET",
        `/api/contact-policy/held?limit=${asked.limit}&reason=${encodeURIComponent(asked.reason)}`,
      ),
    placeholderData: (old) => old,
  });

export const useContactPerson = (form: string, recordId: string | null) =>
  useQuery({
    queryKey: [...KEY, "person", form, recordId],
    queryFn: () => request<api.ContactPerson>("GET", `/api/contact-policy/people/${form}/${recordId}`),
    enabled: recordId !== null,
  });
