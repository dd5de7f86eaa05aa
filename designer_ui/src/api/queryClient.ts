/** Server state lives here; reads are tried again once, writes never by themselves. */

import { QueryClient } from "@tanstack/react-query";
import { ApiError } from "./client";

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 15_000,
      refetchOnWindowFocus: true,
      networkMode: "always",
      // Back on the net: what failed meanwhile is asked at once, what is old as on coming back to the window.
      refetchOnReconnect: (query) => (query.state.status === "error" ? "always" : true),
      retry: (count, error) =>
        count < 1 && !(error instanceof ApiError && error.status > 0 && error.status < 500),
    },
    mutations: { networkMode: "always" },
  },
});
