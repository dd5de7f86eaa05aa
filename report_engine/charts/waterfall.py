"""Waterfall (瀑布图): how parts lead from one sum to another; welcome parts green, unwelcome red."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from engine.problems import Problem
from engine.schema import array, closed
from report_engine.chart import Chart, Figure
from report_engine.drawing.frame import Frame, frame
from report_engine.drawing.numbers import number, short, signed
from report_engine.drawing.palette import change
from report_engine.drawing.paper import waterfall
from report_engine.drawing.plot import figure, layout, numbers, points, positions
from report_engine.drawing.reading import column, dimensions, is_ordered, measures, say
from report_engine.drawing.settings import DIMENSION, MEASURE, check_columns, check_needs, most, natural
from report_engine.table import Column, Table

TOTALS = frozenset({"start", "end", "total", "subtotal"})
SUM = {"zh": "合计", "en": "Total"}


def steps(table: Table, config: Mapping[str, Any], lang: str) -> tuple[Frame, list[str]]:
    """Return the frame and for each position what it is: absolute (a sum in itself), relative, or total (the sum so far)."""
    made = frame(
        table, {**config, "split": None, "values": [config.get("value")]}, lang, config.get("most", 20)
    )
    made.series = made.values
    if not made.series:
        return made, []
    sums = set(config.get("totals") or TOTALS)
    kinds = ["absolute" if str(key) in sums else "relative" for key in made.keys]
    kinds += ["relative"] * (len(made.labels) - len(kinds))
    one = made.series[0]
    first, last = column(table, config.get("start")), column(table, config.get("end"))
    has_sums = "absolute" in kinds
    if kinds and table.rows:
        _framed(made, kinds, table, first, last, lang)
    if kinds and not has_sums and last is None and config.get("sum", True):
        made.labels.append(SUM[lang])
        made.keys = [*made.keys, None] if len(made.keys) == len(made.values[0].values) else made.keys
        exact = [cell for cell in one.exact if isinstance(cell, int | Decimal) and number(cell) is not None]
        whole = sum((Decimal(cell) for cell in exact), Decimal(0))
        one.values.append(sum(value or 0.0 for value in one.values))
        one.exact.append(whole)
        one.marks.append("")
        one.picks.append(None)
        kinds.append("total")
    return made, kinds


def _framed(
    made: Frame, kinds: list[str], table: Table, first: Column | None, last: Column | None, lang: str
) -> None:
    """Put the sums that the parts lead from and to before and after them."""
    one = made.series[0]
    made.keys = [*made.keys, *[None] * (len(made.labels) - len(made.keys))]
    for column_, at in ((first, 0), (last, len(made.labels) + (first is not None))):
        if column_ is None:
            continue
        cell = table.rows[0][table.at(column_.key)]
        made.labels.insert(at, say(column_.name, lang))
        made.keys.insert(at, None)
        one.values.insert(at, number(cell))
        one.exact.insert(at, cell)
        one.marks.insert(at, "")
        one.picks.insert(at, None)
        kinds.insert(at, "absolute")


def colours(one: Column, values: list[float | None], kinds: list[str]) -> list[str]:
    """Return the colour of each bar; where nobody said what is welcome, up is green."""
    return [
        "c1" if kind != "relative" else change(value, one.good or "up")
        for value, kind in zip(values, kinds, strict=True)
    ]


def reach(values: list[float | None], kinds: list[str]) -> list[tuple[float, float]]:
    """Return where each bar begins and ends."""
    at, ends = 0.0, []
    for value, kind in zip(values, kinds, strict=True):
        start, at = (0.0, value or 0.0) if kind != "relative" else (at, at + (value or 0.0))
        ends.append((start, at))
    return ends


class Waterfall(Chart):
    def settings(self, given: Mapping[str, Any], table: Table) -> Mapping[str, Any]:
        chosen = natural(super().settings(given, table), table, splits=False)
        values = chosen.pop("values")
        ends = {one.key for one in measures(table)} & {"then", "now"}
        if any(one.key == "factor" for one in dimensions(table)) and len(ends) == 2:
            chosen = {"start": "then", "end": "now", **chosen}
        return {"value": values[0] if values else None, **chosen}

    def fits(self, table: Table) -> int:
        axes, values = dimensions(table), measures(table)
        if len(axes) != 1 or not values or is_ordered(axes[0]) or not values[0].adds_up:
            return 0
        first = {str(row[table.at(axes[0].key)]) for row in table.rows}
        return 92 if {"start", "end"} <= first else 10

    def check(self, config: Mapping[str, Any], table: Table, path: str) -> Iterator[Problem]:
        yield from check_needs({"zh": self.zh, "en": self.en}, table, path, {"dimension": 1, "measure": 1})
        yield from check_columns(self.config_schema, config, table, path)

    def figure(self, config: Mapping[str, Any], table: Table, lang: str) -> Figure:
        made, kinds = steps(table, config, lang)
        if made.is_empty:
            return figure(self.kind, [], layout(), is_empty=True)
        one = made.series[0]
        measure = column(table, one.key) or one.column
        ends = reach(one.values, kinds)
        shades = colours(measure, one.values, kinds)
        says = [
            short(cell, measure.format, lang) if kind != "relative" else signed(cell, measure.format, lang)
            for cell, kind in zip(one.exact, kinds, strict=True)
        ]
        # Plotly's own trace knows three colours, by sign; whether a part is welcome is ours to say, so bars with a base.
        each = points(made, one, lang)
        bar = {
            **each,
            "type": "bar",
            "base": [min(end) for end in ends],
            "y": [abs(b - a) for a, b in ends],
            "marker": {"color": shades},
            "text": says,
            "textposition": "outside",
            "cliponaxis": False,
            "textfont": {"size": 11, "color": "text2"},
        }
        joints = {
            "type": "scatter",
            "mode": "lines",
            "hoverinfo": "skip",
            "line": {"color": "muted", "width": 1, "dash": "dot"},
            **_joints(ends),
        }
        flat = [end for pair in ends for end in pair]
        low, high = min(0.0, *flat), max(0.0, *flat)
        shape = layout(
            xaxis=positions(made, lang),
            yaxis=numbers(low, high + (high - low) * 0.06, measure, lang),
            meta={"axis": made.axis},
        )
        return figure(self.kind, [joints, bar], shape, made.notes)

    def svg(self, config: Mapping[str, Any], table: Table, lang: str) -> str | None:
        made, kinds = steps(table, config, lang)
        if made.is_empty:
            return waterfall(made, [], [], lang)
        one = made.series[0]
        return waterfall(made, reach(one.values, kinds), colours(one.column, one.values, kinds), lang)


def _joints(ends: list[tuple[float, float]]) -> dict[str, Any]:
    x: list[float | None] = []
    y: list[float | None] = []
    for at, (_, end) in enumerate(ends[:-1]):
        x += [at + 0.34, at + 0.66, None]
        y += [end, end, None]
    return {"x": x, "y": y}


CHART = Waterfall(
    kind="waterfall",
    zh="瀑布图",
    en="Waterfall",
    config_schema=closed(
        x=DIMENSION,
        value=MEASURE,
        totals=array({"type": "string", "maxLength": 200}, maxItems=20),
        sum={"type": "boolean", "default": True},
        start=MEASURE,
        end=MEASURE,
        most=most(20, 40),
    ),
    sample={"x": "channel", "value": "paid"},
)
