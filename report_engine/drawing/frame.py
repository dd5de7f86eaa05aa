"""A frame: positions along an axis and series of numbers over them; bars, lines, areas and radars are all drawn from it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from report_engine.drawing.numbers import number
from report_engine.drawing.palette import series as colour_of
from report_engine.drawing.reading import (
    MARKS,
    OTHERS,
    clip,
    column,
    goal,
    grain,
    is_ordered,
    is_time,
    label,
    mark,
    others,
    picked,
    say,
    shown,
    what,
)
from report_engine.table import Cell, Column, Table

MOST_SERIES = 10
CUT = {"zh": "只画出前 {most} 组，共 {all} 组", "en": "The first {most} of {all} groups are drawn"}
FOLDED = {"zh": "其余 {count} 组并入“其他”", "en": "{count} more groups are in “Others”"}


@dataclass
class Series:
    """Numbers over the positions of a frame. `marks[i]`: small, immature, forecast or ""; `picks[i]`: what a click means."""

    name: str
    key: str
    column: Column
    colour: str
    values: list[float | None]
    exact: list[Cell]
    marks: list[str]
    picks: list[Mapping[str, Any] | None]
    kind: str = "value"
    """value, other (another period), goal."""
    low: list[float | None] = field(default_factory=list)
    high: list[float | None] = field(default_factory=list)

    def texts(self, lang: str) -> list[str]:
        """Return each number in full."""
        return [shown(self.column, cell, lang) for cell in self.exact]


@dataclass
class Frame:
    """Positions 0, 1, 2 … with their words, and the series over them."""

    labels: list[str]
    axis: str
    x: Column | None
    series: list[Series]
    notes: list[str] = field(default_factory=list)
    keys: list[Cell] = field(default_factory=list)

    @property
    def values(self) -> list[Series]:
        return [one for one in self.series if one.kind == "value"]

    @property
    def format(self) -> str:
        return self.series[0].column.format if self.series else "number"

    @property
    def is_empty(self) -> bool:
        return all(value is None for one in self.series for value in one.values)

    def span(self, *, stacked: bool = False) -> tuple[float, float]:
        """Return the lowest and highest number drawn, with zero."""
        drawn = [[value or 0.0 for value in one.values] for one in self.values]
        ends = [0.0, *(v for one in self.series for v in (*one.values, *one.low, *one.high) if v is not None)]
        if stacked and drawn:
            sums = list(zip(*drawn, strict=True))
            ends += [sum(v for v in at if v > 0) for at in sums] + [
                sum(v for v in at if v < 0) for at in sums
            ]
        return min(ends), max(ends)


@dataclass(frozen=True)
class Parts:
    """The values of one dimension, in order, each with its words; the last may stand for the rest."""

    keys: list[Cell]
    labels: list[str]
    rest: frozenset[Cell] = frozenset()


def parts(
    table: Table,
    one: Column,
    rows: Iterable[Sequence[Cell]],
    lang: str,
    most: int,
    by: int | None,
    *,
    folds: bool,
) -> tuple[Parts, list[str]]:
    """Return the values of a dimension, at most `most`, and what to say about the rest.

    Ordered dimensions are cut at the start, so that the newest stay; others keep the largest (by place `by`) in table order.
    """
    place = table.at(one.key)
    sizes: dict[Cell, float] = {}
    for row in rows:
        size = abs(number(row[by]) or 0.0) if by is not None else 0.0
        sizes[row[place]] = sizes.get(row[place], 0.0) + size
    # Rows may come in any order, and groups of one line need not be there in the next: time goes on all the same.
    keys = sorted(sizes, key=_in_time) if is_ordered(one) else list(sizes)
    if len(keys) <= most:
        return Parts(keys, [label(table, one, key, lang) for key in keys]), []
    if is_ordered(one):
        kept = keys[-most:]
        note = CUT[lang].format(most=most, all=len(keys))
        return Parts(kept, [label(table, one, key, lang) for key in kept]), [note]
    largest = set(sorted(keys, key=lambda key: -sizes[key])[: most - 1 if folds else most])
    kept = [key for key in keys if key in largest]
    words = [label(table, one, key, lang) for key in kept]
    if not folds:
        return Parts(kept, words), [CUT[lang].format(most=most, all=len(keys))]
    rest = frozenset(keys) - largest
    return Parts(kept, [*words, OTHERS[lang]], rest), [FOLDED[lang].format(count=len(rest))]


def _in_time(key: Cell) -> tuple[bool, float, str]:
    """Return what moments and numbers of the clock sort by; nothing comes last."""
    return key is None, number(key) or 0.0, str(key)


def frame(
    table: Table, config: Mapping[str, Any], lang: str, most: int = 60, most_series: int = MOST_SERIES
) -> Frame:
    """Return the frame for `x`, `split` and `values` of a chart's settings."""
    x, split = column(table, config.get("x")), column(table, config.get("split"))
    wanted = [one for one in (column(table, key) for key in config.get("values", ())) if one is not None]
    by = [one.key for one in (x, split) if one is not None]
    rows = grain(table, by)
    if not wanted:
        return Frame([], "category", x, [])
    size = table.at(wanted[0].key)
    folds = all(one.adds_up and one.format not in ("percent", "points") for one in wanted)
    notes: list[str] = []
    if x is None:
        along, across = Parts([None], [""]), None
    else:
        along, notes = parts(table, x, rows, lang, most, size, folds=folds)
        across = None
    if split is not None:
        across, said = parts(table, split, rows, lang, most_series, size, folds=folds)
        notes += said
    axis = "time" if is_time(x) else "ordered" if is_ordered(x) else "category"
    made = Frame([clip(text, 40) for text in along.labels], axis, x, [], notes, along.keys)
    read = _Reader(table, x, split, along, across, rows, lang)
    for one in wanted:
        made.series += read.of(one, len(made.series), is_alone=len(wanted) == 1 and split is None)
    for name in ("small", "immature", "forecast"):
        if any(name in each.marks for each in made.series):
            made.notes.append(MARKS[name][lang])
    return made


