"""Deadlines: what flows have asked people about records by a time, and whether it was done by then, a row a task.

It is read from the tasks of flows, so it needs no table that somebody must keep up to date. Reports see it as the rows
of a sub-table called `deadlines`, whose fields are those of `deadlines_shape`.
"""

from collections.abc import Mapping
from typing import Any, cast

from sqlalchemy import (
    BigInteger,
    ColumnClause,
    ColumnElement,
    DateTime,
    Subquery,
    Table,
    and_,
    case,
    func,
    or_,
    select,
    type_coerce,
)
from sqlalchemy import cast as as_type
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.sql.selectable import TableClause

from engine.access.binds import bound
from engine.access.stays import day_of, instant_of, seconds_of
from engine.definitions.shape import FieldShape, FormShape
from engine.definitions.tables import TEXT, FormTables
from engine.text import Words

DEADLINES = "deadlines"
NAME: Words = {"zh": "时限", "en": "deadlines"}
TASKS = TableClause(
    "cc_flow_tasks",
    *(
        ColumnClause(name, TEXT)
        for name in (
            "instance_id", "node", "kind", "state", "assignee", "owner", "done_by", "made_at", "due_at", "done_at", "form",
            "record_id", "data",
        )
    ),
    ColumnClause("task_id", BigInteger()),
)  # fmt: skip
INSTANCES = TableClause("cc_flow_instances", ColumnClause("instance_id", TEXT), ColumnClause("flow", TEXT))
USERS = TableClause("cc_users", ColumnClause("id", TEXT), ColumnClause("roles", TEXT))
"""The tasks of flows as `flow_engine.tables` lays them out; the flow engine stands above access."""
RESULTS: tuple[Mapping[str, Any], ...] = (
    {"key": "in_time", "label": {"zh": "按时完成", "en": "Done in time"}},
    {"key": "late", "label": {"zh": "逾期完成", "en": "Done late"}},
    {"key": "missed", "label": {"zh": "逾期作废", "en": "Never done"}},
    {"key": "overdue", "label": {"zh": "逾期未做", "en": "Overdue"}},
    {"key": "running", "label": {"zh": "未到期", "en": "Not due yet"}},
    {"key": "dropped", "label": {"zh": "到期前取消", "en": "Withdrawn before"}},
)
LABELS: Mapping[str, Words] = {
    "flow": {"zh": "流程", "en": "Flow"},
    "step": {"zh": "环节", "en": "Step"},
    "who": {"zh": "责任人", "en": "Who was asked"},
    "roles": {"zh": "责任人角色", "en": "Their roles"},
    "by": {"zh": "完成人", "en": "Done by"},
    "asked_at": {"zh": "交办时间", "en": "Asked"},
    "due_at": {"zh": "截止时间", "en": "Due"},
    "done_at": {"zh": "完成时间", "en": "Done"},
    "result": {"zh": "是否按时", "en": "In time?"},
    "over": {"zh": "超出时长", "en": "Time over"},
    "stood": {"zh": "暂停时长", "en": "Clock stood still"},
}
INSTANTS = ("asked_at", "due_at", "done_at")
OVERDUE = ("late", "missed", "overdue")


def deadlines_shape(form: FormShape) -> FormShape:
    """Return the fields of a deadline: flow, step, who was asked, their roles, who did it, when, and whether it was in time.

    `over` and `stood` are in seconds: how long after the deadline it was done, or has been open since; how long the clock was stopped.
    """
    length = {"format": "duration"}
    fields = [
        _field("flow", "choice", {"options": form.deadlines.get("flow", ())}),
        _field("step", "choice", {"options": form.deadlines.get("step", ())}),
        _field("who", "person"),
        _field("roles", "choices", {"options": form.deadlines.get("roles", ())}),
        _field("by", "person"),
        *(_field(key, "datetime") for key in INSTANTS),
        _field("result", "choice", {"options": RESULTS}),
        _field("over", "integer", length),
        _field("stood", "integer", length),
    ]
    return FormShape(DEADLINES, NAME, {one.key: one for one in fields}, parent=form.key)


def _field(key: str, kind: str, config: Mapping[str, Any] | None = None) -> FieldShape:
    # Nobody writes it, so no history tells of it.
    return FieldShape(key, kind, config or {}, LABELS[key], history=False)


def deadlines(form: FormShape, dialect: str, zone: str) -> FormTables:
    """Return the deadlines of all records of a form; `zone`: whose days the business dates are."""
    return FormTables(deadlines_shape(form), cast(Table, _deadlines(form.key, dialect, zone)), {}, {}, {})


