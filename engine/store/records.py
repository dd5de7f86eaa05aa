"""Writing records: the row, its sub-tables and item tables, its history and its event, in one transaction."""

import re
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import psycopg

from engine.access.query import Record, ScopedWrite
from engine.definitions.tables import indexed
from engine.ids import new_id
from engine.problems import Code, Conflict, Forbidden, NotFound, Problem, Rejected, pointer
from engine.store import sql
from engine.store.codec import Codec, encode_json
from engine.store.history import NO_RECORD, changed_since
from engine.store.platform import instant

if TYPE_CHECKING:
    from engine.store.unit import Unit

DUPLICATE = Code(
    "store.duplicate",
    zh="“{labels}”的值已被另一条记录使用",
    en="Another record already has this {labels}",
    hint_zh="改用另一个值，或打开已有的那条记录",
    hint_en="Use another value, or open the record that has it",
)
CHANGED_MEANWHILE = Code(
    "store.changed_meanwhile",
    zh="“{label}”在您编辑期间已被别人改为另一个值",
    en="Someone changed “{label}” to another value while you were editing",
    hint_zh="比较两个值，保留您的或采用对方的，再保存",
    hint_en="Compare both values, keep yours or take theirs, then save again",
)
STALE = Code(
    "store.stale_revision",
    zh="这条记录刚刚被修改过",
    en="This record has just been changed",
    hint_zh="重新打开记录后再保存",
    hint_en="Open the record again, then save",
)
APPEND_ONLY = Code(
    "store.append_only",
    zh="“{form}”只能新增，不能修改或删除",
    en="“{form}” can only be added to, not changed or deleted",
    hint_zh="如需更正，请新增一条冲正记录",
    hint_en="To correct an entry, add a reversing one",
)
EVENT_OF = {
    "create": "record.created",
    "update": "record.updated",
    "delete": "record.deleted",
    "restore": "record.restored",
    "purge": "record.purged",
}
_SQLITE_UNIQUE = re.compile(r"UNIQUE constraint failed: (.+)")


@dataclass(frozen=True, slots=True)
class Earlier:
    """A moment in the past of a record that is brought in: who gave it which values then."""

    at: datetime
    by: str | None
    values: Mapping[str, Any]


def with_ids(rows: Iterable[Mapping[str, Any]]) -> tuple[dict[str, Any], ...]:
    """Return sub-table rows, new ones given an id."""
    return tuple({**row, "id": row.get("id") or new_id()} for row in rows)


