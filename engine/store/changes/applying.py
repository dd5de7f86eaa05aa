"""Changing the tables as a plan says: expand, fill in batches, then switch in one short transaction.

Expanding adds tables and columns that the running app version does not know. Filling converts values and works out
shadow columns in small transactions. The switch catches up with what was written meanwhile, renames, puts indexes
right, notes what is archived and lets the caller publish the new version in the same transaction. On PostgreSQL
every change of tables gives up after half a second of waiting for a lock and tries again, so readers never queue.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import Any

import psycopg
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Column, Table, bindparam, column, inspect, select, update
from sqlalchemy import table as light_table
from sqlalchemy.engine import Connection
from sqlalchemy.exc import OperationalError
from sqlalchemy.schema import CreateIndex

from engine.definitions.shape import FieldShape
from engine.definitions.tables import (
    FormTables,
    column_type,
    field_columns,
    has_items,
    indexed,
    physical_name,
)
from engine.ids import new_id
from engine.problems import Code, Conflict, NotFound
from engine.store.changes.conversion import UnconvertibleError, convert, signature
from engine.store.changes.planning import (
    PORTION,
    ChangePlan,
    archived_shape,
    matched,
    needs_reindex,
    noted_shape,
    shape_json,
)
from engine.store.codec import Codec
from engine.store.platform import ARCHIVED, UNCONVERTED, instant
from engine.store.unit import Cause, Unit
from engine.store.workspaces import Workspace

BLOCKED = Code(
    "changes.blocked",
    zh="还不能发布：{words}",
    en="This cannot be published yet: {words}",
    hint_zh="先处理列出的记录，再发布",
    hint_en="Put the listed records right, then publish",
)
BUSY = Code(
    "changes.busy",
    zh="数据正忙，暂时无法调整表结构",
    en="The data is busy; its tables cannot be changed right now",
    hint_zh="稍后再发布；未做任何更改",
    hint_en="Publish again in a moment; nothing was changed",
)
NOT_ARCHIVED = Code(
    "changes.not_archived",
    zh="没有这份归档数据，或它已恢复或清除",
    en="There is no such archived data, or it was restored or purged",
    hint_zh="刷新归档列表",
    hint_en="Reload the list of archived data",
)

SYSTEM = Cause("system")
TRIES = 20
LONGEST_WAIT_S = 1.0


@dataclass(frozen=True)
class _Rewrite:
    """What must be worked out anew in one pair of tables: retyped fields and reindexed ones."""

    old: FormTables
    new: FormTables
    retyped: tuple[str, ...]
    reindexed: tuple[str, ...]
    archived_ids: dict[str, str]
    before: dict[str, "_Before"]

    @property
    def extra(self) -> list[Column[Any]]:
        """Return the columns to read beside those of the old version."""
        return [one.column for one in self.before.values()]


@dataclass(frozen=True)
class _Before:
    """Where the values lie that a field held before its last change of type, when it goes back to that type."""

    archived_id: str
    column: Column[Any]


def apply_changes(
    workspace: Workspace,
    plan: ChangePlan,
    cause: Cause = SYSTEM,
    on_switch: Callable[[Connection], None] = lambda _connection: None,
    progress: Callable[[int], None] = lambda _rows: None,
) -> None:
    """Bring the tables from the plan's old version to its new one. Conflict when blocked or too busy.

    `on_switch` runs in the last transaction: publish there, so that version and tables move together. `progress`
    is told how many rows are filled. After a crash, plan and apply again: what was done already is kept.
    """
    if plan.is_blocked:
        raise Conflict(
            BLOCKED.at(f"/forms/{s.form}/{s.field}", words={"zh": s.words("zh"), "en": s.words("en")})
            for s in plan.steps
            if s.is_blocking
        )
    started = workspace.clock.now()
    rewrites = list(_rewrites(plan))
    with workspace.read() as unit:
        for rewrite in rewrites:
            rewrite.before.update(_set_aside(unit.connection, rewrite))
    _patiently(workspace, lambda connection: _expand(connection, plan, rewrites))
    filled = 0
    for rewrite in rewrites:
        for done in _fill(workspace, rewrite, cause):
            filled += done
            progress(filled)

    def switch(connection: Connection) -> None:
        for rewrite in rewrites:
            _catch_up(workspace, connection, rewrite, started)
        _switch(workspace, connection, plan, rewrites, cause)
        on_switch(connection)

    _patiently(workspace, switch)


def _patiently(workspace: Workspace, do: Callable[[Connection], None]) -> None:
    """Run a change of tables, again and again while someone holds a lock on them. Conflict: too busy."""
    for attempt in count():
        try:
            with workspace.change() as connection:
                do(connection)
        except (OperationalError, psycopg.errors.LockNotAvailable) as error:
            cause = error.orig if isinstance(error, OperationalError) else error
            if not isinstance(cause, psycopg.errors.LockNotAvailable):
                raise
            if attempt >= TRIES:
                raise Conflict(BUSY.at("")) from error
            time.sleep(min(0.05 * 2**attempt, LONGEST_WAIT_S))
        else:
            return


def _rewrites(plan: ChangePlan) -> Iterator[_Rewrite]:
    for _name, before, after in matched(plan.old or {}, plan.new):
        if before is None or after is None:
            continue
        pairs = [
            (k, before.shape.fields[k], f) for k, f in after.shape.fields.items() if k in before.shape.fields
        ]
        retyped = tuple(k for k, old, new in pairs if signature(old) != signature(new))
        reindexed = tuple(k for k, old, new in pairs if k not in retyped and needs_reindex(old, new))
        if retyped or reindexed:
            yield _Rewrite(before, after, retyped, reindexed, {k: new_id() for k in retyped}, {})


def _set_aside(connection: Connection, rewrite: _Rewrite) -> Iterator[tuple[str, _Before]]:
    """Yield what the last change of type set aside of each field that now goes back to where it was."""
    if not rewrite.retyped:
        return
    a = ARCHIVED.c
    mine = (a.table_name == rewrite.new.table.name) & (a.kind == "retyped") & a.column_name.is_not(None)
    query = select(a.field, a.id, a.column_name, a.shape).where(mine, a.purged_at.is_(None)).order_by(a.id)
    last = {row.field: row for row in connection.execute(query)}
    known = _columns_of(connection, rewrite.new.table) if last else set()
    for key in rewrite.retyped:
        shape, row = rewrite.new.shape.fields[key], last.get(key)
        if row is None or row.column_name not in known or column_type(shape) is None:
            continue
        was = noted_shape(row.shape, key)
        if was is not None and signature(was) == signature(shape):
            yield key, _Before(row.id, Column(row.column_name, column_type(shape)))


def _columns_of(connection: Connection, table: Table) -> set[str]:
    return {c["name"] for c in inspect(connection).get_columns(table.name)}


def _has_table(connection: Connection, table: Table) -> bool:
    return inspect(connection).has_table(table.name)


def _operations(connection: Connection) -> Operations:
    return Operations(MigrationContext.configure(connection))


def _rename(connection: Connection, table: Table, old: str, new: str) -> None:
    quote = connection.dialect.identifier_preparer.quote
    connection.exec_driver_sql(f"ALTER TABLE {quote(table.name)} RENAME COLUMN {quote(old)} TO {quote(new)}")


def _add(connection: Connection, table: Table, columns: Iterable[Column[Any]], known: set[str]) -> None:
    for one in columns:
        if one.name not in known:
            _operations(connection).add_column(table.name, one)
            known.add(one.name)


def _expand(connection: Connection, plan: ChangePlan, rewrites: Sequence[_Rewrite]) -> None:
    retyped = {id(r.new): r.retyped for r in rewrites}
    for _name, before, after in matched(plan.old or {}, plan.new):
        if after is None:
            continue
        if not _has_table(connection, after.table):
            _create(connection, after.table)
        known = _columns_of(connection, after.table)
        waiting = retyped.get(id(after), ())
        for key, shape in after.shape.fields.items():
            if key in waiting:
                _add(connection, after.table, _temporary(shape), known)
                continue
            if before is None or key not in before.shape.fields:
                _make_room(connection, after, shape, known)
            _add(connection, after.table, field_columns(shape), known)
        for key, items in after.items.items():
            if key not in waiting and not _has_table(connection, items):
                _create(connection, items)
        for child in after.rows.values():
            for one in child.everything():
                if not _has_table(connection, one):
                    _create(connection, one)


def _create(connection: Connection, table: Table) -> None:
    table.create(connection)


def _temporary(shape: FieldShape) -> list[Column[Any]]:
    """Return the columns that a retyped field is filled into before the switch."""
    return [Column(_new_name(one.key), one.type) for one in field_columns(shape)]


def _new_name(column_key: str) -> str:
    return physical_name(column_key, "new")


def _make_room(connection: Connection, after: FormTables, shape: FieldShape, known: set[str]) -> None:
    """Rename what an earlier field of this key and another type left, so that nothing of it is lost."""
    own = after.table.c.get(shape.key)
    if own is None or own.name not in known:
        return
    archived = archived_shape(connection, after.table.name, own.name, shape.key)
    if archived is not None and signature(archived) == signature(shape):
        return
    items = after.items.get(shape.key)
    if items is not None and _has_table(connection, items):
        _move_items(connection, items)
    for one in field_columns(shape):
        if one.name in known:
            name = _old_name(one.key, known)
            _rename(connection, after.table, one.name, name)
            known.discard(one.name)
            known.add(name)
            if one.key == shape.key:
                a = ARCHIVED.c
                moved = (
                    (a.table_name == after.table.name) & (a.column_name == one.name) & a.restored_at.is_(None)
                )
                connection.execute(update(ARCHIVED).where(moved).values(column_name=name))


def _move_items(connection: Connection, items: Table) -> None:
    """Give an item table of another make a name of its own; its indexes go, so that theirs are free."""
    name = next(
        n for i in count(1) if not inspect(connection).has_table(n := physical_name(items.name, f"old_{i}"))
    )
    for index in inspect(connection).get_indexes(items.name):
        _operations(connection).drop_index(str(index["name"]), items.name)
    _operations(connection).rename_table(items.name, name)


def _old_name(column_key: str, known: set[str]) -> str:
    return next(name for n in count(1) if (name := physical_name(column_key, f"old_{n}")) not in known)


def _fill(workspace: Workspace, rewrite: _Rewrite, cause: Cause) -> Iterator[int]:
    """Convert and index all rows of a table in small transactions; yield how many were done each time."""
    after = ""
    while True:
        with workspace.write(cause) as unit:
            rows = _portion(unit.connection, rewrite.old, after, rewrite.extra)
            _write_rows(workspace, unit.connection, rewrite, rows)
        if rows:
            yield len(rows)
            after = rows[-1]["id"]
        if len(rows) < PORTION:
            return


def _portion(
    connection: Connection, tables: FormTables, after: str, extra: Sequence[Column[Any]] = ()
) -> list[dict[str, Any]]:
    table = tables.table
    query = select(table, *extra).where(table.c.id > after).order_by(table.c.id).limit(PORTION)
    return _records(connection, table, query, extra)


def _records(
    connection: Connection, table: Table, query: Any, extra: Sequence[Column[Any]] = ()
) -> list[dict[str, Any]]:
    keys = [c.key for c in (*table.columns, *extra)]
    return [dict(zip(keys, row, strict=True)) for row in connection.execute(query)]


def _write_rows(
    workspace: Workspace, connection: Connection, rewrite: _Rewrite, rows: Sequence[dict[str, Any]]
) -> None:
    if not rows:
        return
    old, new = workspace.codec(rewrite.old), workspace.codec(rewrite.new)
    driver: Any = connection.connection.driver_connection
    cursor = driver.cursor()
    updates: list[dict[str, Any]] = []
    for row in rows:
        record_id = row["id"]
        zone = workspace.zone_of(row.get("branch_id"))
        values: dict[str, Any] = {}
        for key in rewrite.retyped:
            values[key] = _converted(connection, rewrite, old, key, row)
        made = {_new_name(k): v for k, v in new.encode_some(rewrite.retyped, values, record_id, zone).items()}
        for key in rewrite.reindexed:
            values[key] = _value(old, key, row)
            _items_anew(cursor, new, key, values[key], record_id)
        shadow = new.encode_some(rewrite.reindexed, values, record_id, zone)
        made |= {new.tables.table.c[k].name: v for k, v in shadow.items() if k not in rewrite.reindexed}
        updates.append({**made, "id": record_id})
    names = [name for name in updates[0] if name != "id"]
    if names:
        text = _update_text(workspace, rewrite, names)
        cursor.executemany(text, [[*(u[name] for name in names), u["id"]] for u in updates])


def _update_text(workspace: Workspace, rewrite: _Rewrite, names: Sequence[str]) -> str:
    """Return the UPDATE of columns that no table object knows yet."""
    types = {c.name: c.type for k in rewrite.retyped for c in _temporary(rewrite.new.shape.fields[k])}
    types |= {c.name: c.type for c in rewrite.new.table.columns if c.name not in types}
    light = light_table(rewrite.new.table.name, column("id"), *(column(n, types[n]) for n in names))
    values = {light.c[n]: bindparam(f"p{i}", type_=types[n]) for i, n in enumerate(names)}
    key_type = rewrite.new.table.c.id.type
    statement = update(light).values(values).where(light.c.id == bindparam("w0", type_=key_type))
    return str(statement.compile(dialect=workspace.room.dialect))


def _value(codec: Codec, key: str, row: dict[str, Any]) -> Any:
    shape = codec.shape.fields[key]
    value = row.get(key)
    return codec.unseal(shape, value, row["id"]) if shape.sensitive else value


def _converted(connection: Connection, rewrite: _Rewrite, old: Codec, key: str, row: dict[str, Any]) -> Any:
    """Return the value in its new type; None where it has none, after noting it in the list."""
    before, after = rewrite.old.shape.fields[key], rewrite.new.shape.fields[key]
    value = _value(old, key, row)
    given_back = _given_back(connection, rewrite, old, key, row, value)
    if given_back is not None:
        return given_back
    if value is None:
        return None
    try:
        return convert(value, before, after)
    except UnconvertibleError as error:
        text = row[key] if before.sensitive else error.text
        where = {"archived_id": rewrite.archived_ids[key], "record_id": row["id"]}
        u = UNCONVERTED.c
        mine = (u.archived_id == where["archived_id"]) & (u.record_id == where["record_id"])
        connection.execute(UNCONVERTED.delete().where(mine))
        connection.execute(UNCONVERTED.insert().values(**where, value=text))
        return None


def _given_back(
    connection: Connection, rewrite: _Rewrite, old: Codec, key: str, row: dict[str, Any], value: Any
) -> Any:
    """Return what the record held before the type was changed, where nobody has touched the field since; or None."""
    place = rewrite.before.get(key)
    if place is None or row[place.column.key] is None:
        return None
    now, then = rewrite.old.shape.fields[key], rewrite.new.shape.fields[key]
    kept = row[place.column.key]
    if then.sensitive:
        kept = old.unseal(then, kept, row["id"])
    try:
        was_made_of_it = convert(kept, then, now) == value
    except UnconvertibleError:
        was_made_of_it = value is None
    if was_made_of_it and value is None:
        u = UNCONVERTED.c
        mine = (u.archived_id == place.archived_id) & (u.record_id == row["id"])
        connection.execute(UNCONVERTED.delete().where(mine))
    return kept if was_made_of_it else None


def _items_anew(cursor: Any, new: Codec, key: str, value: Any, record_id: str) -> None:
    items = new.items.get(key)
    if items is not None:
        cursor.execute(items.statements.delete(("record_id",)), (record_id,))
        for row in items.rows(value, record_id):
            cursor.execute(items.statements.insert, row)


def _catch_up(workspace: Workspace, connection: Connection, rewrite: _Rewrite, since: datetime) -> None:
    """Do again the rows that were written while filling went on; nobody can write during the switch."""
    quote = connection.dialect.identifier_preparer.quote
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"LOCK TABLE {quote(rewrite.old.table.name)} IN ACCESS EXCLUSIVE MODE")
    table = rewrite.old.table
    changed = table.c.updated_at >= since if "updated_at" in table.c else table.c.id.is_not(None)
    rows = _records(connection, table, select(table, *rewrite.extra).where(changed), rewrite.extra)
    for start in range(0, len(rows), PORTION):
        _write_rows(workspace, connection, rewrite, rows[start : start + PORTION])


def _switch(
    workspace: Workspace, connection: Connection, plan: ChangePlan, rewrites: Sequence[_Rewrite], cause: Cause
) -> None:
    now = instant(workspace.clock.now())
    by_tables = {id(r.new): r for r in rewrites}
    for name, before, after in matched(plan.old or {}, plan.new):
        if after is None and before is not None and "." not in name:
            _archive(connection, "form", before, None, None, now, cause)
        if after is not None:
            rewrite = by_tables.get(id(after))
            _drop_indexes(connection, before, after, rewrite)
            if rewrite is not None:
                _swap(workspace, connection, rewrite, now, cause)
            _note_fields(connection, before, after, now, cause)
            for table in (after.table, *after.items.values()):
                _add_indexes(connection, table)
            for child in after.rows.values():
                _add_indexes(connection, child.table)


def _indexes(table: Table, dialect: str) -> dict[str, Any]:
    return {str(i.name): i for i in indexed(table).indexes if i.info.get("dialect") == dialect}


def _drop_indexes(
    connection: Connection, before: FormTables | None, after: FormTables, rewrite: _Rewrite | None
) -> None:
    """Drop the indexes of the old version that the new one does not have, or whose columns change."""
    if before is None:
        return
    dialect = connection.dialect.name
    wanted = _indexes(after.table, dialect)
    existing = {i["name"] for i in inspect(connection).get_indexes(after.table.name)}
    moving = set(rewrite.retyped) if rewrite is not None else set()
    for name, index in _indexes(before.table, dialect).items():
        touches = any(c.key.partition("__")[0] in moving for c in index.columns)
        if name in existing and (name not in wanted or touches):
            _operations(connection).drop_index(name, before.table.name)


def _add_indexes(connection: Connection, table: Table) -> None:
    existing = {i["name"] for i in inspect(connection).get_indexes(table.name)}
    for name, index in sorted(_indexes(table, connection.dialect.name).items()):
        if name not in existing:
            connection.execute(CreateIndex(index))


def _swap(workspace: Workspace, connection: Connection, rewrite: _Rewrite, now: str, cause: Cause) -> None:
    """Put the filled columns in the old ones' place; the old ones stay under another name."""
    table = rewrite.new.table
    known = _columns_of(connection, table)
    for key in rewrite.retyped:
        before, after = rewrite.old.shape.fields[key], rewrite.new.shape.fields[key]
        kept = None
        for one in field_columns(before):
            if one.name in known:
                name = _old_name(one.key, known)
                _rename(connection, table, one.name, name)
                known = (known - {one.name}) | {name}
                kept = name if one.key == key else kept
        items = rewrite.old.items.get(key)
        if items is not None:
            _move_items(connection, items)
        for one in field_columns(after):
            _rename(connection, table, _new_name(one.key), one.name)
        _archive_field(
            connection, "retyped", rewrite.old, before, kept, now, cause, rewrite.archived_ids[key]
        )
    if any(has_items(rewrite.new.shape.fields[key]) for key in rewrite.retyped):
        _fill_items(workspace, connection, rewrite)


