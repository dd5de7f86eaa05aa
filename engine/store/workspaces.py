"""The installation and its workspaces: one clinic each, with its own data, files, keys and role, never mixed."""

import json
import re
import threading
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar, Token
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

from sqlalchemy import Column, Index, MetaData, Table, Text, inspect, select, text
from sqlalchemy.engine import Connection, RowMapping

from engine.clock import Clock, SystemClock
from engine.definitions.tables import FormTables, Tables
from engine.ids import new_id
from engine.problems import Code, Conflict, NotFound, Rejected
from engine.schema import KEY_PATTERN
from engine.store.backends import Backend, Place, PostgresBackend, Room, SqliteBackend, schema_name
from engine.store.codec import Codec
from engine.store.connections import Held
from engine.store.crypto import Keyring, WorkspaceKeys
from engine.store.platform import PLATFORM, instant, missing_columns
from engine.store.unit import AfterWrite, Cause, Unit

NO_WORKSPACE = Code(
    "store.no_workspace",
    zh="没有名为“{key}”的诊所工作区",
    en="There is no workspace “{key}”",
    hint_zh="请检查网址或诊所代码",
    hint_en="Check the address or the clinic's code",
)
WORKSPACE_TAKEN = Code(
    "store.workspace_taken",
    zh="诊所代码“{key}”已被使用",
    en="The workspace key “{key}” is taken",
    hint_zh="换一个代码，或先归档原工作区",
    hint_en="Take another key, or archive the old workspace first",
)
BAD_WORKSPACE_KEY = Code(
    "store.bad_workspace_key",
    zh="诊所代码“{key}”不可用：以小写字母开头，只含小写字母、数字和下划线，最多 63 位",
    en="“{key}” cannot be a workspace key: a lower-case letter, then letters, digits and underscores, up to 63",
    hint_zh="例如：smile_dental",
    hint_en="For example: smile_dental",
)

MOST_CODECS = 1000
"""Forms of a few app versions; old versions are forgotten beyond this."""

_HELD: ContextVar[str | None] = ContextVar("clinicraft_held_unit", default=None)

