"""Flows at work in the practice clinic: the story's last weeks have left instances behind, running and finished.

Records of the story are written as they stand, so no trigger saw them. Here flows are started about a sample of them and
worked until they stand still; a part is answered by those they wait for, so that there is history to look at.
"""

import random
from collections.abc import Mapping, Sequence
from typing import Any

from engine.access.actor import system_actor
from engine.ids import new_id
from engine.problems import Rejected
from engine.store.unit import Cause
from server.clinics import Clinic, House

SAMPLES: Sequence[tuple[str, str, str, int]] = (
    ("lead_sop", "lead", 'AND(NOT(ISBLANK({owner_id})), INCLUDES(LIST("new", "contacted"), {stage}))', 8),
    ("followup_due", "followup_task", 'INCLUDES(LIST("todo", "in_progress"), {status})', 14),
    ("plan_confirmation", "plan", '{status} = "doctor_review"', 3),
    ("discount_approval", "plan", '{status} = "discount_review"', 4),
    (
        "appointment_reminders",
        "appointment",
        'AND({status} = "confirmed", {start_at} > NOW(), NOT(ISBLANK({customer_id})))',
        8,
    ),
    ("treatment_care", "treatment_log", 'AND({status} = "done", {service_item_id.is_invasive})', 3),
    (
        "postop_followup",
        "treatment_log",
        'AND({status} = "done", {service_item_id.is_invasive}, {ended_at} > DATEADD(NOW(), -10, "day"))',
        4,
    ),
    ("refund_approval", "refund", '{status} = "lead_review"', 3),
    ("complaint", "complaint", '{status} = "new"', 2),
    ("visit_flow", "visit", '{status} = "waiting"', 3),
)
"""(flow, form, which records, how many), the newest first."""
ANSWERED = 0.5
"""Share of the tasks that somebody has dealt with."""
RESULTS: Mapping[str, Mapping[str, Any]] = {"followup_due": {"values": {"result": "not_needed"}}}
ROUNDS = 400


def play_flows(house: House, clinic: Clinic, seed: int) -> int:
    """Start flows about a sample of records and let people answer some of what they are asked; return how many began."""
    begun = sum(_start(clinic, *sample) for sample in SAMPLES if sample[0] in clinic.flows.plans.current)
    _settle(house)
    chance = random.Random(seed)
    for task in _open_tasks(clinic):
        if chance.random() < ANSWERED:
            _answer(clinic, task)
    _settle(house)
    return begun


def _start(clinic: Clinic, flow: str, form: str, where: str, most: int) -> int:
    flows = clinic.flows
    if form not in clinic.plan.forms or clinic.plan.forms[form].is_off:
        return 0
    actor = system_actor(clinic.key, f"flow:{flow}", zone=clinic.workspace.zone)
    begun = 0
    with clinic.workspace.write(Cause("flow")) as unit:
        for record_id in flows.ports.records(unit, actor).find(form, where, {}, ("-created_at",), most):
            try:
                with unit.savepoint():
                    begun += (
                        flows.start(unit, actor, flow, (form, record_id), {}, f"demo:{flow}:{record_id}")
                        is not None
                    )
            except Rejected:
                # A record of the story may lack what the flow asks; the others will do.
                continue
    return begun


def _open_tasks(clinic: Clinic) -> list[Mapping[str, Any]]:
    with clinic.workspace.read() as unit:
        rows = unit.connection.exec_driver_sql(
            "SELECT t.instance_id, t.task_id, t.kind, t.assignee, i.flow FROM cc_flow_tasks t JOIN cc_flow_instances i "
            "ON i.instance_id = t.instance_id WHERE t.state = 'open' AND t.assignee IS NOT NULL ORDER BY t.made_at, t.instance_id, t.task_id"
        )
        return [dict(one) for one in rows.mappings()]


def _answer(clinic: Clinic, task: Mapping[str, Any]) -> None:
    """Let who is asked say yes or done, as far as their rights and the form let them."""
    try:
        actor = clinic.person(str(task["assignee"]))
        clinic.tasking.tasks.act(
            actor,
            str(task["instance_id"]),
            int(task["task_id"]),
            "complete",
            RESULTS.get(str(task["flow"]), {}),
            "已处理",
            new_id(),
        )
    except Rejected:
        return


def _settle(house: House) -> None:
    for _ in range(ROUNDS):
        if not house.work_once():
            return
