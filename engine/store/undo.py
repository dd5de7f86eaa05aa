"""Taking back a batch: what it created goes to the bin, what it changed gets its old values, what it deleted returns.

What someone changed since is theirs: such a record, or such a field of it, is kept and told. What flows and the system
made of a created record follows from the batch, and goes with it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from engine.access.query import ScopedWrite
from engine.problems import Rejected
from engine.store.codec import Codec, decode_json, encode_json
from engine.store.platform import HISTORY
from engine.store.records import RecordWriter
from engine.text import Words

if TYPE_CHECKING:
    from engine.store.unit import Unit

WriteFor = Callable[[str, str], ScopedWrite]
"""(form, verb: update, delete or restore) → the right to do it."""

CHANGED_SINCE: Words = {"zh": "之后又被修改过", "en": "changed since"}
GONE: Words = {"zh": "已被删除或无权修改", "en": "deleted since, or out of reach"}
PORTION = 500
BY_ITSELF = ("flow", "system")
"""Causes of changes that nobody made by hand."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A record that was not, or not wholly, taken back. `fields`: those kept; empty for the whole record."""

    form: str
    record_id: str
    why: Words
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class UndoReport:
    """`undone`: how many records are as they were before the batch."""

    undone: int
    kept: tuple[Kept, ...]


@dataclass(frozen=True, slots=True)
class _Doing:
    """What the batch did to one record: its changes, newest first."""

    form: str
    record_id: str
    kinds: tuple[str, ...]
    revision: int
    changes: Sequence[Mapping[str, Any]]


def undo_batch(unit: "Unit", write_for: WriteFor, batch_id: str) -> UndoReport:
    """Take back every change of a batch that nobody has changed since."""
    undone, kept = 0, list[Kept]()
    for form, doings in groupby(_doings(unit, batch_id), lambda one: one.form):
        listed = list(doings)
        created = [one for one in listed if "create" in one.kinds]
        others = [one for one in listed if "create" not in one.kinds]
        if created:
            done, left = _uncreate(unit, write_for(form, "delete"), created)
            undone, kept = undone + done, kept + left
        for one in others:
            found = _undo_one(unit, write_for, one)
            kept += [found] if found is not None else []
            undone += found is None
    return UndoReport(undone, tuple(kept))


def _doings(unit: "Unit", batch_id: str) -> Iterator[_Doing]:
    h = HISTORY.c
    query = select(h.form, h.record_id, h.revision, h.kind, h.changes).where(h.batch_id == batch_id)
    rows = unit.connection.execute(query.order_by(h.form, h.record_id, h.revision.desc())).all()
    for (form, record_id), entries in groupby(rows, lambda row: (row[0], row[1])):
        listed = list(entries)
        changes = [decode_json(row.changes) for row in listed]
        yield _Doing(form, record_id, tuple(row.kind for row in listed), listed[0].revision, changes)


def _uncreate(unit: "Unit", write: ScopedWrite, created: list[_Doing]) -> tuple[int, list[Kept]]:
    """Move records to the bin that are still as the batch left them; whole portions at a time."""
    table, undone, kept = write.tables.table, 0, list[Kept]()
    for start in range(0, len(created), PORTION):
        portion = created[start : start + PORTION]
        query = select(table.c.id, table.c.revision).where(table.c.id.in_([one.record_id for one in portion]))
        query = query.where(table.c.deleted_at.is_(None))
        if write.predicate is not None:
            query = query.where(write.predicate)
        if unit.is_postgres:
            query = query.with_for_update(of=table)
        now: dict[str, int] = {row[0]: row[1] for row in unit.connection.execute(query)}
        later = {one.record_id: one.revision for one in portion if now.get(one.record_id, 0) > one.revision}
        touched = _touched_by_hand(unit, portion[0].form, later)
        fresh = [one.record_id for one in portion if one.record_id in now and one.record_id not in touched]
        for one in portion:
            if one.record_id not in now or one.record_id in touched:
                why = CHANGED_SINCE if one.record_id in now else GONE
                kept.append(Kept(one.form, one.record_id, why))
        writer = RecordWriter(unit, unit.workspace.codec(write.tables))
        if fresh:
            # Told before they go: what followed from their coming is to stop as undone, not for want of a record.
            unit.emit("records.undone", portion[0].form, None, {"ids": fresh, "by": unit.cause.by})
        writer.bin_many([(record_id, now[record_id]) for record_id in fresh], write)
        undone += len(fresh)
    return undone, kept


def _touched_by_hand(unit: "Unit", form: str, since: Mapping[str, int]) -> set[str]:
    """Return which of the records somebody changed after the revision given."""
    if not since:
        return set()
    h = HISTORY.c
    query = select(h.record_id, h.revision).where(
        h.form == form, h.record_id.in_(since), h.cause.not_in(BY_ITSELF)
    )
    return {row[0] for row in unit.connection.execute(query) if row[1] > since[row[0]]}


def _undo_one(unit: "Unit", write_for: WriteFor, doing: _Doing) -> Kept | None:
    """Take back updates, deletions and restorations of one record; None when all of it went."""
    try:
        if "delete" in doing.kinds and "restore" not in doing.kinds:
            right = write_for(doing.form, "restore")
            unit.restore(right, unit.load(right, doing.record_id))
        elif "restore" in doing.kinds and "delete" not in doing.kinds:
            right = write_for(doing.form, "delete")
            unit.delete(right, unit.load(right, doing.record_id))
        if "update" not in doing.kinds:
            return None
        right = write_for(doing.form, "update")
        record = unit.load(right, doing.record_id)
    except Rejected:
        return Kept(doing.form, doing.record_id, GONE)
    back, theirs = _old_values(unit.workspace.codec(right.tables), record, doing.changes)
    try:
        with unit.savepoint():
            unit.update(right, record, back)
    except Rejected:
        return Kept(doing.form, doing.record_id, CHANGED_SINCE, tuple(back))
    return Kept(doing.form, doing.record_id, CHANGED_SINCE, theirs) if theirs else None


def _old_values(
    codec: Codec, record: Mapping[str, Any], changes: Sequence[Mapping[str, Any]]
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return the values before the batch, and the fields that someone set to something else since."""
    record_id = record["id"]
    first: dict[str, Any] = {}
    last: dict[str, Any] = {}
    for change in changes:
        for key, pair in change.items():
            if isinstance(pair, list) and len(pair) == 2:
                first[key] = pair[0]
                last.setdefault(key, pair[1])
    theirs = tuple(key for key in first if not _is_still(codec, key, record, last[key]))
    back = {k: codec.from_json(k, raw, record_id) for k, raw in first.items() if k not in theirs}
    return back, theirs


def _is_still(codec: Codec, key: str, record: Mapping[str, Any], raw: Any) -> bool:
    field = codec.shape.field(key)
    if field is not None and field.sensitive:
        return bool(codec.from_json(key, raw, record["id"]) == record.get(key))
    now = codec.to_json(key, record.get(key), record["id"])
    return bool(decode_json(encode_json(now)) == raw)
