"""Combination (组合图): bars for one unit, lines for another on the right axis: amount with rate."""

from collections.abc import Iterator, Mapping
from typing import Any

from engine.problems import Problem
from engine.schema import closed
from report_engine.chart import Chart, Figure
from report_engine.charts.bar import traces
from report_engine.charts.line import strokes
from report_engine.drawing.frame import Frame, frame
from report_engine.drawing.palette import series as colour_of
from report_engine.drawing.paper_planes import combined
from report_engine.drawing.plot import bar_gap, figure, layout, numbers, positions
from report_engine.drawing.reading import dimensions, is_ordered, measures
from report_engine.drawing.settings import DIMENSION, VALUES, alike, check_columns, check_needs, most, natural
from report_engine.table import Table


class Combination(Chart):
    def settings(self, given: Mapping[str, Any], table: Table) -> Mapping[str, Any]:
        chosen = natural(super().settings(given, table), table, wants_time=True, splits=False)
        if "lines" not in chosen:
            bars = set(alike(measures(table)) if "values" not in given else chosen["values"])
            left = [one for one in measures(table) if one.key not in bars]
            chosen["lines"] = alike(left)[:3] if left else list(chosen["values"])[1:]
            chosen["values"] = [key for key in chosen["values"] if key not in chosen["lines"]]
        return chosen

    def fits(self, table: Table) -> int:
        axes, values = dimensions(table), measures(table)
        if len(axes) != 1 or len(values) < 2 or len(alike(values)) == len(values):
            return 0
        return 88 if is_ordered(axes[0]) else 71

    def check(self, config: Mapping[str, Any], table: Table, path: str) -> Iterator[Problem]:
        yield from check_needs({"zh": self.zh, "en": self.en}, table, path, {"dimension": 1, "measure": 2})
        yield from check_columns(self.config_schema, config, table, path)

    def figure(self, config: Mapping[str, Any], table: Table, lang: str) -> Figure:
        bars, right = _both(config, table, lang)
        if bars.is_empty and right.is_empty:
            return figure(self.kind, [], layout(), is_empty=True)
        drawn = traces(bars, lang, "never") + [
            {**trace, "yaxis": "y2"} for one in right.series for trace in strokes(right, one, lang)
        ]
        shape = layout(
            xaxis=positions(bars if bars.labels else right, lang),
            yaxis=_axis(bars, lang),
            yaxis2={**_axis(right, lang), "overlaying": "y", "side": "right", "showgrid": False},
            showlegend=True,
            barmode="group",
            bargap=bar_gap(bars if bars.labels else right),
            meta={"axis": bars.axis},
        )
        return figure(self.kind, drawn, shape, list(dict.fromkeys([*bars.notes, *right.notes])))

    def svg(self, config: Mapping[str, Any], table: Table, lang: str) -> str | None:
        return combined(*_both(config, table, lang), lang)


def _both(config: Mapping[str, Any], table: Table, lang: str) -> tuple[Frame, Frame]:
    """Return the frame of the bars and that of the lines, with colours of their own."""
    limit = config.get("most", 30)
    bars = frame(table, config, lang, limit)
    right = frame(table, {**config, "values": config.get("lines", [])}, lang, limit)
    right.series = right.values
    own = [one for one in bars.series if one.column.role != "compare"]
    for at, one in enumerate([*own, *right.series]):
        one.colour = colour_of(at)
    for one in bars.series:
        if one not in own:
            one.colour = "muted"
    return bars, right


def _axis(made: Frame, lang: str) -> dict[str, Any]:
    low, high = made.span()
    return numbers(low, high * 1.06, made.series[0].column, lang) if made.series else {"visible": False}


CHART = Combination(
    kind="combination",
    zh="组合图",
    en="Combination chart",
    config_schema=closed(x=DIMENSION, values=VALUES, lines=VALUES, most=most(30, 60)),
    sample={"x": "channel", "values": ["paid"], "lines": ["rate"]},
)
