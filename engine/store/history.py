"""The history of records: what changed, when, by whom and why; a record as it was at any revision or instant."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, select
from sqlalchemy.engine import Dialect

from engine.access.query import Record
from engine.problems import Code
from engine.store.codec import Codec, decode_json
from engine.store.platform import HISTORY, from_instant

if TYPE_CHECKING:
    from engine.store.unit import Unit

NO_RECORD = Code(
    "store.no_record",
    zh="没有这条记录，或您无权查看",
    en="There is no such record, or none that you may see",
    hint_zh="它可能已被删除，可到回收站查找",
    hint_en="It may have been deleted; look in the recycle bin",
)


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One change set. `kind`: create, update, delete, restore. `changes`: field → (old, new), Python values."""

    entry_id: str
    revision: int
    kind: str
    at: datetime
    by: str | None
    cause: str
    request_id: str | None
    batch_id: str | None
    changes: Mapping[str, tuple[Any, Any]]


@lru_cache(maxsize=8)
def _of_record(dialect: Dialect) -> str:
    query = select(HISTORY).where(HISTORY.c.record_id == bindparam("p0"))
    return str(query.order_by(HISTORY.c.revision.desc(), HISTORY.c.id.desc()).compile(dialect=dialect))


@lru_cache(maxsize=8)
def _since(dialect: Dialect) -> str:
    h = HISTORY.c
    query = select(h.changes).where(h.record_id == bindparam("p0"), h.revision > bindparam("p1"))
    return str(query.compile(dialect=dialect))


@lru_cache(maxsize=8)
def _from(dialect: Dialect) -> str:
    h = HISTORY.c
    query = select(HISTORY).where(h.record_id == bindparam("p0"), h.revision >= bindparam("p1"))
    return str(query.order_by(h.revision.desc(), h.id.desc()).compile(dialect=dialect))


def read_history_from(unit: "Unit", codec: Codec, record_id: str, revision: int) -> list[HistoryEntry]:
    """Return the changes of a record from `revision` on, newest first: enough to see it before and after that write."""
    unit.cursor.execute(_from(unit.workspace.room.dialect), (record_id, revision))
    return [_entry(row, codec, record_id) for row in unit.cursor.fetchall()]


def read_history(unit: "Unit", codec: Codec, record_id: str) -> list[HistoryEntry]:
    """Return all changes of a record, newest first."""
    unit.cursor.execute(_of_record(unit.workspace.room.dialect), (record_id,))
    return [_entry(row, codec, record_id) for row in unit.cursor.fetchall()]


def changed_since(unit: "Unit", record_id: str, revision: int) -> frozenset[str]:
    """Return the fields that any change after `revision` touched."""
    unit.cursor.execute(_since(unit.workspace.room.dialect), (record_id, revision))
    return frozenset(key for (changes,) in unit.cursor.fetchall() for key in decode_json(changes))


def _entry(row: tuple[Any, ...], codec: Codec, record_id: str) -> HistoryEntry:
    entry_id, _form, _record, revision, kind, at, by, cause, request_id, batch_id, text = row
    raw: dict[str, Any] = decode_json(text)
    changes: dict[str, tuple[Any, Any]] = {}
    for key, value in raw.items():
        old, new = (None, value) if kind == "create" else value
        changes[key] = codec.from_json(key, old, record_id), codec.from_json(key, new, record_id)
    return HistoryEntry(entry_id, revision, kind, from_instant(at), by, cause, request_id, batch_id, changes)


def as_of(
    record: Record,
    entries: Iterable[HistoryEntry],
    *,
    revision: int | None = None,
    at: datetime | None = None,
) -> Record | None:
    """Return the record as it was after `revision`, or at the instant `at`; None before it was created.

    `entries`: its history, newest first. Fields that keep no history show today's value.
    """
    then = dict(record)
    for entry in entries:
        if (revision is None or entry.revision <= revision) and (at is None or entry.at <= at):
            then["revision"] = entry.revision
            then["updated_at"], then["updated_by"] = entry.at, entry.by
            return then
        if entry.kind == "create":
            return None
        for key, (old, _new) in entry.changes.items():
            then[key] = old
        if entry.kind in ("delete", "restore"):
            then["deleted_at"] = None if entry.kind == "delete" else entry.at
    return then
