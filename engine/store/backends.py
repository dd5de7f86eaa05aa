"""The two databases: how each holds workspaces apart, opens transactions and changes its schema.

SQLite: one file a workspace. PostgreSQL: one schema and one role a workspace; each transaction takes the role and
the search path with SET LOCAL, so neither outlives it and statements stay the same text for every workspace.
"""

import shutil
import sqlite3
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import psycopg
from sqlalchemy import MetaData, create_engine, event, make_url
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine import Connection, Dialect, Engine
from sqlalchemy.exc import ProgrammingError

from engine.definitions.tables import physical_name
from engine.expressions import sqlite_calls
from engine.problems import Code, Rejected
from engine.store.connections import PREPARED, Connections, Held, NothingReady
from engine.store.numbers import FUNCTIONS
from engine.store.platform import append_only, create_platform
from engine.store.turns import Turns

NO_ROLE = Code(
    "store.no_right_to_make_roles",
    zh="数据库账号无权创建工作区角色",
    en="The database account may not create the workspace's role",
    hint_zh="由数据库管理员执行：ALTER ROLE 账号 CREATEROLE",
    hint_en="Have the database administrator run: ALTER ROLE account CREATEROLE",
)

BUSY_MS = 30_000
PREPARED_STATEMENTS = 400
APART = "apart-"
# The space of advisory locks under which those who change the tables of a clinic take turns.
CHANGES = 7234982
"""Folders with copies begin so."""
FORGOTTEN_S = 24 * 3600


@dataclass(frozen=True, slots=True)
class Place:
    """Where one workspace lives: its id, its schema and role (PostgreSQL), its folder (files; SQLite data)."""

    workspace_id: str
    schema: str
    role: str
    folder: Path


class Room(Protocol):
    """An opened workspace of one backend."""

    schema: str | None
    """The PostgreSQL schema; None on SQLite."""
    dialect: Dialect
    """For compiling statements run on the bare driver: positional parameters."""

    def read(self, snapshot: bool) -> AbstractContextManager[Connection]: ...
    def write(self, first: Held | None = None) -> AbstractContextManager[Connection]:
        """Open a writing transaction. `first`: asked along with BEGIN where that can be."""

    def change(self) -> AbstractContextManager[Connection]:
        """Open a transaction that may change tables: as the owner, foreign keys unchecked on SQLite."""

    def apart(self) -> "AbstractContextManager[Room]":
        """Open a room in which a long transaction, taken back in the end, keeps nobody waiting."""

    def granted(self, connection: Connection) -> None:
        """Give the workspace's role its rights on tables made in this transaction."""

    def prepare(self, connection: Connection) -> None:
        """Make the platform tables that are missing."""

    def count_anew(self, table: str, columns: Sequence[str]) -> None:
        """Let the database take a sample of some columns for its plans, unless somebody is at it."""

    def close(self) -> None: ...


class Backend(Protocol):
    """One kind of database for a whole installation."""

    def registry(self) -> AbstractContextManager[Connection]:
        """Open a write transaction on the registry of workspaces."""

    def create(self, place: Place) -> None: ...
    def open(self, place: Place) -> Room: ...
    def close(self) -> None: ...


class SqliteRoom:
    """A workspace in its own file. All writers pass one lock, each in its turn, so none waits inside SQLite."""

    def __init__(self, path: Path, pool_size: int, more: Sequence[MetaData] = ()) -> None:
        self.schema: str | None = None
        self.dialect: Dialect = sqlite_dialect()
        self._connections = Connections(sqlite_engine(path, pool_size), pool_size)
        self._lock = Turns()
        self._path = path
        self._more = more

    def read(self, snapshot: bool) -> AbstractContextManager[Connection]:
        return self._connections.transaction("BEGIN")

    def write(self, first: Held | None = None) -> AbstractContextManager[Connection]:
        return self._connections.transaction("BEGIN IMMEDIATE", self._lock)

    @contextmanager
    def change(self) -> Iterator[Connection]:
        # The pragma does nothing inside a transaction, so changes have a connection of their own.
        connections = Connections(sqlite_engine(self._path, 1, foreign_keys=False), 1)
        try:
            with connections.transaction("BEGIN IMMEDIATE", self._lock) as connection:
                yield connection
        finally:
            connections.close()

    @contextmanager
    def apart(self) -> "Iterator[SqliteRoom]":
        # A file has one writer: whoever keeps it long does so on a copy, gone in the end.
        _clear(self._path.parent)
        with tempfile.TemporaryDirectory(prefix=APART, dir=self._path.parent) as folder:
            path = Path(folder) / self._path.name
            _copy(self._path, path)
            room = SqliteRoom(path, 1, self._more)
            try:
                yield room
            finally:
                room.close()

    def granted(self, connection: Connection) -> None:
        """Nothing to do: whoever can open the file may use its tables."""

    def prepare(self, connection: Connection) -> None:
        create_platform(connection, self._more)

    def count_anew(self, table: str, columns: Sequence[str]) -> None:
        # SQLite plans by the indexes there are.
        pass

    def close(self) -> None:
        self._connections.close()


