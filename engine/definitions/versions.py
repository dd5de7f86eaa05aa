"""Versions of a workspace's app: written once, never changed. Rolling back publishes an older content anew.

Functions take the connection of the caller's transaction; they neither open nor commit one.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import Column, Index, Integer, MetaData, Table, Text, func, insert, select
from sqlalchemy.engine import Connection, Row

from engine.definitions.app import App
from engine.problems import Code, Conflict, NotFound

VERSIONS = MetaData()
State = Literal["draft", "published"]

VERSION = Table(
    "cc_versions",
    VERSIONS,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("state", Text, nullable=False),
    Column("app", Text, nullable=False),
    Column("hash", Text, nullable=False),
    Column("template", Text),
    Column("template_version", Text),
    Column("base", Integer),
    Column("author", Text),
    Column("note", Text, nullable=False),
    Column("at", Text, nullable=False),
    Index("ix_cc_versions_state", "state", "number"),
)
"""`number` counts up from 1 over drafts and published versions alike. `app`: canonical JSON. `base`: the version it
was made from. `at`: UTC, `YYYY-MM-DD HH:MM:SS.ffffff`."""

NO_VERSION = Code(
    "version.not_found",
    zh="没有第 {number} 版",
    en="There is no version {number}",
    hint_zh="在版本列表里另选一版",
    hint_en="Choose another one from the list of versions",
)
MOVED_ON = Code(
    "version.moved_on",
    zh="在您编辑期间，应用已发布到第 {current} 版（您基于第 {base} 版）",
    en="The app has moved on to version {current} while you worked from version {base}",
    hint_zh="先合并第 {current} 版的改动，再发布",
    hint_en="Merge the changes of version {current} first, then publish",
)


@dataclass(frozen=True, slots=True)
class Version:
    """One version without its content."""

    number: int
    state: State
    at: datetime
    author: str | None
    note: str
    base: int | None
    template: str | None
    template_version: str | None
    hash: str

    @property
    def is_published(self) -> bool:
        return self.state == "published"


def save_draft(
    connection: Connection,
    app: App,
    now: datetime,
    *,
    author: str | None = None,
    note: str = "",
    base: int | None = None,
) -> Version:
    """Keep `app` as a new draft made from version `base`."""
    return _write(connection, app, "draft", now, author, note, base)


def publish(
    connection: Connection,
    app: App,
    now: datetime,
    *,
    author: str | None = None,
    note: str = "",
    base: int | None = None,
) -> Version:
    """Make `app` the current version. Conflict when another one was published after `base` was taken."""
    latest = current(connection)
    if base is not None and latest is not None and latest.number > base:
        made_from = version(connection, base)
        # A draft counts by the published version it started from.
        started = base if made_from.is_published else made_from.base
        if started is None or latest.number > started:
            raise Conflict(MOVED_ON.at("", current=latest.number, base=started or base))
    return _write(connection, app, "published", now, author, note, base)


def roll_back(
    connection: Connection, number: int, now: datetime, *, author: str | None = None, note: str = ""
) -> Version:
    """Publish the content of version `number` again, as a new version."""
    version(connection, number)
    return _write(connection, load(connection, number), "published", now, author, note, number)


def current(connection: Connection) -> Version | None:
    """Return the version that is in force; None before the first is published."""
    found = connection.execute(
        _HEADS.where(VERSION.c.state == "published").order_by(VERSION.c.number.desc()).limit(1)
    ).first()
    return _version(found) if found is not None else None


def version(connection: Connection, number: int) -> Version:
    """Return one version. Raise NotFound."""
    found = connection.execute(_HEADS.where(VERSION.c.number == number)).first()
    if found is None:
        raise NotFound(NO_VERSION.at("", number=number))
    return _version(found)


def load(connection: Connection, number: int) -> App:
    """Return the app of one version. Raise NotFound."""
    found = connection.execute(select(VERSION.c.app).where(VERSION.c.number == number)).scalar()
    if found is None:
        raise NotFound(NO_VERSION.at("", number=number))
    return App.from_json(json.loads(found))


def versions(connection: Connection, *, state: State | None = None, limit: int = 200) -> list[Version]:
    """Return versions, newest first."""
    statement = _HEADS.order_by(VERSION.c.number.desc()).limit(limit)
    if state is not None:
        statement = statement.where(VERSION.c.state == state)
    return [_version(row) for row in connection.execute(statement)]


def content_hash(app: App) -> str:
    """Return the SHA-256 of the app's canonical JSON: the same content has the same hash."""
    return hashlib.sha256(canonical(app).encode()).hexdigest()


def canonical(app: App) -> str:
    """Return the app as JSON that does not depend on the order in which properties were written.

    Objects of a kind keep no order of their own; lists do.
    """
    return json.dumps(app.to_json(), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


_HEADS = select(*(column for column in VERSION.c if column.name != "app"))


def _write(
    connection: Connection,
    app: App,
    state: State,
    now: datetime,
    author: str | None,
    note: str,
    base: int | None,
) -> Version:
    # Two writers in one moment take the same number; the primary key lets only one of them through.
    highest = connection.execute(select(func.max(VERSION.c.number))).scalar() or 0
    text = canonical(app)
    values: dict[str, Any] = {
        "number": highest + 1,
        "state": state,
        "app": text,
        "hash": hashlib.sha256(text.encode()).hexdigest(),
        "template": app.key or None,
        "template_version": app.version or None,
        "base": base,
        "author": author,
        "note": note,
        "at": now.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f"),
    }
    connection.execute(insert(VERSION).values(**values))
    return version(connection, highest + 1)


def _version(row: Row[Any]) -> Version:
    at = datetime.strptime(row.at, "%Y-%m-%d %H:%M:%S.%f").replace(tzinfo=UTC)
    return Version(
        row.number,
        row.state,
        at,
        row.author,
        row.note,
        row.base,
        row.template,
        row.template_version,
        row.hash,
    )
