"""Heat map (热力图): two dimensions and the strength of a colour: weekday by hour, cohort by month since."""

from collections.abc import Iterator, Mapping
from typing import Any

from engine.problems import Problem
from engine.schema import closed
from report_engine.chart import Chart, Figure
from report_engine.drawing.frame import Frame, Series, frame
from report_engine.drawing.numbers import short
from report_engine.drawing.paper import heat_map
from report_engine.drawing.plot import axis_words, figure, layout
from report_engine.drawing.reading import MARKS, dimensions, is_ordered, is_time, measures, safe
from report_engine.drawing.settings import DIMENSION, LABELS, MEASURE, check_columns, check_needs
from report_engine.table import Table

MOST_CELLS_NAMED = 240


def scale(good: str | None) -> list[list[Any]]:
    """Return the colours from least to most; a measure that is better low turns red as it grows."""
    strong = "bad" if good == "down" else "c1"
    return [[0, f"{strong}/6"], [0.5, f"{strong}/45"], [1, f"{strong}/95"]]


def grid(table: Table, config: Mapping[str, Any], lang: str) -> Frame:
    """Return the frame whose positions are columns and whose series are the rows."""
    settings = {"x": config.get("x"), "split": config.get("y"), "values": [config.get("value")]}
    return frame(table, settings, lang, 60, most_series=60)


BRACKETS = {
    "small": {"zh": "括号：样本不足，仅供参考", "en": "In brackets: too few records to rely on"},
    "immature": {"zh": "括号：未满观察期", "en": "In brackets: not mature yet"},
}


class HeatMap(Chart):
    def settings(self, given: Mapping[str, Any], table: Table) -> Mapping[str, Any]:
        chosen = dict(super().settings(given, table))
        axes, values = [one.key for one in dimensions(table)], measures(table)
        chosen.setdefault("value", values[0].key if values else None)
        for name, other in (("y", "x"), ("x", "y")):
            if name not in chosen:
                chosen[name] = next((key for key in axes if key != chosen.get(other)), None)
        return chosen

    def fits(self, table: Table) -> int:
        axes = dimensions(table)
        if len(axes) != 2 or not measures(table):
            return 0
        if all(is_ordered(one) for one in axes):
            return 90
        return 35 if any(is_time(one) for one in axes) else 58

    def check(self, config: Mapping[str, Any], table: Table, path: str) -> Iterator[Problem]:
        yield from check_needs({"zh": self.zh, "en": self.en}, table, path, {"dimension": 2, "measure": 1})
        yield from check_columns(self.config_schema, config, table, path)

    def figure(self, config: Mapping[str, Any], table: Table, lang: str) -> Figure:
        made = grid(table, config, lang)
        if made.is_empty:
            return figure(self.kind, [], layout(), is_empty=True)
        measure = made.series[0].column
        cells = len(made.labels) * len(made.series)
        wanted = config.get("labels", "auto")
        names = wanted == "always" or (wanted == "auto" and cells <= MOST_CELLS_NAMED)
        drawn = {
            "type": "heatmap",
            "x": list(range(len(made.labels))),
            "y": list(range(len(made.series))),
            "z": [one.values for one in made.series],
            "text": [[_said(one, at, lang) for at in range(len(made.labels))] for one in made.series],
            "texttemplate": "%{text}" if names else "",
            "textfont": {"size": 11},
            "hovertext": [_hovers(made, one, lang) for one in made.series],
            "hovertemplate": "%{hovertext}<extra></extra>",
            "customdata": [[dict(pick) if pick else None for pick in one.picks] for one in made.series],
            "colorscale": scale(measure.good),
            "showscale": False,
            "xgap": 2,
            "ygap": 2,
            "hoverongaps": False,
            "meta": {"measure": measure.key},
        }
        axis: dict[str, Any] = {
            "tickmode": "array",
            "showgrid": False,
            "zeroline": False,
            "fixedrange": True,
            "automargin": True,
            "ticks": "",
            "tickfont": {"color": "text2"},
        }
        shape = layout(
            xaxis={**axis, "tickvals": drawn["x"], "ticktext": axis_words(made, lang), "side": "top"},
            yaxis={
                **axis,
                "tickvals": drawn["y"],
                "ticktext": [safe(one.name) for one in made.series],
                "autorange": "reversed",
            },
            meta={
                "axis": "ordered" if made.axis != "category" else "category",
                "height": 60 + 26 * len(made.series),
                "cells": True,
            },
        )
        marked = {words[lang]: BRACKETS[name][lang] for name, words in MARKS.items() if name in BRACKETS}
        return figure(self.kind, [drawn], shape, [marked.get(note, note) for note in made.notes])

    def svg(self, config: Mapping[str, Any], table: Table, lang: str) -> str | None:
        return heat_map(grid(table, config, lang), lang)


def _said(one: Series, at: int, lang: str) -> str:
    if one.values[at] is None:
        return ""
    text = short(one.exact[at], one.column.format, lang)
    return f"({text})" if one.marks[at] in ("small", "immature") else text


def _hovers(made: Frame, one: Series, lang: str) -> list[str]:
    return [
        f"<b>{safe(one.name)} · {safe(made.labels[at])}</b><br>{text}"
        for at, text in enumerate(one.texts(lang))
    ]


CHART = HeatMap(
    kind="heat_map",
    zh="热力图",
    en="Heat map",
    config_schema=closed(x=DIMENSION, y=DIMENSION, value=MEASURE, labels=LABELS),
    sample={"x": "channel", "y": "doctor", "value": "paid"},
)
