"""The physical tables of forms, as SQLAlchemy Core tables built from shapes.

A form has `f_<form>`; a sub-table `f_<form>__<field>` with `record_id` and `position`; fields that hold several
things at once have an item table `i_<form>__<field>` with `record_id`, `position` and their columns. Columns are
found by logical key (`table.c["phone__s"]`), also where the physical name had to be cut to 63 bytes.

Shadow columns beside a field, kept by the store and never shown:

| column | there when | holds |
|---|---|---|
| `<key>__s` | `search` is set and the field is not sensitive | search key: folded text; for "name" pinyin and initials too; for "phone" digits |
| `<key>__b` | sensitive | blind index of the folded value, for equality |
| `<key>__t` | `search` is "phone" | blind index of the last four digits |
| `<key>__u` | text that must be unique, not sensitive | folded text, so `A1` and `ａ１` are one |
| `<key>__d` | datetime | business date in the branch's zone |
| `<key>__from`, `<key>__to` | date_range, time_range | both ends |

Blanks sort first upwards and last downwards on both databases: that is what the indexes offer, so an ORDER BY
must say `ASC NULLS FIRST` or `DESC NULLS LAST` and end with `id` in the same direction.
"""

import hashlib
import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Any

from sqlalchemy import Column, ColumnElement, Index, MetaData, Table, Text
from sqlalchemy.types import TypeEngine

from engine.definitions.shape import SYSTEM_FIELDS, FieldShape, FormShape, Shapes
from engine.problems import Code, Problem, Rejected, pointer
from engine.value_type import VALUE_TYPES

RESERVED_KEY = Code(
    "tables.reserved_key",
    zh="字段标识“{key}”不可用：不能与系统字段同名，也不能含两个连续的下划线",
    en="The key “{key}” cannot be used: it names a system field or holds two underscores in a row",
    hint_zh="换一个标识，例如“{instead}”",
    hint_en="Take another key, for example “{instead}”",
)

LONGEST_NAME = 63
"""Bytes PostgreSQL keeps of an identifier."""

CHILD_SYSTEM = ("id", "record_id", "position")
MANY = frozenset({"references", "persons"})
TEXT = Text().with_variant(Text(collation="C"), "postgresql")
"""Text sorts by code point on both databases."""
_TO_INDEX = "to_index"
"""Key in a table's `info`: what makes its indexes. Half the work of laying out tables, so done when asked for."""
_INDEXING = threading.Lock()
RANGES = {"date_range": "date", "time_range": "datetime"}


@dataclass(frozen=True, eq=False)
class FormTables:
    """A form's table, those of its sub-tables and item tables by field key; equal to itself only.

    `uniques`: name of each unique index → the field keys that clash when the database refuses. `version`: the app
    version the tables belong to, kept in each record.
    """

    shape: FormShape
    table: Table
    rows: Mapping[str, "FormTables"]
    items: Mapping[str, Table]
    uniques: Mapping[str, tuple[str, ...]]
    version: int = 0

    def everything(self) -> Iterator[Table]:
        """Yield the table and all below it, parents first."""
        yield self.table
        yield from self.items.values()
        for child in self.rows.values():
            yield from child.everything()


class Tables(Mapping[str, FormTables]):
    """The tables of all forms by form key. `version`: the app version they belong to, kept in each record."""

    def __init__(self, shapes: Shapes, version: int = 0) -> None:
        self.shapes = shapes
        self.version = version
        self._metadata = MetaData()
        self._forms = {key: _form_tables(shape, self._metadata, version) for key, shape in shapes.items()}

    @property
    def metadata(self) -> MetaData:
        """Return all tables with their indexes, to create them from."""
        for table in self._metadata.tables.values():
            indexed(table)
        return self._metadata

    def __getitem__(self, key: str) -> FormTables:
        return self._forms[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._forms)

    def __len__(self) -> int:
        return len(self._forms)

    # One set of tables is equal to itself only, so that caches may hang on it.
    def __eq__(self, other: object) -> bool:
        return self is other

    def __hash__(self) -> int:
        return id(self)


def build_tables(shapes: Shapes, version: int = 0) -> Tables:
    """Return the tables of an app's forms. Rejected where a key cannot be a column."""
    problems = [p for shape in shapes.values() for p in _bad_keys(shape)]
    if problems:
        raise Rejected(problems)
    return Tables(shapes, version)


def physical_name(*parts: str) -> str:
    """Return `parts` joined by two underscores, cut with a hash when longer than an identifier may be."""
    name = "__".join(parts)
    if len(name.encode()) <= LONGEST_NAME:
        return name
    return f"{name[: LONGEST_NAME - 11]}_{hashlib.sha256(name.encode()).hexdigest()[:10]}"


