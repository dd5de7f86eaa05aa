"""What I have to do: lists, the page of a task, doing it, proxies while I am away, and hand-overs."""

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any

from fastapi import Body, Request, Response
from sqlalchemy import select

from engine.access.account_tables import USERS
from engine.ids import new_id
from engine.problems import Code, NotFound, Rejected
from engine.store.unit import Cause
from flow_engine import proxies
from flow_engine.tasks.service import names_of
from server.openapi import gives
from server.reading import api, given, given_texts
from server.requests import asked
from server.responses import answer
from server.shapes import tasks as t

router = api()
Values = Annotated[dict[str, Any], Body()]

BAD_DAY = Code("task.bad_day", zh="请填写日期，如 2026-03-01", en="A date such as 2026-03-01 is expected", hint_zh="请重新选择日期", hint_en="Choose the date again")  # fmt: skip
BAD_ITEMS = Code("task.bad_items", zh="请选择待办", en="Choose tasks", hint_zh="在列表里勾选后再操作", hint_en="Tick some in the list first")  # fmt: skip
NOT_A_TASK = Code("task.bad_number", zh="没有这个待办", en="There is no such task", hint_zh="请回到待办列表", hint_en="Go back to your list")  # fmt: skip


def _number(text: str) -> int:
    """Return a task's number within its instance. NotFound for anything else."""
    if not text.isdecimal() or len(text) > 9:
        raise NotFound(NOT_A_TASK.at(""))
    return int(text)


@router.get("/tasks")
@gives(t.TaskList)
def list_tasks(
    request: Request,
    box: str = "open",
    due: str = "",
    flow: str = "",
    form: str = "",
    q: str = "",
    status: str = "",
    offset: int = 0,
    limit: int = 50,
) -> Response:
    """Return one of my boxes: open, parked, done, copies, started. `status` of what I started: running or ended."""
    one = asked(request)
    wanted = {
        "box": box,
        "due": due,
        "flow": flow,
        "form": form,
        "q": q,
        "status": status,
        "offset": offset,
        "limit": limit,
    }
    return answer(one.clinic.tasking.tasks.mine(one.actor, wanted))


@router.get("/tasks/counts")
@gives(t.TaskCounts)
def task_counts(request: Request) -> Response:
    """Return how much waits for me."""
    one = asked(request)
    return answer(one.clinic.tasking.tasks.counts(one.actor))


@router.get("/tasks/candidates")
@gives(list[t.Candidate])
def candidates(request: Request, q: str = "") -> Response:
    """Return active colleagues by name, to whom a task may be given."""
    one = asked(request)
    with one.clinic.workspace.read() as unit:
        query = (
            select(USERS.c.id, USERS.c.name).where(USERS.c.is_active == 1).order_by(USERS.c.name).limit(50)
        )
        if q:
            query = query.where(USERS.c.name.contains(q[:50], autoescape=True))
        found = [{"id": row[0], "name": row[1]} for row in unit.connection.execute(query)]
    return answer(found)


@router.post("/tasks/many")
@gives(t.ManyAnswer, takes=t.ActMany)
def act_on_many(request: Request, values: Values) -> Response:
    """Do the same with many tasks; each succeeds or fails by itself."""
    one = asked(request)
    items = given(values, "items", list) or []
    if not items or not all(
        isinstance(item, dict)
        and isinstance(item.get("task_id"), int)
        and isinstance(item.get("instance_id"), str)
        for item in items
    ):
        raise Rejected(BAD_ITEMS.at("/items"))
    results = one.clinic.tasking.tasks.act_many(
        one.actor, items, given(values, "action", str) or "complete", given(values, "values", dict) or {}, given(values, "comment", str), given(values, "key", str) or new_id()
    )  # fmt: skip
    one.house.wake()
    return answer({"results": results})


@router.get("/tasks/{instance_id}/{task}")
@gives(t.TaskPage)
def task_page(request: Request, instance_id: str, task: str) -> Response:
    """Return everything the page of a task shows."""
    one = asked(request)
    return answer(one.clinic.tasking.tasks.page(one.actor, instance_id, _number(task)))


