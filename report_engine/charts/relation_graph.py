"""Relation graph (关系图): who is linked to whom: referrals, families; larger where more comes together."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from engine.problems import Problem
from engine.schema import closed
from report_engine.chart import Chart, Figure
from report_engine.drawing.numbers import full, number
from report_engine.drawing.paper_planes import dots
from report_engine.drawing.plot import figure, layout
from report_engine.drawing.reading import (
    clip,
    column,
    dimensions,
    grain,
    label,
    measures,
    plain,
    safe,
)
from report_engine.drawing.settings import DIMENSION, MEASURE, check_columns, check_needs
from report_engine.table import Cell, Column, Table

MOST_LINKS = 200
MOST_NAMED = 40
STEPS = 120
CUT = {"zh": "只画出最强的 {most} 条关系，共 {all} 条", "en": "The strongest {most} of {all} links are drawn"}
Row = tuple[Cell, ...]


class RelationGraph(Chart):
    def settings(self, given: Mapping[str, Any], table: Table) -> Mapping[str, Any]:
        axes, values = [one.key for one in dimensions(table)], measures(table)
        ends = {"from": axes[0] if axes else None, "to": axes[1] if len(axes) > 1 else None}
        return {**ends, "value": values[0].key if values else None, **super().settings(given, table)}

    def fits(self, table: Table) -> int:
        axes = dimensions(table)
        same = len(axes) == 2 and axes[0].form is not None and axes[0].form == axes[1].form
        return 91 if same and measures(table) else 2 if len(axes) == 2 and measures(table) else 0

    def check(self, config: Mapping[str, Any], table: Table, path: str) -> Iterator[Problem]:
        yield from check_needs({"zh": self.zh, "en": self.en}, table, path, {"dimension": 2, "measure": 1})
        yield from check_columns(self.config_schema, config, table, path)

    def figure(self, config: Mapping[str, Any], table: Table, lang: str) -> Figure:
        left, right, one = (column(table, config.get(name)) for name in ("from", "to", "value"))
        if left is None or right is None or one is None:
            return figure(self.kind, [], layout(), is_empty=True)
        whole = [
            row for row in grain(table, [left.key, right.key]) if (number(row[table.at(one.key)]) or 0.0) > 0
        ]
        rows = sorted(whole, key=lambda row: -(number(row[table.at(one.key)]) or 0.0))[:MOST_LINKS]
        if not rows:
            return figure(self.kind, [], layout(), is_empty=True)
        graph = _Graph(table, left, right, one, rows, lang)
        bare = {"visible": False, "fixedrange": True, "range": [-1.15, 1.15]}
        notes = [CUT[lang].format(most=MOST_LINKS, all=len(whole))] if len(whole) > len(rows) else []
        return figure(
            self.kind, graph.traces(), layout(xaxis=bare, yaxis=dict(bare), meta={"axis": "fixed"}), notes
        )

    def svg(self, config: Mapping[str, Any], table: Table, lang: str) -> str | None:
        return dots(self.figure(config, table, lang))


class _Graph:
    def __init__(
        self, table: Table, left: Column, right: Column, one: Column, rows: list[Row], lang: str
    ) -> None:
        self.table, self.left, self.right, self.one, self.rows, self.lang = (
            table,
            left,
            right,
            one,
            rows,
            lang,
        )
        same = left.form is not None and left.form == right.form
        self.nodes: dict[tuple[int, Cell], int] = {}
        self.ends = [
            (self._node(0, row[table.at(left.key)]), self._node(0 if same else 1, row[table.at(right.key)]))
            for row in rows
        ]
        self.weights = np.array([number(row[table.at(one.key)]) or 0.0 for row in rows])
        self.places = spread(len(self.nodes), self.ends)

    def _node(self, side: int, value: Cell) -> int:
        return self.nodes.setdefault((side, value), len(self.nodes))

    def traces(self) -> list[dict[str, Any]]:
        """Return lines below, then dots with names."""
        x: list[float | None] = []
        y: list[float | None] = []
        for a, b in self.ends:
            x += [float(self.places[a, 0]), float(self.places[b, 0]), None]
            y += [float(self.places[a, 1]), float(self.places[b, 1]), None]
        lines = {
            "type": "scatter",
            "mode": "lines",
            "x": x,
            "y": y,
            "line": {"color": "muted", "width": 1},
            "hoverinfo": "skip",
        }
        return [lines, self._dots()]

    def _dots(self) -> dict[str, Any]:
        sums = np.zeros(len(self.nodes))
        for (a, b), weight in zip(self.ends, self.weights, strict=True):
            sums[[a, b]] += weight
        names = [
            label(self.table, self.left if side == 0 else self.right, value, self.lang)
            for side, value in self.nodes
        ]
        loud = set(np.argsort(-sums)[:MOST_NAMED].tolist())
        keys = [(self.left if side == 0 else self.right).key for side, _ in self.nodes]
        return {
            "type": "scatter",
            "mode": "markers+text",
            "x": self.places[:, 0].tolist(),
            "y": self.places[:, 1].tolist(),
            "text": [safe(clip(name, 8)) if at in loud else "" for at, name in enumerate(names)],
            "textposition": "bottom center",
            "textfont": {"size": 11, "color": "text2"},
            "marker": {
                "size": (8 + 22 * np.sqrt(sums / sums.max())).tolist(),
                "color": ["c1" if side == 0 else "c2" for side, _ in self.nodes],
                "line": {"color": "bg", "width": 1.5},
            },
            "hovertext": [
                f"<b>{safe(name)}</b><br>{full(float(total), self.one.format, self.lang)}"
                for name, total in zip(names, sums, strict=True)
            ],
            "hovertemplate": "%{hovertext}<extra></extra>",
            "customdata": [{key: plain(value)} for key, (_, value) in zip(keys, self.nodes, strict=True)],
            "meta": {"measure": self.one.key},
        }


def spread(count: int, ends: list[tuple[int, int]]) -> "np.ndarray[Any, np.dtype[np.float64]]":
    """Return places in the square from -1 to 1, linked ones near each other; the same every time.

    Source: T. Fruchterman and E. Reingold, Graph drawing by force-directed placement, 1991.
    """
    angles = np.arange(count) * 2.399963
    places = np.sqrt((np.arange(count) + 0.5) / max(1, count))[:, None] * np.column_stack(
        [np.cos(angles), np.sin(angles)]
    )
    if count < 3:
        return np.array([[-0.5, 0.0], [0.5, 0.0]])[:count]
    near = 1.4 / np.sqrt(count)
    a, b = np.array(ends).T
    for step in range(STEPS):
        apart = places[:, None, :] - places[None, :, :]
        far = np.maximum(np.sqrt((apart**2).sum(-1)), 1e-3)
        push = (apart / far[..., None] ** 2 * near**2).sum(1)
        along = places[a] - places[b]
        pull = along * np.sqrt((along**2).sum(-1))[:, None] / near
        np.add.at(push, a, -pull)
        np.add.at(push, b, pull)
        push -= places * 0.45
        size = np.maximum(np.sqrt((push**2).sum(-1)), 1e-9)
        places = places + push / size[:, None] * np.minimum(size, 0.12 * (1 - step / STEPS))[:, None]
    places -= (places.max(0) + places.min(0)) / 2
    return np.asarray(places / max(1e-9, float(np.abs(places).max())), dtype=np.float64)


CHART = RelationGraph(
    kind="relation_graph",
    zh="关系图",
    en="Relation graph",
    config_schema=closed(**{"from": DIMENSION, "to": DIMENSION, "value": MEASURE}),
    sample={"from": "channel", "to": "doctor", "value": "paid"},
)
