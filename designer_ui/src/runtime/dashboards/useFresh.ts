/** Asks again when the server says that what a dashboard counts has changed, at most once in a while. */

import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { onLive } from "../../api/live";

const REST_MS = 3_000;

export const useFresh = (key: string): void => {
  const client = useQueryClient();
  useEffect(() => {
    let due: ReturnType<typeof setTimeout> | null = null;
    const stop = onLive("data", () => {
      due ??= setTimeout(() => {
        due = null;
        void client.invalidateQueries({ queryKey: ["dashboard", key] });
      }, REST_MS);
    });
    return () => {
      stop();
      if (due) clearTimeout(due);
    };
  }, [client, key]);
};
