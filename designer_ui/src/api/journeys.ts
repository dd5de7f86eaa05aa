/** Journeys in force: who is in them, why they ended, what they changed; who would come in now. */

import { useQuery } from "@tanstack/react-query";
import { request } from "./client";
import type * as api from "./schema";

export type { Journey, JourneyGoal, JourneyGroup } from "./schema";

const KEY = ["flows", "journeys"] as const;

export const useJourneys = () =>
  useQuery({ queryKey: KEY, queryFn: () => request<api.Journeys>("GET", "/api/journeys") });

/** Counts the whole segment, so it is asked for only when somebody wants to know. */
export const useJourneyEstimate = (journey: string, isWanted: boolean) =>
  useQuery({
    queryKey: [...KEY, journey, "estimate"],
    queryFn: () => request<api.JourneyEstimate>("GET", `/api/journeys/${journey}/estimate`),
    enabled: isWanted,
  });
