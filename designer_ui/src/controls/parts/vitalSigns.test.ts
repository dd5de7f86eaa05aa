import { describe, expect, it } from "vitest";
import { isOff, signsAt } from "./vitalSigns";

const off = (born: string, sign: string, value: number, on = "2026-03-05"): boolean =>
  isOff(signsAt(born, on).find((one) => one.key === sign) ?? { key: "", zh: "", en: "", unit: "" }, value);

describe("vital signs", () => {
  it("are judged as an adult's where the age is not known", () => {
    for (const born of ["", "soon", "2030-01-01", "1990-05-01"]) {
      expect(off(born, "hr", 110)).toBe(true);
      expect(off(born, "hr", 70)).toBe(false);
      expect(off(born, "bmi", 30)).toBe(true);
    }
  });
  it.each([
    ["2025-10-01", 150, false],
    ["2025-10-01", 90, true],
    ["2022-03-05", 110, false],
    ["2022-03-05", 75, true],
    ["2014-03-06", 110, false],
    ["2014-03-05", 110, true],
  ])("of a child born on %s count a pulse of %i as unusual: %s", (born, pulse, wanted) => {
    expect(off(born, "hr", pulse)).toBe(wanted);
  });
  it("keep what does not hang on the age, and say nothing of a child's body mass index", () => {
    expect(off("2022-03-05", "temp", 38)).toBe(true);
    expect(off("2022-03-05", "spo2", 90)).toBe(true);
    expect(off("2022-03-05", "bmi", 15)).toBe(false);
  });
});