def _copy(path: Path, to: Path) -> None:
    """Copy a database as it stands at one moment, while others write on."""
    real = f"{path.absolute().as_uri()}?mode=ro"
    with closing(sqlite3.connect(real, uri=True)) as source, closing(sqlite3.connect(to)) as copy:
        copy.execute("PRAGMA synchronous=OFF")
        source.backup(copy)


def _clear(folder: Path) -> None:
    """Take away copies left by processes that were killed."""
    for one in folder.glob(f"{APART}*"):
        if time.time() - one.stat().st_mtime > FORGOTTEN_S:
            shutil.rmtree(one, ignore_errors=True)


def sqlite_engine(path: Path, pool_size: int, foreign_keys: bool = True) -> Engine:
    """Return an engine in autocommit mode on a file: write-ahead log, every commit on disk."""
    engine = create_engine(
        f"sqlite:///{path}",
        isolation_level="AUTOCOMMIT",
        pool_size=pool_size,
        max_overflow=pool_size,
        connect_args={"timeout": BUSY_MS / 1000, "cached_statements": PREPARED_STATEMENTS},
    )

    @event.listens_for(engine, "connect")
    def _prepare(driver: Any, _record: Any) -> None:
        for pragma in (
            # Said before the log is chosen, of a new file only. A commit writes whole pages, most of them little changed: a
            # step of a flow takes 6 % less CPU than with 8 KB; imports and reports the same.
            "page_size=4096",
            "journal_mode=WAL",
            "synchronous=FULL",
            f"foreign_keys={'ON' if foreign_keys else 'OFF'}",
            "temp_store=MEMORY",
            "cache_size=-32000",
            # Pages that change again and again go back to the file once in 32 MB, not once in 4.
            "wal_autocheckpoint=8000",
        ):
            driver.execute(f"PRAGMA {pragma}").close()
        sqlite_calls.register(driver)

    return engine


class SqliteBackend:
    """Workspaces as files below the data folder."""

    def __init__(self, folder: Path, pool_size: int, more: Sequence[MetaData] = ()) -> None:
        self._pool_size = pool_size
        self._more = more
        self._registry = Connections(sqlite_engine(folder / "registry.db", 1), 1)
        self._lock = threading.Lock()

    def registry(self) -> AbstractContextManager[Connection]:
        return self._registry.transaction("BEGIN IMMEDIATE", self._lock)

    def create(self, place: Place) -> None:
        room = self.open(place)
        with room.change() as connection:
            room.prepare(connection)
        room.close()

    def open(self, place: Place) -> SqliteRoom:
        return SqliteRoom(place.folder / "clinic.db", self._pool_size, self._more)

    def close(self) -> None:
        self._registry.close()


