/** A card of one number says the figures that go with it. */

import { renderToStaticMarkup } from "react-dom/server";
import { expect, test } from "vitest";
import kpi from "../../src/charts/kpi";
import type { KpiFigure } from "../../src/charts/parts/figure";

const drawn = (more: Partial<KpiFigure>): string => {
  const figure = { kind: "kpi", empty: false, name: "渠道ROI", value: "3.2", notes: [], ...more } as const;
  return renderToStaticMarkup(<kpi.View figure={figure} title="渠道ROI" />);
};

test("other figures of the table stand below the number with their names", () => {
  const text = drawn({ others: [{ name: "渠道费用", value: "¥12,000.00" }] });
  expect(text).toContain("渠道费用");
  expect(text).toContain("¥12,000.00");
});

test("a card with one figure has no list of others", () => {
  expect(drawn({ others: [] })).not.toContain("kpi-others");
});
