/** What is sent to me by itself: reports and dashboards at their times. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { request } from "./client";
import type { Subscription, SubscriptionAsk, SubscriptionChange, SubscriptionList } from "./schema";

export type { Subscription, SubscriptionAsk };

const KEY = ["subscriptions"];
const one = (id: string): string => `/api/subscriptions/${encodeURIComponent(id)}`;

export const useSubscriptions = (isOpen: boolean) =>
  useQuery({
    queryKey: KEY,
    queryFn: () => request<SubscriptionList>("GET", "/api/subscriptions"),
    enabled: isOpen,
  });

const useChanging = <T, R>(run: (given: T) => Promise<R>) => {
  const client = useQueryClient();
  return useMutation({ mutationFn: run, onSuccess: () => client.invalidateQueries({ queryKey: KEY }) });
};

export const useSubscribe = () =>
  useChanging((given: SubscriptionAsk) => request<Subscription>("POST", "/api/subscriptions", given));

export const useChangeSubscription = () =>
  useChanging(({ id, change }: { id: string; change: SubscriptionChange }) =>
    request<Subscription>("PATCH", one(id), change),
  );

export const useUnsubscribe = () => useChanging((id: string) => request<null>("DELETE", one(id)));

export const useSendNow = () =>
  useChanging((id: string) => request<{ job: string }>("POST", `${one(id)}/send`));
