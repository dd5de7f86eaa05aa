"""Flows at work: what runs about a record, instances on their canvas, incidents, what was sent, and coverage."""

from typing import Annotated, Any

from fastapi import Body, Request, Response

from engine.ids import new_id
from engine.problems import Code, Conflict, Forbidden, NotFound
from flow_engine import store
from flow_engine.explain import Explaining
from flow_engine.plan import FlowPlan, TriggerPlan
from flow_engine.simulation import Stops, read_answers
from flow_engine.simulation.answers import length
from flow_engine.tasks.viewing import MANAGERS
from form_engine.desk import NO_RECORD
from server.openapi import gives
from server.pressing import AT_ONCE, Press, Pressing
from server.reading import api, given, given_texts
from server.requests import Asked, asked
from server.responses import answer
from server.shapes import flows as t
from server.shapes.tasks import Act, ActAnswer
from server.trials import Asked as Tried
from server.trials import shadow, simulate

router = api()
Values = Annotated[dict[str, Any], Body()]

NOT_OFFERED = Code("flow.action_not_offered", zh="现在不能这样做", en="That is not possible now",
                   hint_zh="刷新后查看现在能做什么", hint_en="Reload to see what can be done now")  # fmt: skip
MOST_CASES = 200
MOST_SHOWN = 200
TRIAL_S = 8.0
"""Seconds a trial may take: on SQLite nobody else can write meanwhile."""


@router.get("/flows")
@gives(list[t.FlowItem])
def list_flows(request: Request) -> Response:
    """Return the flows in force with how many run; for those who manage flows."""
    one = asked(request)
    return answer(one.clinic.tasking.views.flow_list(one.actor))


@router.post("/flows/{flow}/preview")
@gives(t.Preview, takes=t.StartFlow)
def preview_flow(request: Request, flow: str, values: Values) -> Response:
    """Return who would be asked if the flow started now about a record."""
    one = asked(request)
    subject = _subject(values)
    return answer(one.clinic.tasking.tasks.preview(one.actor, flow, subject, given(values, "values", dict)))


@router.post("/flows/{flow}/simulate")
@gives(t.Trial, takes=t.TryFlow)
def simulate_flow(request: Request, flow: str, values: Values) -> Response:
    """Return what a flow would do about a record, chosen or invented, hour by hour; nothing of it stays, no message leaves."""
    one = asked(request)
    answers = read_answers(given(values, "answers", dict) or {}, "/answers")
    return answer(simulate(one.clinic, one.actor, _tried(flow, values), answers))


@router.post("/flows/{flow}/shadow")
@gives(t.ShadowRun, takes=t.ShadowFlow)
def shadow_flow(request: Request, flow: str, values: Values) -> Response:
    """Return whom a flow would have contacted about the records of a past period, and who would have had which tasks."""
    one = asked(request)
    answers = read_answers(given(values, "answers", dict) or {}, "/answers")
    since, most = length(given(values, "since", str) or "90d"), given(values, "limit", int) or MOST_CASES
    return answer(shadow(one.clinic, one.actor, _tried(flow, values), answers, since, min(most, MOST_CASES)))


@router.post("/flows/{flow}/start")
@gives(t.Started, takes=t.StartFlow, also={202: t.StartJob})
def start_flow(request: Request, flow: str, values: Values) -> Response:
    """Press a flow's button on a record, on several of a list, or on all that a list shows; each starts by itself, many of them by a job."""
    one = asked(request)
    pressing = Pressing(one.clinic)
    press = Press(
        flow,
        given(values, "trigger", str),
        given(values, "form", str) or "",
        given(values, "values", dict) or {},
        given(values, "key", str) or new_id(),
    )
    ids = pressing.chosen(one.actor, press, values)
    if len(ids) > AT_ONCE:
        job = pressing.later(one.actor, press, ids)
        one.house.wake()
        return answer({"job": job, "total": len(ids)}, 202)
    done = pressing.at_once(one.actor, press, ids)
    one.house.wake()
    return answer({"started": done.started, "failed": done.failures()})


