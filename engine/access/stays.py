"""Stays: the history of a stage as a table of its own, a row for each stay of a record in a stage.

It is read from the history of records, so it needs no table that somebody must keep up to date. Reports see it as the
rows of a sub-table called `<field>_history`, whose fields are those of `stays_shape`.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, cast

from sqlalchemy import (
    BigInteger,
    ColumnClause,
    ColumnElement,
    Date,
    DateTime,
    FromClause,
    Subquery,
    Table,
    and_,
    case,
    func,
    select,
    type_coerce,
)
from sqlalchemy import cast as as_type
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.sql.selectable import TableClause

from engine.definitions.shape import FieldShape, FormShape
from engine.definitions.tables import TEXT, FormTables
from engine.expressions.moments import minutes_ahead
from engine.value_type import VALUE_TYPES

SUFFIX = "_history"
LOG = TableClause(
    "cc_history",
    *(ColumnClause(name, TEXT) for name in ("id", "form", "record_id", "kind", "at", "by", "changes")),
    ColumnClause("revision", BigInteger()),
)
"""The history of records as `engine.store.platform` lays it out; the store stands above access."""
KEPT = frozenset({"choice", "text", "person", "reference"})
"""Kinds of values whose history can be read back."""
LABELS: Mapping[str, Mapping[str, str]] = {
    "before": {"zh": "来自阶段", "en": "Came from"},
    "after": {"zh": "去往阶段", "en": "Went to"},
    "entered_at": {"zh": "进入时间", "en": "Entered"},
    "left_at": {"zh": "离开时间", "en": "Left"},
    "by": {"zh": "推进人", "en": "Moved by"},
    "duration": {"zh": "停留时长", "en": "Time in stage"},
}


def history_key(field: str) -> str:
    """Return what the stays of a field are called."""
    return f"{field}{SUFFIX}"


def stays_shape(form: FormShape, field: FieldShape) -> FormShape:
    """Return the fields of a stay: the stage under the field's own key, what came before and after, when, how long, by whom.

    `duration` is in seconds and blank while the record is still there.
    """
    stage = replace(field, history=False, stored=True, formula=None, search=None, unique=None, mask=None)
    fields = [
        stage,
        replace(stage, key="before", label=LABELS["before"]),
        replace(stage, key="after", label=LABELS["after"]),
        _field("entered_at", "datetime"),
        _field("left_at", "datetime"),
        _field("by", "person"),
        _field("duration", "integer", {"format": "duration"}),
    ]
    return FormShape(history_key(field.key), field.label, {one.key: one for one in fields}, parent=form.key)


def _field(key: str, kind: str, config: Mapping[str, Any] | None = None) -> FieldShape:
    # Nobody writes it, so no history tells of it.
    return FieldShape(key, kind, config or {}, LABELS[key], history=False)


def stays(form: FormShape, field: FieldShape, dialect: str, zone: str) -> FormTables:
    """Return the stays of all records of a form; `zone`: whose days the business dates are."""
    shape = stays_shape(form, field)
    return FormTables(shape, cast(Table, _stays(form.key, field.key, dialect, zone)), {}, {}, {})


def mentions(log: FromClause, form: str, field: str) -> ColumnElement[bool]:
    """Return which entries of the history tell what a field became."""
    told = log.c.changes.like(f'%"{field}":%')
    return and_(log.c.form == form, log.c.kind.in_(["create", "update"]), told)


def value_in(log: FromClause, field: str, dialect: str, *, is_before: bool = False) -> ColumnElement[Any]:
    """Return what a field became in an entry of the history, or what it was."""
    # Of a new record the value stands by itself, of a change both: before and after.
    is_new, at = log.c.kind == "create", 0 if is_before else 1
    if dialect == "postgresql":
        changes = as_type(log.c.changes, JSONB)
        first, then = changes[field].astext, changes[field][at].astext
    else:
        first, then = (func.json_extract(log.c.changes, f"$.{field}{end}") for end in ("", f"[{at}]"))
    return type_coerce(case((is_new, None if is_before else first), else_=then), TEXT)


def seconds_of(at: ColumnElement[Any], dialect: str) -> ColumnElement[Any]:
    """Return the seconds since 1970 of an instant as the history writes it."""
    if dialect == "postgresql":
        return as_type(func.floor(func.date_part("epoch", as_type(at, DateTime()))), BigInteger())
    return as_type(func.strftime("%s", at), BigInteger())


def _stays(form: str, field: str, dialect: str, zone: str) -> Subquery:
    log = LOG.alias("log")
    order = (log.c.revision, log.c.id)
    over: dict[str, Any] = {"partition_by": log.c.record_id, "order_by": order}
    value = value_in(log, field, dialect)
    entries = (
        select(
            log.c.id,
            log.c.record_id,
            log.c.by,
            log.c.revision.label("position"),
            value.label("stage"),
            value_in(log, field, dialect, is_before=True).label("before"),
            func.lead(value).over(**over).label("after"),
            log.c.at.label("entered"),
            func.lead(log.c.at).over(**over).label("left"),
        )
        .where(mentions(log, form, field))
        .subquery("entries")
    )
    c = entries.c
    entered, left = (seconds_of(one, dialect) for one in (c.entered, c.left))
    columns: dict[str, ColumnElement[Any]] = {
        "id": c.id,
        "record_id": c.record_id,
        "position": c.position,
        field: c.stage,
        "before": c.before,
        "after": c.after,
        "by": c.by,
        "duration": left - entered,
    }
    for key, at in (("entered_at", c.entered), ("left_at", c.left)):
        columns[key] = instant_of(at, dialect)
        columns[f"{key}__d"] = day_of(at, dialect, zone)
    return select(*(column.label(key) for key, column in columns.items())).subquery("stays")


def instant_of(at: ColumnElement[Any], dialect: str) -> ColumnElement[Any]:
    """Return an instant of a platform table as forms keep it."""
    made = func.timezone("UTC", as_type(at, DateTime())) if dialect == "postgresql" else at
    return type_coerce(made, VALUE_TYPES.get("datetime").column({}) or DateTime())


def day_of(at: ColumnElement[Any], dialect: str, zone: str) -> ColumnElement[Any]:
    """Return the business day of an instant of a platform table."""
    if dialect == "postgresql":
        return as_type(func.timezone(zone, func.timezone("UTC", as_type(at, DateTime()))), Date())
    return type_coerce(func.date(at, f"{minutes_ahead(zone):+d} minutes"), Date())


__all__ = [
    "KEPT",
    "LOG",
    "SUFFIX",
    "day_of",
    "history_key",
    "instant_of",
    "mentions",
    "seconds_of",
    "stays",
    "stays_shape",
    "value_in",
]
