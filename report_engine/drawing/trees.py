"""Values under values, as a treemap and a sunburst draw them."""

from abc import abstractmethod
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from engine.problems import Problem
from report_engine.chart import Chart, Figure
from report_engine.drawing.numbers import full, number, short
from report_engine.drawing.palette import faint, series
from report_engine.drawing.plot import figure, layout
from report_engine.drawing.reading import (
    OTHERS,
    clip,
    column,
    dimensions,
    grain,
    label,
    measures,
    picked,
    safe,
)
from report_engine.drawing.settings import check_columns, check_needs
from report_engine.table import Cell, Column, Table

MOST_A_LEVEL, DEEPEST = 24, 3


class Tree:
    """Values under values. A parent is the sum of what is drawn in it, so that areas fill it."""

    def __init__(self, table: Table, levels: list[Column], one: Column, lang: str) -> None:
        self.table, self.levels, self.one, self.lang = table, levels, one, lang
        self.ids: list[str] = []
        self.parents: list[str] = []
        self.labels: list[str] = []
        self.values: list[float] = []
        self.colours: list[str] = []
        self.picks: list[dict[str, Any] | None] = []
        keys = [level.key for level in levels]
        rows = [row for row in grain(table, keys) if (number(row[table.at(one.key)]) or 0.0) > 0]
        self.whole = sum(number(row[table.at(one.key)]) or 0.0 for row in rows)
        self._grow(rows, "", 0, "")

    def _grow(self, rows: list[tuple[Cell, ...]], parent: str, depth: int, colour: str) -> None:
        if depth >= len(self.levels):
            return
        level, at = self.levels[depth], self.table.at(self.one.key)
        groups: dict[Cell, list[tuple[Cell, ...]]] = {}
        for row in rows:
            groups.setdefault(row[self.table.at(level.key)], []).append(row)
        sizes = {key: sum(number(row[at]) or 0.0 for row in group) for key, group in groups.items()}
        ordered = sorted(sizes, key=lambda key: -sizes[key])
        for place, key in enumerate(ordered[:MOST_A_LEVEL]):
            shade = series(place) if depth == 0 else faint(colour, max(64, 88 - 6 * place))
            base = series(place) if depth == 0 else colour
            keys = [one.key for one in self.levels[: depth + 1]]
            here = self._add(
                parent,
                label(self.table, level, key, self.lang),
                sizes[key],
                shade,
                picked(self.table, keys, groups[key][0]),
            )
            self._grow(groups[key], here, depth + 1, base)
        rest = sum(sizes[key] for key in ordered[MOST_A_LEVEL:])
        if rest > 0:
            self._add(parent, OTHERS[self.lang], rest, "muted", None)

    def _add(self, parent: str, words: str, value: float, colour: str, pick: dict[str, Any] | None) -> str:
        here = f"n{len(self.ids)}"
        self.ids.append(here)
        self.parents.append(parent)
        self.labels.append(safe(clip(words, 20)))
        self.values.append(value)
        self.colours.append(colour)
        self.picks.append(pick)
        return here

    def trace(self, kind: str) -> dict[str, Any]:
        """Return the trace of a treemap or a sunburst."""
        said = [
            f"<b>{words}</b><br>{full(value, self.one.format, self.lang)} ({full(value / self.whole, 'percent', self.lang)})"
            for words, value in zip(self.labels, self.values, strict=True)
        ]
        return {
            "type": kind,
            "ids": self.ids,
            "parents": self.parents,
            "labels": self.labels,
            "values": self.values,
            "branchvalues": "total",
            "text": [short(value, self.one.format, self.lang) for value in self.values],
            "hovertext": said,
            "hovertemplate": "%{hovertext}<extra></extra>",
            "customdata": self.picks,
            "marker": {"colors": self.colours, "line": {"color": "bg", "width": 1.5}},
            "sort": False,
            "meta": {"measure": self.one.key},
        }


def tree(table: Table, config: Mapping[str, Any], lang: str) -> Tree | None:
    """Return the tree that the settings name; None where nothing is above zero."""
    levels = [one for key in config.get("levels", []) if (one := column(table, key)) is not None]
    one = column(table, config.get("value"))
    made = Tree(table, levels, one, lang) if one is not None and levels else None
    return made if made is not None and made.ids else None


class TreeChart(Chart):
    """A chart of a tree: up to three levels of groups, and the measure that their areas show."""

    fit: ClassVar[int]
    """How well it suits a table of two or three dimensions."""

    def settings(self, given: Mapping[str, Any], table: Table) -> Mapping[str, Any]:
        values = measures(table)
        return {
            "levels": [one.key for one in dimensions(table)][:DEEPEST],
            "value": values[0].key if values else None,
            **super().settings(given, table),
        }

    def fits(self, table: Table) -> int:
        values = measures(table)
        return self.fit if len(dimensions(table)) in (2, 3) and values and values[0].adds_up else 0

    def check(self, config: Mapping[str, Any], table: Table, path: str) -> Iterator[Problem]:
        yield from check_needs({"zh": self.zh, "en": self.en}, table, path, {"dimension": 1, "measure": 1})
        yield from check_columns(self.config_schema, config, table, path)

    def figure(self, config: Mapping[str, Any], table: Table, lang: str) -> Figure:
        made = tree(table, config, lang)
        return figure(self.kind, [], layout(), is_empty=True) if made is None else self.drawn(made, lang)

    @abstractmethod
    def drawn(self, made: Tree, lang: str) -> Figure:
        """Return the figure of a tree that holds something."""