def _fill_items(workspace: Workspace, connection: Connection, rewrite: _Rewrite) -> None:
    new = workspace.codec(rewrite.new)
    driver: Any = connection.connection.driver_connection
    cursor = driver.cursor()
    keys = [key for key in rewrite.retyped if key in rewrite.new.items]
    for key in keys:
        rewrite.new.items[key].create(connection)
    after = ""
    while rows := _portion(connection, rewrite.new, after):
        for row in rows:
            for key in keys:
                _items_anew(cursor, new, key, row[key], row["id"])
        after = rows[-1]["id"]


def _note_fields(
    connection: Connection, before: FormTables | None, after: FormTables, now: str, cause: Cause
) -> None:
    old_fields = before.shape.fields if before is not None else {}
    for key, shape in old_fields.items():
        if key not in after.shape.fields and before is not None:
            kept = before.table.c.get(key)
            name = None if kept is None else kept.name
            _archive_field(connection, "removed", before, shape, name, now, cause, new_id())
    a = ARCHIVED.c
    back = [k for k in after.shape.fields if k not in old_fields]
    names = [after.table.c[k].name for k in back if k in after.table.c]
    here = (a.table_name == after.table.name) & (a.kind == "removed") & a.column_name.in_(names)
    children = [after.rows[k].table.name for k in back if k in after.rows]
    children += [
        after.rows[k].table.name for k in after.rows if k in old_fields and old_fields[k].rows is None
    ]
    whole = a.table_name.in_([after.table.name] if before is None else []) & (a.kind == "form")
    wanted = here | whole | (a.table_name.in_(children) & (a.kind != "form") & a.column_name.is_(None))
    connection.execute(update(ARCHIVED).where(wanted, a.restored_at.is_(None)).values(restored_at=now))


