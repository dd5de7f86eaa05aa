/** A name in both languages, as definitions and problems carry it. */

export interface Words {
  readonly zh?: string;
  readonly en?: string;
}

export type Lang = "zh" | "en";

/** Return the words in `lang`, else in the other language, else "". */
export const say = (words: Words | string | null | undefined, lang: Lang): string => {
  if (!words) return "";
  if (typeof words === "string") return words;
  return (lang === "zh" ? words.zh || words.en : words.en || words.zh) ?? "";
};
