/** How one person looks at one view: columns, widths, sort, filter, grouping, density. Pure, but for `keep` and `kept`. */

import type { FieldPlan, FilterGroup, FormPlan, Query, SavedView, ViewPlan } from "../../api/types";
import { columnFields, fieldOf, titleKey } from "../../shared/fields";
import { allOf } from "../../shared/filters";
import { isRightAligned } from "../../shared/format";
import { fieldsIn } from "../../shared/rules";

export type Density = "compact" | "normal" | "loose";

export const ROW_HEIGHT: Record<Density, number> = { compact: 32, normal: 36, loose: 48 };

export interface ListSettings {
  columns: string[];
  widths: { [field: string]: number };
  sort: string[];
  group: string | null;
  where: FilterGroup;
  density: Density;
  totals: { [field: string]: string };
  /** How many of the first columns stay in sight when the others are moved past. */
  frozen: number;
}

export const NO_FILTER: FilterGroup = { op: "and", items: [] };

const densityOf = (name: string | undefined): Density =>
  name === "compact" || name === "loose" ? name : "compact";

const firstColumns = (plan: FormPlan): string[] => {
  const heavy = new Set(["rows", "structured", "files", "geo"]);
  const fields = plan.fields.filter(
    (field) => field.level !== "none" && field.role !== "layout" && !heavy.has(field.value_type ?? ""),
  );
  return [...new Set([titleKey(plan), ...fields.slice(0, 8).map((field) => field.key), "created_at"])];
};

/** What the view's author chose, with unknown and hidden fields left out. */
export const settingsOf = (plan: FormPlan, view: ViewPlan | SavedView | undefined): ListSettings => {
  const may = new Set(columnFields(plan).map((field) => field.key));
  const wanted = view?.columns?.length ? view.columns : firstColumns(plan);
  const columns = wanted.filter((key) => may.has(key));
  const totals = Object.entries(view?.totals ?? {}).filter(([key]) => may.has(key));
  return {
    columns: columns.length ? columns : firstColumns(plan).filter((key) => may.has(key)),
    widths: view && "widths" in view ? { ...view.widths } : {},
    sort: [...(view?.sort ?? ["-created_at"])],
    group: view?.group ?? null,
    where: view && "where" in view && view.where ? view.where : NO_FILTER,
    density: densityOf(view && "density" in view ? view.density : undefined),
    totals: Object.fromEntries(totals),
    frozen: view?.frozen ?? 1,
  };
};

export const DEFAULT_WIDTH = 140;

const WIDE: { readonly [key: string]: number } = {
  text: 150,
  datetime: 168,
  date: 132,
  date_range: 184,
  time_range: 184,
  time: 84,
  money: 116,
  integer: 92,
  decimal: 96,
  boolean: 76,
  choice: 112,
  choices: 176,
  reference: 124,
  references: 180,
  person: 100,
  persons: 150,
  files: 110,
  rows: 92,
  structured: 170,
};

export const widthOf = (plan: FormPlan, key: string, settings: ListSettings, lang: string): number => {
  const kept = settings.widths[key];
  if (kept) return kept;
  const field = fieldOf(plan, key);
  if (!field) return DEFAULT_WIDTH;
  const base =
    field.control === "textarea" || field.control === "richtext"
      ? 220
      : (WIDE[field.value_type ?? ""] ?? DEFAULT_WIDTH);
  // A total is wider than what it adds up, and has its word before it.
  const total = settings.totals[key] ? 36 : 0;
  const label = (lang === "zh" ? (field.label.zh ?? "").length * 14 : (field.label.en ?? "").length * 8) + 40;
  return Math.min(Math.max(base + total, label), isRightAligned(field) ? 180 : 260);
};

const STRETCHING = new Set(["text", "reference", "references", "choices", "date_range", "structured"]);
const MOST_STRETCH = 160;