def _archive_field(
    connection: Connection,
    kind: str,
    tables: FormTables,
    shape: FieldShape,
    column_name: str | None,
    now: str,
    cause: Cause,
    archived_id: str,
) -> None:
    """Note a field's column, or its sub-table; one that was only worked out leaves nothing behind."""
    if shape.rows is not None:
        form = tables.shape.table
        _archive(connection, kind, tables.rows[shape.key], shape, None, now, cause, archived_id, form)
    elif column_name is not None:
        _archive(connection, kind, tables, shape, column_name, now, cause, archived_id)


def _archive(
    connection: Connection,
    kind: str,
    tables: FormTables,
    shape: FieldShape | None,
    column_name: str | None,
    now: str,
    cause: Cause,
    archived_id: str | None = None,
    form: str | None = None,
) -> None:
    connection.execute(
        ARCHIVED.insert().values(
            id=archived_id or new_id(),
            form=form or tables.shape.table,
            field=None if shape is None else shape.key,
            table_name=tables.table.name,
            column_name=column_name,
            kind=kind,
            shape=shape_json(
                tables.shape.fields.values() if column_name is None else () if shape is None else [shape]
            ),
            at=now,
            by=cause.by,
        )
    )


def unconverted(unit: Unit, archived_id: str, limit: int = 100, after: str = "") -> list[tuple[str, str]]:
    """Return (record id, old text) of values that a retype could not convert, by record id. Sealed ones stay sealed."""
    u = UNCONVERTED.c
    query = select(u.record_id, u.value).where(u.archived_id == archived_id, u.record_id > after)
    return [(row[0], row[1]) for row in unit.connection.execute(query.order_by(u.record_id).limit(limit))]