@router.post("/tasks/{instance_id}/{task}/{action}")
@gives(t.ActAnswer, takes=t.Act)
def act_on_task(request: Request, instance_id: str, task: str, action: str, values: Values) -> Response:
    """Do something with a task: complete, transfer, delegate, add_signers, send_back and the rest."""
    one = asked(request)
    done = one.clinic.tasking.tasks.act(
        one.actor, instance_id, _number(task), action, given(values, "values", dict), given(values, "comment", str), given(values, "key", str), given(values, "round", int)
    )  # fmt: skip
    one.house.wake()
    return answer(done)


# Proxies.


@router.get("/proxies")
@gives(t.Proxies)
def list_proxies(request: Request) -> Response:
    """Return the proxies I have named and for whom I am one."""
    one = asked(request)
    plans = one.clinic.flows.plans
    with one.clinic.workspace.read() as unit:
        found = proxies.named(unit, one.actor.user_id)
        people = names_of(unit, {who for each in found for who in (each["owner"], each["proxy"])})
    flows = {plan.key: plan.name for plan in plans.current.values()}
    return answer({"proxies": found, "flows": flows, "labels": {"user": people}})


@router.post("/proxies")
@gives(t.ProxyId, takes=dict[str, Any])
def name_proxy(request: Request, values: Values) -> Response:
    """Let somebody decide for me on some days, for all flows or some, up to an amount."""
    one = asked(request)
    most = given(values, "most_amount", str)
    with one.clinic.workspace.write(Cause("user", one.actor.user_id)) as unit:
        proxy_id = proxies.name(
            unit,
            one.actor.user_id,
            given(values, "proxy", str) or "",
            _day(values, "from"),
            _day(values, "until"),
            given_texts(values, "flows") or None,
            _amount(most),
        )
    return answer({"id": proxy_id})


@router.delete("/proxies/{proxy_id}")
@gives()
def end_proxy(request: Request, proxy_id: str) -> Response:
    """End a proxy of mine now; managers of flows may end anybody's."""
    one = asked(request)
    is_manager = one.clinic.tasking.tasks.forms.is_manager(one.actor)
    with one.clinic.workspace.write(Cause("user", one.actor.user_id)) as unit:
        proxies.end(unit, proxy_id, None if is_manager else one.actor.user_id)
    return Response(status_code=204)


def _day(values: dict[str, Any], key: str) -> date:
    try:
        return date.fromisoformat(given(values, key, str) or "")
    except ValueError:
        raise Rejected(BAD_DAY.at(f"/{key}")) from None


def _amount(text: str | None) -> Decimal | None:
    if not text:
        return None
    try:
        found = Decimal(text)
    except InvalidOperation:
        found = Decimal(-1)
    if not found.is_finite() or found < 0:
        raise Rejected(BAD_DAY.at("/most_amount"))
    return found


# Hand-overs.


@router.get("/handovers")
@gives(t.Handovers)
def list_handovers(request: Request) -> Response:
    """Return the last hand-overs."""
    one = asked(request)
    return answer(one.clinic.tasking.handing_over.listed(one.actor))


@router.post("/handovers/preview")
@gives(t.HandoverPreview, takes=t.Handover)
def preview_handover(request: Request, values: Values) -> Response:
    """Return what would move if somebody handed over."""
    one = asked(request)
    tasking = one.clinic.tasking
    from_user = given(values, "from_user", str) or ""
    found = tasking.handing_over.preview(one.actor, from_user, given_texts(values, "to") or [])
    return answer({**found, "records": tasking.owned(from_user)})


@router.post("/handovers")
@gives(t.HandoverDone, takes=t.Handover)
def hand_over(request: Request, values: Values) -> Response:
    """Move everything that waits for somebody to others: tasks, and the records they look after."""
    one = asked(request)
    tasking = one.clinic.tasking
    move = tasking.move_records if values.get("records", True) else None
    done = tasking.handing_over.hand_over(
        one.actor, given(values, "from_user", str) or "", given_texts(values, "to") or [], given(values, "comment", str), given(values, "key", str) or new_id(), move
    )  # fmt: skip
    one.house.wake()
    return answer(done)


@router.post("/handovers/{handover_id}/undo")
@gives(t.HandoverUndone, needs_body=False)
def undo_handover(request: Request, handover_id: str) -> Response:
    """Give back what still lies with those who took over."""
    one = asked(request)
    done = one.clinic.tasking.handing_over.undo(one.actor, handover_id, new_id(), one.service.undo)
    one.house.wake()
    return answer(done)
