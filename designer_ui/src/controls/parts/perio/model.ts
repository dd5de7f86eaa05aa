/** A perio chart: six sites a tooth, and what they add up to. */

export type Six<T> = readonly (T | null)[];
export interface PerioTooth {
  pd?: Six<number>;
  rec?: Six<number>;
  bop?: Six<number>;
  plaque?: Six<number>;
  mobility?: number;
  furcation?: { [side: string]: number };
  implant?: boolean;
  missing?: boolean;
  note?: string;
}
export interface PerioChart {
  teeth: { [fdi: string]: PerioTooth };
  summary?: { [figure: string]: number };
}
export interface PerioConfig {
  plaque?: boolean;
  furcation?: boolean;
  warn_mm?: number;
}
export type Figure = "pd" | "rec";
export type Mark = "bop" | "plaque";
export type Face = "B" | "L";
export interface Spot {
  fdi: string;
  field: Figure;
  /** Place in the arrays: MB B DB ML L DL. */
  site: number;
}

const quadrant = (number: string, isReversed: boolean): string[] => {
  const teeth = [1, 2, 3, 4, 5, 6, 7, 8].map((place) => `${number}${place}`);
  return isReversed ? teeth.reverse() : teeth;
};
export const UPPER: readonly string[] = [...quadrant("1", true), ...quadrant("2", false)];
export const LOWER: readonly string[] = [...quadrant("4", true), ...quadrant("3", false)];

export const isRight = (fdi: string): boolean => fdi[0] === "1" || fdi[0] === "4";

/** The three sites of a face as they stand on the screen, left to right. */
export const sitesOf = (fdi: string, face: Face): readonly number[] => {
  const sites = face === "B" ? [0, 1, 2] : [3, 4, 5];
  return isRight(fdi) ? sites.reverse() : sites;
};

/** Sides on which the roots part. */
export const furcationsOf = (fdi: string): string => {
  const place = Number(fdi[1]);
  const isUpper = fdi[0] === "1" || fdi[0] === "2";
  if (place >= 6) return isUpper ? "BMD" : "BL";
  return isUpper && place === 4 ? "MD" : "";
};

const BLANK: Six<number> = [null, null, null, null, null, null];

const withTooth = (chart: PerioChart, fdi: string, tooth: PerioTooth): PerioChart => {
  const { [fdi]: _old, ...others } = chart.teeth;
  const kept: PerioTooth = { ...tooth };
  for (const key of ["pd", "rec", "bop", "plaque"] as const)
    if (kept[key]?.every((part) => part === null)) delete kept[key];
  for (const key of ["mobility", "implant", "missing", "note"] as const) if (!kept[key]) delete kept[key];
  if (kept.furcation && Object.keys(kept.furcation).length === 0) delete kept.furcation;
  const { summary: _summary, ...rest } = chart;
  return { ...rest, teeth: Object.keys(kept).length ? { ...others, [fdi]: kept } : others };
};

const put = <T>(six: Six<T> | undefined, site: number, value: T | null): Six<T> =>
  [0, 1, 2, 3, 4, 5].map((at) => (at === site ? value : (six?.[at] ?? null)));

export const setFigure = (
  chart: PerioChart,
  { fdi, field, site }: Spot,
  value: number | null,
): PerioChart => {
  const tooth = chart.teeth[fdi] ?? {};
  if (tooth.missing) return chart;
  const kept =
    value === null
      ? null
      : field === "pd"
        ? Math.min(15, Math.max(0, value))
        : Math.min(15, Math.max(-5, value));
  return withTooth(chart, fdi, { ...tooth, [field]: put(tooth[field], site, kept) });
};

/** Blank, yes, no: a site that was looked at and found clean counts in the share. */
export const cycleMark = (chart: PerioChart, fdi: string, mark: Mark, site: number): PerioChart => {
  const tooth = chart.teeth[fdi] ?? {};
  if (tooth.missing) return chart;
  const now = tooth[mark]?.[site] ?? null;
  return withTooth(chart, fdi, {
    ...tooth,
    [mark]: put(tooth[mark], site, now === null ? 1 : now === 1 ? 0 : null),
  });
};

/** All sites that were probed but not marked were looked at, and clean. */
export const fillMark = (chart: PerioChart, mark: Mark): PerioChart =>
  Object.entries(chart.teeth).reduce((now, [fdi, tooth]) => {
    if (!tooth.pd || tooth.missing) return now;
    const six = (tooth[mark] ?? BLANK).map((value, site) => value ?? (tooth.pd?.[site] === null ? null : 0));
    return withTooth(now, fdi, { ...tooth, [mark]: six });
  }, chart);

export const cycleMobility = (chart: PerioChart, fdi: string): PerioChart => {
  const tooth = chart.teeth[fdi] ?? {};
  return tooth.missing
    ? chart
    : withTooth(chart, fdi, { ...tooth, mobility: ((tooth.mobility ?? 0) + 1) % 4 });
};

