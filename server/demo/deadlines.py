"""What leads were asked about in the last months: first talks made in time, late, or never, as the leads themselves tell it.

The days that are played reach back a few days only; a share by month needs months. Each lead that was given to somebody
gets one finished run of the seven steps, of which the first talk is told: asked when it was given out, due a day later.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert

from engine.access.actor import system_actor
from engine.store.platform import instant
from engine.store.unit import Cause, Unit
from flow_engine.past import row_of
from flow_engine.result import Entry
from flow_engine.rows import pack
from flow_engine.store import HISTORY_COLUMNS
from flow_engine.tables import HISTORY, INSTANCES, TASKS
from server.clinics import Clinic

FLOW, STEP = "lead_sop", "first_talk"
SINCE, UNTIL = timedelta(days=125), timedelta(days=4)
"""From when to when leads are told of; those after that are played."""
IN = timedelta(hours=24)
GIVEN_UP = timedelta(days=3)
MOST = 2000
FIELDS = ("name", "owner_id", "branch_id", "assigned_at", "first_contact_at")


def past_first_talks(clinic: Clinic) -> int:
    """Write the first talks of the last months; return how many."""
    plan = clinic.flows.plans.current.get(FLOW)
    if plan is None or "lead" not in clinic.plan.forms:
        return 0
    with clinic.workspace.write(Cause("flow")) as unit:
        told = list(_leads(clinic, unit))
        for number, lead in enumerate(told, 1):
            _write(unit, f"demo-{FLOW}-{number:05}", plan.version, lead)
    return len(told)


def _leads(clinic: Clinic, unit: Unit) -> Iterator[dict[str, Any]]:
    actor = system_actor(clinic.key, f"flow:{FLOW}", zone=clinic.workspace.zone)
    records = clinic.flows.ports.records(unit, actor)
    where = "AND(NOT(ISBLANK({assigned_at})), NOT(ISBLANK({owner_id})))"
    paths = frozenset((key,) for key in FIELDS)
    for lead_id in records.find("lead", where, {}, ("-created_at",), MOST):
        read = records.read("lead", lead_id, paths)
        lead = {key: read[(key,)] for key in FIELDS}
        if unit.now - SINCE < lead["assigned_at"] < unit.now - UNTIL:
            yield {"id": lead_id, **lead}


def _write(unit: Unit, instance_id: str, version: int, lead: Mapping[str, Any]) -> None:
    asked: datetime = lead["assigned_at"]
    talked: datetime | None = lead["first_contact_at"]
    is_done = talked is not None and talked >= asked
    over = talked if is_done and talked is not None else asked + GIVEN_UP
    at = {"started_at": instant(asked), "ended_at": instant(over)}
    run = unit.connection.execute
    run(insert(INSTANCES).values(
        instance_id=instance_id, flow=FLOW, version=version, status="done" if is_done else "cancelled", key=f"demo:past:{lead['id']}",
        form="lead", record_id=lead["id"], outcome="left" if is_done else None, revision=2, next_id=3, next_seq=5, branch_id=lead["branch_id"],
        title=lead["name"] or "", **at,
    ))  # fmt: skip
    run(insert(TASKS).values(
        instance_id=instance_id, task_id=2, token_id=1, node=STEP, round=1, kind="task", state="done" if is_done else "cancelled",
        assignee=lead["owner_id"], position=0, weight=1, action="done" if is_done else None, made_at=at["started_at"], due_at=instant(asked + IN),
        done_at=at["ended_at"], form="lead", record_id=lead["id"], title=f"初次沟通 · {lead['name']}", is_live=0,
        data=pack({"auto": "done_when"}) if is_done else None,
    ))  # fmt: skip
    ends = Entry(3, "passed", STEP) if is_done else Entry(3, "withdrawn", STEP)
    for when, notes in (
        (at["started_at"], (Entry(1, "started"), Entry(2, "waits", STEP))),
        (at["ended_at"], (ends, Entry(4, "finished", data={"status": "done" if is_done else "cancelled"}))),
    ):
        run(insert(HISTORY).values(dict(zip(HISTORY_COLUMNS, row_of(instance_id, when, notes), strict=True))))


__all__ = ["past_first_talks"]
