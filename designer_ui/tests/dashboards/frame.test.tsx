/** Below a chart stands what is to be known of it: the error of a forecast, how little past it rests on. */

import { renderToStaticMarkup } from "react-dom/server";
import { expect, test } from "vitest";
import { loadChart } from "../../src/charts/parts/view";
import { ChartFrame } from "../../src/runtime/dashboards/ChartFrame";

const drawn = async (notes: string[]): Promise<string> => {
  await loadChart("line");
  const figure = { kind: "line", empty: false, data: [], layout: {}, notes };
  const answered = {
    answer: { figure },
    error: null,
    isFirst: false,
    isFetching: false,
    retry: () => undefined,
  };
  return renderToStaticMarkup(<ChartFrame kind="line" title="收入预测" answered={answered} />);
};

test("the error of a forecast and its short past stand in one line below the chart", async () => {
  const text = await drawn(["虚线：预测", "回测误差 8.2%（近 12 个月）", "历史不足 24 个月，仅供参考"]);
  expect(text).toContain(
    '<div class="dash-cell-notes">虚线：预测 · 回测误差 8.2%（近 12 个月） · 历史不足 24 个月，仅供参考</div>',
  );
});

test("a chart with nothing to say has no line below it", async () => {
  expect(await drawn([])).not.toContain("dash-cell-notes");
});
