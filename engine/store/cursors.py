"""The cursor of a unit on PostgreSQL: what it can it runs straight by libpq, all else by psycopg.

psycopg's cursor costs the processor more than most statements of a form or a flow do.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from psycopg.adapt import Transformer
from psycopg.pq import PipelineStatus
from sqlalchemy.engine import Connection

from engine.store import connections

MOST_BY_ONE = 4
"""Rows of one statement that are run one by one; for more psycopg's pipeline is the quicker way."""
_PLACE = re.compile(r"(LIMIT |OFFSET )?%(?:(?:\((\w+)\))?s(::)?|(.))")
_VERBS = ("SELECT ", "INSERT ", "UPDATE ", "DELETE ", "WITH ")
_Values = list[bytes | None]


@dataclass(frozen=True, slots=True)
class _Ready:
    """A statement with its parameters as `$1`, `$2` …, the names they had, and which of them say their type."""

    text: str
    names: tuple[str, ...]
    typed: tuple[bool, ...]


@lru_cache(maxsize=2000)
def _ready(text: str, has_places: bool) -> _Ready | None:
    """Return a statement as libpq takes it; None where it is none for libpq."""
    if not text.startswith(_VERBS) or ";" in text:
        return None
    if not has_places:
        return _Ready(text, (), ())
    names: list[str] = []
    typed: list[bool] = []

    def place(found: re.Match[str]) -> str:
        limit, name, cast, other = found.groups("")
        if other:
            return f"{limit}%" if other == "%" else "\0"
        says_type = bool(cast or limit)
        if name and name in names:
            # One value is one parameter: PostgreSQL takes `$1` and `$2` for different ones, also in GROUP BY.
            at = names.index(name)
            typed[at] = typed[at] and says_type
        else:
            at = len(names)
            names.append(name)
            typed.append(says_type)
        return f"{limit}${at + 1}{cast}"

    numbered = _PLACE.sub(place, text)
    return None if "\0" in numbered else _Ready(numbered, tuple(names), tuple(typed))


def _told(ready: _Ready, values: Any) -> _Values | None:
    """Return values as libpq takes them; None where one needs psycopg."""
    if isinstance(values, Mapping):
        values = [values[name] for name in ready.names]
    if len(values) != len(ready.typed):
        return None
    return told(values, ready.typed)


def told(values: Sequence[Any], typed: Sequence[bool] | None = None) -> _Values | None:
    """Return values as libpq takes them; None where one needs psycopg.

    Numbers, days and lists only where the statement says what they are (`typed`; None: it says so of all).
    """
    found: list[Any] = []
    for at, value in enumerate(values):
        kind = type(value)
        if kind is str or value is None:
            found.append(value)
            continue
        write = _WRITTEN.get(kind) if typed is None or typed[at] else None
        text = None if write is None else write(value)
        if text is None:
            return None
        found.append(text)
    return connections.plain(found)


def _list(values: list[Any]) -> str | None:
    if not all(type(one) is str for one in values):
        return None
    quoted = ('"' + one.replace("\\", "\\\\").replace('"', '\\"') + '"' for one in values)
    return "{" + ",".join(quoted) + "}"


_WRITTEN: Mapping[type[Any], Callable[[Any], str | None]] = {
    int: str,
    Decimal: str,
    date: date.isoformat,
    datetime: datetime.isoformat,
    bool: lambda value: "t" if value else "f",
    list: _list,
}
"""How values that are no text are told to PostgreSQL."""


class QuickCursor:
    """Does what is asked of a cursor of psycopg. Results are those of the statement run last."""

    __slots__ = ("_at", "_connection", "_driver", "_result", "_rows", "_slow")

    def __init__(self, connection: Connection, driver: Any) -> None:
        self._connection, self._driver = connection, driver
        self._slow: Any = None
        self._result: Any = None
        """That of libpq, where the last statement went straight to it."""
        self._rows: list[Any] | None = None
        self._at = 0

    def execute(self, text: Any, values: Any = None, **more: Any) -> "QuickCursor":
        """Run a statement."""
        self._rows, self._at = None, 0
        self._result = None if more else self._straight(text, values)
        if self._result is None:
            self._psycopg().execute(text, values, **more)
        return self

    def executemany(self, text: Any, rows: Sequence[Any]) -> None:
        """Run a statement for each row."""
        if len(rows) <= MOST_BY_ONE and isinstance(text, str):
            ready = _ready(text, True)
            lines = [] if ready is None else [_told(ready, row) for row in rows]
            if ready is not None and lines and None not in lines and self._is_free():
                for line in lines:
                    self._result = self._run(ready.text, line or ())
                self._rows = None
                return
        self._result = None
        self._psycopg().executemany(text, rows)

    def _straight(self, text: Any, values: Any) -> Any:
        ready = _ready(text, values is not None) if type(text) is str else None
        if ready is None:
            return None
        line = _told(ready, values) if values else ()
        return None if line is None or not self._is_free() else self._run(ready.text, line)

    def _run(self, text: str, line: Sequence[bytes | None]) -> Any:
        return connections.run_prepared(self._connection, self._driver, text, line)

    def _is_free(self) -> bool:
        return bool(self._driver.pgconn.pipeline_status == PipelineStatus.OFF)

    def _psycopg(self) -> Any:
        if self._slow is None:
            self._slow = self._driver.cursor()
        return self._slow

    @property
    def rowcount(self) -> int:
        """How many rows the last statement gave or touched."""
        if self._result is None:
            return int(self._psycopg().rowcount)
        return int(self._result.command_tuples or 0)

    def fetchone(self) -> Any:
        """Return the next row; None after the last."""
        if self._result is None:
            return self._psycopg().fetchone()
        rows, at = self._read(), self._at
        if at >= len(rows):
            return None
        self._at = at + 1
        return rows[at]

    def fetchall(self) -> list[Any]:
        """Return the rows that are left."""
        if self._result is None:
            found: list[Any] = self._psycopg().fetchall()
            return found
        rows, at = self._read(), self._at
        self._at = len(rows)
        return rows[at:] if at else rows

    def __iter__(self) -> Iterator[Any]:
        return iter(self.fetchall())

    def _read(self) -> list[Any]:
        if self._rows is None:
            if not self._result.ntuples:
                self._rows = []
            else:
                reader = Transformer.from_context(self._driver)
                reader.set_pgresult(self._result)
                self._rows = reader.load_rows(0, self._result.ntuples, tuple)
        return self._rows

    def __getattr__(self, name: str) -> Any:
        return getattr(self._psycopg(), name)