@dataclass
class _Reader:
    table: Table
    x: Column | None
    split: Column | None
    along: Parts
    across: Parts | None
    rows: list[tuple[Cell, ...]]
    lang: str

    def of(self, one: Column, first: int, *, is_alone: bool) -> list[Series]:
        if self.across is not None and self.split is not None:
            place = self.table.at(self.split.key)
            made = []
            for at, words in enumerate(self.across.labels):
                keys = frozenset({self.across.keys[at]}) if at < len(self.across.keys) else self.across.rest
                rows = [row for row in self.rows if row[place] in keys]
                made.append(self._series(one, clip(words, 40), colour_of(first + at), rows))
            return made
        made = [self._series(one, say(one.name, self.lang), colour_of(first), self.rows)]
        if is_alone and one.role == "measure":
            target = goal(self.table, one.key)
            for other in [*others(self.table, one.key)[:2], *([target] if target else [])]:
                kind = "goal" if what(other) == "goal" else "other"
                made.append(
                    self._series(
                        other,
                        say(other.name, self.lang),
                        "muted" if kind == "other" else "warn",
                        self.rows,
                        kind,
                    )
                )
        return made

    def _series(
        self, one: Column, name: str, colour: str, rows: list[tuple[Cell, ...]], kind: str = "value"
    ) -> Series:
        keys = [each.key for each in (self.x, self.split) if each is not None]
        measure = one.of if kind != "value" and one.of else one.key
        low, high = mark(self.table, measure, "low"), mark(self.table, measure, "high")
        made = Series(name, one.key, one, colour, [], [], [], [], kind)
        for position in range(len(self.along.labels)):
            found = self._rows_at(position, rows)
            cell = self._cell(one, found)
            made.exact.append(cell)
            made.values.append(number(cell))
            made.marks.append(_mark(self.table, measure, found) if kind == "value" else "")
            made.picks.append(
                picked(self.table, keys, found[0]) if len(found) == 1 and kind == "value" else None
            )
            if kind == "value" and low is not None and high is not None:
                single = found[0] if len(found) == 1 else None
                made.low.append(number(single[low]) if single else None)
                made.high.append(number(single[high]) if single else None)
        return made

    def _rows_at(self, position: int, rows: list[tuple[Cell, ...]]) -> list[tuple[Cell, ...]]:
        if self.x is None:
            return rows
        place = self.table.at(self.x.key)
        if position < len(self.along.keys):
            key = self.along.keys[position]
            return [row for row in rows if row[place] == key]
        return [row for row in rows if row[place] in self.along.rest]

    def _cell(self, one: Column, rows: list[tuple[Cell, ...]]) -> Cell:
        if len(rows) <= 1:
            return rows[0][self.table.at(one.key)] if rows else None
        folded = grain(Table(self.table.columns, tuple(rows)), [])
        return folded[0][self.table.at(one.key)]


def _mark(table: Table, key: str, rows: Sequence[Sequence[Cell]]) -> str:
    for name in ("forecast", "immature", "small"):
        place = mark(table, key, name)
        if place is not None and any(row[place] is True for row in rows):
            return name
    return ""
