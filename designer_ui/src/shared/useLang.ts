/** The reader's language, and words in it. */

import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import { type Lang, say, type Words } from "./words";

export const useLang = (): Lang => (useTranslation().i18n.language === "en" ? "en" : "zh");

export const useSay = (): ((words: Words | string | null | undefined) => string) => {
  const lang = useLang();
  return useCallback((words) => say(words, lang), [lang]);
};
