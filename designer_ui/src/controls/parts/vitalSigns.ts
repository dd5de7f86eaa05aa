/** Vital signs: the usual range of an adult at rest (marked outside), and the units. */

export interface Sign {
  key: string;
  zh: string;
  en: string;
  unit: string;
  low?: number;
  high?: number;
}
export type VitalsValue = { [sign: string]: number };
export interface VitalsConfig {
  parts?: string[];
  /** The field that holds the birthday: what is usual hangs on the age. */
  born?: string;
}

export const SIGNS: readonly Sign[] = [
  { key: "bp_sys", zh: "收缩压", en: "Systolic", unit: "mmHg", low: 90, high: 140 },
  { key: "bp_dia", zh: "舒张压", en: "Diastolic", unit: "mmHg", low: 60, high: 90 },
  { key: "hr", zh: "心率", en: "Pulse", unit: "/min", low: 60, high: 100 },
  { key: "temp", zh: "体温", en: "Temperature", unit: "℃", low: 36, high: 37.3 },
  { key: "spo2", zh: "血氧", en: "SpO₂", unit: "%", low: 95 },
  { key: "resp", zh: "呼吸", en: "Breathing", unit: "/min", low: 12, high: 20 },
  { key: "glucose", zh: "血糖", en: "Glucose", unit: "mmol/L", low: 3.9, high: 11.1 },
  { key: "weight", zh: "体重", en: "Weight", unit: "kg" },
  { key: "height", zh: "身高", en: "Height", unit: "cm" },
  { key: "bmi", zh: "BMI", en: "BMI", unit: "kg/m²", low: 18.5, high: 24 },
];

type Range = readonly [low: number | undefined, high: number | undefined];

/** Awake children below an age in years. Source: Pediatric Advanced Life Support, normal vital signs (AHA 2020). */
const CHILDREN: readonly (readonly [below: number, ranges: { readonly [sign: string]: Range }])[] = [
  [1, { hr: [100, 180], resp: [30, 53], bp_sys: [72, 104], bp_dia: [37, 56] }],
  [3, { hr: [98, 140], resp: [22, 37], bp_sys: [86, 106], bp_dia: [42, 63] }],
  [6, { hr: [80, 120], resp: [20, 28], bp_sys: [89, 112], bp_dia: [46, 72] }],
  [10, { hr: [75, 118], resp: [18, 25], bp_sys: [97, 115], bp_dia: [57, 76] }],
  [12, { hr: [75, 118], resp: [18, 25], bp_sys: [102, 120], bp_dia: [61, 80] }],
  [16, { hr: [60, 100], resp: [12, 20], bp_sys: [110, 131], bp_dia: [64, 83] }],
];
const GROWN_UP = 18;

const yearsOf = (born: string, on: string): number | undefined => {
  const years =
    Number(on.slice(0, 4)) - Number(born.slice(0, 4)) - (on.slice(5, 10) < born.slice(5, 10) ? 1 : 0);
  return /^\d{4}-\d\d-\d\d/.test(born) && years >= 0 ? years : undefined;
};

/** The signs with what is usual at an age; of adults where the birthday is not known. */
export const signsAt = (born: string, on: string): readonly Sign[] => {
  const years = yearsOf(born, on);
  if (years === undefined || years >= GROWN_UP) return SIGNS;
  const ranges = CHILDREN.find(([below]) => years < below)?.[1] ?? {};
  return SIGNS.map(({ low, high, ...sign }) => {
    // What a child's body mass index means hangs on tables by month and sex; better nothing than an adult's.
    const [from, to] = sign.key === "bmi" ? [undefined, undefined] : (ranges[sign.key] ?? [low, high]);
    return {
      ...sign,
      ...(from === undefined ? {} : { low: from }),
      ...(to === undefined ? {} : { high: to }),
    };
  });
};

export const isOff = (sign: Sign, value: number | undefined): boolean =>
  value !== undefined &&
  ((sign.low !== undefined && value < sign.low) || (sign.high !== undefined && value > sign.high));

export type Off = "high" | "low";

/** On which side of the usual a figure lies; undefined where it is usual. */
export const offOf = (sign: Sign, value: number | undefined): Off | undefined => {
  if (!isOff(sign, value)) return undefined;
  return sign.high !== undefined && value !== undefined && value > sign.high ? "high" : "low";
};

/** What is usual, in figures: “90–140 mmHg”; "" where nothing is known. */
export const usualOf = ({ low, high, unit }: Sign): string => {
  if (low === undefined && high === undefined) return "";
  const range = low === undefined ? `≤ ${high}` : high === undefined ? `≥ ${low}` : `${low}–${high}`;
  return `${range} ${unit}`;
};

export const bmiOf = (value: VitalsValue): number | undefined => {
  const { weight, height } = value;
  return weight && height && height >= 20 ? Math.round((weight / (height / 100) ** 2) * 10) / 10 : undefined;
};
