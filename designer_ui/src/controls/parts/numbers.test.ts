/** The colour a share is drawn in. */

import { describe, expect, it } from "vitest";
import { colorOf } from "./numbers";

describe("the colour of a share", () => {
  const config = {
    colors: [
      { from: 0.8, color: "green" },
      { from: 0, color: "red" },
      { from: 0.4, color: "orange" },
    ],
  };
  it.each([
    ["0", "red"],
    ["0.39", "red"],
    ["0.4", "orange"],
    ["1", "green"],
    [null, undefined],
  ])("%s is %s", (value, color) => expect(colorOf(value, config)).toBe(color));
  it("is the brand's where no step is said", () => expect(colorOf("0.5", {})).toBeUndefined());
});
