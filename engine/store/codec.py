"""How records become rows: one codec a table, with its statements' text and value encoders worked out once."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import cached_property, lru_cache, partial
from operator import itemgetter
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import (
    Boolean,
    Column,
    Select,
    Table,
    TypeDecorator,
    bindparam,
    delete,
    insert,
    select,
    update,
)
from sqlalchemy.engine import Dialect

from engine.definitions.shape import SYSTEM_FIELDS, FieldShape
from engine.definitions.tables import FormTables, column_type, has_items, shadows
from engine.problems import Rejected
from engine.store.crypto import WorkspaceKeys
from engine.text import digits, fold, search_key
from engine.values._columns import TextOnSqlite

Values = Mapping[str, Any]
Encode = Callable[[Any], Any] | None
Shadow = tuple[str, str, Callable[[Any, str], Any]]
"""The field, the name of the column beside its own, and what makes its parameter of a value and a zone."""
LONGEST_SEARCH_KEY = 4000

NATIVE = frozenset(
    {"text", "integer", "decimal", "money", "boolean", "date", "datetime", "time", "choice", "choices"}
    | {"reference", "references", "person", "persons"}
)
"""Value types whose Python values msgspec writes just as `to_json` would."""

WRITABLE_SYSTEM = frozenset({"no", "branch_id", "owner_id", "source_ref"})

NOT_IN_HISTORY = frozenset(
    {"id", "created_at", "created_by", "updated_at", "updated_by", "deleted_at", "deleted_by"}
    | {"revision", "def_version"}
)
"""What the columns of a history row say already."""

encode_json = msgspec.json.Encoder().encode
decode_json = msgspec.json.decode


def encoder(column: Column[Any], dialect: Dialect) -> Encode:
    """Return what turns a Python value that is not blank into the driver's; None: nothing to do."""
    kind = column.type
    if isinstance(kind, Boolean):
        # Fields hold nothing but True and False, which both drivers take.
        return None
    if isinstance(kind, TextOnSqlite):
        return kind.text_of if dialect.name == "sqlite" else None
    made: Encode = kind.dialect_impl(dialect).bind_processor(dialect)
    if made is None or not isinstance(kind, TypeDecorator):
        return made
    if kind.load_dialect_impl(dialect).bind_processor(dialect) is None:
        return partial(kind.process_bind_param, dialect=dialect)
    return made


def decoder(column: Column[Any], dialect: Dialect) -> Encode:
    """Return what turns the driver's value of a column into the Python one, blank or not; None: nothing to do."""
    kind = column.type
    if dialect.name != "postgresql":
        made: Encode = kind.dialect_impl(dialect).result_processor(dialect, None)
        return made
    # psycopg reads what our own types do not.
    if not isinstance(kind, TypeDecorator):
        return None
    is_own = type(kind).process_result_value is not TypeDecorator.process_result_value
    return partial(kind.process_result_value, dialect=dialect) if is_own else None


class Statements:
    """The statements of one table as text for the bare driver cursor.

    SQLAlchemy writes columns in the table's order, whatever order it is told: `keys` must come in it.
    """

    def __init__(self, table: Table, keys: Sequence[str], dialect: Dialect) -> None:
        self.table, self.keys, self.dialect = table, tuple(keys), dialect
        self.insert = self._text(
            insert(table).values({table.c[k]: bindparam(f"p{i}") for i, k in enumerate(keys)})
        )
        quote = dialect.identifier_preparer.quote
        names = ", ".join(quote(table.c[k].name) for k in keys)
        self.copy = f"COPY {quote(table.name)} ({names}) FROM STDIN"
        self._updates: dict[tuple[tuple[str, ...], tuple[str, ...]], str] = {}
        self._deletes: dict[tuple[str, ...], str] = {}

    @cached_property
    def of_record(self) -> str:
        """`SELECT keys … WHERE record_id = ? ORDER BY position`."""
        c = self.table.c
        mine = c.record_id == bindparam("w0", type_=c.record_id.type)
        return self._text(select(*(c[k] for k in self.keys)).where(mine).order_by(c.position))

    def update(self, keys: tuple[str, ...], where: tuple[str, ...]) -> str:
        """Return `UPDATE … SET keys WHERE where`, parameters in that order."""
        found = self._updates.get((keys, where))
        if found is None:
            c = self.table.c
            statement = update(self.table).values({c[k]: bindparam(f"p{i}") for i, k in enumerate(keys)})
            for i, k in enumerate(where):
                statement = statement.where(c[k] == bindparam(f"w{i}", type_=c[k].type))
            found = self._updates[keys, where] = self._text(statement)
        return found

    def delete(self, where: tuple[str, ...]) -> str:
        """Return `DELETE … WHERE where`."""
        found = self._deletes.get(where)
        if found is None:
            c = self.table.c
            statement = delete(self.table)
            for i, k in enumerate(where):
                statement = statement.where(c[k] == bindparam(f"w{i}", type_=c[k].type))
            found = self._deletes[where] = self._text(statement)
        return found

    def _text(self, statement: Any) -> str:
        return str(statement.compile(dialect=self.dialect))