def column_type(field: FieldShape) -> TypeEngine[Any] | None:
    """Return the type of the field's column; None where it has no column. Sensitive fields hold ciphertext."""
    if not field.stored or field.value_type == "rows":
        return None
    if field.sensitive:
        return TEXT
    own = field.type.column(field.config)
    return TEXT if type(own) is Text else own


def shadows(field: FieldShape) -> dict[str, TypeEngine[Any]]:
    """Return the shadow columns of a stored field: suffix → type."""
    found: dict[str, TypeEngine[Any]] = {}
    if field.sensitive:
        found["b"] = TEXT
    elif field.search is not None:
        found["s"] = TEXT
    if field.search == "phone":
        found["t"] = TEXT
    if field.sensitive:
        return found
    if field.unique is not None and field.value_type == "text":
        found["u"] = TEXT
    if field.value_type == "datetime":
        found["d"] = _type("date")
    if field.value_type in RANGES:
        found["from"] = _type(RANGES[field.value_type])
        found["to"] = _type(RANGES[field.value_type])
    return found


def unique_column(field: FieldShape) -> str:
    """Return the logical key of the column that decides whether two values of the field are the same."""
    if field.sensitive:
        return f"{field.key}__b"
    return f"{field.key}__u" if "u" in shadows(field) else field.key


def _type(kind: str) -> TypeEngine[Any]:
    found = VALUE_TYPES.get(kind).column({})
    assert found is not None, kind
    return TEXT if type(found) is Text else found


def _bad_keys(shape: FormShape) -> Iterator[Problem]:
    for field in shape.fields.values():
        taken = field.key in CHILD_SYSTEM if shape.parent else field.key in SYSTEM_FIELDS
        if taken or "__" in field.key:
            path = pointer("forms", shape.key, "fields", field.key)
            yield RESERVED_KEY.at(path, key=field.key, instead=f"{field.key.replace('__', '_')}_2")
        if field.rows is not None:
            yield from _bad_keys(field.rows)


def indexed(table: Table) -> Table:
    """Return `table` with its indexes made: they are needed to create and change tables, never to read and write."""
    with _INDEXING:
        make = table.info.pop(_TO_INDEX, None)
        if make is not None:
            make()
    return table


def _form_tables(shape: FormShape, metadata: MetaData, version: int) -> FormTables:
    table = Table(physical_name(f"f_{shape.table}"), metadata, *_columns(shape))
    uniques: dict[str, tuple[str, ...]] = {}
    if shape.parent is None:
        for keys, message_keys in _unique_sets(shape):
            uniques[index_name(table.name, keys, unique=True)] = message_keys
        table.info[_TO_INDEX] = partial(_form_indexes, shape, table)
    else:
        table.info[_TO_INDEX] = partial(_row_indexes, shape, table)
    items = {f.key: _item_table(shape, f, metadata) for f in shape.fields.values() if has_items(f)}
    rows = {
        f.key: _form_tables(f.rows, metadata, version) for f in shape.fields.values() if f.rows is not None
    }
    return FormTables(
        shape, table, MappingProxyType(rows), MappingProxyType(items), MappingProxyType(uniques), version
    )


def has_items(field: FieldShape) -> bool:
    """Tell whether the field keeps an item table."""
    return field.stored and not field.sensitive and (bool(field.item_columns) or field.value_type in MANY)


def _columns(shape: FormShape) -> Iterator[Column[Any]]:
    if shape.parent is None:
        for key, (kind, config, _) in SYSTEM_FIELDS.items():
            wanted = key in ("id", "created_at", "updated_at", "revision", "def_version")
            made = column_type(FieldShape(key, kind, config))
            yield Column(key, made, key=key, primary_key=key == "id", nullable=not wanted)
        yield Column("created_at__d", _type("date"), key="created_at__d")
    else:
        yield Column("id", TEXT, primary_key=True, nullable=False)
        yield Column("record_id", TEXT, nullable=False)
        yield Column("position", _type("integer"), nullable=False)
    for field in shape.fields.values():
        yield from field_columns(field)


def field_columns(field: FieldShape) -> Iterator[Column[Any]]:
    """Yield fresh columns for a field and its shadows; none where it is not stored."""
    own = column_type(field)
    if own is None:
        return
    yield Column(physical_name(field.key), own, key=field.key)
    for suffix, kind in shadows(field).items():
        yield Column(physical_name(field.key, suffix), kind, key=f"{field.key}__{suffix}")


def _item_table(shape: FormShape, field: FieldShape, metadata: MetaData) -> Table:
    columns: list[Column[Any]] = [
        Column("record_id", TEXT, nullable=False),
        Column("position", _type("integer"), nullable=False),
    ]
    if field.value_type in MANY:
        names = ["value"]
        columns.append(Column("value", TEXT, nullable=False))
    else:
        names = [one.key for one in field.item_columns]
        columns += [
            Column(physical_name(one.key), _type(one.value_type), key=one.key) for one in field.item_columns
        ]
    table = Table(physical_name(f"i_{shape.table}", field.key), metadata, *columns)
    table.info[_TO_INDEX] = partial(_item_indexes, table, names)
    return table


