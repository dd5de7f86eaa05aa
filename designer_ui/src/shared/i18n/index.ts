/** The words of the app, zh first. Controls, nodes, charts and screens may bring theirs in `<folder>/i18n/*.json`. */

import i18next from "i18next";
import { initReactI18next } from "react-i18next";
import type { Lang } from "../words";
import en from "./en.json";
import zh from "./zh.json";

/** `controls/i18n/<any>.json` and `runtime/<screens>/i18n/<any>.json` hold `{"zh": {...}, "en": {...}}`; its keys sit beside the app's own. */
interface Extra {
  readonly zh: Record<string, unknown>;
  readonly en: Record<string, unknown>;
}

const extras = import.meta.glob<Extra>(["../../controls/i18n/*.json", "../../runtime/*/i18n/*.json"], {
  eager: true,
  import: "default",
});

export const resources = (): { zh: Record<string, unknown>; en: Record<string, unknown> } => {
  const all = { zh: { ...zh }, en: { ...en } };
  for (const extra of Object.values(extras)) {
    Object.assign(all.zh, extra.zh);
    Object.assign(all.en, extra.en);
  }
  return all;
};

const STORED = "clinicraft.lang";

export const firstLang = (): Lang => {
  const kept = localStorage.getItem(STORED);
  if (kept === "zh" || kept === "en") return kept;
  return navigator.language.toLowerCase().startsWith("en") ? "en" : "zh";
};

export const startI18n = async (lang: Lang): Promise<void> => {
  const { zh: chinese, en: english } = resources();
  await i18next.use(initReactI18next).init({
    lng: lang,
    fallbackLng: "zh",
    resources: { zh: { translation: chinese }, en: { translation: english } },
    interpolation: { escapeValue: false },
    returnNull: false,
  });
  document.documentElement.lang = lang === "zh" ? "zh-CN" : "en";
};

export const changeLang = async (lang: Lang): Promise<void> => {
  localStorage.setItem(STORED, lang);
  document.documentElement.lang = lang === "zh" ? "zh-CN" : "en";
  await i18next.changeLanguage(lang);
};
