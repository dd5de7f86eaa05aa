/** A tooth chart and every change one can make to it, as pure functions. */

import type { Words } from "../../../shared/words";
import rows from "../../data/teeth.json";

export type Surface = "M" | "D" | "B" | "L" | "O" | "I";
export type Layer = "found" | "plan" | "done";
export type Notation = "fdi" | "universal" | "palmer";
export type Dentition = "permanent" | "primary" | "mixed";

export interface Act {
  code: string;
  surfaces?: readonly Surface[];
}
export interface ToothState {
  status?: string;
  surfaces?: { [S in Surface]?: readonly string[] };
  marks?: readonly string[];
  plan?: readonly Act[];
  done?: readonly Act[];
  mobility?: number;
  note?: string;
}
export interface Chart {
  teeth: { [fdi: string]: ToothState };
  dentition?: Dentition;
}
export interface Code {
  key: string;
  label: Words;
  color?: string;
  on?: "surface" | "tooth" | "both";
}
export interface ChartConfig {
  dentition?: Dentition;
  notation?: Notation;
  layers?: Layer[];
  conditions?: Code[];
  procedures?: Code[];
  single?: boolean;
}
export interface Tooth {
  fdi: string;
  zh: string;
  en: string;
  universal: string;
  palmer: string;
  kind: string;
  surfaces: readonly Surface[];
  isPrimary: boolean;
  isUpper: boolean;
  /** True on the left half of the drawing, which is the patient's right. */
  isRight: boolean;
  position: number;
}

export const ORDER: readonly Surface[] = ["M", "D", "B", "L", "O", "I"];
const isSurface = (letter: string): letter is Surface => ORDER.some((one) => one === letter);

export const TEETH: readonly Tooth[] = rows.map((row) => {
  const quadrant = Number(row.fdi[0]);
  const place = ((quadrant - 1) % 4) + 1;
  return {
    ...row,
    surfaces: [...row.surfaces].filter(isSurface),
    isPrimary: quadrant > 4,
    isUpper: place <= 2,
    isRight: place === 1 || place === 4,
    position: Number(row.fdi[1]),
  };
});
export const TOOTH = new Map(TEETH.map((tooth) => [tooth.fdi, tooth]));

export const STATES: readonly Code[] = [
  { key: "present", label: { zh: "存在", en: "Present" }, color: "default" },
  { key: "missing", label: { zh: "缺失", en: "Missing" }, color: "gray" },
  { key: "implant", label: { zh: "种植体", en: "Implant" }, color: "purple" },
  { key: "pontic", label: { zh: "桥体", en: "Pontic" }, color: "gold" },
  { key: "unerupted", label: { zh: "未萌", en: "Unerupted" }, color: "cyan" },
  { key: "impacted", label: { zh: "阻生", en: "Impacted" }, color: "orange" },
  { key: "root_remnant", label: { zh: "残根", en: "Root remnant" }, color: "volcano" },
  { key: "residual_crown", label: { zh: "残冠", en: "Residual crown" }, color: "volcano" },
  { key: "retained", label: { zh: "滞留乳牙", en: "Retained primary" }, color: "lime" },
];
const ABSENT = new Set(["missing", "unerupted"]);

export const nameOf = (tooth: Tooth, notation: Notation): string =>
  notation === "fdi" ? tooth.fdi : tooth[notation];

/** Every tooth of the dentition, by rows: permanent upper, primary upper, primary lower, permanent lower. */
export const rowsOf = (dentition: Dentition): Tooth[][] => {
  const row = (quadrants: string, isPrimary: boolean) => {
    if ((isPrimary && dentition === "permanent") || (!isPrimary && dentition === "primary")) return [];
    const [right = "", left = ""] = quadrants;
    const of = (quadrant: string) => TEETH.filter((tooth) => tooth.fdi[0] === quadrant);
    return [...of(right).reverse(), ...of(left)];
  };
  return [row("12", false), row("56", true), row("87", true), row("43", false)].filter(
    (teeth) => teeth.length > 0,
  );
};

const isEmpty = (part: unknown): boolean =>
  part === undefined ||
  part === "" ||
  part === 0 ||
  (Array.isArray(part) && part.length === 0) ||
  (typeof part === "object" && part !== null && Object.keys(part).length === 0);

const withTooth = (chart: Chart, fdi: string, tooth: ToothState): Chart => {
  const { [fdi]: _old, ...others } = chart.teeth;
  const kept: ToothState = { ...tooth };
  if (kept.status === "present") delete kept.status;
  for (const key of ["status", "surfaces", "marks", "plan", "done", "mobility", "note"] as const)
    if (isEmpty(kept[key])) delete kept[key];
  return { ...chart, teeth: isEmpty(kept) ? others : { ...others, [fdi]: kept } };
};

const inOrder = (surfaces: Iterable<Surface>): Surface[] => {
  const given = new Set(surfaces);
  return ORDER.filter((one) => given.has(one));
};

const toggled = (codes: readonly string[] | undefined, code: string): string[] =>
  codes?.includes(code) ? codes.filter((one) => one !== code) : [...(codes ?? []), code].sort();

