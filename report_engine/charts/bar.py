"""Bar (柱状图): one bar a group, side by side where there are several measures or a second dimension."""

from collections.abc import Iterator, Mapping
from typing import Any

from engine.problems import Problem
from engine.schema import closed
from report_engine.chart import Chart, Figure
from report_engine.drawing.frame import Frame, frame
from report_engine.drawing.paper import bars
from report_engine.drawing.plot import (
    bar_colours,
    bar_gap,
    bar_labels,
    figure,
    layout,
    numbers,
    points,
    positions,
)
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


def traces(made: Frame, lang: str, labels: str, *, flat: bool = False) -> list[dict[str, Any]]:
    """Return a trace a series; goals are ticks across their bars."""
    drawn = []
    for one in made.series:
        each = points(made, one, lang, flat=flat)
        if one.kind == "goal":
            symbol = {
                "symbol": "line-ns" if flat else "line-ew",
                "size": 12,
                "line": {"width": 2, "color": "warn"},
            }
            drawn.append(
                {**each, "type": "scatter", "mode": "markers", "marker": {"color": "warn", **symbol}}
            )
        else:
            room = (36 if flat else 14) // max(1, len(made.series))
            drawn.append(
                {**each, "type": "bar", "marker": bar_colours(one), **bar_labels(one, lang, labels, room)}
            )
            if flat:
                drawn[-1]["orientation"] = "h"
    return drawn


class Bar(Chart):
    def settings(self, given: Mapping[str, Any], table: Table) -> Mapping[str, Any]:
        return natural(super().settings(given, table), table)

    def fits(self, table: Table) -> int:
        axes = dimensions(table)
        if not measures(table) or not axes:
            return 0
        few = len(table.rows) <= 8 or is_ordered(axes[0])
        return {1: 70 if few else 45, 2: 40}.get(len(axes), 15)

    def check(self, config: Mapping[str, Any], table: Table, path: str) -> Iterator[Problem]:
        yield from check_needs({"zh": self.zh, "en": self.en}, table, path, {"dimension": 1, "measure": 1})
        yield from check_columns(self.config_schema, config, table, path)

    def figure(self, config: Mapping[str, Any], table: Table, lang: str) -> Figure:
        made = frame(table, config, lang, config.get("most", 30))
        if made.is_empty:
            return figure(self.kind, [], layout(), is_empty=True)
        low, high = made.span()
        shape = layout(
            xaxis=positions(made, lang),
            yaxis=numbers(low, high * 1.06, made.series[0].column, lang),
            showlegend=len(made.series) > 1,
            barmode="group",
            bargap=bar_gap(made),
            meta={"axis": made.axis},
        )
        return figure(self.kind, traces(made, lang, config.get("labels", "auto")), shape, made.notes)

    def svg(self, config: Mapping[str, Any], table: Table, lang: str) -> str | None:
        return bars(frame(table, config, lang, config.get("most", 30)), lang)


CHART = Bar(
    kind="bar",
    zh="柱状图",
    en="Bar chart",
    config_schema=closed(x=DIMENSION, split=DIMENSION, values=VALUES, most=most(30, 60), labels=LABELS),
    sample={"x": "channel", "values": ["paid"]},
)
