"""Horizontal bar (条形图): rankings and long names, the largest on top as the table orders them."""

from collections.abc import Iterator, Mapping
from typing import Any

from engine.problems import Problem
from engine.schema import closed
from report_engine.chart import Chart, Figure
from report_engine.charts.bar import traces
from report_engine.drawing.frame import frame
from report_engine.drawing.paper import flat_bars
from report_engine.drawing.plot import bar_gap, figure, layout, numbers, positions
from report_engine.drawing.reading import dimensions, is_ordered, measures
from report_engine.drawing.settings import (
    DIMENSION,
    LABELS,
    VALUES,
    check_columns,
    check_needs,
    most,
    natural,
)
from report_engine.table import Table


class BarHorizontal(Chart):
    def settings(self, given: Mapping[str, Any], table: Table) -> Mapping[str, Any]:
        return natural(super().settings(given, table), table, splits=False)

    def fits(self, table: Table) -> int:
        axes = dimensions(table)
        if len(axes) != 1 or not measures(table) or is_ordered(axes[0]):
            return 0
        return 68 if len(table.rows) > 8 else 50

    def check(self, config: Mapping[str, Any], table: Table, path: str) -> Iterator[Problem]:
        yield from check_needs({"zh": self.zh, "en": self.en}, table, path, {"dimension": 1, "measure": 1})
        yield from check_columns(self.config_schema, config, table, path)

    def figure(self, config: Mapping[str, Any], table: Table, lang: str) -> Figure:
        made = frame(table, config, lang, config.get("most", 20))
        if made.is_empty:
            return figure(self.kind, [], layout(), is_empty=True)
        low, high = made.span()
        count = len(made.labels)
        one = made.series[0].column
        axis = numbers(low, high * 1.12, one, lang, side="top" if count > 12 else "bottom")
        across = {**positions(made, lang), "range": [count - 0.5, -0.5], "showline": False}
        shape = layout(
            yaxis=across,
            xaxis=axis,
            bargap=bar_gap(made),
            showlegend=len(made.series) > 1,
            barmode="group",
            meta={
                "axis": made.axis,
                "flat": True,
                "height": 46 + 24 * count * max(1, len(made.values) * 2 // 3),
            },
        )
        return figure(
            self.kind, traces(made, lang, config.get("labels", "auto"), flat=True), shape, made.notes
        )

    def svg(self, config: Mapping[str, Any], table: Table, lang: str) -> str | None:
        return flat_bars(frame(table, config, lang, config.get("most", 20)), lang)


CHART = BarHorizontal(
    kind="bar_horizontal",
    zh="条形图",
    en="Horizontal bar chart",
    config_schema=closed(x=DIMENSION, split=DIMENSION, values=VALUES, most=most(20, 50), labels=LABELS),
    sample={"x": "channel", "values": ["paid"]},
)