class Codec:
    """Encodes the records of one form or the rows of one sub-table."""

    def __init__(self, tables: FormTables, dialect: Dialect, keys: Callable[[], WorkspaceKeys]) -> None:
        self.tables, self.shape, self._keys = tables, tables.shape, keys
        self.is_child = tables.shape.parent is not None
        self.table_name = tables.table.name
        self.stored = {k: f for k, f in tables.shape.fields.items() if column_type(f) is not None}
        own = [k for k, f in self.stored.items() if not f.sensitive]
        system = ["id", "record_id", "position"] if self.is_child else list(SYSTEM_FIELDS)
        self.plain = tuple((k, encoder(tables.table.c[k], dialect)) for k in (*system, *own))
        self._plain = dict(self.plain)
        self._plain_keys = tuple(k for k, _ in self.plain)
        self._plain_values = itemgetter(*self._plain_keys)
        self._processed = tuple((i, p) for i, (_, p) in enumerate(self.plain) if p is not None)
        self.sealed = tuple(f for f in self.stored.values() if f.sensitive)
        self._shadows = tuple(self._shadowed(dialect))
        self._json_makers = {
            k: None if f.value_type in NATIVE else f.type.to_json for k, f in tables.shape.fields.items()
        }
        self._special = tuple(
            k for k, f in tables.shape.fields.items() if f.sensitive or self._json_makers[k] is not None
        )
        made = [
            *(k for k, _ in self.plain),
            *(f.key for f in self.sealed),
            *(name for _, name, _ in self._shadows),
        ]
        self.order = tuple(c.key for c in tables.table.columns)
        self._in_order = itemgetter(*(made.index(key) for key in self.order))
        self.statements = Statements(tables.table, self.order, dialect)
        self._loading: dict[bool, tuple[Select[Any], str]] = {}
        found = ((i, decoder(column, dialect)) for i, column in enumerate(tables.table.columns))
        self._loaders = tuple((i, read) for i, read in found if read is not None)
        self._dialect = dialect
        self.rows = {k: Codec(child, dialect, keys) for k, child in tables.rows.items()}
        self.items = {k: ItemCodec(tables.shape.fields[k], t, dialect) for k, t in tables.items.items()}
        self.record_keys = (*(() if self.is_child else SYSTEM_FIELDS), *self.stored, *self.rows)
        self.blank = dict.fromkeys(self.record_keys)
        self.history_keys = tuple(
            k for k in self.record_keys if k not in NOT_IN_HISTORY and self.has_history(k)
        )
        self.writable = frozenset(self.stored) | frozenset(self.rows) | WRITABLE_SYSTEM
        self._readers = {
            k: read
            for k, f in self.stored.items()
            if not f.sensitive and (read := f.type.reader(dialect.name, f.config)) is not None
        }
        self.files = tuple(k for k, f in self.stored.items() if f.value_type == "files" and not f.sensitive)

    def has_history(self, key: str) -> bool:
        """Tell whether changes of the field are kept in history."""
        field = self.shape.field(key)
        return field is None or field.history

    def encode(self, values: Values, record_id: str, zone: str) -> tuple[Any, ...]:
        """Return the parameters of a whole row, in the order of the table's columns."""
        get = values.get
        row = [get(key) for key in self._plain_keys]
        for i, process in self._processed:
            if row[i] is not None:
                row[i] = process(row[i])
        for field in self.sealed:
            row.append(self.seal(field, get(field.key), record_id))
        for key, _, make in self._shadows:
            value = get(key)
            row.append(None if value is None else make(value, zone))
        in_order: tuple[Any, ...] = self._in_order(row)
        return in_order

    def encode_many(self, records: Sequence[Values], zones: Sequence[str]) -> Iterable[tuple[Any, ...]]:
        """Return what `encode` gives for each whole record, worked out a column at a time: equal values once."""
        columns: list[Sequence[Any]] = list(zip(*map(self._plain_values, records), strict=True))
        given = dict(zip(self._plain_keys, columns, strict=True))
        for i, process in self._processed:
            columns[i] = _each(process, columns[i])
        for field in self.sealed:
            given[field.key] = [one[field.key] for one in records]
            columns.append([self.seal(field, one[field.key], one["id"]) for one in records])
        placed = list(dict.fromkeys(zones))
        for key, _, make in self._shadows:
            if len(placed) == 1:
                columns.append(_each(partial(_placed, make, placed[0]), given[key]))
            else:
                pairs = zip(given[key], zones, strict=True)
                columns.append([None if value is None else make(value, zone) for value, zone in pairs])
        return zip(*self._in_order(columns), strict=True)

    def encode_some(self, keys: Iterable[str], values: Values, record_id: str, zone: str) -> dict[str, Any]:
        """Return column → parameter for the given fields and their shadows."""
        wanted = set(keys)
        row: dict[str, Any] = {}
        for key in wanted:
            if key in self._plain:
                value, process = values.get(key), self._plain[key]
                row[key] = value if value is None or process is None else process(value)
            elif key in self.stored:
                row[key] = self.seal(self.stored[key], values.get(key), record_id)
        for key, name, make in self._shadows:
            if key in wanted:
                value = values.get(key)
                row[name] = None if value is None else make(value, zone)
        return row

    def seal(self, field: FieldShape, value: Any, record_id: str) -> str | None:
        """Return the ciphertext of a sensitive field's value."""
        if value is None:
            return None
        text = encode_json(field.type.to_json(value, field.config)).decode()
        return self._keys().seal(text, self.table_name, record_id, field.key)

    def unseal(self, field: FieldShape, sealed: str | None, record_id: str) -> Any:
        """Return the value behind a ciphertext of this table."""
        if sealed is None:
            return None
        text = self._keys().open(sealed, self.table_name, record_id, field.key)
        return field.type.parse(decode_json(text), field.config, f"/{field.key}")

    def record(self, values: Values, cursor: Any) -> dict[str, Any]:
        """Return the whole record of a row's column values: unsealed, with its sub-tables' rows."""
        record_id = values["id"]
        found = {k: values[k] for k in self.record_keys if k in values}
        for field in self.sealed:
            found[field.key] = self.unseal(field, found[field.key], record_id)
        for key, child in self.rows.items():
            found[key] = child.rows_of(record_id, cursor) or None
        return found

    def loading(self, binned: bool) -> tuple[Select[Any], str]:
        """Return the read of a whole record, locked, and its text: of a live one, or of one that lies in the bin."""
        found = self._loading.get(binned)
        if found is None:
            table = self.tables.table
            query = select(table).where(table.c.id == bindparam("cc_loaded"))
            query = query.where(table.c.deleted_at.is_not(None) if binned else table.c.deleted_at.is_(None))
            if self._dialect.name == "postgresql":
                query = query.with_for_update(of=table)
            found = self._loading[binned] = query, str(query.compile(dialect=self._dialect))
        return found

    def loaded(self, row: Sequence[Any]) -> list[Any]:
        """Return the Python values of a row as the driver gives it, in the order of the table's columns."""
        values = list(row)
        for i, read in self._loaders:
            values[i] = read(values[i])
        return values

    def rows_of(self, record_id: str, cursor: Any) -> tuple[dict[str, Any], ...]:
        """Return the rows of this sub-table that belong to a record, in order."""
        cursor.execute(self.statements.of_record, (record_id,))
        rows = []
        for raw in cursor.fetchall():
            values = dict(zip(self.statements.keys, raw, strict=True))
            for key, read in self._readers.items():
                if values[key] is not None:
                    values[key] = read(values[key])
            rows.append({"id": values["id"], **self.record(values, cursor)})
        return tuple(rows)

    def to_json(self, key: str, value: Any, record_id: str) -> Any:
        """Return the value as history keeps it; sensitive ones sealed."""
        if value is None:
            return None
        field = self.shape.fields.get(key)
        if field is None:
            return value
        if field.sensitive:
            return self.seal(field, value, record_id)
        if field.rows is not None:
            return [self.rows[key].row_json(row) for row in value]
        make = self._json_makers[key]
        return value if make is None else make(value, field.config)

    def first_values(self, record: Values) -> dict[str, Any]:
        """Return what history keeps of a new record."""
        found = {k: v for k in self.history_keys if (v := record[k]) is not None}
        for key in self._special:
            if key in found:
                found[key] = self.to_json(key, found[key], record["id"])
        return found

    def from_json(self, key: str, raw: Any, record_id: str) -> Any:
        """Return the value of what history kept."""
        if raw is None:
            return None
        field = self.shape.field(key)
        if field is None:
            return raw
        try:
            if field.sensitive:
                return self.unseal(field, raw, record_id)
            if field.rows is not None:
                return tuple(self.rows[key].row_from_json(row) for row in raw)
            return field.type.parse(raw, field.config, f"/{key}")
        except (Rejected, AttributeError, TypeError):
            # Written when the field had another type or other options: it is shown as it was written.
            return raw

    def row_json(self, row: Values) -> dict[str, Any]:
        """Return a sub-table row as history keeps it, with its id."""
        kept = {
            k: self.to_json(k, row.get(k), row["id"]) for k in self.shape.fields if row.get(k) is not None
        }
        return {"id": row["id"], **kept}

    def row_from_json(self, raw: Values) -> dict[str, Any]:
        """Return a sub-table row of what history kept."""
        return {k: v if k == "id" else self.from_json(k, v, raw["id"]) for k, v in raw.items()}

    def _shadowed(self, dialect: Dialect) -> Iterator[Shadow]:
        """Yield the columns that are worked out from another one's value."""
        columns = self.tables.table.c
        if not self.is_child:
            yield "created_at", "created_at__d", _day_maker(encoder(columns["created_at__d"], dialect))
        for key, field in self.stored.items():
            for suffix in shadows(field):
                name = f"{key}__{suffix}"
                yield key, name, self._maker(field, suffix, columns[name], dialect)

    def _mark(self, suffix: str, key: str, text: str) -> str | None:
        keys = self._keys()
        make = keys.blind if suffix == "b" else keys.tail
        return make(self.shape.table, key, text)

    def _maker(
        self, field: FieldShape, suffix: str, column: Column[Any], dialect: Dialect
    ) -> Callable[[Any, str], Any]:
        key, config, kind = field.key, field.config, field.type
        process = encoder(column, dialect)
        if suffix == "d":
            return _day_maker(process)
        if suffix in ("from", "to"):
            attribute = "start" if suffix == "from" else "end"
            return lambda value, _zone: _end(value, attribute, process)
        if suffix in ("b", "t"):
            mark = partial(self._mark, suffix, key)
            return lambda value, _zone: mark(kind.to_text(value, config))
        by = fold if suffix == "u" else SEARCH_KEYS[field.search or "text"]
        return lambda value, _zone: by(value if isinstance(value, str) else kind.to_text(value, config))