def archived(unit: Unit) -> list[dict[str, Any]]:
    """Return what is set aside and neither restored nor purged, newest first."""
    a = ARCHIVED.c
    query = select(ARCHIVED).where(a.restored_at.is_(None), a.purged_at.is_(None)).order_by(a.id.desc())
    return [dict(row) for row in unit.connection.execute(query).mappings()]


def purge_archived(workspace: Workspace, archived_id: str) -> None:
    """Let go of archived data for good. Whoever calls checks the purge right and writes the audit. NotFound."""

    def purge(connection: Connection) -> None:
        a = ARCHIVED.c
        row = connection.execute(
            select(ARCHIVED).where(a.id == archived_id, a.restored_at.is_(None), a.purged_at.is_(None))
        ).first()
        if row is None:
            raise NotFound(NOT_ARCHIVED.at(""))
        if row.column_name is None:
            # Keys hold no double underscore, so what begins like this belongs to the table.
            below = f"{row.table_name}__", f"i_{row.table_name.removeprefix('f_')}__"
            for table in inspect(connection).get_table_names():
                if table == row.table_name or table.startswith(below):
                    _operations(connection).drop_table(table)
        else:
            _operations(connection).drop_column(row.table_name, row.column_name)
        connection.execute(UNCONVERTED.delete().where(UNCONVERTED.c.archived_id == archived_id))
        now = instant(workspace.clock.now())
        connection.execute(update(ARCHIVED).where(a.id == archived_id).values(purged_at=now))

    _patiently(workspace, purge)
