"""Open connections kept at hand, and transactions on them run by hand.

SQLAlchemy's pool resets a connection each time it comes back, which costs as much as a small statement. A connection
whose transaction ended well needs none of that; any other one goes back to SQLAlchemy, which resets or drops it.

Likewise statements that are run all the time go straight to libpq: a cursor of psycopg costs more than most of them do.
"""

import re
import sqlite3
import time
from collections import deque
from collections.abc import Sequence
from contextlib import AbstractContextManager
from itertools import count
from types import TracebackType
from typing import Any, Final

import psycopg
from psycopg.pq import ConnStatus, ExecStatus
from sqlalchemy.engine import Connection, Engine

_WELL = (ExecStatus.COMMAND_OK, ExecStatus.TUPLES_OK)
MOST_AGE_S = 1800.0
"""Firewalls forget connections that live on for hours."""
MOST_PREPARED = 300
"""Statements kept ready on one connection; further ones are worked out anew each time."""
TIMES_BEFORE = 2
"""How often a statement runs on a connection before it is kept ready."""
PREPARED: Final = "clinicraft.prepared"
"""Where a connection keeps the names of its statements; taken away when its server forgets them."""
_names = count()
_SIMPLE = re.compile(r"[A-Za-z0-9_:.-]*")
"""Text that may stand between quotes as it is."""


class NothingReady(dict[str, bytes | int]):
    """The ready statements of a connection that changes tables: none, and none is made ready."""

    def __setitem__(self, sql: str, name: bytes | int) -> None:
        """Forget it."""


class Connections:
    """The connections of one engine in autocommit mode, at most `most` of them idle."""

    def __init__(self, engine: Engine, most: int) -> None:
        self.engine = engine
        self._most = most
        self.most_dead = 3 * most + 1
        """How many connections may be found dead before the server is held to be gone."""
        self._idle: deque[tuple[Connection, Any, float]] = deque()

    def transaction(
        self, begin: str, lock: AbstractContextManager[Any] | None = None, first: "Held | None" = None
    ) -> AbstractContextManager[Connection]:
        """Return one transaction, begun as told, with `lock` held: what BEGIN and COMMIT are is what we say.

        `first`: asked along with BEGIN where that can be.
        """
        return _Transaction(self, begin, lock, first)

    def take(self) -> tuple[Connection, Any, float]:
        """Return a connection, that of the driver below it, and since when it is open."""
        while True:
            try:
                found = self._idle.pop()
            except IndexError:
                made = self.engine.connect()
                return made, made.connection.driver_connection, time.monotonic()
            if time.monotonic() - found[2] < MOST_AGE_S:
                return found
            found[0].invalidate()
            found[0].close()

    def give(self, connection: Connection, driver: Any, since: float) -> None:
        """Take back a connection that no transaction is open on."""
        if connection.in_transaction():
            # Only SQLAlchemy believes so: it notes a transaction at the first statement, and ends it in the same way.
            connection.commit()
        if len(self._idle) < self._most:
            self._idle.append((connection, driver, since))
        else:
            connection.close()

    def close(self) -> None:
        """Close all that are idle, and the engine."""
        while self._idle:
            self._idle.pop()[0].close()
        self.engine.dispose()


class Held:
    """A statement that runs on PostgreSQL behind another one, which holds rows: it sees what was committed until then.

    Parameters are `$1`, `$2` … . Where a unit is opened with it, it goes out along with BEGIN.
    """

    __slots__ = ("held", "hold", "result", "sql", "values")

    def __init__(self, hold: str, held: Sequence[str], sql: str, values: Sequence[str]) -> None:
        self.hold, self.held, self.sql, self.values = hold, held, sql, values
        self.result: Any = None
        """That of libpq, once it was asked."""


class _Transaction(AbstractContextManager[Connection]):
    """One transaction; a class, since it is opened for every request."""

    __slots__ = ("_begin", "_connection", "_connections", "_driver", "_first", "_lock", "_since")

    def __init__(
        self,
        connections: Connections,
        begin: str,
        lock: AbstractContextManager[Any] | None,
        first: Held | None,
    ) -> None:
        self._connections, self._begin, self._lock, self._first = connections, begin, lock, first

    def __enter__(self) -> Connection:
        if self._lock is not None:
            self._lock.__enter__()
        try:
            self._connection = self._begun()
        except BaseException:
            self._unlock()
            raise
        return self._connection

    def _begun(self) -> Connection:
        """Return a connection on which the transaction has begun.

        One that lay idle while the server went away is found dead now: nothing was done on it, so another will do.
        """
        for left in reversed(range(self._connections.most_dead)):
            connection, driver, self._since = self._connections.take()
            self._driver = driver
            try:
                words = None if self._first is None else _executed(connection, self._first)
                if self._first is None or words is None:
                    run_words(driver, self._begin)
                else:
                    self._first.result = run_words(driver, f"{self._begin}; {words}")
            except psycopg.OperationalError:
                is_dead = driver.pgconn.status != ConnStatus.OK
                connection.invalidate()
                connection.close()
                if not (is_dead and left):
                    raise
            except BaseException:
                connection.close()
                raise
            else:
                return connection
        raise AssertionError("unreachable")

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            is_well = False
            try:
                run_words(self._driver, "COMMIT" if kind is None else "ROLLBACK")
                is_well = kind is None
            finally:
                if is_well:
                    self._connections.give(self._connection, self._driver, self._since)
                else:
                    self._connection.close()
        finally:
            self._unlock()

    def _unlock(self) -> None:
        if self._lock is not None:
            self._lock.__exit__(None, None, None)


