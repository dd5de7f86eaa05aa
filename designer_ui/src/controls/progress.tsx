import { formatPercent } from "../shared/format";
import type { ControlView } from "../shared/kinds";
import { Bar, colorOf, type NumberConfig, type NumberValue, percentView, shareOf } from "./parts/numbers";
import { usePaint } from "./parts/palette";

const view: ControlView<NumberValue, NumberConfig> = {
  ...percentView("progress"),
  Cell: ({ value, config }) => {
    const paint = usePaint();
    const color = colorOf(value, config);
    return (
      <Bar
        share={shareOf(value, config)}
        words={formatPercent(value)}
        {...(color ? { color: paint(color) } : {})}
      />
    );
  },
};

export default view;