class RecordWriter:
    """Writes records of one form within a unit."""

    def __init__(self, unit: "Unit", codec: Codec) -> None:
        self.unit, self.codec = unit, codec
        self.shape = codec.shape
        self.dialect = unit.workspace.room.dialect

    def insert(self, values: Mapping[str, Any], record_id: str) -> Record:
        """Create a record."""
        unit, codec = self.unit, self.codec
        record = self._new(values, record_id)
        row = codec.encode(record, record_id, unit.workspace.zone_of(record["branch_id"]))
        entry = self._entry("create", record_id, record["revision"], codec.first_values(record))
        make, note = codec.statements.insert, sql.insert_history(self.dialect)
        with self._named_clashes():
            unit.batch([(make, [row]), (note, [entry])], frozenset((make, note)))
        self._insert_parts([record])
        self._tell("create", None, record, record["revision"])
        return record

    def insert_many(
        self, given: Sequence[Mapping[str, Any]], past: Mapping[str, Sequence[Earlier]] | None = None
    ) -> list[str]:
        """Create many records with one pass over each table."""
        unit, codec, past = self.unit, self.codec, past or {}
        records = [self._new(values, values.get("id") or new_id()) for values in given]
        for record in records:
            if moments := past.get(record["id"]):
                record["revision"] = len(moments)
                record["updated_at"], record["updated_by"] = moments[-1].at, moments[-1].by
        zone_of = unit.workspace.zone_of
        rows = codec.encode_many(records, [zone_of(r["branch_id"]) for r in records])
        with self._named_clashes():
            unit.load_rows(codec.statements.copy, codec.statements.insert, rows)
        self._insert_parts(records)
        entries = self._created(records) if not past else self._brought(records, past)
        unit.load_rows(sql.copy_history(self.dialect), sql.insert_history(self.dialect), entries)
        ids = [r["id"] for r in records]
        unit.emit("records.created", self.shape.key, None, {"ids": ids, **self._why()})
        unit.audit("create_many", self.shape.key, None, {"count": len(ids), "batch": unit.cause.batch_id})
        for after in unit.after_write:
            for record in records:
                after(unit, self.shape.key, None, record)
        return ids

    def load(self, write: ScopedWrite, record_id: str) -> Record:
        """Return the whole record, sub-tables and all, locked; live ones only, or for restore and purge binned ones."""
        binned = write.verb in ("restore", "purge")
        query, text = self.codec.loading(binned)
        row: Sequence[Any] | None
        if write.predicate is None:
            raw = self.unit.cursor.execute(text, (record_id,)).fetchone()
            row = None if raw is None else self.codec.loaded(raw)
        else:
            given = {"cc_loaded": record_id}
            row = self.unit.connection.execute(query.where(write.predicate), given).first()
        if row is None:
            raise NotFound(NO_RECORD.at(""))
        return self.codec.record(dict(zip(self.codec.order, row, strict=True)), self.unit.cursor)

    def merge(self, stored: Mapping[str, Any], revision: int, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return the given values to write on `stored`, which may have changed since `revision`.

        Fields nobody else touched merge; one that someone set to another value is a clash. Conflict: all clashes,
        each with params field, yours, theirs (as in the API).
        """
        current = stored["revision"]
        if revision == current:
            return dict(given)
        if revision > current:
            raise Conflict(STALE.at("/revision"))
        touched = changed_since(self.unit, stored["id"], revision)
        clashes = [key for key in given if key in touched and given[key] != stored.get(key)]
        if clashes:
            raise Conflict(self._clash(key, given[key], stored.get(key)) for key in clashes)
        return dict(given)

    def _clash(self, key: str, yours: Any, theirs: Any) -> Problem:
        field = self.shape.field(key)
        assert field is not None, key
        shown = [None if v is None else field.type.to_json(v, field.config) for v in (yours, theirs)]
        label = field.label or {"zh": key, "en": key}
        return CHANGED_MEANWHILE.at(pointer(key), field=key, label=label, yours=shown[0], theirs=shown[1])

    def _new(self, values: Mapping[str, Any], record_id: str) -> Record:
        unit = self.unit
        blank = self.codec.blank
        record: Record = {**blank, **values}
        if len(record) > len(blank):
            record = {key: record[key] for key in blank}
        record["id"], record["revision"] = record_id, 1
        record["created_at"] = record["created_at"] or unit.now
        record["created_by"] = record["created_by"] or unit.cause.by
        record["updated_at"], record["updated_by"] = unit.now, unit.cause.by
        record["deleted_at"] = record["deleted_by"] = None
        record["def_version"] = self.codec.tables.version
        for key in self.codec.rows:
            if record[key] is not None:
                record[key] = with_ids(record[key])
        return record

    def _insert_parts(self, records: Sequence[Record]) -> None:
        """Insert sub-table rows, item rows and file uses of new records."""
        for key, child in self.codec.rows.items():
            rows = [(r["id"], i, row) for r in records for i, row in enumerate(r[key] or ())]
            self._insert_rows(child, rows)
        for key, items in self.codec.items.items():
            found = [row for r in records for row in items.rows(r[key], r["id"])]
            self.unit.many(items.statements.insert, found)
        for key in self.codec.files:
            uses = [(f["id"], self.shape.table, r["id"], key) for r in records for f in r[key] or ()]
            self._use_files(uses)

    def _insert_rows(self, child: Codec, rows: Sequence[tuple[str, int, Mapping[str, Any]]]) -> None:
        if not rows:
            return
        zone = self.unit.workspace.zone
        encoded = [
            child.encode({**row, "record_id": record_id, "position": i}, row["id"], zone)
            for record_id, i, row in rows
        ]
        self.unit.many(child.statements.insert, encoded)
        for key, items in child.items.items():
            found = [line for _, _, row in rows for line in items.rows(row.get(key), row["id"])]
            self.unit.many(items.statements.insert, found)
        for key in child.files:
            self._use_files(
                [
                    (f["id"], child.shape.table, row["id"], key)
                    for _, _, row in rows
                    for f in row.get(key) or ()
                ]
            )

    def _use_files(self, uses: Sequence[tuple[str, str, str, str]]) -> None:
        self.unit.many(sql.use_file(self.dialect), list(dict.fromkeys(uses)))

    def update(self, stored: Record, values: Mapping[str, Any]) -> Record:
        """Write what differs from the stored record; nothing where nothing does."""
        self._not_append_only()
        unit, codec = self.unit, self.codec
        changed = {k: v for k, v in values.items() if k in codec.writable and stored.get(k) != v}
        for key in codec.rows:
            if changed.get(key) is not None:
                changed[key] = with_ids(changed[key])
        if not changed:
            return stored
        new = {**stored, **changed, "revision": stored["revision"] + 1, "def_version": codec.tables.version}
        new["updated_at"], new["updated_by"] = unit.now, unit.cause.by
        keys = {*changed, "revision", "updated_at", "updated_by", "def_version"}
        # A record that moves to a branch in another zone gets that zone's business days.
        if unit.workspace.zone_of(stored.get("branch_id")) != unit.workspace.zone_of(new.get("branch_id")):
            keys |= {k for k, f in codec.stored.items() if f.value_type == "datetime"} | {"created_at"}
        self._update_row(keys, new, stored["revision"])
        self._replace_parts(new["id"], changed, stored)
        self._recorded("update", stored, new, self._differences(stored, new, changed))
        return new

    def _not_append_only(self) -> None:
        if self.shape.append_only:
            raise Forbidden(APPEND_ONLY.at("", form=self.shape.name))

    def _update_row(self, keys: set[str], new: Mapping[str, Any], revision: int) -> None:
        unit, codec = self.unit, self.codec
        row = codec.encode_some(keys, new, new["id"], unit.workspace.zone_of(new.get("branch_id")))
        order = tuple(key for key in codec.order if key in row)
        with self._named_clashes():
            unit.cursor.execute(
                codec.statements.update(order, ("id", "revision")),
                [*(row[k] for k in order), new["id"], revision],
            )
        if unit.cursor.rowcount != 1:
            raise Conflict(STALE.at("/revision"))

    def _replace_parts(self, record_id: str, changed: Mapping[str, Any], stored: Mapping[str, Any]) -> None:
        for key, child in self.codec.rows.items():
            if key in changed:
                self._replace_rows(child, record_id, stored.get(key) or (), changed[key] or ())
        for key, items in self.codec.items.items():
            if key in changed:
                self.unit.cursor.execute(items.statements.delete(("record_id",)), (record_id,))
                self.unit.many(items.statements.insert, items.rows(changed[key], record_id))
        for key in self.codec.files:
            if key in changed:
                self.unit.cursor.execute(sql.unuse_files(self.dialect), (self.shape.table, record_id, key))
                self._use_files([(f["id"], self.shape.table, record_id, key) for f in changed[key] or ()])

    def _replace_rows(
        self, child: Codec, record_id: str, old: Sequence[Mapping[str, Any]], new: Sequence[Mapping[str, Any]]
    ) -> None:
        """Bring a sub-table from its old rows to its new ones; rows that stay as they are are not touched."""
        before = {row["id"]: (i, row) for i, row in enumerate(old)}
        kept = {
            row["id"] for i, row in enumerate(new) if self._same_row(child, before.get(row["id"]), i, row)
        }
        gone = [row_id for row_id in before if row_id not in kept]
        self.unit.many(child.statements.delete(("id", "record_id")), [(row_id, record_id) for row_id in gone])
        for items in child.items.values():
            self.unit.many(items.statements.delete(("record_id",)), [(row_id,) for row_id in gone])
        fresh = [(record_id, i, row) for i, row in enumerate(new) if row["id"] not in kept]
        with self._named_clashes():
            self._insert_rows(child, fresh)

    @staticmethod
    def _same_row(
        child: Codec, before: tuple[int, Mapping[str, Any]] | None, i: int, row: Mapping[str, Any]
    ) -> bool:
        if before is None or before[0] != i:
            return False
        return all(before[1].get(k) == row.get(k) for k in child.shape.fields)

    def bin(self, stored: Record, into: bool) -> Record:
        """Move a record into the recycle bin, or out of it; a value taken meanwhile refuses the way back."""
        self._not_append_only()
        unit = self.unit
        if (stored.get("deleted_at") is not None) == into:
            raise NotFound(NO_RECORD.at(""))
        new = {
            **stored,
            "revision": stored["revision"] + 1,
            "updated_at": unit.now,
            "updated_by": unit.cause.by,
        }
        new["deleted_at"], new["deleted_by"] = (unit.now, unit.cause.by) if into else (None, None)
        keys = {"revision", "updated_at", "updated_by", "deleted_at", "deleted_by"}
        self._update_row(keys, new, stored["revision"])
        self._recorded("delete" if into else "restore", stored, new, {})
        return new

    def bin_many(self, records: Sequence[tuple[str, int]], write: ScopedWrite) -> None:
        """Move live, locked records to the bin, given as (id, revision); one pass over each table."""
        self._not_append_only()
        unit, codec = self.unit, self.codec
        if not records:
            return
        if unit.after_write:
            for record_id, _revision in records:
                self.bin(self.load(write, record_id), into=True)
            return
        system = {"updated_at": unit.now, "updated_by": unit.cause.by}
        values = {**system, "deleted_at": unit.now, "deleted_by": unit.cause.by, "revision": 0}
        row = codec.encode_some(values, values, "", unit.workspace.zone)
        order = tuple(key for key in codec.order if key in row)
        text = codec.statements.update(order, ("id", "revision"))
        place = order.index("revision")
        given = [row[key] for key in order]
        unit.many(text, [[*given[:place], rev + 1, *given[place + 1 :], i, rev] for i, rev in records])
        entries = [self._entry("delete", record_id, revision + 1, {}) for record_id, revision in records]
        unit.load_rows(sql.copy_history(self.dialect), sql.insert_history(self.dialect), entries)
        ids = [record_id for record_id, _ in records]
        unit.emit("records.deleted", self.shape.key, None, {"ids": ids, **self._why()})
        unit.audit("delete_many", self.shape.key, None, {"count": len(ids), "batch": unit.cause.batch_id})

    def purge(self, stored: Record) -> None:
        """Remove a record from every table but the history."""
        self._not_append_only()
        unit, codec, record_id = self.unit, self.codec, stored["id"]
        for key, child in codec.rows.items():
            self._replace_rows(child, record_id, stored.get(key) or (), ())
        for items in codec.items.values():
            unit.cursor.execute(items.statements.delete(("record_id",)), (record_id,))
        for key in codec.files:
            unit.cursor.execute(sql.unuse_files(self.dialect), (self.shape.table, record_id, key))
        unit.cursor.execute(codec.statements.delete(("id", "revision")), (record_id, stored["revision"]))
        if unit.cursor.rowcount != 1:
            raise Conflict(STALE.at("/revision"))
        self._recorded("purge", stored, None, {})

    def _recorded(
        self, kind: str, old: Record | None, new: Record | None, changes: Mapping[str, Any]
    ) -> None:
        """Write history, audit and event of one write; then let what follows it follow."""
        record = new or old or {}
        revision = record["revision"] + (0 if new is not None else 1)
        entry = self._entry(kind, record["id"], revision, changes)
        self.unit.cursor.execute(sql.insert_history(self.dialect), entry)
        self._tell(kind, old, new, revision, changes)

    def _tell(
        self, kind: str, old: Record | None, new: Record | None, revision: int, changes: Iterable[str] = ()
    ) -> None:
        unit, record = self.unit, new or old or {}
        body = {"revision": revision, **self._why()}
        if kind == "update":
            body["changed"] = sorted(changes)
        unit.emit(EVENT_OF[kind], self.shape.key, record["id"], body)
        unit.audit(kind, self.shape.key, record["id"], {"revision": revision})
        for after in unit.after_write:
            after(unit, self.shape.key, old, new)

    def _why(self) -> dict[str, Any]:
        cause = self.unit.cause
        found = {"cause": cause.kind, "by": cause.by}
        return found if cause.batch_id is None else {**found, "batch": cause.batch_id}

    def _differences(self, old: Record, new: Record, keys: Iterable[str]) -> dict[str, Any]:
        to_json, record_id = self.codec.to_json, new["id"]
        return {
            k: [to_json(k, old.get(k), record_id), to_json(k, new[k], record_id)]
            for k in keys
            if self.codec.has_history(k)
        }

    def _created(self, records: Sequence[Record]) -> Iterator[tuple[Any, ...]]:
        """Yield the history of new records: how each was made."""
        unit, cause, first = self.unit, self.unit.cause, self.codec.first_values
        form, why = self.shape.key, (cause.request_id, cause.batch_id)
        when = (unit.now_text, cause.by, cause.kind)
        for record, made in zip(records, new_id.many(len(records)), strict=True):
            yield (made, form, record["id"], 1, "create", *when, *why, encode_json(first(record)).decode())

    def _brought(
        self, records: Sequence[Record], past: Mapping[str, Sequence[Earlier]]
    ) -> Iterator[tuple[Any, ...]]:
        """Yield the history of new records of which some bring a past."""
        for record in records:
            if moments := past.get(record["id"]):
                yield from self._lived(record, moments)
            else:
                yield from self._created((record,))

    def _lived(self, record: Record, past: Sequence[Earlier]) -> Iterator[tuple[Any, ...]]:
        """Yield the history of a new record that brings a past: how it was made, and what it went through."""
        then = {**record, **past[0].values}
        yield self._entry("create", record["id"], 1, self.codec.first_values(then), past[0])
        for place, moment in enumerate(past[1:], 2):
            now = {**then, **moment.values}
            yield self._entry(
                "update", record["id"], place, self._differences(then, now, moment.values), moment
            )
            then = now

    def _entry(
        self,
        kind: str,
        record_id: str,
        revision: int,
        changes: Mapping[str, Any],
        at: Earlier | None = None,
    ) -> tuple[Any, ...]:
        unit, cause = self.unit, self.unit.cause
        text = encode_json(changes).decode()
        when, by = (unit.now_text, cause.by) if at is None else (instant(at.at), at.by)
        row = (new_id(), self.shape.key, record_id, revision, kind, when, by, cause.kind)
        return (*row, cause.request_id, cause.batch_id, text)

    @contextmanager
    def _named_clashes(self) -> Iterator[None]:
        """Turn the database's refusal into a problem that names the fields."""
        try:
            yield
        except (psycopg.errors.UniqueViolation, sqlite3.IntegrityError) as error:
            keys = self._clashing(error)
            if keys is None:
                raise
            labels = {lang: self._labels(keys, lang) for lang in ("zh", "en")}
            raise Rejected(DUPLICATE.at(pointer(keys[-1]), labels=labels, fields=list(keys))) from error

    def _labels(self, keys: Sequence[str], lang: str) -> str:
        fields = [self.shape.field(k) for k in keys]
        names = [(f.label.get(lang) or f.key) for f in fields if f is not None]
        return ("、" if lang == "zh" else ", ").join(names)

    def _clashing(self, error: Exception) -> tuple[str, ...] | None:
        uniques = self.codec.tables.uniques
        if isinstance(error, psycopg.errors.UniqueViolation):
            return uniques.get(error.diag.constraint_name or "")
        found = _SQLITE_UNIQUE.search(str(error))
        if found is None:
            return None
        columns = {part.strip().rpartition(".")[2] for part in found[1].split(",")}
        indexes = {str(i.name): i for i in indexed(self.codec.tables.table).indexes if i.unique}
        for name, keys in uniques.items():
            if {c.name for c in indexes[name].columns} == columns:
                return keys
        return None
