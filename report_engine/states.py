"""States at the ends of months: who stood where when a month was over, kept for good, for movement between any two months.

A state is what a sealed statement gave whose last day is the last of a month that is over, under its text and parameters:
they hold the question and the scope of who asks. It is used for as long as nothing of its days has been written since, by
the same words of the audit and the history as month roll-ups; otherwise it is worked out anew.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, Protocol, runtime_checkable

from sqlalchemy import select

from engine.access.query import Record, Row, ScopedQuery
from engine.store.unit import Unit
from report_engine.binding import Bound
from report_engine.dataset import Fact
from report_engine.desk import Desk
from report_engine.nights import Standing, key_of, packed, unpacked
from report_engine.rollups import Touched, head, is_written, looked_through, reads_only
from report_engine.tables import STATES


class States:
    """The states kept, seen from one transaction. With `found` what is missing is collected."""

    def __init__(self, unit: Unit, found: Standing | None = None) -> None:
        self._unit, self._found = unit, found
        self._touched: dict[int, Touched] = {}
        self.used = 0
        if found is not None:
            found.seq = head(unit)

    def rows(
        self, bound: Bound, desk: Desk, fact: Fact, scoped: ScopedQuery, end: date
    ) -> Sequence[Row] | None:
        """Return the rows of a statement as of the end of a month; None where they have to be asked for."""
        if not _is_kept(bound, fact, scoped, end):
            return None
        c, key = STATES.c, key_of(scoped.text, scoped.params)
        row = self._unit.connection.execute(select(c.seq, c.rows).where(c.key == key)).first()
        if row is None or not self._holds(desk, fact, int(row.seq), end):
            return None
        self.used += 1
        if self._found is not None:
            self._found.clean.add(key)
        return unpacked(row.rows)

    def put(self, bound: Bound, fact: Fact, scoped: ScopedQuery, end: date, rows: Sequence[Row]) -> None:
        """Collect the rows of a statement, in a night."""
        if self._found is not None and _is_kept(bound, fact, scoped, end):
            self._found.rows[key_of(scoped.text, scoped.params)] = packed(rows)

    def _holds(self, desk: Desk, fact: Fact, seq: int, end: date) -> bool:
        if seq not in self._touched:
            self._touched[seq] = looked_through(self._unit, desk, fact, seq)
        return not self._touched[seq].spoils_until(end, seq)


@runtime_checkable
class Keeps(Protocol):
    """A transaction that may know states."""

    keys: Any
    states: States | None

    def execute(self, scoped: ScopedQuery) -> list[Record]: ...


def standing(bound: Bound, desk: Desk, fact: Fact, scoped: ScopedQuery, end: date) -> list[Sequence[Any]]:
    """Return the raw rows of a sealed statement about all days up to `end`, from the state kept of it where there is one."""
    unit = desk.unit
    if not isinstance(unit, Keeps) or unit.states is None:
        return [one["row"] for one in unit.execute(scoped)]
    known = unit.states.rows(bound, desk, fact, scoped, end)
    if known is not None:
        return [one["row"] for one in scoped.read(known, unit.keys)]
    rows = [one["row"] for one in unit.execute(scoped)]
    unit.states.put(bound, fact, scoped, end, rows)
    return rows


def _is_kept(bound: Bound, fact: Fact, scoped: ScopedQuery, end: date) -> bool:
    """Tell whether a statement's answer can be kept: a month that is over, of days that people write in one form's own records."""
    is_over = (end + timedelta(days=1)).day == 1 and end < bound.today
    return (
        is_over and is_written(bound, fact, fact.date.removesuffix("__d")) and reads_only(scoped.text, fact)
    )