def _deadlines(form: str, dialect: str, zone: str) -> Subquery:
    task, flow, person = TASKS.alias("task"), INSTANCES.alias("flow"), USERS.alias("person")
    t = task.c
    # While the clock stands still nothing is due; until when it was to be done, the task remembers.
    due = func.coalesce(t.due_at, _told(t, "due", dialect))
    now = _now(dialect)
    result, who = _result(t, now, dialect), _who(t, dialect)
    at = {"asked_at": t.made_at, "due_at": due, "done_at": t.done_at}
    columns: dict[str, ColumnElement[Any]] = {
        "id": t.instance_id + "." + as_type(t.task_id, TEXT),
        "record_id": t.record_id.collate("C") if dialect == "postgresql" else t.record_id,
        "position": t.task_id,
        "flow": flow.c.flow,
        "step": flow.c.flow + "." + t.node,
        "who": who,
        "roles": as_type(person.c.roles, JSONB) if dialect == "postgresql" else person.c.roles,
        "by": t.done_by,
        "result": result,
        "over": case(
            (
                result.in_(OVERDUE),
                seconds_of(func.coalesce(t.done_at, now), dialect) - seconds_of(t.due_at, dialect),
            )
        ),
        "stood": _stood(t, now, dialect),
        **{key: instant_of(one, dialect) for key, one in at.items()},
        **{f"{key}__d": day_of(one, dialect, zone) for key, one in at.items()},
    }
    return (
        select(*(column.label(key) for key, column in columns.items()))
        .join_from(task, flow, flow.c.instance_id == t.instance_id)
        .outerjoin(person, person.c.id == who)
        .where(t.form == form, t.kind != "cc", due.is_not(None))
        .subquery(DEADLINES)
    )


def _result(t: Any, now: ColumnElement[Any], dialect: str) -> ColumnElement[Any]:
    """Return whether a task was done in time. What the clock decided in somebody's place was never done."""
    is_done, is_over = t.state == "done", t.state.in_(["cancelled", "handed_on"])
    return case(
        (and_(is_done, _json(t.data, ("auto",), dialect) == "late"), "missed"),
        (and_(is_done, or_(t.due_at.is_(None), t.done_at <= t.due_at)), "in_time"),
        (is_done, "late"),
        (and_(is_over, t.done_at > t.due_at), "missed"),
        (is_over, "dropped"),
        (and_(t.state != "waiting", t.due_at < now), "overdue"),
        else_="running",
    )


def _who(t: Any, dialect: str) -> ColumnElement[Any]:
    """Return who had it when its time was up, else whoever has it or did it; blank while nobody has taken it."""
    was = _told(t, "late_of", dialect)
    return case((was.is_not(None), func.nullif(was, "")), else_=func.coalesce(t.assignee, t.done_by))


def _stood(t: Any, now: ColumnElement[Any], dialect: str) -> ColumnElement[Any]:
    since = _told(t, "since", dialect)
    until = func.coalesce(t.done_at, now)
    still = case((since.is_not(None), seconds_of(until, dialect) - seconds_of(since, dialect)), else_=0)
    before = as_type(_told(t, "stood", dialect), BigInteger())
    return case(
        (_told(t, "due", dialect).is_not(None) | before.is_not(None), func.coalesce(before, 0) + still)
    )


def _told(t: Any, key: str, dialect: str) -> ColumnElement[Any]:
    """Return what a task remembers of its clock (`flow_engine.approvals.deadlines.CLOCK_KEPT`)."""
    return _json(t.data, ("clock", key), dialect)


def _json(column: ColumnElement[Any], path: tuple[str, ...], dialect: str) -> ColumnElement[Any]:
    if dialect == "postgresql":
        return type_coerce(as_type(column, JSONB)[path].astext, TEXT)
    return type_coerce(func.json_extract(column, "$." + ".".join(path)), TEXT)


def _now(dialect: str) -> ColumnElement[Any]:
    """Return the moment as the tables of flows write instants."""
    if dialect == "postgresql":
        at = func.timezone("UTC", bound("now", DateTime(timezone=True)))
        return type_coerce(func.to_char(at, "YYYY-MM-DD HH24:MI:SS.US"), TEXT)
    return bound("now", TEXT)


__all__ = ["DEADLINES", "INSTANCES", "NAME", "RESULTS", "TASKS", "deadlines", "deadlines_shape"]
