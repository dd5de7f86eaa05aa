/** No words are missing, in either language. */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { OPERATORS, PERIODS } from "../../src/shared/filters";
import { resources } from "../../src/shared/i18n";
import { isObject, type Json } from "../../src/shared/json";

const flat = (value: unknown, path: string, into: Map<string, string>): Map<string, string> => {
  if (typeof value === "string") into.set(path, value);
  else if (isObject(value))
    for (const [key, inner] of Object.entries(value)) flat(inner, path ? `${path}.${key}` : key, into);
  return into;
};

const all: { zh: Json; en: Json } = JSON.parse(JSON.stringify(resources()));
const zh = flat(all.zh, "", new Map());
const en = flat(all.en, "", new Map());
const holes = (text: string): string[] =>
  [...text.matchAll(/\{\{(\w+)\}\}/g)].map((match) => match[1] ?? "").sort();

const sources = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sources(path);
    return /\.tsx?$/.test(entry.name) ? [readFileSync(path, "utf8")] : [];
  });

/** Keys written out in the code; plurals and keys put together from parts are checked below. */
const used = new Set(
  sources(join(import.meta.dirname, "../../src")).flatMap((text) =>
    [...text.matchAll(/\bt\(\s*"([\w.]+)"/g)].map((match) => match[1] ?? ""),
  ),
);

const has = (key: string): boolean => zh.has(key) || [...zh.keys()].some((one) => one.startsWith(`${key}_`));

describe("words", () => {
  it("speak both languages, with the same blanks to fill", () => {
    const base = (key: string) => key.replace(/_(one|other|zero)$/, "");
    expect(
      [...zh.keys()].filter((key) => !en.has(key) && ![...en.keys()].some((one) => base(one) === base(key))),
    ).toEqual([]);
    expect(
      [...en.keys()].filter((key) => !zh.has(key) && ![...zh.keys()].some((one) => base(one) === base(key))),
    ).toEqual([]);
    for (const [key, text] of zh)
      if (en.has(key) && holes(text).length)
        expect([key, holes(en.get(key) ?? "")]).toEqual([key, holes(text)]);
  });

  it("are there for every key in the code", () => {
    expect([...used].filter((key) => !has(key))).toEqual([]);
  });

  it("are there for every operator, period and state", () => {
    const made = [...new Set(Object.values(OPERATORS).flat())].map((op) => `op.${op}`);
    made.push(...PERIODS.map((period) => `period.${period}`));
    made.push(...["compact", "normal", "loose"].map((one) => `density.${one}`));
    made.push(...["file", "columns", "trial", "run"].map((one) => `import.step_${one}`));
    made.push(...["skip", "fill", "overwrite"].map((one) => `import.policy_${one}`));
    made.push(...["header", "like_header", "content", "remembered"].map((one) => `import.why_${one}`));
    made.push(...["created", "merged", "skipped", "rejected"].map((one) => `import.count_${one}`));
    made.push(...["form", "timeline", "related", "fields"].map((one) => `record.tab_${one}`));
    made.push(...["light", "dark", "system"].map((one) => `me.theme_${one}`));
    made.push(...["profile", "theme", "language", "help", "signOut"].map((one) => `palette.${one}`));
    expect(made.filter((key) => !has(key))).toEqual([]);
  });

  it("are never blank", () => {
    expect([...zh, ...en].filter(([, text]) => text.trim() === "")).toEqual([]);
  });

  it("the Chinese ones are Chinese, but for names", () => {
    const names = new Set(["Universal", "Palmer", "English", "Excel"]);
    const plain = [...zh].filter(
      ([, text]) =>
        !names.has(text) &&
        /[A-Za-z]{4,}/.test(text.replace(/\{\{\w+\}\}/g, "")) &&
        !/[\u4e00-\u9fff]/.test(text),
    );
    expect(plain.map(([key]) => key)).toEqual([]);
  });
});
