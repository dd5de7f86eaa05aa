"""Lists of tasks: mine, those I may claim, what I decided, copies for me, and what I started."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, and_, func, literal, or_, select
from sqlalchemy.sql import ColumnElement

from engine.clock import business_day
from engine.store.platform import instant
from engine.store.unit import Unit
from flow_engine import store
from flow_engine.approvals.deciding import OVER
from flow_engine.plans import FlowPlans
from flow_engine.state import Instance, Task
from flow_engine.tables import CANDIDATES, INSTANCES, TASKS

BOXES = ("open", "done", "copies", "started", "parked")
PAGE, MOST = 50, 200
_T, _I = TASKS.c, INSTANCES.c
_TASK_COLUMNS = [_T[key] for key in store.TASK_COLUMNS]
_INSTANCE_COLUMNS = [_I[key] for key in store.INSTANCE_COLUMNS]


def mine_where(user_id: str) -> ColumnElement[bool]:
    """Return the condition for tasks that lie with a person or that they may claim."""
    may_claim = (
        select(literal(1))
        .where(
            CANDIDATES.c.user_id == user_id,
            CANDIDATES.c.instance_id == _T.instance_id,
            CANDIDATES.c.task_id == _T.task_id,
        )
        .exists()
    )
    return or_(_T.assignee == user_id, and_(_T.assignee.is_(None), may_claim))


def open_where(user_id: str) -> ColumnElement[bool]:
    """Return the condition for what a person can do now."""
    return and_(_T.kind != "cc", _T.state == "open", mine_where(user_id), _I.status != "paused")


def listed(unit: Unit, user_id: str, asked: Mapping[str, Any]) -> tuple[list[tuple[Task, Instance]], bool]:
    """Return a page of tasks with their instances, and whether there are more.

    `asked`: `{box, flow?, kind?, due?: overdue|today|later|none, q?, offset?, limit?}`; what is due first comes first.
    """
    limit = min(int(asked.get("limit") or PAGE), MOST)
    offset = max(int(asked.get("offset") or 0), 0)
    query = _box(str(asked.get("box") or "open"), user_id)
    for key, column in (("flow", _I.flow), ("kind", _T.kind), ("form", _T.form), ("record_id", _T.record_id)):
        if asked.get(key):
            query = query.where(column == asked[key])
    if asked.get("q"):
        text = str(asked["q"])[:100]
        query = query.where(
            or_(_I.title.contains(text, autoescape=True), _T.title.contains(text, autoescape=True))
        )
    if asked.get("due"):
        query = query.where(_due(unit, str(asked["due"])))
    rows = unit.connection.execute(query.limit(limit + 1).offset(offset)).all()
    width = len(_TASK_COLUMNS)
    found = [(store.task_of(row[:width]), store.instance_of(row[width:])) for row in rows[:limit]]
    return found, len(rows) > limit


def _box(box: str, user_id: str) -> Select[Any]:
    query = select(*_TASK_COLUMNS, *_INSTANCE_COLUMNS).join(INSTANCES, _I.instance_id == _T.instance_id)
    if box == "done":
        return query.where(_T.done_by == user_id, _T.state == "done").order_by(
            _T.done_at.desc(), _T.task_id.desc()
        )
    if box == "copies":
        mine = query.where(_T.kind == "cc", _T.assignee == user_id)
        return mine.order_by((_T.state == "open").desc(), _T.made_at.desc(), _T.task_id.desc())
    where = open_where(user_id)
    if box == "parked":
        where = and_(_T.state == "parked", _T.assignee == user_id)
    return query.where(where).order_by(_T.due_at.is_(None), _T.due_at, _T.made_at, _T.instance_id, _T.task_id)


def _due(unit: Unit, due: str) -> ColumnElement[bool]:
    now, tomorrow = instant(unit.now), instant(end_of_day(unit))
    return {
        "overdue": _T.due_at < now,
        "today": and_(_T.due_at >= now, _T.due_at < tomorrow),
        "later": _T.due_at >= tomorrow,
        "none": _T.due_at.is_(None),
    }.get(due, literal(True))


def end_of_day(unit: Unit) -> datetime:
    """Return the end of today in the workspace's zone, UTC."""
    day = business_day(unit.now, unit.workspace.zone)
    return datetime.combine(day + timedelta(days=1), time(), ZoneInfo(unit.workspace.zone)).astimezone(UTC)


