"""Groups with all their measures and what these are compared with, for any choice of dimensions.

Rows and totals come from here alike, so a total is always worked out at its own grain, from the records.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from engine.expressions import evaluate
from report_engine.binding import Bound, Dimension
from report_engine.desk import Desk
from report_engine.draft import Group
from report_engine.goals import with_goals
from report_engine.measures import Measure
from report_engine.periods import Shift, compared
from report_engine.query import Ask, Key, Line, lines, rounded
from report_engine.results import Values, value_of
from report_engine.table import Cell

PERCENT_PLACES = 6


@dataclass(frozen=True)
class Grid:
    """Asks for groups. `kept` and `edges` as in `Ask`."""

    bound: Bound
    desk: Desk
    kept: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    edges: Mapping[str, tuple[Decimal, ...]] = field(default_factory=dict)

    def groups(
        self, by: tuple[str, ...], order: tuple[Any, bool] | None = None, most: int | None = None
    ) -> list[Group]:
        """Return the groups of these dimensions, with comparisons, in no order."""
        ask = Ask(by, self.bound.period, self.kept, self.edges, order, most)
        found = {line.key: self._group(line) for line in lines(self.bound, self.desk, ask)}
        for name in self.bound.compare:
            self._beside(name, ask, found)
        if self.bound.has_goal:
            with_goals(self.bound, self.desk, by, found)
        return list(found.values())

    def _group(self, line: Line) -> Group:
        values: dict[str, Cell] = {}
        cases: dict[str, int] = {}
        for one in self.bound.measures:
            if one.show is None:
                values[one.key] = value_of(one, line.values)
            counted = [line.cases[base.identity] for base in one.base() if base.identity in line.cases]
            if counted:
                cases[one.key] = min(counted)
        return Group(line.key, values, cases)

    def _beside(self, name: str, ask: Ask, found: dict[Key, Group]) -> None:
        """Put the values of a comparison period beside those of the same groups, and new groups for those without."""
        bound = self.bound
        times = [bound.dimension(key) for key in ask.by if bound.dimension(key).is_time]
        grain = times[0].grain if times else None
        assert bound.period is not None
        parts = compared(name, bound.period, bound.today, grain, bound.baseline)
        if not parts:
            return
        dimensions = [bound.dimension(key) for key in ask.by]
        blank = self._group(Line((), {}))
        before: dict[Key, Group] = {}
        for part in parts:
            asked = replace(ask, period=part.then, shift=part.shift, order=None, most=None)
            for line in lines(bound, self.desk, asked):
                key = moved(line.key, dimensions, part.shift)
                if key is not None:
                    before[key] = self._group(line)
        for key in [*found, *(key for key in before if key not in found)]:
            mine, theirs = found.get(key, replace(blank, key=key)), before.get(key, blank)
            more = {
                column: value
                for one in bound.measures
                if one.show is None
                for column, value in compare_cells(
                    one, name, mine.values.get(one.key), theirs.values.get(one.key)
                )
            }
            found[key] = replace(mine, values={**mine.values, **more})


def moved(key: Key, dimensions: Iterable[Dimension], shift: Shift) -> Key | None:
    """Return the key that a group of the comparison stands beside; None for the 29th of February and its like."""
    found = []
    for value, dimension in zip(key, dimensions, strict=True):
        if dimension.grain not in BY_HAND or not shift.months or value is None:
            found.append(value)
            continue
        there = shift.forth(value, dimension.grain)
        if not isinstance(there, date) or shift.back(_plain_day(there)) != _plain_day(value):
            return None
        found.append(there)
    return tuple(found)


def _plain_day(value: date) -> date:
    return value.date() if isinstance(value, datetime) else value


def compare_cells(one: Measure, name: str, now: Cell, then: Cell) -> Iterable[tuple[str, Cell]]:
    """Yield the columns of one comparison: the other value, and the change (of percentages: in points)."""
    yield f"{one.key}@{name}", then
    yield f"{one.key}@{name}.change", change(one, now, then)


def change(one: Measure, now: Cell, then: Cell) -> Cell:
    """Return by which part a number has changed, percentages by how many points; None where that cannot be said."""
    if not isinstance(now, int | Decimal) or not isinstance(then, int | Decimal):
        return None
    if one.format == "percent":
        return Decimal(now) - Decimal(then)
    if not then:
        return None
    return rounded((Fraction(now) - Fraction(then)) / abs(Fraction(then)), PERCENT_PLACES)


def holds(checked: Any, values: Mapping[str, Cell]) -> bool:
    """Tell whether a condition over columns is true of a row."""
    return evaluate(checked, Values(values.get)) is True


BY_HAND = frozenset({"day", "hour", "xun"})
"""Grains whose buckets are moved by months here; coarser ones are moved by the database, before they are grouped."""