export const cycleFurcation = (chart: PerioChart, fdi: string, side: string): PerioChart => {
  const tooth = chart.teeth[fdi] ?? {};
  if (tooth.missing) return chart;
  const { [side]: now = 0, ...rest } = tooth.furcation ?? {};
  const next = (now + 1) % 5;
  return withTooth(chart, fdi, { ...tooth, furcation: next ? { ...rest, [side]: next } : rest });
};

/** There, implant, missing, there. */
export const cyclePresence = (chart: PerioChart, fdi: string): PerioChart => {
  const { implant, missing, ...tooth } = chart.teeth[fdi] ?? {};
  if (missing) return withTooth(chart, fdi, tooth);
  return implant
    ? withTooth(chart, fdi, { missing: true })
    : withTooth(chart, fdi, { ...tooth, implant: true });
};

export const calOf = (tooth: PerioTooth | undefined, site: number): number | null => {
  const pd = tooth?.pd?.[site] ?? null;
  return pd === null ? null : pd + (tooth?.rec?.[site] ?? 0);
};

export interface Summary {
  sites: number;
  bop: number | null;
  plaque: number | null;
  pdMean: number | null;
  pdMax: number | null;
  calMean: number | null;
  deep4: number;
  deep6: number;
}

const mean = (numbers: readonly number[]): number | null =>
  numbers.length
    ? Math.round((numbers.reduce((sum, one) => sum + one, 0) / numbers.length) * 100) / 100
    : null;

export const summaryOf = (chart: PerioChart): Summary => {
  const teeth = Object.values(chart.teeth).filter((tooth) => !tooth.missing);
  const all = (key: "pd" | "bop" | "plaque") =>
    teeth.flatMap((tooth) => tooth[key] ?? []).filter((one): one is number => one !== null);
  const share = (marks: readonly number[]) =>
    marks.length ? marks.filter((one) => one).length / marks.length : null;
  const depths = all("pd");
  const losses = teeth
    .flatMap((tooth) => [0, 1, 2, 3, 4, 5].map((site) => calOf(tooth, site)))
    .filter((one): one is number => one !== null);
  return {
    sites: depths.length,
    bop: share(all("bop")),
    plaque: share(all("plaque")),
    pdMean: mean(depths),
    pdMax: depths.length ? Math.max(...depths) : null,
    calMean: mean(losses),
    deep4: depths.filter((depth) => depth >= 4).length,
    deep6: depths.filter((depth) => depth >= 6).length,
  };
};

const PASSES: readonly (readonly [readonly string[], Face])[] = [
  [UPPER, "B"],
  [UPPER, "L"],
  [LOWER, "L"],
  [LOWER, "B"],
];

/** All spots of a figure in the order of probing: arch by arch, face by face, as they stand on the screen. */
export const orderOf = (field: Figure, chart: PerioChart): Spot[] =>
  PASSES.flatMap(([arch, face]) =>
    arch
      .filter((fdi) => !chart.teeth[fdi]?.missing)
      .flatMap((fdi) => sitesOf(fdi, face).map((site) => ({ fdi, field, site }))),
  );

export const beside = (spot: Spot, chart: PerioChart, step: number): Spot => {
  const order = orderOf(spot.field, chart);
  const at = order.findIndex((one) => one.fdi === spot.fdi && one.site === spot.site);
  return order[Math.min(order.length - 1, Math.max(0, at + step))] ?? spot;
};

/** The spot above or below on the screen: depth and margin of a face, then the other face, then the other arch. */
export const across = (spot: Spot, isDown: boolean): Spot => {
  const isUpper = spot.fdi[0] === "1" || spot.fdi[0] === "2";
  const face: Face = spot.site < 3 ? "B" : "L";
  const column = sitesOf(spot.fdi, face).indexOf(spot.site);
  const other = `${{ "1": "4", "2": "3", "3": "2", "4": "1" }[spot.fdi[0] ?? "1"] ?? "1"}${spot.fdi[1]}`;
  const lines: [string, Face, Figure][] = isUpper
    ? [
        [spot.fdi, "B", "rec"],
        [spot.fdi, "B", "pd"],
        [spot.fdi, "L", "pd"],
        [spot.fdi, "L", "rec"],
        [other, "L", "rec"],
        [other, "L", "pd"],
        [other, "B", "pd"],
        [other, "B", "rec"],
      ]
    : [
        [other, "B", "rec"],
        [other, "B", "pd"],
        [other, "L", "pd"],
        [other, "L", "rec"],
        [spot.fdi, "L", "rec"],
        [spot.fdi, "L", "pd"],
        [spot.fdi, "B", "pd"],
        [spot.fdi, "B", "rec"],
      ];
  const at = lines.findIndex(
    ([fdi, side, field]) => fdi === spot.fdi && side === face && field === spot.field,
  );
  const next = lines[at + (isDown ? 1 : -1)];
  return next ? { fdi: next[0], field: next[2], site: sitesOf(next[0], next[1])[column] ?? 0 } : spot;
};