def counts(unit: Unit, user_id: str) -> dict[str, int]:
    """Return how much waits: `{open, overdue, today, parked, copies, started}`."""
    join = TASKS.join(INSTANCES, _I.instance_id == _T.instance_id)
    now, tomorrow = instant(unit.now), instant(end_of_day(unit))
    query = select(
        func.count(),
        func.count().filter(_T.due_at < now),
        func.count().filter(and_(_T.due_at >= now, _T.due_at < tomorrow)),
    )
    run = unit.connection.execute
    total, overdue, today = run(query.select_from(join).where(open_where(user_id))).one()
    parked = run(
        select(func.count()).select_from(TASKS).where(_T.assignee == user_id, _T.state == "parked")
    ).scalar_one()
    copies = run(
        select(func.count())
        .select_from(TASKS)
        .where(_T.assignee == user_id, _T.kind == "cc", _T.state == "open")
    ).scalar_one()
    started = run(
        select(func.count())
        .select_from(INSTANCES)
        .where(_I.started_by == user_id, _I.status.in_(("running", "failed", "paused")))
    ).scalar_one()
    return {
        "open": total,
        "overdue": overdue,
        "today": today,
        "parked": parked,
        "copies": copies,
        "started": started,
    }


def started_by(unit: Unit, user_id: str, asked: Mapping[str, Any]) -> tuple[list[Instance], bool]:
    """Return the instances a person started, newest first, and whether there are more."""
    limit = min(int(asked.get("limit") or PAGE), MOST)
    query = select(*_INSTANCE_COLUMNS).where(_I.started_by == user_id, _I.parent_id.is_(None))
    if asked.get("status") == "running":
        query = query.where(_I.status.in_(("running", "failed", "paused")))
    elif asked.get("status") == "ended":
        query = query.where(_I.status.in_(("done", "cancelled")))
    if asked.get("flow"):
        query = query.where(_I.flow == asked["flow"])
    query = (
        query.order_by(_I.started_at.desc(), _I.instance_id.desc())
        .limit(limit + 1)
        .offset(int(asked.get("offset") or 0))
    )
    rows = unit.connection.execute(query).all()
    return [store.instance_of(row) for row in rows[:limit]], len(rows) > limit


def open_tasks_of(unit: Unit, instance_ids: Sequence[str]) -> dict[str, list[Task]]:
    """Return the tasks people have in these instances now, by instance."""
    if not instance_ids:
        return {}
    query = (
        select(*_TASK_COLUMNS)
        .where(
            _T.instance_id.in_(list(instance_ids)),
            _T.is_live == 1,
            _T.state.in_(("open", "parked", "waiting")),
            _T.kind != "cc",
        )
        .order_by(_T.instance_id, _T.task_id)
    )
    found: dict[str, list[Task]] = {}
    for row in unit.connection.execute(query).all():
        found.setdefault(row[0], []).append(store.task_of(row))
    return found


def takes_part(unit: Unit, instance: Instance, user_id: str) -> bool:
    """Tell whether a person started the instance, or has or had a task in it."""
    if instance.started_by == user_id:
        return True
    c = TASKS.c
    own = or_(c.assignee == user_id, c.owner == user_id, c.done_by == user_id)
    run = unit.connection.execute
    if run(select(literal(1)).where(c.instance_id == instance.instance_id, own).limit(1)).first() is not None:
        return True
    offered = select(literal(1)).where(
        CANDIDATES.c.user_id == user_id, CANDIDATES.c.instance_id == instance.instance_id
    )
    return run(offered.limit(1)).first() is not None


def of_record(unit: Unit, form: str, record_id: str, limit: int = 20) -> list[Instance]:
    """Return the instances about a record, running ones first."""
    query = (
        select(*_INSTANCE_COLUMNS)
        .where(_I.record_id == record_id, _I.form == form)
        .order_by(_I.ended_at.is_(None).desc(), _I.started_at.desc())
        .limit(limit)
    )
    return [store.instance_of(row) for row in unit.connection.execute(query).all()]


def runs_about(unit: Unit, flow: str, form: str, record_id: str) -> bool:
    """Tell whether an instance of the flow about the record is still at work."""
    query = select(literal(1)).where(
        _I.record_id == record_id,
        _I.form == form,
        _I.flow == flow,
        _I.status.in_(("running", "failed", "paused")),
    )
    return unit.connection.execute(query.limit(1)).first() is not None


def all_open_of(unit: Unit, user_id: str) -> list[tuple[Task, Instance]]:
    """Return every task that lies with a person and is not over: what a hand-over moves."""
    query = (
        select(*_TASK_COLUMNS, *_INSTANCE_COLUMNS)
        .join(INSTANCES, _I.instance_id == _T.instance_id)
        .where(
            _T.assignee == user_id,
            _T.state.in_(("open", "parked", "waiting")),
            _T.kind != "cc",
            _T.is_live == 1,
        )
        .order_by(_T.due_at.is_(None), _T.due_at, _T.instance_id, _T.task_id)
    )
    width = len(_TASK_COLUMNS)
    rows = unit.connection.execute(query).all()
    return [(store.task_of(row[:width]), store.instance_of(row[width:])) for row in rows]


def is_over(task: Task) -> bool:
    """Tell whether nothing can be done with the task any more."""
    return task.state in OVER


def flows_in(found: Iterable[tuple[Task, Instance]], plans: FlowPlans) -> dict[str, Any]:
    """Return the names of the flows in a list, by key."""
    keys = {instance.flow for _, instance in found}
    return {key: plans.current[key].name for key in sorted(keys) if key in plans.current}
