"""One reading of the data for reports: its limit of time, and answers kept as long as nothing behind them has changed.

An answer is kept under the very text and parameters of its statement, which hold the question, its days and the scope of
who asks: people who would be given the same share it. Every write leaves a line in the audit, numbered in the order of
commits; the number of a form's last line is its version, so no answer is ever given that a commit has made old.
"""

import re
import sqlite3
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from sqlalchemy import func, select

from engine.access.query import Record, Row, ScopedQuery
from engine.access.spans import ALWAYS_OPEN
from engine.expressions.sqlite_calls import CALL, FAILS
from engine.problems import Code, Rejected
from engine.store.platform import AUDIT, CHAIN
from engine.store.unit import Unit
from report_engine.nights import LastNight, NightRows, key_of, names_any

PAGE_S = 8.0
EXPORT_S = 60.0
NIGHT_S = 300.0
MOST_CELLS = 2_000_000
"""Values that are kept in all, by a process."""
MOST_NEW = 20_000
STEPS = 20_000
"""SQLite looks at the clock after so many steps of its machine."""
TABLES = re.compile(r"\b[fi]_([a-z][a-z0-9_]*)")
PLATFORM = re.compile(rf"\b(?!{CALL}\b|{FAILS}\b)cc_(?!history\b)")
"""Names a table that no form's version speaks for; functions of formulas are called alike on SQLite."""
TOO_SLOW = Code(
    "report.too_slow",
    zh="计算超过 {seconds} 秒，已停止",
    en="It took more than {seconds} s and was stopped",
    hint_zh="缩短时间范围、减少分组或加筛选条件；也可以导出，导出的时限更长",
    hint_en="Shorten the period, group more coarsely or filter more; an export may take longer",
)
OUT_OF_RANGE = Code(
    "report.out_of_range",
    zh="结果超出了数据库能计算的范围",
    en="The result is beyond what the database can work out",
    hint_zh="检查参与计算的数值，或加筛选条件",
    hint_en="Look at the numbers that go into it, or filter more",
)


