"""Scatter (散点图): one dot a group by two measures, its size by a third; dots far from the rest are named."""

from collections.abc import Iterator, Mapping
from typing import Any

from engine.problems import Problem
from engine.schema import closed
from report_engine.chart import Chart, Figure
from report_engine.drawing.numbers import full, number
from report_engine.drawing.palette import faint, series
from report_engine.drawing.paper_planes import dots
from report_engine.drawing.plot import figure, layout, numbers
from report_engine.drawing.reading import clip, column, dimensions, label, mark, measures, picked, safe, say
from report_engine.drawing.settings import DIMENSION, MEASURE, check_columns, check_needs
from report_engine.table import Cell, Column, Table

MOST = 2000
MOST_NAMED = 12
CUT = {"zh": "只画出前 {most} 个点，共 {all} 个", "en": "The first {most} of {all} dots are drawn"}
Row = tuple[Cell, ...]


class Scatter(Chart):
    def settings(self, given: Mapping[str, Any], table: Table) -> Mapping[str, Any]:
        chosen = dict(super().settings(given, table))
        values, axes = [one.key for one in measures(table)], [one.key for one in dimensions(table)]
        for place, name in enumerate(("x", "y", "size")):
            if name not in chosen and place < len(values):
                chosen[name] = values[place]
        chosen.setdefault("name", axes[0] if axes else None)
        chosen.setdefault("colour", axes[1] if len(axes) > 1 else None)
        return chosen

    def fits(self, table: Table) -> int:
        axes, values = dimensions(table), measures(table)
        return (
            46
            if len(values) in (2, 3) and 1 <= len(axes) <= 2 and len(table.rows) > 12
            else 12
            if len(values) >= 2 and axes
            else 0
        )

    def check(self, config: Mapping[str, Any], table: Table, path: str) -> Iterator[Problem]:
        yield from check_needs({"zh": self.zh, "en": self.en}, table, path, {"dimension": 1, "measure": 2})
        yield from check_columns(self.config_schema, config, table, path)

    def figure(self, config: Mapping[str, Any], table: Table, lang: str) -> Figure:
        x, y = column(table, config.get("x")), column(table, config.get("y"))
        if x is None or y is None:
            return figure(self.kind, [], layout(), is_empty=True)
        across, up = table.at(x.key), table.at(y.key)
        whole = [row for row in table.rows if number(row[across]) is not None and number(row[up]) is not None]
        rows = whole[:MOST]
        if not rows:
            return figure(self.kind, [], layout(), is_empty=True)
        dots = _Dots(table, config, x, y, lang)
        groups = dots.groups(rows)
        drawn = [dots.trace(name, group, place, rows) for place, (name, group) in enumerate(groups.items())]
        shape = layout(
            xaxis={**_axis([number(row[across]) or 0.0 for row in rows], x, lang), "showgrid": True},
            yaxis=_axis([number(row[up]) or 0.0 for row in rows], y, lang),
            showlegend=len(groups) > 1,
            meta={"axis": "number"},
        )
        notes = [CUT[lang].format(most=MOST, all=len(whole))] if len(whole) > MOST else []
        return figure(self.kind, drawn, shape, notes)

    def svg(self, config: Mapping[str, Any], table: Table, lang: str) -> str | None:
        return dots(self.figure(config, table, lang))


def _axis(values: list[float], one: Column, lang: str) -> dict[str, Any]:
    low, high = min(values), max(values)
    low = 0.0 if low >= 0 and low < high * 0.6 else low - (high - low) * 0.08
    made = numbers(low, high + (high - low) * 0.08, one, lang)
    return {
        **made,
        "title": {"text": safe(say(one.name, lang)), "font": {"size": 12, "color": "text2"}, "standoff": 8},
    }