/** Put `code` on a surface in a layer, or take it off again. */
export const toggleSurface = (
  chart: Chart,
  fdi: string,
  surface: Surface,
  layer: Layer,
  code: string,
): Chart => {
  const tooth = chart.teeth[fdi] ?? {};
  if (!TOOTH.get(fdi)?.surfaces.includes(surface)) return chart;
  if (layer === "found") {
    if (ABSENT.has(tooth.status ?? "")) return chart;
    const codes = toggled(tooth.surfaces?.[surface], code);
    const { [surface]: _old, ...rest } = tooth.surfaces ?? {};
    return withTooth(chart, fdi, { ...tooth, surfaces: codes.length ? { ...rest, [surface]: codes } : rest });
  }
  const acts = tooth[layer] ?? [];
  const act = acts.find((one) => one.code === code && one.surfaces);
  const has = act?.surfaces?.includes(surface);
  const surfaces = inOrder(
    has ? (act?.surfaces ?? []).filter((one) => one !== surface) : [...(act?.surfaces ?? []), surface],
  );
  const others = acts.filter((one) => one !== act);
  return withTooth(chart, fdi, {
    ...tooth,
    [layer]: surfaces.length ? [...others, { code, surfaces }] : others,
  });
};

/** Put `code` on whole teeth, or, when all have it already, take it off. */
export const toggleTeeth = (chart: Chart, teeth: readonly string[], layer: Layer, code: string): Chart => {
  const has = (fdi: string): boolean => {
    const tooth = chart.teeth[fdi] ?? {};
    return layer === "found"
      ? (tooth.marks ?? []).includes(code)
      : (tooth[layer] ?? []).some((act) => act.code === code && !act.surfaces);
  };
  const isOn = teeth.every(has);
  return teeth
    .filter((fdi) => has(fdi) === isOn)
    .reduce((now, fdi) => {
      const tooth = now.teeth[fdi] ?? {};
      if (layer === "found") return withTooth(now, fdi, { ...tooth, marks: toggled(tooth.marks, code) });
      const acts = tooth[layer] ?? [];
      const next = isOn ? acts.filter((act) => act.code !== code || act.surfaces) : [...acts, { code }];
      return withTooth(now, fdi, { ...tooth, [layer]: next });
    }, chart);
};

export const setStatus = (chart: Chart, teeth: readonly string[], status: string): Chart =>
  teeth.reduce((now, fdi) => {
    const { surfaces, ...tooth } = now.teeth[fdi] ?? {};
    // A tooth that is not there has no surfaces to speak of.
    return withTooth(now, fdi, {
      ...tooth,
      ...(ABSENT.has(status) || !surfaces ? {} : { surfaces }),
      status,
    });
  }, chart);

export const setDetail = (
  chart: Chart,
  teeth: readonly string[],
  detail: Pick<ToothState, "mobility" | "note">,
): Chart => teeth.reduce((now, fdi) => withTooth(now, fdi, { ...now.teeth[fdi], ...detail }), chart);

export const clearTeeth = (chart: Chart, teeth: readonly string[]): Chart =>
  teeth.reduce((now, fdi) => withTooth(now, fdi, {}), chart);

/** What was planned is now done. */
export const finishPlan = (chart: Chart, teeth: readonly string[]): Chart =>
  teeth.reduce((now, fdi) => {
    const { plan, ...tooth } = now.teeth[fdi] ?? {};
    return plan ? withTooth(now, fdi, { ...tooth, done: [...(tooth.done ?? []), ...plan] }) : now;
  }, chart);

const chartOrder = (a: string, b: string): number => Number(a) - Number(b);

/** What a list shows: `11, 36-MO`. */
export const shortText = (chart: Chart | null, notation: Notation = "fdi"): string =>
  Object.keys(chart?.teeth ?? {})
    .sort(chartOrder)
    .map((fdi) => {
      const tooth = chart?.teeth[fdi] ?? {};
      const acts = [...(tooth.plan ?? []), ...(tooth.done ?? [])].flatMap((act) => act.surfaces ?? []);
      const found = Object.keys(tooth.surfaces ?? {}).filter(isSurface);
      const surfaces = inOrder([...found, ...acts]).join("");
      const known = TOOTH.get(fdi);
      const name = known ? nameOf(known, notation) : fdi;
      return surfaces ? `${name}-${surfaces}` : name;
    })
    .join(", ");

/** The tooth beside one, in the direction of an arrow key. */
export const neighbour = (fdi: string, key: string, dentition: Dentition): string => {
  const grid = rowsOf(dentition);
  const row = grid.findIndex((teeth) => teeth.some((tooth) => tooth.fdi === fdi));
  const teeth = grid[row];
  if (!teeth) return grid[0]?.[0]?.fdi ?? fdi;
  const column = teeth.findIndex((tooth) => tooth.fdi === fdi);
  if (key === "ArrowLeft" || key === "ArrowRight")
    return (
      teeth[Math.min(teeth.length - 1, Math.max(0, column + (key === "ArrowLeft" ? -1 : 1)))]?.fdi ?? fdi
    );
  const other = grid[row + (key === "ArrowUp" ? -1 : 1)];
  if (!other) return fdi;
  const place = column + (other.length - teeth.length) / 2;
  return other[Math.min(other.length - 1, Math.max(0, Math.round(place)))]?.fdi ?? fdi;
};