REGISTRY = MetaData()
WORKSPACES = Table(
    "cc_workspaces",
    REGISTRY,
    Column("id", Text, primary_key=True),
    Column("key", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("zone", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("archived_at", Text),
    Index(
        "ux_cc_workspaces_key",
        "key",
        unique=True,
        sqlite_where=text("state = 'active'"),
        postgresql_where=text("state = 'active'"),
    ),
)


class NestedUnitError(RuntimeError):
    """A bug: a second connection was asked for while one is held. It would deadlock a full pool."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Where an installation keeps its things. Without `database_url`: SQLite files in `data_dir`."""

    data_dir: Path
    database_url: str | None = None
    pool_size: int = 10
    clock: Clock = field(default_factory=SystemClock)
    zone: str = "Asia/Shanghai"
    """Time zone of new workspaces."""
    more_tables: tuple[MetaData, ...] = ()
    """Platform tables of parts above the store, e.g. of flows; made in every workspace."""


@dataclass(frozen=True, slots=True)
class WorkspaceInfo:
    """A row of the registry. `name` in both languages; `state`: active, archived."""

    workspace_id: str
    key: str
    name: Mapping[str, str]
    zone: str
    state: str
    created_at: str


class Workspace:
    """One clinic. Everything of it is reached through units, and nothing of another."""

    def __init__(
        self, info: WorkspaceInfo, room: Room, keys: WorkspaceKeys, folder: Path, clock: Clock
    ) -> None:
        self.info = info
        self.key = info.key
        self.workspace_id = info.workspace_id
        self.zone = info.zone
        self.room = room
        self.is_postgres = room.dialect.name == "postgresql"
        self.keys = keys
        self.folder = folder
        self.files = folder / "files"
        self.clock = clock
        self.branch_zones: Mapping[str, str] = {}
        """Branches whose time zone is not the workspace's: branch id → zone name."""
        self.after_write: tuple[AfterWrite, ...] = ()
        """What follows each record write in its transaction, e.g. rollups; set by composition."""
        self.on_news: Callable[[], None] = lambda: None
        """Called after a commit that left work for others: events to hand out, jobs to do. Only a hint."""
        self._codecs: dict[FormTables, Codec] = {}

    @property
    def dialect(self) -> str:
        """ "sqlite" or "postgresql"."""
        return self.room.dialect.name

    def read(self, snapshot: bool = False) -> AbstractContextManager[Unit]:
        """Open a reading unit: one read-only transaction. `snapshot`: all statements see one moment."""
        return _Opened(self, self.room.read(snapshot), Cause("system"))

    def write(self, cause: Cause, first: Held | None = None) -> AbstractContextManager[Unit]:
        """Open a writing unit: committed when the block ends, rolled back when it raises.

        `first`: what it will ask first (`Unit.first_text_behind`), for PostgreSQL to hear in the same trip as BEGIN.
        """
        return _Opened(self, self.room.write(first), cause)

    def zone_of(self, branch_id: str | None) -> str:
        """Return the time zone whose days count for a branch."""
        return self.branch_zones.get(branch_id, self.zone) if branch_id else self.zone

    def count_anew(self, tables: FormTables, keys: Collection[str]) -> None:
        """Have the database look at what the table holds in these fields now, so that it plans by that.

        PostgreSQL does so by itself within a minute or two, which is late where rows come in by the thousand a second.
        """
        # Every question says that it wants no deleted ones.
        looked_at = {"deleted_at", *keys}
        columns = [c.name for c in tables.table.columns if c.key.partition("__")[0] in looked_at]
        self.room.count_anew(tables.table.name, columns)

    def codec(self, tables: FormTables) -> Codec:
        """Return the codec of a form's tables; worked out once."""
        found = self._codecs.get(tables)
        if found is None:
            if len(self._codecs) > MOST_CODECS:
                self._codecs.clear()
            found = self._codecs[tables] = Codec(tables, self.room.dialect, lambda: self.keys)
        return found

    @contextmanager
    def change(self) -> Iterator[Connection]:
        """Open a transaction that may change tables; for change plans and start-up only."""
        with holding(self.key), self.room.change() as connection:
            yield connection
            self.room.granted(connection)

    def create_tables(self, tables: Tables) -> None:
        """Create the tables of forms that do not exist yet; existing ones stay as they are (see `changes`)."""
        with self.change() as connection:
            tables.metadata.create_all(connection)

    def close(self) -> None:
        """Give back the connections."""
        self.room.close()


class _Opened(AbstractContextManager[Unit]):
    """A unit on its way from BEGIN to COMMIT; a class, since one is opened for every request."""

    __slots__ = ("_cause", "_held", "_opened", "_unit", "_workspace")

    def __init__(
        self, workspace: Workspace, opened: AbstractContextManager[Connection], cause: Cause
    ) -> None:
        self._workspace, self._opened, self._cause = workspace, opened, cause

    def __enter__(self) -> Unit:
        self._held = _hold(self._workspace.key)
        try:
            connection = self._opened.__enter__()
            try:
                self._unit = Unit(self._workspace, connection, self._cause)
            except BaseException as error:
                self._opened.__exit__(type(error), error, error.__traceback__)
                raise
        except BaseException:
            _HELD.reset(self._held)
            raise
        return self._unit

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                try:
                    self._unit.flush()
                except BaseException as failed:
                    self._opened.__exit__(type(failed), failed, failed.__traceback__)
                    raise
            self._opened.__exit__(kind, error, trace)
        finally:
            _HELD.reset(self._held)
        if kind is not None:
            return
        for do in self._unit.afterwards:
            do()
        if self._unit.has_news:
            self._workspace.on_news()


def _hold(key: str) -> Token[str | None]:
    held = _HELD.get()
    if held is not None:
        raise NestedUnitError(f"a unit of {key} was opened inside one of {held}")
    return _HELD.set(key)


def in_unit() -> bool:
    """Tell whether this thread has a unit open."""
    return _HELD.get() is not None


@contextmanager
def holding(key: str) -> Iterator[None]:
    """Note that this thread holds a unit: a second one would wait for it for ever."""
    token = _hold(key)
    try:
        yield
    finally:
        _HELD.reset(token)


class Installation:
    """Hosts many workspaces; knows where each lives and holds the master keys."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._folder = settings.data_dir
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.keys_path = self._folder / "keys.json"
        self._keyring = Keyring.load(self.keys_path)
        self._backend: Backend = (
            PostgresBackend(settings.database_url, settings.pool_size, settings.more_tables)
            if settings.database_url
            else SqliteBackend(self._folder, settings.pool_size, settings.more_tables)
        )
        self._open: dict[str, Workspace] = {}
        self._lock = threading.Lock()
        with self._backend.registry() as connection:
            REGISTRY.create_all(connection)

    @classmethod
    def open(cls, settings: Settings) -> "Installation":
        """Open the installation in `settings`, making it at first start."""
        return cls(settings)

    def registry(self, archived: bool = False) -> list[WorkspaceInfo]:
        """Return the workspaces, oldest first; with `archived` also those set aside."""
        query = select(WORKSPACES).order_by(WORKSPACES.c.id)
        if not archived:
            query = query.where(WORKSPACES.c.state == "active")
        with self._backend.registry() as connection:
            return [_info(row) for row in connection.execute(query).mappings()]

    def create(self, key: str, name: Mapping[str, str], zone: str | None = None) -> Workspace:
        """Make a workspace with its platform tables. Rejected for a wrong or taken key."""
        if re.fullmatch(KEY_PATTERN, key) is None:
            raise Rejected(BAD_WORKSPACE_KEY.at("/key", key=key))
        now = instant(self.settings.clock.now())
        made = WorkspaceInfo(new_id(), key, name, zone or self.settings.zone, "active", now)
        with self._backend.registry() as connection:
            taken = select(WORKSPACES.c.id).where(WORKSPACES.c.key == key, WORKSPACES.c.state == "active")
            if connection.execute(taken).first() is not None:
                raise Conflict(WORKSPACE_TAKEN.at("/key", key=key))
        place = self._place(made)
        place.folder.mkdir(parents=True, mode=0o700)
        (place.folder / "files").mkdir(mode=0o700)
        self._backend.create(place)
        # Registered last: what stopped half-way is an orphan folder or schema, never a broken workspace.
        with self._backend.registry() as connection:
            if connection.execute(taken).first() is not None:
                raise Conflict(WORKSPACE_TAKEN.at("/key", key=key))
            connection.execute(
                WORKSPACES.insert().values(
                    id=made.workspace_id,
                    key=key,
                    name=json.dumps(dict(name), ensure_ascii=False),
                    zone=made.zone,
                    state="active",
                    created_at=now,
                )
            )
        return self.workspace(key)

    def workspace(self, key: str) -> Workspace:
        """Return the opened workspace; NotFound for none of that key."""
        found = self._open.get(key)
        if found is not None:
            return found
        with self._lock:
            if key not in self._open:
                info = next((w for w in self.registry() if w.key == key), None)
                if info is None:
                    raise NotFound(NO_WORKSPACE.at("/workspace", key=key))
                self._open[key] = self._opened(info)
            return self._open[key]

    def archive(self, key: str) -> None:
        """Set a workspace aside: nobody can enter it and its key is free; nothing of it is deleted."""
        info = self.workspace(key).info
        with self._backend.registry() as connection:
            connection.execute(
                WORKSPACES.update()
                .where(WORKSPACES.c.id == info.workspace_id)
                .values(state="archived", archived_at=instant(self.settings.clock.now()))
            )
        with self._lock:
            self._open.pop(key).close()

    def rotate_keys(self) -> None:
        """Encrypt from now on with a new key. Old values stay readable; `reencrypt` renews them."""
        with self._lock:
            self._keyring = self._keyring.rotated(self.keys_path)
            for workspace in self._open.values():
                workspace.keys = self._keyring.workspace(workspace.workspace_id)

    def close(self) -> None:
        """Give back all connections."""
        for workspace in self._open.values():
            workspace.close()
        self._backend.close()

    def _opened(self, info: WorkspaceInfo) -> Workspace:
        place = self._place(info)
        room = self._backend.open(place)
        keys = self._keyring.workspace(info.workspace_id)
        workspace = Workspace(info, room, keys, place.folder, self.settings.clock)
        self._upgrade(workspace)
        return workspace

    def _upgrade(self, workspace: Workspace) -> None:
        """Add platform tables and columns that a newer release brought."""
        more, schema = self.settings.more_tables, workspace.room.schema
        with workspace.room.read(False) as connection:
            known = set(inspect(connection).get_table_names(schema=schema))
            lacking = missing_columns(connection, schema, more)
        wanted = {name for tables in (PLATFORM, *more) for name in tables.tables}
        if lacking or not known >= wanted:
            with workspace.room.change() as connection:
                workspace.room.prepare(connection)

    def _place(self, info: WorkspaceInfo) -> Place:
        identity = info.workspace_id
        return Place(
            identity,
            schema_name(info.key, identity),
            f"cc_ws_{identity.replace('-', '')}",
            self._folder / "workspaces" / identity,
        )


def _info(row: RowMapping) -> WorkspaceInfo:
    return WorkspaceInfo(
        row["id"], row["key"], json.loads(row["name"]), row["zone"], row["state"], row["created_at"]
    )