@router.get("/flow-starts/{job_id}")
@gives(t.StartState)
def start_state(request: Request, job_id: str) -> Response:
    """Return how far a button that I pressed on many records is, and which of them were refused."""
    one = asked(request)
    return answer(Pressing(one.clinic).state(one.actor, job_id))


@router.get("/forms/{form}/records/{record_id}/flows")
@gives(t.RecordFlows)
def record_flows(request: Request, form: str, record_id: str) -> Response:
    """Return the flows about a record with the tasks open in them, and those that can be started here."""
    one = asked(request)
    tasking = one.clinic.tasking
    found = tasking.tasks.of_record(one.actor, form, record_id)
    pressing = Pressing(one.clinic)
    with one.clinic.workspace.read() as unit:
        buttons = [
            _button_item(plan, button)
            for plan, button in pressing.buttons(one.actor, form, ("record", "both"))
            if pressing.refusal(unit, one.actor, plan, button, record_id) is None
        ]
    return answer({**found, "buttons": buttons})


@router.get("/forms/{form}/records/{record_id}/flows/why")
@gives(t.Verdicts)
def record_flows_why(request: Request, form: str, record_id: str) -> Response:
    """Return why flows started about a record, or did not, newest first."""
    one = asked(request)
    flows, tasks = one.clinic.flows, one.clinic.tasking.tasks
    with one.clinic.workspace.read() as unit:
        if tasks.forms.read(unit, one.actor, form, record_id) is None:
            raise NotFound(NO_RECORD.at(""))
        found = Explaining(flows).triggers(unit, record_id)
    for event in found:
        event["at"] = store.from_at(event["at"])
    names = {plan.key: plan.name for plan in flows.plans.current.values()}
    return answer({"events": found, "flows": names})


@router.get("/forms/{form}/flows")
@gives(list[t.FlowButton])
def form_flows(request: Request, form: str) -> Response:
    """Return the flows that can be started for several records of a list."""
    one = asked(request)
    found = Pressing(one.clinic).buttons(one.actor, form, ("list", "both"))
    return answer([_button_item(plan, button) for plan, button in found])


# Instances.


@router.get("/instances")
@gives(t.InstanceList)
def list_instances(
    request: Request,
    flow: str = "",
    status: str = "",
    form: str = "",
    record_id: str = "",
    q: str = "",
    offset: int = 0,
    limit: int = 50,
) -> Response:
    """Return instances, newest first; for those who manage flows."""
    one = asked(request)
    wanted = {
        "flow": flow,
        "status": status,
        "form": form,
        "record_id": record_id,
        "q": q,
        "offset": offset,
        "limit": limit,
    }
    return answer(one.clinic.tasking.views.instances(one.actor, wanted))


@router.get("/instances/{instance_id}")
@gives(t.InstancePage)
def instance_page(request: Request, instance_id: str) -> Response:
    """Return an instance on its canvas with its history."""
    one = asked(request)
    return answer(one.clinic.tasking.views.instance(one.actor, instance_id))


@router.post("/instances/{instance_id}/{action}")
@gives(ActAnswer, takes=Act)
def act_on_instance(request: Request, instance_id: str, action: str, values: Values) -> Response:
    """Withdraw what I started; managers also cancel, pause, resume, jump, skip and retry."""
    one = asked(request)
    page = one.clinic.tasking.views.instance(one.actor, instance_id)
    if action not in page["actions"]:
        raise Conflict(NOT_OFFERED.at("/action"))
    done = one.clinic.flows.act(
        one.actor, instance_id, action, given(values, "values", dict), given(values, "comment", str), given(values, "key", str) or new_id()
    )  # fmt: skip
    one.house.wake()
    return answer(
        {
            "instance_id": instance_id,
            "status": done.status,
            "outcome": done.outcome,
            "tasks": list(done.tasks),
        }
    )


# Incidents, what was sent, coverage.


