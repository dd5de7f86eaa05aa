"""Crosstab (交叉表, 中国式报表): groups down and across, subtotals on every level of both, each from its own grain.

Subtotals come from the table's totals (`by` = the groups kept on both sides); what adds up is summed where one is missing, an average or a
rate without a total of its own stays blank rather than wrong. Drawn without plotly.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.problems import Problem
from engine.schema import closed, one_of
from report_engine.chart import Chart, Figure
from report_engine.charts.table import cell
from report_engine.drawing.numbers import number
from report_engine.drawing.palette import faint
from report_engine.drawing.reading import (
    column,
    dimensions,
    grain,
    is_ordered,
    is_time,
    label,
    measures,
    plain,
    say,
)
from report_engine.drawing.settings import GROUPS, VALUES, check_columns, check_needs
from report_engine.picks import OTHER
from report_engine.table import Cell, Column, Table

MOST_CELLS = 10_000
MOST_COLUMNS = 400
TOTAL = {"zh": "合计", "en": "Total"}
SUBTOTAL = {"zh": "小计", "en": "Subtotal"}
CUT = {"zh": "表太大，只显示前 {most} 行", "en": "Too large: the first {most} lines are shown"}
WIDE = {"zh": "列太多，只显示前 {most} 列", "en": "Too wide: the first {most} columns are shown"}
Key = tuple[Cell, ...]


@dataclass(frozen=True)
class Line:
    """One line of an axis: the values of the first `len(key)` groups; fewer than all of them is a subtotal."""

    key: Key
    depth: int
    measure: str | None = None

    @property
    def is_total(self) -> bool:
        return len(self.key) < self.depth


def lines(keys: Sequence[Key], depth: int, *, totals: bool) -> list[Line]:
    """Return the lines of an axis in table order: members, then the subtotal after each group, the whole at the end."""
    if depth == 0:
        return [Line((), 0)]
    made: list[Line] = []
    _walk((), list(dict.fromkeys(keys)), depth, made, totals=totals)
    return made


def _walk(prefix: Key, keys: list[Key], depth: int, made: list[Line], *, totals: bool) -> None:
    if len(prefix) == depth:
        made.append(Line(prefix, depth))
        return
    groups: dict[Cell, list[Key]] = {}
    for key in keys:
        groups.setdefault(key[len(prefix)], []).append(key)
    for value, inside in groups.items():
        _walk((*prefix, value), inside, depth, made, totals=totals)
    if totals:
        made.append(Line(prefix, depth))


@dataclass
class Pivot:
    """The table by both axes; `cells[i, j]` holds the grain of i groups down and j across."""

    table: Table
    rows: list[Column]
    columns: list[Column]
    lang: str
    cells: dict[tuple[int, int], dict[tuple[Key, Key], tuple[Cell, ...]]] = field(default_factory=dict)

    def at(self, row: Line, column: Line) -> tuple[Cell, ...] | None:
        """Return the table row behind a cell; None where there is none."""
        depths = (len(row.key), len(column.key))
        if depths not in self.cells:
            down, across = self.rows[: depths[0]], self.columns[: depths[1]]
            found = grain(self.table, [one.key for one in (*down, *across)])
            self.cells[depths] = {(self._key(down, each), self._key(across, each)): each for each in found}
        return self.cells[depths].get((row.key, column.key))

    def _key(self, groups: list[Column], row: tuple[Cell, ...]) -> Key:
        return tuple(row[self.table.at(one.key)] for one in groups)

    def keys(self, groups: list[Column]) -> list[Key]:
        """Return the members of an axis in table order; time in its own order, options across in that of their list."""
        found = list(dict.fromkeys(self._key(groups, row) for row in self.table.rows))
        if len(groups) == 1 and is_ordered(groups[0]):
            found.sort(
                key=lambda key: (
                    key[0] is None,
                    str(key[0]) if not isinstance(key[0], int) else "",
                    key[0] if isinstance(key[0], int) else 0,
                )
            )
        elif len(groups) == 1 and groups is self.columns and groups[0].labels:
            # Which rows happen to come first says nothing of the columns.
            places = {word: at for at, word in enumerate(groups[0].labels) if word != OTHER}
            found.sort(key=lambda key: places.get(str(key[0]), len(places)))
        return found


class Crosstab(Chart):
    def settings(self, given: Mapping[str, Any], table: Table) -> Mapping[str, Any]:
        chosen = dict(super().settings(given, table))
        axes = dimensions(table)
        if "columns" not in chosen:
            free = [one for one in axes if one.key not in chosen.get("rows", ())]
            timely = [one for one in free if is_time(one)]
            chosen["columns"] = [(timely or free)[-1].key] if len(axes) > 1 and free else []
        chosen.setdefault("rows", [one.key for one in axes if one.key not in chosen["columns"]])
        chosen.setdefault("values", [one.key for one in measures(table)])
        return chosen

    def fits(self, table: Table) -> int:
        axes = len(dimensions(table))
        return 0 if axes < 2 or not measures(table) else 50 if axes == 2 else 80

    def check(self, config: Mapping[str, Any], table: Table, path: str) -> Iterator[Problem]:
        yield from check_needs({"zh": self.zh, "en": self.en}, table, path, {"dimension": 1, "measure": 1})
        yield from check_columns(self.config_schema, config, table, path)

    def figure(self, config: Mapping[str, Any], table: Table, lang: str) -> Figure:
        rows = [one for key in config.get("rows", []) if (one := column(table, key)) is not None]
        columns = [one for key in config.get("columns", []) if (one := column(table, key)) is not None]
        values = [one for key in config.get("values", []) if (one := column(table, key)) is not None]
        if not table.rows or not values:
            return {"kind": self.kind, "empty": True, "notes": []}
        pivot = Pivot(table, rows, columns, lang)
        totals = config.get("subtotals", "all")
        down = _lines(pivot.keys(rows), len(rows), totals)
        across = _lines(pivot.keys(columns), len(columns), totals)
        is_down = config.get("measures_on") == "rows" and len(values) > 1
        names = [one.key for one in values]
        if is_down:
            down = [Line(line.key, line.depth, name) for line in down for name in names]
        else:
            across = [Line(line.key, line.depth, name) for line in across for name in names]
        notes = [WIDE[lang].format(most=MOST_COLUMNS)] if len(across) > MOST_COLUMNS else []
        across = across[:MOST_COLUMNS]
        most = max(1, MOST_CELLS // max(1, len(across)))
        notes += [CUT[lang].format(most=most)] if len(down) > most else []
        return _Sheet(pivot, down[:most], across, values, config.get("colour"), is_down=is_down).figure(
            self.kind, notes
        )


def _lines(keys: list[Key], depth: int, totals: str) -> list[Line]:
    made = lines(keys, depth, totals=totals != "none")
    return [line for line in made if not line.is_total or not line.key or totals != "grand"]


class _Sheet:
    """Heads, sides and cells of a crosstab as the browser draws them: merged, with spans."""

    def __init__(
        self,
        pivot: Pivot,
        down: list[Line],
        across: list[Line],
        values: list[Column],
        colour: str | None,
        *,
        is_down: bool,
    ) -> None:
        self.pivot, self.down, self.across, self.values, self.is_down = pivot, down, across, values, is_down
        self.by_key = {one.key: one for one in values}
        self.colour = colour
        self.most = self._most() if colour in self.by_key else 0.0

    def _most(self) -> float:
        found = (
            self._row(row, over)
            for row in self.down
            for over in self.across
            if not row.is_total and not over.is_total
        )
        at = self.pivot.table.at(str(self.colour))
        return max((number(each[at]) or 0.0 for each in found if each is not None), default=0.0)

    def _row(self, row: Line, over: Line) -> tuple[Cell, ...] | None:
        return self.pivot.at(row, over)

    def figure(self, kind: str, notes: list[str]) -> Figure:
        lang = self.pivot.lang
        return {
            "kind": kind,
            "empty": False,
            "corner": {
                "rows": [say(one.name, lang) for one in self.pivot.rows],
                "columns": [say(one.name, lang) for one in self.pivot.columns],
            },
            "head": self._heads(),
            "side_columns": len(self.pivot.rows) + (1 if self.is_down else 0) or 1,
            "body": [
                {
                    "side": side,
                    "cells": [self._cell(row, over) for over in self.across],
                    "total": row.is_total,
                }
                for row, side in zip(self.down, self._sides(), strict=True)
            ],
            "notes": notes,
        }

    def _cell(self, row: Line, over: Line) -> dict[str, Any]:
        one = self.by_key[row.measure or over.measure or self.values[0].key]
        found = self._row(row, over)
        if found is None:
            return {"text": "–" if one.adds_up else "", "total": over.is_total}
        made = cell(self.pivot.table, one, found, self.pivot.lang)
        if one.key == self.colour and self.most > 0 and not row.is_total and not over.is_total:
            share = (number(found[self.pivot.table.at(one.key)]) or 0.0) / self.most
            if share > 0:
                made["fill"] = faint("bad" if one.good == "down" else "c1", round(6 + 44 * min(1.0, share)))
        return {**made, "total": over.is_total, "measure": one.key, "pick": self._pick(row, over)}

    def _pick(self, row: Line, over: Line) -> dict[str, Any]:
        pairs = [
            *zip(self.pivot.rows, row.key, strict=False),
            *zip(self.pivot.columns, over.key, strict=False),
        ]
        return {one.key: plain(value) for one, value in pairs}

    def _heads(self) -> list[list[dict[str, Any]]]:
        """Return the header rows; equal neighbours are one cell over many columns, totals reach down."""
        levels = len(self.pivot.columns)
        made = [self._level(level, self.across, self.pivot.columns) for level in range(levels)]
        if not self.is_down and (len(self.values) > 1 or levels == 0):
            names = [
                {
                    "text": say(self.by_key[str(line.measure)].name, self.pivot.lang),
                    "span": 1,
                    "deep": 1,
                    "total": line.is_total,
                }
                for line in self.across
            ]
            made.append(names)
        elif levels == 0:
            made.append([{"text": "", "span": 1, "deep": 1, "total": False} for _ in self.across])
        return made

    def _level(self, level: int, axis: list[Line], groups: list[Column]) -> list[dict[str, Any]]:
        cells: list[dict[str, Any]] = []
        before: object = None
        for line in axis:
            if line.is_total and len(line.key) < level:
                before = None
                continue
            here = (line.key[: level + 1], line.is_total and len(line.key) == level)
            if cells and here == before:
                cells[-1]["span"] += 1
            else:
                cells.append(self._head(line, level, groups))
            before = here
        return cells

    def _head(self, line: Line, level: int, groups: list[Column]) -> dict[str, Any]:
        lang = self.pivot.lang
        if line.is_total and len(line.key) == level:
            text = TOTAL[lang] if level == 0 else SUBTOTAL[lang]
            return {"text": text, "span": 1, "deep": line.depth - level, "total": True}
        return {
            "text": label(self.pivot.table, groups[level], line.key[level], lang),
            "span": 1,
            "deep": 1,
            "total": False,
        }

    def _sides(self) -> list[list[dict[str, Any]]]:
        """Return for each line the head cells that begin on it; `span` counts lines, `deep` columns."""
        sides: list[list[dict[str, Any]]] = [[] for _ in self.down]
        for level in range(len(self.pivot.rows)):
            start = 0
            for made in self._level(level, self.down, self.pivot.rows):
                start = self._start(level, start)
                sides[start].append(made)
                start += made["span"]
        if self.is_down:
            for side, line in zip(sides, self.down, strict=True):
                side.append(
                    {
                        "text": say(self.by_key[str(line.measure)].name, self.pivot.lang),
                        "span": 1,
                        "deep": 1,
                        "total": line.is_total,
                    }
                )
        elif not self.pivot.rows:
            sides[0].append({"text": TOTAL[self.pivot.lang], "span": 1, "deep": 1, "total": False})
        return sides

    def _start(self, level: int, start: int) -> int:
        while self.down[start].is_total and len(self.down[start].key) < level:
            start += 1
        return start


CHART = Crosstab(
    kind="crosstab",
    zh="交叉表",
    en="Crosstab",
    config_schema=closed(
        rows=GROUPS,
        columns=GROUPS,
        values=VALUES,
        measures_on=one_of("columns", "rows"),
        subtotals={"enum": ["all", "grand", "none"], "default": "all"},
        colour={"type": "string", "maxLength": 200, "format": "measure"},
    ),
    sample={"rows": ["channel"], "columns": ["doctor"], "values": ["paid"], "colour": "paid"},
    needs_plotly=False,
)
