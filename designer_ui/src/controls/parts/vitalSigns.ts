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

export const isOff = (sign: Sign, value: number | undefined): boolean =>
  value !== undefined &&
  ((sign.low !== undefined && value < sign.low) || (sign.high !== undefined && value > sign.high));

export const bmiOf = (value: VitalsValue): number | undefined => {
  const { weight, height } = value;
  return weight && height && height >= 20 ? Math.round((weight / (height / 100) ** 2) * 10) / 10 : undefined;
};
