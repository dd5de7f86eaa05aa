/** Moments in words, in the reader's zone. */

import { useCallback } from "react";
import { useKnownMe } from "../../api/session";
import { DEFAULT_ZONE, formatInstant } from "../../shared/format";
import { useLang } from "../../shared/useLang";

export const useZone = (): string => useKnownMe().data?.zone ?? DEFAULT_ZONE;

export const useMoment = (): ((instant: string) => string) => {
  const lang = useLang();
  const zone = useZone();
  return useCallback((instant) => formatInstant(instant, lang, zone), [lang, zone]);
};
