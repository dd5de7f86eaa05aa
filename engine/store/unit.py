"""The unit of work: one transaction in which records, history, audit and events are written together."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from functools import lru_cache
from itertools import count
from typing import TYPE_CHECKING, Any, Protocol

import psycopg
from msgspec import Struct
from sqlalchemy.engine import Connection

from engine.access.query import Record, Row, ScopedQuery, ScopedWrite
from engine.definitions.tables import FormTables
from engine.ids import new_id
from engine.problems import NotFound
from engine.store import connections, numbers, sql
from engine.store.codec import encode_json
from engine.store.cursors import QuickCursor, told
from engine.store.history import NO_RECORD, HistoryEntry, read_history
from engine.store.platform import instant
from engine.store.records import Earlier, RecordWriter
from engine.store.undo import UndoReport, WriteFor, undo_batch

if TYPE_CHECKING:
    from engine.store.crypto import WorkspaceKeys
    from engine.store.workspaces import Workspace


MOST_JOINED = 3
"""Rows of one statement that are written along with other statements."""
_NOTHING: AbstractContextManager[Any] = nullcontext()


class Cause(Struct, frozen=True, gc=False):
    """Why a transaction writes. `kind`: user, import, flow, api, system; `by`: user id; `batch_id` can be undone as one."""

    kind: str
    by: str | None = None
    request_id: str | None = None
    batch_id: str | None = None


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One line of the audit, chained when the unit closes."""

    action: str
    form: str | None = None
    record_id: str | None = None
    details: Mapping[str, Any] | None = None


@lru_cache(maxsize=512)
def _joined(texts: tuple[str, ...]) -> str:
    """Return one PostgreSQL statement that does what several do; how many rows it tells is the last one's."""
    numbers = count(1)
    *before, last = [re.sub("%s", lambda _: f"${next(numbers)}", text) for text in texts]
    steps = ", ".join(f"w{at} AS ({text})" for at, text in enumerate(before))
    return f"WITH {steps} {last}" if steps else last


class AfterWrite(Protocol):
    """Called after each record write in the same transaction, e.g. to bring rollups up to date.

    `old` and `new` are the records before and after; None where there is none.
    """

    def __call__(self, unit: "Unit", form: str, old: Record | None, new: Record | None) -> None: ...