/** Widths of the columns in `room` px: what is left over goes to the wordy ones whose width nobody chose. */
export const widthsOf = (
  plan: FormPlan,
  fields: readonly FieldPlan[],
  settings: ListSettings,
  lang: string,
  room: number,
): number[] => {
  const widths = fields.map((field) => widthOf(plan, field.key, settings, lang));
  const growing = fields.map(
    (field) => settings.widths[field.key] === undefined && STRETCHING.has(field.value_type ?? ""),
  );
  const count = growing.filter(Boolean).length;
  const spare = room - widths.reduce((sum, one) => sum + one, 0);
  if (count === 0 || spare <= 0) return widths;
  const share = Math.min(Math.floor(spare / count), MOST_STRETCH);
  return widths.map((width, at) => (growing[at] ? width + share : width));
};

const MOST_FROZEN = 0.6;

/** Where the columns that stay have their left edge, in px; none may stay that would leave the others no room. */
export const staysOf = (widths: readonly number[], frozen: number, from: number, room: number): number[] => {
  const lefts: number[] = [];
  let left = from;
  for (const width of widths.slice(0, frozen)) {
    if (lefts.length > 0 && left + width > room * MOST_FROZEN) break;
    lefts.push(left);
    left += width;
  }
  return lefts;
};

/** What a cell of a column that stays wears. */
export const stayOf = (
  stays: readonly number[],
  col: number,
): { className: string; left: number | undefined } => ({
  className: col >= stays.length ? "" : col === stays.length - 1 ? "cell-stay cell-edge" : "cell-stay",
  left: stays[col],
});

/** The fields to ask for: those shown, the title, what the colour rules look at, and by what one knows a pool's. */
export const askedFields = (
  plan: FormPlan,
  view: ViewPlan | undefined,
  columns: readonly string[],
): string[] => {
  const looked = Object.values(view?.color_if ?? {}).flatMap((tree) => fieldsIn(tree));
  const extra = [
    view?.by,
    view?.start,
    view?.end,
    view?.resource,
    view?.parent,
    view?.image,
    view?.title,
    view?.color,
  ].filter((key) => typeof key === "string");
  const pooled = (plan.pools ?? []).flatMap((pool) => [pool.owner, ...Object.keys(pool.marks)]);
  const all = new Set([titleKey(plan), ...columns, ...pooled, ...(view?.card ?? []), ...extra, ...looked]);
  return [...all].filter((key) => fieldOf(plan, key) !== undefined);
};

export const queryOf = (
  view: ViewPlan | SavedView | undefined,
  settings: ListSettings,
  search: string,
  extra: FilterGroup | undefined,
): Query => {
  const within = view && "within" in view ? view.within : undefined;
  const filter = allOf(settings.where, within, extra);
  // A personal view stands on a shared one, whose condition stays in force.
  const asked = view && "where" in view ? view.base : view?.key;
  const formula = view && "formula" in view ? view.formula : undefined;
  return {
    ...(asked ? { view: asked } : {}),
    ...(filter ? { filter } : {}),
    ...(formula ? { formula } : {}),
    ...(search.trim() ? { search: search.trim() } : {}),
    ...(settings.sort.length ? { sort: settings.sort } : {}),
  };
};

const keptKey = (form: string, view: string): string => `clinicraft.list.${form}.${view}`;

/** Personal changes since the view was opened first, on this machine. */
export const kept = (form: string, view: string): Partial<ListSettings> => {
  try {
    const text = localStorage.getItem(keptKey(form, view));
    const found: Partial<ListSettings> | null = text ? JSON.parse(text) : null;
    return found ?? {};
  } catch {
    return {};
  }
};

export const keep = (form: string, view: string, settings: ListSettings | null): void => {
  if (!settings) localStorage.removeItem(keptKey(form, view));
  else {
    // Filters are for the moment: coming back tomorrow to a list that hides half the people misleads.
    const { where: _where, ...lasting } = settings;
    localStorage.setItem(keptKey(form, view), JSON.stringify(lasting));
  }
};

/** Kept columns that have since gone from the form are dropped. */
export const merged = (plan: FormPlan, base: ListSettings, own: Partial<ListSettings>): ListSettings => {
  const may = new Set(columnFields(plan).map((field) => field.key));
  const columns = (own.columns ?? base.columns).filter((key) => may.has(key));
  return { ...base, ...own, columns: columns.length ? columns : base.columns, where: base.where };
};