@router.get("/incidents")
@gives(t.Incidents)
def list_incidents(
    request: Request, state: str = "open", flow: str = "", offset: int = 0, limit: int = 50
) -> Response:
    """Return what could not go on, and what may be done about it."""
    one = asked(request)
    _managers_only(one)
    flows = one.clinic.flows
    with one.clinic.workspace.read() as unit:
        most = max(1, min(limit, MOST_SHOWN))
        found = flows.incidents.shown(unit, state, flow or None, most + 1, max(0, offset))
        count = flows.incidents.count(unit, state, flow or None)
    more = len(found) > most
    del found[most:]
    names = {plan.key: plan.name for plan in flows.plans.current.values()}
    for item in found:
        item["at"] = store.from_at(item["at"])
        item["flow_name"] = names.get(item["flow"], {"zh": item["flow"]})
    return answer({"incidents": found, "more": more, "count": count})


@router.post("/incidents/settle")
@gives(t.Settled, takes=t.Settle)
def settle_incidents(request: Request, values: Values) -> Response:
    """Retry, skip, edit, jump or cancel; several at once."""
    one = asked(request)
    _managers_only(one)
    ids = given_texts(values, "ids") or []
    failed = one.clinic.flows.incidents.settle_many(
        one.actor, ids, given(values, "action", str) or "retry", given(values, "values", dict)
    )
    one.house.wake()
    told = [
        {"id": incident, "problems": [problem.to_json() for problem in problems]}
        for incident, problems in failed
    ]
    return answer({"settled": len(ids) - len(told), "failed": told})


@router.get("/outbox")
@gives(t.Outbox)
def outbox(
    request: Request,
    state: str = "",
    channel: str = "",
    message: str = "",
    q: str = "",
    offset: int = 0,
    limit: int = 50,
) -> Response:
    """Return messages as they were or would be sent."""
    one = asked(request)
    wanted = {
        "state": state,
        "channel": channel,
        "message": message,
        "q": q,
        "offset": offset,
        "limit": limit,
    }
    return answer(one.clinic.tasking.views.outbox(one.actor, wanted))


@router.get("/coverage")
@gives(t.Coverage)
def coverage(request: Request, since: str = "") -> Response:
    """Return follow-up rules: what should have happened and what did."""
    one = asked(request)
    return answer({"rules": one.clinic.tasking.views.coverage(one.actor, since or None)})


@router.get("/coverage/{trigger}/gaps")
@gives(t.Gaps)
def coverage_gaps(request: Request, trigger: str) -> Response:
    """Return what a rule asked for and has not happened."""
    one = asked(request)
    return answer(one.clinic.tasking.views.gaps(one.actor, trigger))


# The parts.


def _managers_only(one: Asked) -> None:
    if not one.clinic.tasking.tasks.forms.is_manager(one.actor):
        raise Forbidden(MANAGERS.at(""))


def _subject(values: dict[str, Any]) -> tuple[str, str] | None:
    form, record_id = given(values, "form", str), given(values, "record_id", str)
    return (form, record_id) if form and record_id else None


def _tried(flow: str, values: dict[str, Any]) -> Tried:
    form, record = (
        given(values, "form", str),
        given(values, "record_id", str) or given(values, "record", dict),
    )
    subject = (form, record) if form and record is not None else None
    until = length(given(values, "until", str) or "30d")
    definition = given(values, "definition", dict)
    return Tried(
        flow, subject, given(values, "values", dict) or {}, until, definition, TRIAL_S, _stops(values)
    )


def _stops(values: dict[str, Any]) -> Stops | None:
    """Return where a trial halts, if anywhere."""
    nodes = tuple(str(one) for one in given(values, "break", list) or ())
    is_step = bool(given(values, "step", bool))
    if not nodes and not is_step:
        return None
    return Stops(nodes, max(0, given(values, "after", int) or 0), is_step)


def _button_item(plan: FlowPlan, button: TriggerPlan) -> dict[str, Any]:
    asked_for = [plan.variables[key] for key in button.config.get("ask", ()) if key in plan.variables]
    name = button.config.get("name") or plan.name
    return {"flow": plan.key, "trigger": button.key, "name": name, "ask": [dict(one) for one in asked_for]}