class Unit:
    """An open transaction on one connection. Nothing is committed until the block that opened it ends.

    Records are read and written only through statements sealed by `engine.access`.
    """

    def __init__(self, workspace: "Workspace", connection: Connection, cause: Cause) -> None:
        self.workspace = workspace
        self.connection = connection
        self.cause = cause
        self.now = workspace.clock.now()
        self.now_text = instant(self.now)
        self.is_postgres = workspace.is_postgres
        driver: Any = connection.connection.driver_connection
        self.driver = driver
        self.after_write: tuple[AfterWrite, ...] = workspace.after_write
        self.has_news = False
        """Whether it leaves events or jobs that are due."""
        self._audit: list[AuditEntry] = []
        self._events: list[list[Any]] = []
        self._last: list[Callable[[], None]] = []
        self.afterwards: list[Callable[[], None]] = []
        """What `when_done` was given."""
        self._late: list[tuple[str, Sequence[Any]]] = []
        self._depth = 0
        self._unsaid: str | None = None
        """The release of a savepoint that PostgreSQL has not been told yet."""
        self._floor = 0
        """How many events were there when the innermost savepoint was opened: only later ones go with it."""
        self.cursor: Any = QuickCursor(connection, driver) if self.is_postgres else driver.cursor()
        """Runs statements, parameters as the driver writes them."""

    @property
    def dialect(self) -> str:
        """ "sqlite" or "postgresql"."""
        return self.workspace.dialect

    @property
    def keys(self) -> "WorkspaceKeys":
        """The workspace's keys, with which the gate looks for encrypted values."""
        return self.workspace.keys

    def execute(self, scoped: ScopedQuery) -> list[Record]:
        """Return the records a sealed query gives."""
        return scoped.read(self.fetch(scoped), self.workspace.keys)

    def fetch(self, scoped: ScopedQuery) -> list[Row]:
        """Return the rows of a sealed query as the driver gives them, for whoever keeps them; `scoped.read` reads them."""
        self._sealed(scoped, ScopedQuery)
        self.cursor.execute(scoped.text, scoped.params)
        rows: list[Row] = self.cursor.fetchall()
        return rows

    def insert(self, write: ScopedWrite, values: Mapping[str, Any], record_id: str | None = None) -> Record:
        """Create a record of Python values with its history, audit and event; return it."""
        return self._writer(write, "insert").insert(values, record_id or new_id())

    def insert_many(
        self,
        write: ScopedWrite,
        rows: Sequence[Mapping[str, Any]],
        past: Mapping[str, Sequence[Earlier]] | None = None,
    ) -> list[str]:
        """Create many records at once, history included; return their ids. One audit line and event for all.

        A row may bring its own `id`. `past`: by id, the moments that a record went through, its making first.
        """
        return self._writer(write, "insert").insert_many(rows, past) if rows else []

    def load(self, write: ScopedWrite, record_id: str) -> Record:
        """Return a whole record that the write reaches, others waiting until this unit ends. NotFound otherwise."""
        return self._writer(write).load(write, record_id)

    def merge(
        self, write: ScopedWrite, record: Record, revision: int, given: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Return the values to write on a loaded record that may have changed since `revision`.

        Fields nobody else touched merge; a field that someone set to another value clashes. Conflict: all clashes,
        each with params field, yours, theirs.
        """
        return self._writer(write, "update").merge(record, revision, given)

    def update(self, write: ScopedWrite, record: Record, values: Mapping[str, Any]) -> Record:
        """Write what differs from the loaded record; return it as it is now."""
        return self._writer(write, "update").update(record, values)

    def delete(self, write: ScopedWrite, record: Record) -> Record:
        """Move a loaded record into the recycle bin."""
        return self._writer(write, "delete").bin(record, into=True)

    def restore(self, write: ScopedWrite, record: Record) -> Record:
        """Take a loaded record out of the recycle bin. Rejected where a unique value was taken meanwhile."""
        return self._writer(write, "restore").bin(record, into=False)

    def purge(self, write: ScopedWrite, record: Record) -> None:
        """Remove a loaded record for good; only its history stays."""
        self._writer(write, "purge").purge(record)

    def history(self, visible: ScopedQuery, tables: FormTables, record_id: str) -> list[HistoryEntry]:
        """Return the changes of a record, newest first. NotFound unless the sealed query finds the record."""
        if not any(record.get("id") == record_id for record in self.execute(visible)):
            raise NotFound(NO_RECORD.at(""))
        return read_history(self, self.workspace.codec(tables), record_id)

    def undo(self, write_for: WriteFor, batch_id: str) -> UndoReport:
        """Take back all of a batch that nobody has changed since; `write_for(form, verb)` gives the rights to."""
        return undo_batch(self, write_for, batch_id)

    def next_numbers(self, series: str, scope: str = "", count: int = 1) -> list[int]:
        """Return the next numbers of a series without waiting for anyone; a failed save may leave gaps."""
        return numbers.fast(self, series, scope, count)

    def raise_number(self, series: str, scope: str, at_least: int) -> None:
        """Make the next number of a series be above `at_least`, for numbers that came from elsewhere."""
        numbers.raise_to(self, series, scope, at_least)

    def next_gapless(self, series: str, scope: str = "") -> int:
        """Return the next number without gaps; call it last, others of the series wait until this unit ends."""
        return numbers.gapless(self, series, scope)

    def audit(
        self,
        action: str,
        form: str | None = None,
        record_id: str | None = None,
        details: Mapping[str, Any] | None = None,
    ) -> None:
        """Note who did what; written and chained at the end of the transaction."""
        self._audit.append(AuditEntry(action, form, record_id, details))

    def emit(self, kind: str, form: str | None, record_id: str | None, body: Mapping[str, Any]) -> str:
        """Put an event into the outbox; return its id. The dispatcher takes it up after the commit."""
        event_id = new_id()
        self._events.append([event_id, self.now_text, kind, form, record_id, encode_json(body).decode()])
        return event_id

    def at_last(self, do: Callable[[], None]) -> None:
        """Run `do` just before the commit, after all record writes."""
        self._last.append(do)

    def when_done(self, do: Callable[[], None]) -> None:
        """Run `do` once the commit is through; not where what was written is taken back. It must not fail or write."""
        self.afterwards.append(do)

    def late(self, statement: str, row: Sequence[Any]) -> None:
        """Run one of the store's own statements with what is written just before the commit, in one trip.

        It must touch no row of another statement, and nobody may look for what it does before that.
        """
        self._late.append((statement, row))

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Take back only this block when it raises; the unit goes on."""
        marks = len(self._audit), len(self._events), len(self._last), len(self._late), len(self.afterwards)
        # Each depth has its name, so that an outer block never takes an inner one's savepoint for its own.
        depth, floor, name = self._depth, self._floor, f"unit_step_{self._depth}"
        self._words(self._unsaid, f"SAVEPOINT {name}")
        self._depth, self._floor = depth + 1, marks[1]
        try:
            yield
        except BaseException:
            self._depth, self._floor = depth, floor
            # What was not said yet of blocks inside goes with them.
            self._words(None, f"ROLLBACK TO SAVEPOINT {name}", f"RELEASE SAVEPOINT {name}")
            del self._audit[marks[0] :], self._events[marks[1] :], self._last[marks[2] :]
            del self._late[marks[3] :], self.afterwards[marks[4] :]
            raise
        self._depth, self._floor = depth, floor
        if self.is_postgres:
            # Said with the next savepoint, or never: the end of what is around it releases it too.
            self._unsaid = f"RELEASE SAVEPOINT {name}"
        else:
            self._words(None, f"RELEASE SAVEPOINT {name}")

    def _words(self, *words: str | None) -> None:
        self._unsaid = None
        # Not by a cursor: psycopg would have the server forget all statements that are ready after each ROLLBACK.
        if self.is_postgres:
            connections.run_words(self.driver, "; ".join(one for one in words if one))
            return
        for one in words:
            if one:
                connections.run_words(self.driver, one)

    def _writer(self, write: ScopedWrite, verb: str | None = None) -> RecordWriter:
        self._sealed(write, ScopedWrite)
        if verb is not None and write.verb != verb:
            raise TypeError(f"the right to {write.verb} does not allow to {verb}")
        return RecordWriter(self, self.workspace.codec(write.tables))

    def flush(self) -> None:
        """Write what waits for the end: late numbers, events, then the audit with its chain."""
        for do in self._last:
            do()
        late: dict[str, list[Sequence[Any]]] = {}
        for statement, row in self._late:
            late.setdefault(statement, []).append(row)
        writes: list[tuple[str, Sequence[Sequence[Any]]]] = [*late.items()]
        if self._events:
            self.has_news = True
            writes.append((sql.insert_events(self.workspace.room.dialect), self._events))
        if self._audit:
            writes += self._audit_writes()
        if writes:
            self.batch(writes, frozenset(text for text, _ in writes))
        self._last, self._events, self._audit, self._late = [], [], [], []

    def _audit_writes(self) -> list[tuple[str, list[list[Any]]]]:
        dialect, cause = self.workspace.room.dialect, self.cause
        # The head is locked last, so a transaction never waits for anything while it holds it.
        self.cursor.execute(sql.lock_head(dialect))
        seq, head = self.cursor.fetchone()
        rows = []
        for entry in self._audit:
            seq += 1
            details = None if entry.details is None else encode_json(entry.details).decode()
            row = [seq, self.now_text, cause.by, cause.kind, entry.action, entry.form, entry.record_id]
            row += [cause.request_id, details]
            head = sql.chain_hash(self.workspace.keys.chain, head, row)
            rows.append([*row, head])
        return [(sql.insert_audit(dialect), rows), (sql.move_head(dialect), [[seq, head]])]

    def many(self, statement: str, rows: Sequence[Sequence[Any]]) -> None:
        """Run one of the store's own statements for each row."""
        if len(rows) == 1:
            self.cursor.execute(statement, rows[0])
        elif rows:
            self.cursor.executemany(statement, rows)

    def batch(
        self, writes: Sequence[tuple[str, Sequence[Sequence[Any]]]], apart: frozenset[str] = frozenset()
    ) -> int:
        """Run statements of which only the last one's count of rows matters, in one trip to the database; return it.

        `apart`: statements that never touch a row of another one: those of a few rows become one with the last, since on
        PostgreSQL a statement costs more than what it does.
        """
        if not self.is_postgres:
            cursor = self.cursor
            for statement, rows in writes:
                if len(rows) == 1:
                    cursor.execute(statement, rows[0])
                else:
                    self.many(statement, rows)
            return int(cursor.rowcount)
        joined = [
            (text, row) for text, rows in writes if len(rows) <= MOST_JOINED and text in apart for row in rows
        ]
        others = [(text, rows) for text, rows in writes if len(rows) > MOST_JOINED or text not in apart]
        if not joined or others[-1:] == [writes[-1]]:
            joined, others = [], [*writes]
        if others:
            with self.together():
                for statement, rows in others:
                    self.many(statement, rows)
        if not joined:
            return int(self.cursor.rowcount)
        text = _joined(tuple(text for text, _ in joined))
        values = [value for _, row in joined for value in row]
        given = told(values)
        if given is not None:
            result = connections.run_prepared(self.connection, self.driver, text, given)
            return int(result.command_tuples or 0)
        raw = psycopg.RawCursor(self.driver)
        raw.execute(text, values)
        return int(raw.rowcount)

    def first_text(self, statement: str, values: Sequence[str]) -> str | None:
        """Return the text that is the first value of the first row of one of the store's own statements; None for no row.

        On PostgreSQL its parameters are `$1`, `$2` … .
        """
        if not self.is_postgres:
            row = self.cursor.execute(statement, values).fetchone()
            return None if row is None else row[0]
        given = connections.plain(values) or ()
        result = connections.run_prepared(self.connection, self.driver, statement, given)
        return result.get_value(0, 0).decode() if result.ntuples else None

    def first_text_behind(self, asked: connections.Held) -> str | None:
        """Return the same of a statement that runs when another one, which holds rows, has ended. On PostgreSQL only."""
        result, asked.result = asked.result, None
        if result is None:
            result = connections.run_behind(self.connection, self.driver, asked)
        return result.get_value(0, 0).decode() if result.ntuples else None

    def events_so_far(self) -> list[tuple[str, list[list[Any]]]]:
        """Return the statement that writes the events emitted so far, for whoever writes now anyway; they are then theirs to write."""
        rows = self._events[self._floor :]
        if not rows:
            return []
        del self._events[self._floor :]
        self.has_news = True
        return [(sql.insert_events(self.workspace.room.dialect), rows)]

    def together(self) -> AbstractContextManager[Any]:
        """Send what is executed in this block in one trip; nothing may be fetched or counted before it ends."""
        return self.driver.pipeline() if self.is_postgres else _NOTHING

    def load_rows(self, copy: str, insert: str, rows: Iterable[Sequence[Any]]) -> None:
        """Bring many rows into a table the fastest way the driver has."""
        if not self.is_postgres:
            self.cursor.executemany(insert, rows)
            return
        with self.cursor.copy(copy) as into:
            for row in rows:
                into.write_row(row)

    @staticmethod
    def _sealed(given: object, kind: type) -> None:
        if type(given) is not kind:
            raise TypeError(f"the store runs what engine.access sealed, not {type(given).__name__}")