def _item_indexes(table: Table, names: Iterable[str]) -> None:
    _index(table, ("record_id", "position"))
    for name in names:
        _index(table, (name, "record_id"))


def _row_indexes(shape: FormShape, table: Table) -> None:
    _index(table, ("record_id", "position"))
    _field_indexes(shape, table)


def _form_indexes(shape: FormShape, table: Table) -> None:
    live = table.c.deleted_at.is_(None)
    # Row scopes with the default sort (newest first), each also the way to one owner's or branch's records.
    _index(table, ("-created_at", "-id"), live)
    _index(table, ("owner_id", "-created_at", "-id"), live)
    _index(table, ("branch_id", "-created_at", "-id"), live)
    _index(table, ("deleted_at", "id"), table.c.deleted_at.is_not(None))
    _index(table, ("no",), live)
    _index(table, ("source_ref",), table.c.source_ref.is_not(None))
    for columns in shape.indexes:
        wanted = tuple(_sort_column(shape, c) for c in columns)
        if all(w is not None for w in wanted):
            keys = tuple(w for w in wanted if w is not None)
            last = keys[-1].removeprefix("-") == "id"
            _index(table, keys if last else (*keys, "-id" if keys[-1][0] == "-" else "id"), live)
    _field_indexes(shape, table, live)
    for keys, _message_keys in _unique_sets(shape):
        _index(table, keys, live, unique=True)


def _sort_column(shape: FormShape, written: str) -> str | None:
    sign, key = ("-", written[1:]) if written.startswith("-") else ("", written)
    if key in SYSTEM_FIELDS:
        return written
    base, _, suffix = key.partition("__")
    field = shape.fields.get(base)
    if field is None or column_type(field) is None:
        return None
    if field.sensitive and not suffix:
        return f"{sign}{key}__b"
    return written if not suffix or suffix in shadows(field) else None


def _field_indexes(shape: FormShape, table: Table, live: ColumnElement[bool] | None = None) -> None:
    tail = ("-created_at", "-id") if shape.parent is None else ("record_id",)
    for field in shape.fields.values():
        if column_type(field) is None:
            continue
        names = shadows(field)
        is_link = field.value_type == "reference" or (field.value_type == "person" and field.indexed)
        if is_link and not field.sensitive:
            _index(table, (field.key, *tail), live)
        elif field.indexed and not field.sensitive:
            _index(table, (field.key, tail[-1].removeprefix("-")), live)
        for suffix in ("b", "t"):
            alone = suffix == "b" and field.unique == ()
            if suffix in names and not alone:
                _index(table, (f"{field.key}__{suffix}",), live)


def _unique_sets(shape: FormShape) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Yield (columns, field keys) of every unique rule whose fields are stored."""
    sets = [(*f.unique, f.key) for f in shape.fields.values() if f.unique is not None]
    for keys in (*sets, *shape.unique_together):
        fields = [shape.field(k) for k in keys]
        if all(f is not None and column_type(f) is not None for f in fields):
            yield tuple(unique_column(f) for f in fields if f is not None), keys


def index_name(table: str, columns: Iterable[str], unique: bool = False) -> str:
    """Return the name of an index, unique in the schema and stable between runs."""
    what = ("ux" if unique else "ix", table, *columns)
    return f"{what[0]}_{table[: LONGEST_NAME - 14]}_{hashlib.sha256(repr(what).encode()).hexdigest()[:10]}"


def _index(
    table: Table, columns: tuple[str, ...], where: ColumnElement[bool] | None = None, *, unique: bool = False
) -> Index:
    """Add an index once for each database: PostgreSQL must be told that blanks come first.

    New records come last by time and identifier, so an index that asks for the newest first is laid down the other
    way round and read backwards: at its end a database adds without splitting pages.
    """
    if columns[-1].startswith("-"):
        columns = tuple(one[1:] if one.startswith("-") else f"-{one}" for one in columns)
    name = index_name(table.name, columns, unique)
    for index in table.indexes:
        if index.name == name:
            return index
    plain: list[ColumnElement[Any]] = []
    ordered: list[ColumnElement[Any]] = []
    for written in columns:
        column = table.c[written.removeprefix("-")]
        down = written.startswith("-")
        plain.append(column.desc() if down else column)
        if unique:
            ordered.append(column)
        else:
            ordered.append(column.desc().nulls_last() if down else column.asc().nulls_first())
    on_sqlite = Index(name, *plain, unique=unique, sqlite_where=where, info={"dialect": "sqlite"})
    on_sqlite.ddl_if(dialect="sqlite")
    made = Index(name, *ordered, unique=unique, postgresql_where=where, info={"dialect": "postgresql"})
    made.ddl_if(dialect="postgresql")
    return made
