/** Words on the cells of a heat map can be read, in the light and in the dark. */

import { expect, test } from "vitest";
import { inked } from "../../src/charts/parts/colours";

const LOOKS = {
  light: { c1: "#0f8582", bad: "#cf2a36", bg: "#ffffff", text: "#1f2629" },
  dark: { c1: "#3fb5b0", bad: "#ff7875", bg: "#171b1d", text: "#e6eaeb" },
};

const light = (colour: string): number => {
  const hex = /^#(..)(..)(..)$/
    .exec(colour)
    ?.slice(1)
    .map((one) => Number.parseInt(one, 16));
  const parts = hex ?? /\(([^)]+)\)/.exec(colour)?.[1]?.split(",").map(Number) ?? [];
  const [red = 0, green = 0, blue = 0] = parts.map((one) => {
    const share = one / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
};

const contrast = (one: string, other: string): number => {
  const [low = 0, high = 0] = [light(one), light(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
};

for (const [look, inks] of Object.entries(LOOKS))
  for (const name of ["c1", "bad"])
    test(`words stand out from every cell of ${name} in the ${look}`, () => {
      for (const percent of [6, 25, 45, 70, 95]) {
        const [cell] = Object.values(inked({ colorscale: `${name}/${percent}` }, inks) as object);
        expect(contrast(String(cell), inks.text)).toBeGreaterThan(4.5);
      }
    });
