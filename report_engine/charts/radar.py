"""Radar (雷达图): several measures of a few groups; each axis goes from 0 to its own largest value."""

from collections.abc import Iterator, Mapping
from typing import Any

from engine.problems import Problem
from engine.schema import closed
from report_engine.chart import Chart, Figure
from report_engine.drawing.frame import MOST_SERIES, parts
from report_engine.drawing.numbers import full, number
from report_engine.drawing.palette import faint, series
from report_engine.drawing.paper_shapes import radar as on_paper
from report_engine.drawing.plot import figure, layout
from report_engine.drawing.reading import clip, column, dimensions, measures, picked, safe, say
from report_engine.drawing.settings import DIMENSION, VALUES, check_columns, check_needs
from report_engine.table import Column, Table

MOST_GROUPS = 6


class Radar(Chart):
    def settings(self, given: Mapping[str, Any], table: Table) -> Mapping[str, Any]:
        chosen = dict(super().settings(given, table))
        axes = [one.key for one in dimensions(table)]
        chosen.setdefault("values", [one.key for one in measures(table)][:8])
        chosen.setdefault("split", axes[0] if axes else None)
        return chosen

    def fits(self, table: Table) -> int:
        return (
            22
            if len(measures(table)) >= 3 and len(dimensions(table)) == 1 and len(table.rows) <= MOST_GROUPS
            else 0
        )

    def check(self, config: Mapping[str, Any], table: Table, path: str) -> Iterator[Problem]:
        yield from check_needs({"zh": self.zh, "en": self.en}, table, path, {"measure": 1})
        yield from check_columns(self.config_schema, config, table, path)

    def figure(self, config: Mapping[str, Any], table: Table, lang: str) -> Figure:
        wanted = [one for key in config.get("values", []) if (one := column(table, key)) is not None]
        most = {
            one.key: max((abs(number(row[table.at(one.key)]) or 0.0) for row in table.rows), default=0.0)
            for one in wanted
        }
        if not wanted or not any(most.values()):
            return figure(self.kind, [], layout(), is_empty=True)
        split = column(table, config.get("split"))
        notes: list[str] = []
        drawn = []
        if split is None:
            drawn.append(_trace(table, wanted, most, table.rows[0], "", 0, lang))
        else:
            found, notes = parts(
                table,
                split,
                table.rows,
                lang,
                min(MOST_GROUPS, MOST_SERIES),
                table.at(wanted[0].key),
                folds=False,
            )
            for place, (key, words) in enumerate(zip(found.keys, found.labels, strict=True)):
                row = next(row for row in table.rows if row[table.at(split.key)] == key)
                trace = _trace(table, wanted, most, row, words, place, lang)
                drawn.append({**trace, "customdata": [picked(table, [split.key], row)] * (len(wanted) + 1)})
        has_names = len(drawn) > 1
        polar = {
            "bgcolor": "none",
            # The names above must not lie on the topmost axis.
            "domain": {"x": [0, 1], "y": [0, 0.9 if has_names else 1]},
            "radialaxis": {
                "range": [0, 1.05],
                "showticklabels": False,
                "ticks": "",
                "gridcolor": "line",
                "linecolor": "none",
            },
            "angularaxis": {
                "gridcolor": "line",
                "linecolor": "line",
                "tickfont": {"size": 12, "color": "text2"},
                "direction": "clockwise",
                "rotation": 90,
            },
        }
        return figure(
            self.kind,
            drawn,
            layout(polar=polar, showlegend=has_names, margin={"l": 56, "r": 56, "t": 32, "b": 32}),
            notes,
        )

    def svg(self, config: Mapping[str, Any], table: Table, lang: str) -> str | None:
        return on_paper(self.figure(config, table, lang))


def _trace(
    table: Table, wanted: list[Column], most: Mapping[str, float], row: Any, name: str, place: int, lang: str
) -> dict[str, Any]:
    shares, said = [], []
    for one in wanted:
        cell = row[table.at(one.key)]
        shares.append(max(0.0, number(cell) or 0.0) / (most[one.key] or 1.0))
        said.append(
            f"<b>{safe(name or say(one.name, lang))}</b><br>{safe(say(one.name, lang))} {full(cell, one.format, lang)}"
        )
    axes = [safe(clip(say(one.name, lang), 12)) for one in wanted]
    return {
        "type": "scatterpolar",
        "name": safe(name),
        # Closed by coming back to the first axis.
        "r": [*shares, shares[0]],
        "theta": [*axes, axes[0]],
        "hovertext": [*said, said[0]],
        "hovertemplate": "%{hovertext}<extra></extra>",
        "mode": "lines+markers",
        "line": {"color": series(place), "width": 2},
        "marker": {"size": 5, "color": series(place)},
        "fill": "toself",
        "fillcolor": faint(series(place), 14),
        "meta": {"measure": wanted[0].key},
    }


CHART = Radar(
    kind="radar",
    zh="雷达图",
    en="Radar chart",
    config_schema=closed(split=DIMENSION, values=VALUES),
    sample={"split": "channel", "values": ["paid", "count", "rate"]},
)