class PostgresRoom:
    """A workspace in its own schema, entered with its own role in each transaction."""

    def __init__(self, connections: Connections, place: Place, more: Sequence[MetaData] = ()) -> None:
        self.schema: str | None = place.schema
        self.dialect: Dialect = postgres_dialect()
        self._connections = connections
        self._place = place
        self._more = more
        enter = f'SET LOCAL ROLE "{place.role}"; SET LOCAL search_path TO "{place.schema}"'
        self._read = f"BEGIN READ ONLY; {enter}"
        # What is asked of a snapshot is large and seldom the same: a plan for the values given beats one kept for all.
        self._snapshot = (
            f"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; {enter};"
            " SET LOCAL plan_cache_mode = force_custom_plan"
        )
        self._write = f"BEGIN; {enter}"
        owner = f"SET LOCAL search_path TO \"{place.schema}\"; SET LOCAL lock_timeout TO '500ms'"
        self._owner = f"BEGIN; {owner}"
        # In turn, and without a limit to the wait: two that grant at once on the same tables would fail.
        turn = f"SELECT pg_advisory_xact_lock({CHANGES}, hashtext('{place.schema}'))"
        self._change = f"BEGIN; {turn}; {owner}"

    def read(self, snapshot: bool) -> AbstractContextManager[Connection]:
        return self._connections.transaction(self._snapshot if snapshot else self._read)

    def write(self, first: Held | None = None) -> AbstractContextManager[Connection]:
        return self._connections.transaction(self._write, first=first)

    @contextmanager
    def change(self) -> Iterator[Connection]:
        with self._connections.transaction(self._change) as connection:
            # After an ALTER or DROP psycopg has the server forget whatever statements are ready.
            connection.info[PREPARED] = NothingReady()
            try:
                yield connection
            finally:
                connection.info.pop(PREPARED, None)

    @contextmanager
    def apart(self) -> "Iterator[PostgresRoom]":
        # Writers wait for the same rows only.
        yield self

    def granted(self, connection: Connection) -> None:
        schema, role = self._place.schema, self._place.role
        everything = "SELECT, INSERT, UPDATE, DELETE"
        connection.exec_driver_sql(f'GRANT {everything} ON ALL TABLES IN SCHEMA "{schema}" TO "{role}"')
        for table in append_only(self._more):
            connection.exec_driver_sql(f'REVOKE UPDATE, DELETE ON "{schema}".{table} FROM "{role}"')

    def prepare(self, connection: Connection) -> None:
        create_platform(connection, self._more)
        driver: Any = connection.connection.driver_connection
        for function in FUNCTIONS:
            driver.execute(function)
        self.granted(connection)

    def count_anew(self, table: str, columns: Sequence[str]) -> None:
        named = ", ".join(f'"{column}"' for column in columns)
        # Only the owner may.
        with self._connections.transaction(self._owner) as connection:
            connection.exec_driver_sql(f'ANALYZE (SKIP_LOCKED) "{self.schema}"."{table}" ({named})')

    def close(self) -> None:
        """Nothing to do: the pool belongs to the installation."""


class PostgresBackend:
    """Workspaces as schemas of one database; the registry in the schema `clinicraft`."""

    def __init__(self, url: str, pool_size: int, more: Sequence[MetaData] = ()) -> None:
        self._more = more
        engine = create_engine(
            make_url(url).set(drivername="postgresql+psycopg"),
            isolation_level="AUTOCOMMIT",
            pool_size=pool_size,
            max_overflow=pool_size,
            pool_pre_ping=False,
            pool_recycle=1800,
            # Short statements: just-in-time compiling costs more than it gives.
            connect_args={"prepare_threshold": 3, "options": "-c jit=off -c TimeZone=UTC"},
        )

        @event.listens_for(engine, "connect")
        def _prepare(driver: Any, _record: Any) -> None:
            driver.prepared_max = PREPARED_STATEMENTS

        self._connections = Connections(engine, pool_size)

    def registry(self) -> AbstractContextManager[Connection]:
        begin = "BEGIN; SELECT pg_advisory_xact_lock(7234981); CREATE SCHEMA IF NOT EXISTS clinicraft"
        return self._connections.transaction(f"{begin}; SET LOCAL search_path TO clinicraft")

    def create(self, place: Place) -> None:
        room = self.open(place)
        with room.change() as connection:
            try:
                connection.exec_driver_sql(f'CREATE ROLE "{place.role}" NOLOGIN')
                connection.exec_driver_sql(f'GRANT "{place.role}" TO CURRENT_USER')
            except ProgrammingError as error:
                if isinstance(error.orig, psycopg.errors.InsufficientPrivilege):
                    raise Rejected(NO_ROLE.at("")) from error
                raise
            connection.exec_driver_sql(f'CREATE SCHEMA "{place.schema}"')
            connection.exec_driver_sql(f'GRANT USAGE ON SCHEMA "{place.schema}" TO "{place.role}"')
            room.prepare(connection)

    def open(self, place: Place) -> PostgresRoom:
        return PostgresRoom(self._connections, place, self._more)

    def close(self) -> None:
        self._connections.close()


def postgres_dialect() -> Dialect:
    """Return the dialect that compiles for bare psycopg cursors."""
    made: Dialect = PGDialect_psycopg(paramstyle="format")  # type: ignore[no-untyped-call]  # SQLAlchemy's own
    return made


def sqlite_dialect() -> Dialect:
    """Return the dialect that compiles for bare sqlite3 cursors."""
    return SQLiteDialect_pysqlite(paramstyle="qmark")


def schema_name(key: str, workspace_id: str) -> str:
    """Return the schema of a workspace: readable, and never that of an archived one with the same key."""
    return physical_name(f"ws_{key}_{workspace_id[-8:]}")