def run_words(driver: Any, sql: str) -> Any:
    """Begin or end a transaction; return libpq's result of the last of several statements."""
    if type(driver) is sqlite3.Connection:
        return driver.execute(sql)
    # Straight to libpq: a cursor for each BEGIN and COMMIT costs more than the words themselves.
    result = driver.pgconn.exec_(sql.encode())
    return result if result.status in _WELL else _checked(driver, result)


def plain(values: Sequence[Any]) -> list[bytes | None] | None:
    """Return values as `run_prepared` takes them; None where one of them is no text, whole number or blank.

    PostgreSQL finds out by itself what they stand for.
    """
    found: list[bytes | None] = []
    add = found.append
    for value in values:
        kind = type(value)
        if kind is str:
            if "\0" in value:
                # libpq would cut it off there without a word.
                raise psycopg.DataError("PostgreSQL text cannot contain NUL (0x00) bytes")
            add(value.encode())
        elif value is None:
            add(None)
        elif kind is int:
            add(b"%d" % value)
        else:
            return None
    return found


def run_prepared(connection: Connection, driver: Any, sql: str, values: Sequence[bytes | None]) -> Any:
    """Run a statement with parameters `$1`, `$2` … on PostgreSQL, kept ready on the connection; return libpq's result."""
    known: dict[str, bytes | int] = connection.info.setdefault(PREPARED, {})
    name = known.get(sql, 0)
    if type(name) is int:
        if name < TIMES_BEFORE or len(known) > MOST_PREPARED:
            if len(known) > MOST_PREPARED:
                _make_room(driver, known)
            # A new connection has no time to prepare anything while others wait for the row that it holds.
            known[sql] = name + 1
            return _checked(driver, driver.pgconn.exec_params(sql.encode(), values))
        name = b"cc_%d" % next(_names)
        _checked(driver, driver.pgconn.prepare(name, sql.encode()))
        known[sql] = name
    return _checked(driver, driver.pgconn.exec_prepared(name, values))


def _make_room(driver: Any, known: dict[str, bytes | int]) -> None:
    """Forget statements that ran once or twice, or, where that is not enough, all: those in use are soon ready again."""
    for sql in [sql for sql, name in known.items() if type(name) is int]:
        del known[sql]
    if len(known) > MOST_PREPARED * 2 // 3:
        words = "; ".join(f"DEALLOCATE {name.decode()}" for name in known.values() if type(name) is bytes)
        known.clear()
        run_words(driver, words)


def run_behind(connection: Connection, driver: Any, asked: Held) -> Any:
    """Run a statement behind its holding one, in one trip once both are kept ready; return what `run_prepared` does."""
    words = _executed(connection, asked)
    if words is not None:
        return run_words(driver, words)
    run_prepared(connection, driver, asked.hold, plain(asked.held) or ())
    return run_prepared(connection, driver, asked.sql, plain(asked.values) or ())


def _executed(connection: Connection, asked: Held) -> str | None:
    """Return the words that run both statements; None unless both are kept ready and their values plain."""
    known = connection.info.get(PREPARED, {})
    ready, after = known.get(asked.hold), known.get(asked.sql)
    if type(ready) is not bytes or type(after) is not bytes:
        return None
    held, values = asked.held, asked.values
    if not all(map(_SIMPLE.fullmatch, (*held, *values))):
        return None
    return f"EXECUTE {ready.decode()}({_quoted(held)}); EXECUTE {after.decode()}({_quoted(values)})"


def _quoted(values: Sequence[str]) -> str:
    return "'" + "','".join(values) + "'"


def _checked(driver: Any, result: Any) -> Any:
    """Return a result that is well; else raise what it says."""
    if result.status in _WELL:
        return result
    if driver.pgconn.status != ConnStatus.OK:
        raise psycopg.OperationalError(driver.pgconn.get_error_message())
    raise psycopg.errors.error_from_result(result)