class Versions:
    """The version of every form, as one process has seen them grow."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._base = self._upto = -1
        self._last: dict[str, int] = {}

    def at(self, unit: Unit) -> Mapping[str, int] | None:
        """Return the versions in a unit's snapshot; None where others have seen later ones already.

        The version of a form that is not named is the one under "".
        """
        upto = int(unit.connection.execute(select(CHAIN.c.seq)).scalar() or 0)
        with self._lock:
            if upto < self._upto:
                return None
            if self._upto < 0 or upto - self._upto > MOST_NEW:
                self._base, self._last = upto, {}
            elif upto > self._upto:
                new = select(AUDIT.c.form, func.max(AUDIT.c.seq)).where(
                    AUDIT.c.seq > self._upto, AUDIT.c.seq <= upto
                )
                for form, seq in unit.connection.execute(new.group_by(AUDIT.c.form)):
                    self._last[form or ""] = int(seq)
            self._upto = upto
            return {**self._last, "": self._base}


class Kept:
    """Answers of the database, the oldest given up when there are too many."""

    def __init__(self, most: int = MOST_CELLS) -> None:
        self._lock = threading.Lock()
        self._most, self._size = most, 0
        self._rows: OrderedDict[Any, tuple[tuple[int, ...], Sequence[Row], int]] = OrderedDict()
        self.versions = Versions()
        self.hits = 0

    def get(self, key: Any, stamp: tuple[int, ...]) -> Sequence[Row] | None:
        """Return the rows kept for a statement at these versions."""
        with self._lock:
            found = self._rows.get(key)
            if found is None or found[0] != stamp:
                return None
            self._rows.move_to_end(key)
            self.hits += 1
            return found[1]

    def put(self, key: Any, stamp: tuple[int, ...], rows: Sequence[Row]) -> None:
        """Keep rows, unless they are so many that hardly anything else would be."""
        size = 20 + len(rows) * (len(rows[0]) if rows else 1)
        if size > self._most // 10:
            return
        with self._lock:
            old = self._rows.pop(key, None)
            self._size += size - (old[2] if old is not None else 0)
            self._rows[key] = (stamp, rows, size)
            while self._size > self._most:
                _, (_, _, gone) = self._rows.popitem(last=False)
                self._size -= gone


class Reading:
    """A transaction that reports read in: what gates and kinds of question ask for, and nothing else."""

    def __init__(self, unit: Unit, seconds: float = PAGE_S, kept: Kept | None = None) -> None:
        self.unit, self.kept = unit, kept
        self.versions = kept.versions.at(unit) if kept is not None else None
        self.now, self.dialect, self.keys = unit.now, unit.dialect, unit.keys
        self.ran: list[tuple[str, int, float]] = []
        """Text, rows and milliseconds of every statement that the database was given."""
        self.night: NightRows | None = None
        self.months: Any = None
        """`report_engine.rollups.Months`, where roll-ups may answer."""
        self.states: Any = None
        """`report_engine.states.States`, where states of months that are over may answer."""
        self.open_hours: Callable[[], str] = lambda: ALWAYS_OPEN
        """The opening hours that durations in open time go by."""
        self.own: Collection[str] = ()
        """Ids that say who asks: where a statement names one of them, nobody else asks the same."""
        self.is_personal = False
        """Whether one of `own` was named."""
        self.limit(seconds)

    def limit(self, seconds: float) -> None:
        """Let each statement from now on take no longer."""
        self.seconds = seconds
        if self.unit.is_postgres:
            self.unit.cursor.execute(f"SET LOCAL statement_timeout = {max(1, int(seconds * 1000))}")

    def execute(self, scoped: ScopedQuery) -> list[Record]:
        """Return the records of a sealed statement. Rejected where it takes too long."""
        stamp = self._stamp(scoped.text)
        key = (scoped.text, repr(scoped.params))
        rows = self.kept.get(key, stamp) if self.kept is not None and stamp is not None else None
        if self.own and not self.is_personal:
            self.is_personal = names_any(scoped.params, self.own)
        if rows is None and self.night is not None:
            rows = self.night.get(key_of(scoped.text, scoped.params))
            if rows is not None:
                return scoped.read(rows, self.unit.keys)
        if rows is None:
            began = time.perf_counter()
            with self._limited():
                rows = self.unit.fetch(scoped)
            self.ran.append((scoped.text, len(rows), (time.perf_counter() - began) * 1000))
            if self.kept is not None and stamp is not None:
                self.kept.put(key, stamp, rows)
        if self.night is not None:
            self.night.put(key_of(scoped.text, scoped.params), rows)
        return scoped.read(rows, self.unit.keys)

    @contextmanager
    def nightly(self, zone: str) -> Iterator[NightRows]:
        """Let answers come from last night where it asked the same, with the same scope."""
        if self.night is not None:
            yield self.night
            return
        self.night = LastNight(self.unit, zone)
        try:
            yield self.night
        finally:
            self.night = None

    def _stamp(self, text: str) -> tuple[int, ...] | None:
        """Return the versions of the forms that a statement reads; None where they do not tell everything."""
        if self.versions is None or PLATFORM.search(text) is not None:
            return None
        forms = sorted({name.partition("__")[0] for name in TABLES.findall(text)})
        return tuple(self.versions.get(form, self.versions[""]) for form in forms)

    @contextmanager
    def _limited(self) -> Iterator[None]:
        """Stop what takes too long, and say so."""
        driver = self.unit.driver
        if not self.unit.is_postgres:
            until = time.monotonic() + self.seconds
            driver.set_progress_handler(lambda: int(time.monotonic() > until), STEPS)
        try:
            yield
        except psycopg.errors.QueryCanceled:
            raise Rejected(TOO_SLOW.at("", seconds=f"{self.seconds:g}")) from None
        except (psycopg.DataError, sqlite3.OperationalError, OverflowError) as error:
            if "interrupted" in str(error):
                raise Rejected(TOO_SLOW.at("", seconds=f"{self.seconds:g}")) from None
            if isinstance(error, sqlite3.OperationalError) and "overflow" not in str(error):
                raise
            raise Rejected(OUT_OF_RANGE.at("")) from None
        finally:
            if not self.unit.is_postgres:
                driver.set_progress_handler(None, 0)


__all__ = ["EXPORT_S", "NIGHT_S", "OUT_OF_RANGE", "PAGE_S", "TOO_SLOW", "Kept", "Reading", "Versions"]
