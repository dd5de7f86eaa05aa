"""Small makers for store tests: a lead form with something of everything, and sealed rights to write it."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, select

from engine.access.actor import system_actor
from engine.access.query import ScopedQuery, ScopedWrite, seal_query, seal_write
from engine.definitions.shape import FieldShape, FormShape, ItemShape
from engine.definitions.tables import FormTables, Tables, build_tables
from engine.store import Cause, Workspace

USER = Cause("user", by="u1", request_id="r1")


def field(key: str, kind: str = "text", **more: Any) -> FieldShape:
    return FieldShape(key, kind, label={"zh": key, "en": key}, **more)


def form(key: str, *fields: FieldShape, **more: Any) -> FormShape:
    return FormShape(key, {"zh": key, "en": key}, {f.key: f for f in fields}, **more)


ITEMS = FormShape(
    "items",
    {"zh": "明细", "en": "Lines"},
    {"what": field("what"), "amount": field("amount", "money")},
    parent="lead",
)

LEAD = form(
    "lead",
    field("name", search="name"),
    field("phone", search="phone", sensitive=True, unique=()),
    field("code", unique=()),
    field("amount", "money"),
    field("rate", "decimal", config={"scale": 3}),
    field("visits", "integer"),
    field("is_vip", "boolean"),
    field("born", "date"),
    field("call_at", "datetime"),
    field("tags", "choices"),
    field("channel", "reference", config={"to": "channel"}),
    field("friends", "references", config={"to": "lead"}),
    field("chart", "structured", item_columns=(ItemShape("tooth", "text"), ItemShape("state", "text")), items=lambda chart: [(t, s) for t, s in sorted(chart.items())]),
    field("photos", "files"),
    field("items", "rows", rows=ITEMS),
)  # fmt: skip


def tables_of(*shapes: FormShape, version: int = 1) -> Tables:
    return build_tables({shape.key: shape for shape in shapes}, version)


def right(tables: FormTables, verb: str, predicate: ColumnElement[bool] | None = None) -> ScopedWrite:
    return seal_write(tables.shape.key, verb, tables, predicate, system_actor("clinic"))  # type: ignore[arg-type]


def everything(clinic: Workspace, tables: FormTables) -> ScopedQuery:
    """Return a sealed read of all live and deleted records: id, revision and the raw columns of the form."""
    table = tables.table
    keys = [c.key for c in table.columns]
    text = str(select(table).order_by(table.c.id).compile(dialect=clinic.room.dialect))
    return seal_query(
        tables.shape.key, text, (), lambda rows, _keys: [dict(zip(keys, r, strict=True)) for r in rows]
    )


def create(clinic: Workspace, tables: FormTables, cause: Cause = USER, **values: Any) -> dict[str, Any]:
    with clinic.write(cause) as unit:
        return unit.insert(right(tables, "insert"), values)


def change(clinic: Workspace, tables: FormTables, record_id: str, cause: Cause = USER, **values: Any) -> Any:
    with clinic.write(cause) as unit:
        write = right(tables, "update")
        return unit.update(write, unit.load(write, record_id), values)


def load(clinic: Workspace, tables: FormTables, record_id: str, verb: str = "update") -> Mapping[str, Any]:
    with clinic.write(USER) as unit:
        return unit.load(right(tables, verb), record_id)


def history(clinic: Workspace, tables: FormTables, record_id: str) -> Any:
    with clinic.read() as unit:
        return unit.history(everything(clinic, tables), tables, record_id)
