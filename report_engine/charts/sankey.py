"""Sankey (桑基图): how much flows from the groups of one dimension into those of the next."""

from collections.abc import Iterator, Mapping
from typing import Any

from engine.problems import Problem
from engine.schema import closed
from report_engine.chart import Chart, Figure
from report_engine.drawing.numbers import full, number
from report_engine.drawing.palette import faint, series
from report_engine.drawing.paper_shapes import sankey as on_paper
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
from report_engine.drawing.settings import GROUPS, MEASURE, check_columns, check_needs
from report_engine.table import Cell, Column, Table

MOST_A_LEVEL = 12


class Sankey(Chart):
    def settings(self, given: Mapping[str, Any], table: Table) -> Mapping[str, Any]:
        chosen = dict(super().settings(given, table))
        values = measures(table)
        chosen.setdefault("levels", [one.key for one in dimensions(table)][:5])
        chosen.setdefault("value", values[0].key if values else None)
        return chosen

    def fits(self, table: Table) -> int:
        axes, values = dimensions(table), measures(table)
        keys = {one.key.rsplit(".", 1)[-1] for one in axes}
        is_move = {"from", "to"} <= keys or {"source", "target"} <= keys
        return 93 if is_move and values else 14 if 2 <= len(axes) <= 4 and values and values[0].adds_up else 0

    def check(self, config: Mapping[str, Any], table: Table, path: str) -> Iterator[Problem]:
        yield from check_needs({"zh": self.zh, "en": self.en}, table, path, {"dimension": 2, "measure": 1})
        yield from check_columns(self.config_schema, config, table, path)

    def figure(self, config: Mapping[str, Any], table: Table, lang: str) -> Figure:
        levels = [one for key in config.get("levels", []) if (one := column(table, key)) is not None]
        one = column(table, config.get("value"))
        if one is None or len(levels) < 2:
            return figure(self.kind, [], layout(), is_empty=True)
        flow = _Flow(table, levels, one, lang)
        for place in range(len(levels) - 1):
            flow.between(place)
        if not flow.links:
            return figure(self.kind, [], layout(), is_empty=True)
        return figure(self.kind, [flow.trace()], layout(meta={"height": 60 + 34 * flow.tallest}))

    def svg(self, config: Mapping[str, Any], table: Table, lang: str) -> str | None:
        return on_paper(self.figure(config, table, lang))


class _Flow:
    """Nodes by level and words, and the links between neighbours."""

    def __init__(self, table: Table, levels: list[Column], one: Column, lang: str) -> None:
        self.table, self.levels, self.one, self.lang = table, levels, one, lang
        self.nodes: dict[tuple[int, Cell], int] = {}
        self.words: list[str] = []
        self.colours: list[str] = []
        self.links: dict[tuple[int, int], tuple[float, dict[str, Any] | None]] = {}
        self.kept = [self._largest(level) for level in levels]

    @property
    def tallest(self) -> int:
        return max(sum(1 for level, _ in self.nodes if level == at) for at in range(len(self.levels)))

    def _largest(self, level: Column) -> set[Cell]:
        place, value = self.table.at(level.key), self.table.at(self.one.key)
        sizes: dict[Cell, float] = {}
        for row in self.table.rows:
            sizes[row[place]] = sizes.get(row[place], 0.0) + abs(number(row[value]) or 0.0)
        return set(sorted(sizes, key=lambda key: -sizes[key])[:MOST_A_LEVEL])

    def between(self, at: int) -> None:
        """Add the links from level `at` to the next."""
        left, right = self.levels[at], self.levels[at + 1]
        for row in grain(self.table, [left.key, right.key]):
            value = number(row[self.table.at(self.one.key)])
            if value is None or value <= 0:
                continue
            ends = (self._node(at, row), self._node(at + 1, row))
            before, pick = self.links.get(ends, (0.0, picked(self.table, [left.key, right.key], row)))
            self.links[ends] = (before + value, pick if before == 0 else None)

    def _node(self, at: int, row: tuple[Cell, ...]) -> int:
        level = self.levels[at]
        value = row[self.table.at(level.key)]
        is_kept = value in self.kept[at]
        key = (at, value if is_kept else "\0rest")
        if key not in self.nodes:
            self.nodes[key] = len(self.words)
            self.words.append(
                safe(clip(label(self.table, level, value, self.lang) if is_kept else OTHERS[self.lang], 14))
            )
            self.colours.append(series(len(self.words) - 1) if is_kept else "muted")
        return self.nodes[key]

    def trace(self) -> dict[str, Any]:
        """Return the trace; links have the colour of where they come from."""
        said = [
            f"<b>{self.words[a]} → {self.words[b]}</b><br>{full(value, self.one.format, self.lang)}"
            for (a, b), (value, _) in self.links.items()
        ]
        return {
            "type": "sankey",
            "arrangement": "fixed",
            "node": {
                "label": self.words,
                "color": self.colours,
                "pad": 14,
                "thickness": 12,
                "line": {"width": 0},
                "customdata": self.words,
                "hovertemplate": "%{customdata}<extra></extra>",
            },
            "link": {
                "source": [a for a, _ in self.links],
                "target": [b for _, b in self.links],
                "value": [value for value, _ in self.links.values()],
                "color": [faint(self.colours[a], 28) for a, _ in self.links],
                "customdata": said,
                "hovertemplate": "%{customdata}<extra></extra>",
            },
            "textfont": {"size": 12, "color": "text"},
            "meta": {"measure": self.one.key, "picks": [pick for _, pick in self.links.values()]},
        }


CHART = Sankey(
    kind="sankey",
    zh="桑基图",
    en="Sankey diagram",
    config_schema=closed(levels=GROUPS, value=MEASURE),
    sample={"levels": ["channel", "doctor"], "value": "paid"},
)