class _Known(dict[Any, Any]):
    """What values were made into so far."""

    def __init__(self, process: Callable[[Any], Any]) -> None:
        super().__init__({None: None})
        self._process = process

    def __missing__(self, value: Any) -> Any:
        made = self[value] = self._process(value)
        return made


def _each(process: Callable[[Any], Any], values: Sequence[Any]) -> list[Any]:
    """Return the parameters of a column's values."""
    try:
        return list(map(_Known(process).__getitem__, values))
    except TypeError:
        # Of values that cannot be keys, such as structures, each is made by itself.
        return [None if value is None else process(value) for value in values]


def _placed(make: Callable[[Any, str], Any], zone: str, value: Any) -> Any:
    return make(value, zone)


@lru_cache(maxsize=256)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


@lru_cache(maxsize=4096)
def _day(instant: datetime, zone: str) -> date:
    return instant.astimezone(_zone(zone)).date()


def _day_maker(process: Encode) -> Callable[[Any, str], Any]:
    if process is None:
        return _day
    return lambda instant, zone: process(_day(instant, zone))


def _end(value: Any, attribute: str, process: Encode) -> Any:
    end = getattr(value, attribute)
    return end if end is None or process is None else process(end)


SEARCH_KEYS: Mapping[str, Callable[[str], str]] = {
    "text": lambda text: fold(text)[:LONGEST_SEARCH_KEY],
    "name": lambda text: search_key(text)[:LONGEST_SEARCH_KEY],
    "phone": digits,
    "code": fold,
}


class ItemCodec:
    """Encodes the item rows of one field."""

    def __init__(self, field: FieldShape, table: Table, dialect: Dialect) -> None:
        assert has_items(field), field.key
        self._field = field
        columns = [c.key for c in table.columns]
        self._encoders = [encoder(table.c[k], dialect) for k in columns[2:]]
        self.statements = Statements(table, columns, dialect)

    def rows(self, value: Any, record_id: str) -> list[list[Any]]:
        """Return the parameters of each item row."""
        if value is None:
            return []
        if self._field.items is not None:
            found: Iterable[tuple[Any, ...]] = self._field.items(value)
        else:
            found = [(one,) for one in dict.fromkeys(value)]
        return [
            [
                record_id,
                i,
                *(v if v is None or p is None else p(v) for v, p in zip(row, self._encoders, strict=True)),
            ]
            for i, row in enumerate(found)
        ]
