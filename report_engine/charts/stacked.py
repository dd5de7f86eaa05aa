"""Stacked bar (堆叠图): parts of a whole in each group; `percent` shows shares of each bar."""

from collections.abc import Iterator, Mapping
from typing import Any

from engine.problems import Problem
from engine.schema import closed
from report_engine.chart import Chart, Figure
from report_engine.drawing.frame import Frame, frame
from report_engine.drawing.numbers import full
from report_engine.drawing.paper import bars
from report_engine.drawing.plot import (
    bar_colours,
    bar_gap,
    figure,
    hovers,
    layout,
    numbers,
    points,
    positions,
)
from report_engine.drawing.reading import column, dimensions, is_time, measures
from report_engine.drawing.settings import DIMENSION, VALUES, check_columns, check_needs, most, natural
from report_engine.table import Column, Table

PERCENT = Column("share", {"zh": "占比", "en": "Share"}, "measure", "percent")


def shares(made: Frame) -> list[list[float | None]]:
    """Return each series as shares of the sum at each position; positions whose sum is 0 have none."""
    sums = [sum(abs(one.values[at] or 0.0) for one in made.values) for at in range(len(made.labels))]
    return [
        [
            value / whole if value is not None and whole else None
            for value, whole in zip(one.values, sums, strict=True)
        ]
        for one in made.values
    ]


def with_shares(lines: list[str], parts: list[float | None], lang: str) -> list[str]:
    """Return hover words with the share in brackets."""
    return [
        text if part is None else f"{text} ({full(part, 'percent', lang)})"
        for text, part in zip(lines, parts, strict=True)
    ]


class Stacked(Chart):
    def settings(self, given: Mapping[str, Any], table: Table) -> Mapping[str, Any]:
        return natural(super().settings(given, table), table, wants_time=True)

    def fits(self, table: Table) -> int:
        axes, values = dimensions(table), measures(table)
        if len(axes) != 2 or not values or not values[0].adds_up:
            return 0
        return 62 if any(is_time(one) for one in axes) else 42

    def check(self, config: Mapping[str, Any], table: Table, path: str) -> Iterator[Problem]:
        yield from check_needs({"zh": self.zh, "en": self.en}, table, path, {"dimension": 1, "measure": 1})
        yield from check_columns(self.config_schema, config, table, path)

    def figure(self, config: Mapping[str, Any], table: Table, lang: str) -> Figure:
        made = frame(table, config, lang, config.get("most", 30))
        made.series = made.values
        if made.is_empty:
            return figure(self.kind, [], layout(), is_empty=True)
        is_percent = bool(config.get("percent"))
        parts, drawn = shares(made), []
        for one, share in zip(made.series, parts, strict=True):
            each = points(made, one, lang)
            each["hovertext"] = with_shares(hovers(made, one, lang), share, lang)
            drawn.append(
                {**each, "y": share if is_percent else one.values, "type": "bar", "marker": bar_colours(one)}
            )
        low, high = (0.0, 1.0) if is_percent else made.span(stacked=True)
        measure = PERCENT if is_percent else column(table, made.series[0].key) or PERCENT
        shape = layout(
            xaxis=positions(made, lang),
            yaxis=numbers(low, high, measure, lang),
            barmode="relative",
            bargap=bar_gap(made),
            showlegend=len(drawn) > 1,
            meta={"axis": made.axis},
        )
        return figure(self.kind, drawn, shape, made.notes)

    def svg(self, config: Mapping[str, Any], table: Table, lang: str) -> str | None:
        made = frame(table, config, lang, config.get("most", 30))
        made.series = made.values
        return bars(made, lang, stacked=True)


CHART = Stacked(
    kind="stacked",
    zh="堆叠柱状图",
    en="Stacked bar chart",
    config_schema=closed(
        x=DIMENSION,
        split=DIMENSION,
        values=VALUES,
        most=most(30, 60),
        percent={"type": "boolean", "default": False},
    ),
    sample={"x": "channel", "values": ["paid"], "percent": True},
)
