"""Nightly answers: what slow reports ask of the database, asked at night and kept till the next.

Kept is what each sealed statement gave, under its text and parameters. Those hold the question, its days and the scope of
who asks: whoever would be given the same rows shares them, whoever sees less asks something else and gets his own. So there
is no second way to data, and nothing to permit anew.
"""

import hashlib
import json
import zlib
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from engine.access.query import Row
from engine.store.platform import from_instant, instant
from engine.store.unit import Unit
from report_engine.tables import NIGHTS, ROLLUPS, STATES

KEPT = timedelta(days=2)
MONTHS_KEPT = timedelta(days=7)
STATES_KEPT = timedelta(days=800)


class NightRows(Protocol):
    """Rows by statement. `as_of`: of which moment those given were, the oldest of them."""

    as_of: datetime | None

    def get(self, key: str) -> Sequence[Row] | None: ...
    def put(self, key: str, rows: Sequence[Row]) -> None: ...


def key_of(text: str, params: object) -> str:
    """Return the key of a statement."""
    return hashlib.sha256(f"{text}\x00{params!r}".encode()).hexdigest()


def names_any(params: object, ids: Collection[str]) -> bool:
    """Tell whether one of these ids stands in a statement's parameters."""
    text = repr(params)
    return any(one in text for one in ids)


class LastNight:
    """What was worked out since the day began, read in an open transaction."""

    def __init__(self, unit: Unit, zone: str) -> None:
        self._unit = unit
        self._since = instant(day_began(unit.now, zone))
        self.as_of: datetime | None = None

    def get(self, key: str) -> Sequence[Row] | None:
        """Return the rows of a statement; None where last night did not ask it."""
        c = NIGHTS.c
        found = self._unit.connection.execute(
            select(c.rows, c.as_of).where(c.key == key, c.as_of >= self._since)
        ).first()
        if found is None:
            return None
        at = from_instant(found.as_of)
        self.as_of = at if self.as_of is None else min(at, self.as_of)
        return unpacked(found.rows)

    def put(self, key: str, rows: Sequence[Row]) -> None:
        """Keep nothing: by day answers come from the data."""


@dataclass
class Standing:
    """What a night found to keep for good: rows by key, keys of what is as good as new, the audit's last line (`states`)."""

    rows: dict[str, bytes] = field(default_factory=dict)
    clean: set[str] = field(default_factory=set)
    seq: int = 0

    def keep(self, unit: Unit) -> None:
        """Write it."""
        make = postgresql.insert if unit.is_postgres else sqlite.insert
        for key, rows in self.rows.items():
            values = {"seq": self.seq, "as_of": unit.now_text, "rows": rows}
            row = make(STATES).values(key=key, **values)
            unit.connection.execute(row.on_conflict_do_update(index_elements=[STATES.c.key], set_=values))
        still = sorted(self.clean - self.rows.keys())
        if still:
            new = {"seq": self.seq, "as_of": unit.now_text}
            unit.connection.execute(update(STATES).where(STATES.c.key.in_(still)).values(new))


class Tonight:
    """What one portion of a night finds. What was answered since the day began is not asked again.

    `own`: ids that say who asks; a portion that names one of them `is_personal`: nobody else asks the same.
    """

    def __init__(self, own: Collection[str] = ()) -> None:
        self._last: LastNight | None = None
        self.own, self.is_personal = own, False
        self.found: dict[str, bytes] = {}
        self.states = Standing()
        self.as_of: datetime | None = None

    def begin(self, unit: Unit, zone: str) -> None:
        """Look for what is known in an open transaction."""
        self._last = LastNight(unit, zone)

    def get(self, key: str) -> Sequence[Row] | None:
        """Return the rows of a statement that was answered tonight."""
        if key in self.found:
            return unpacked(self.found[key])
        return self._last.get(key) if self._last is not None else None

    def put(self, key: str, rows: Sequence[Row]) -> None:
        """Remember the rows of a statement, unless they are of a kind that cannot be kept."""
        try:
            self.found[key] = packed(rows)
        except TypeError:
            return

    def keep(self, unit: Unit, as_of: datetime) -> None:
        """Write what was found."""
        make = postgresql.insert if unit.is_postgres else sqlite.insert
        for key, rows in self.found.items():
            values = {"as_of": instant(as_of), "rows": rows}
            row = make(NIGHTS).values(key=key, **values)
            unit.connection.execute(row.on_conflict_do_update(index_elements=[NIGHTS.c.key], set_=values))
        self.states.keep(unit)


def forget(unit: Unit) -> int:
    """Delete what has served its time; return how much."""
    done = unit.connection.execute(delete(NIGHTS).where(NIGHTS.c.as_of < instant(unit.now - KEPT))).rowcount
    # Months that are still asked for are worked out anew in the same night.
    old = ROLLUPS.c.as_of < instant(unit.now - MONTHS_KEPT)
    done += unit.connection.execute(delete(ROLLUPS).where(old)).rowcount
    # States of months are kept for good, except those of questions that nobody puts any more.
    old = STATES.c.as_of < instant(unit.now - STATES_KEPT)
    return int(done) + int(unit.connection.execute(delete(STATES).where(old)).rowcount)


def day_began(now: datetime, zone: str) -> datetime:
    """Return when the day began in a zone."""
    local = now.astimezone(ZoneInfo(zone))
    return datetime.combine(local.date(), time(), local.tzinfo)


# Raw rows as the drivers give them, exactly: what JSON does not know carries its kind.


def packed(rows: Sequence[Row]) -> bytes:
    """Return rows as bytes. TypeError for a value of a kind that is not kept."""
    text = json.dumps([[_said(cell) for cell in row] for row in rows], ensure_ascii=False)
    return zlib.compress(text.encode(), 1)


def unpacked(data: bytes) -> list[tuple[Any, ...]]:
    """Return the rows of `packed`."""
    return [tuple(_read(cell) for cell in row) for row in json.loads(zlib.decompress(data))]


def _said(cell: Any) -> Any:
    if cell is None or isinstance(cell, str | bool | int):
        return cell
    for name, (kind, write, _) in KINDS.items():
        if isinstance(cell, kind):
            return [name, write(cell)]
    raise TypeError(type(cell).__name__)


def _read(cell: Any) -> Any:
    return KINDS[cell[0]][2](cell[1]) if isinstance(cell, list) else cell


Json = Any
KINDS: dict[str, tuple[Any, Callable[[Any], Json], Callable[[Json], Any]]] = {
    "f": (float, float.hex, float.fromhex),
    "n": (Decimal, str, Decimal),
    "i": (datetime, datetime.isoformat, datetime.fromisoformat),
    "d": (date, date.isoformat, date.fromisoformat),
    "s": (timedelta, lambda one: [one.days, one.seconds, one.microseconds], lambda one: timedelta(*one)),
    "u": (UUID, str, UUID),
    "b": ((bytes, memoryview), lambda one: bytes(one).hex(), bytes.fromhex),
    "l": (
        (list, tuple),
        lambda one: [_said(each) for each in one],
        lambda one: [_read(each) for each in one],
    ),
}
"""Kind → what it is in Python, how it is written, how it is read. Instants before days: they are days, too."""