class _Dots:
    def __init__(self, table: Table, config: Mapping[str, Any], x: Column, y: Column, lang: str) -> None:
        self.table, self.x, self.y, self.lang = table, x, y, lang
        self.name, self.colour = column(table, config.get("name")), column(table, config.get("colour"))
        self.size = column(table, config.get("size"))

    def groups(self, rows: list[Row]) -> dict[str, list[Row]]:
        if self.colour is None:
            return {"": rows}
        place, made = self.table.at(self.colour.key), dict[str, list[Row]]()
        for row in rows:
            made.setdefault(label(self.table, self.colour, row[place], self.lang), []).append(row)
        return made

    def trace(self, name: str, rows: list[Row], place: int, every: list[Row]) -> dict[str, Any]:
        """Return one group of dots; areas go by the size measure."""
        keys = [one.key for one in dimensions(self.table)]
        small = mark(self.table, self.y.key, "small")
        faded = [faint(series(place), 30 if small is not None and row[small] is True else 70) for row in rows]
        named = self._named(rows, every)
        return {
            "type": "scatter",
            "mode": "markers+text" if named else "markers",
            "name": safe(name),
            "x": [number(row[self.table.at(self.x.key)]) for row in rows],
            "y": [number(row[self.table.at(self.y.key)]) for row in rows],
            "text": [safe(clip(self._title(row), 10)) if id(row) in named else "" for row in rows],
            "textposition": "top center",
            "textfont": {"size": 11, "color": "text2"},
            "cliponaxis": False,
            "marker": {
                "size": self._sizes(rows, every),
                "color": faded,
                "line": {"color": series(place), "width": 1},
            },
            "hovertext": [self._said(row) for row in rows],
            "hovertemplate": "%{hovertext}<extra></extra>",
            "customdata": [picked(self.table, keys, row) for row in rows],
            "meta": {"measure": self.y.key},
        }

    def _title(self, row: Row) -> str:
        return label(self.table, self.name, row[self.table.at(self.name.key)], self.lang) if self.name else ""

    def _named(self, rows: list[Row], every: list[Row]) -> set[int]:
        """Return the rows whose name stands beside the dot: all of few, else the ends of each axis; never two near each other."""
        if self.name is None:
            return set()
        across, up = self.table.at(self.x.key), self.table.at(self.y.key)
        places = {id(row): (number(row[across]) or 0.0, number(row[up]) or 0.0) for row in every}
        wide = max(x for x, _ in places.values()) - min(x for x, _ in places.values()) or 1.0
        tall = max(y for _, y in places.values()) - min(y for _, y in places.values()) or 1.0
        ranked = sorted(
            rows,
            key=lambda row: -max(abs(number(row[across]) or 0.0) / wide, abs(number(row[up]) or 0.0) / tall),
        )
        kept: set[int] = set()
        for row in ranked[: len(ranked) if len(every) <= MOST_NAMED * 2 else MOST_NAMED]:
            x, y = places[id(row)]
            near = any(
                abs(x - places[other][0]) / wide < 0.16 and abs(y - places[other][1]) / tall < 0.08
                for other in kept
            )
            if not near and len(kept) < MOST_NAMED:
                kept.add(id(row))
        return kept

    def _sizes(self, rows: list[Row], every: list[Row]) -> int | list[float]:
        if self.size is None:
            return 9
        at = self.table.at(self.size.key)
        largest = max((abs(number(row[at]) or 0.0) for row in every), default=0.0) or 1.0
        return [6 + 26 * (abs(number(row[at]) or 0.0) / largest) ** 0.5 for row in rows]

    def _said(self, row: Row) -> str:
        lines = [f"<b>{safe(self._title(row))}</b>"] if self.name else []
        for one in dict.fromkeys(one.key for one in (self.x, self.y, self.size) if one is not None):
            found = column(self.table, one)
            if found is not None:
                lines.append(
                    f"{safe(say(found.name, self.lang))} {full(row[self.table.at(one)], found.format, self.lang)}"
                )
        return "<br>".join(lines)


CHART = Scatter(
    kind="scatter",
    zh="散点图",
    en="Scatter chart",
    config_schema=closed(x=MEASURE, y=MEASURE, size=MEASURE, name=DIMENSION, colour=DIMENSION),
    sample={"x": "paid", "y": "rate", "name": "channel"},
)
