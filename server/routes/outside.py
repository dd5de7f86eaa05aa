"""What comes in from outside systems, pools that people take from, and help with writing messages."""

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
from fastapi import Body, Depends, Request, Response

from connectors.webhook import HEADER, check
from engine.problems import Code, Forbidden, NotFound, Rejected
from engine.sandbox import check_text, read_text
from engine.sandbox.text_filters import FILTERS
from engine.store.unit import Cause
from flow_engine.messages.names import MessageNames
from server.openapi import gives
from server.reading import api, given
from server.requests import Asked, asked, house_of
from server.responses import answer
from server.shapes import outside as t

router = api()
Values = Annotated[dict[str, Any], Body()]
NO_OBJECT = Code(
    "webhook.no_object", zh="回调的正文必须是 JSON 对象", en="The body of a webhook must be a JSON object"
)
NOT_DESIGNER = Code(
    "message.not_designer", zh="只有能设计应用的人可以这样做", en="This is for those who design the app"
)
NOT_FOR_YOU = Code(
    "pool.not_for_you", zh="您不能从这里领取", en="Taking from here is not for you", hint_zh="需要能修改这类记录的角色", hint_en="It takes a role that may change such records"
)  # fmt: skip
TOO_MANY = Code("pool.too_many", zh="一次最多领取 {most} 条", en="At most {most} can be taken at once")
NO_FORM = Code("message.no_such_form", zh="没有表单“{form}”", en="There is no form “{form}”")
MOST_TAKEN = 200
A_MINUTE = 600
"""Calls of one source a minute."""


async def raw(request: Request) -> bytes:
    """Return the body as it came: what was signed."""
    return await request.body()


@router.post("/webhooks/{workspace}/{source}")
@gives(t.WebhookTaken, 202, takes=t.WebhookBody, is_public=True)
def take_webhook(
    request: Request, workspace: str, source: str, body: Annotated[bytes, Depends(raw)]
) -> Response:
    """Take in a signed call once; the flows that listen do their work afterwards."""
    house = house_of(request)
    house.rates.note(f"webhook:{workspace}:{source}", A_MINUTE)
    agreed = house.credentials.webhook(workspace, source)
    secrets = tuple(str(agreed[name]) for name in ("secret", "former") if agreed.get(name))
    if not secrets:
        # worded like a wrong signature, so that nobody can find out which clinics and sources there are
        check(("-",), body, None, 0)
    clinic = house.clinic(workspace)
    message_id = check(secrets, body, request.headers.get(HEADER), clinic.workspace.clock.now().timestamp())
    content = _object(body)
    own_id = _at(content, agreed.get("id"))
    flows = clinic.flows
    with clinic.workspace.write(Cause("api")) as unit:
        is_new = flows.inbox.receive(
            unit,
            source,
            own_id or message_id,
            str(agreed.get("name") or "webhook"),
            _at(content, agreed.get("key")),
            content,
        )
        if is_new and agreed.get("replies"):
            # an answer to a message: who says stop is opted out before anything else happens
            address, said = _at(content, agreed.get("from", "from")), _at(content, agreed.get("text", "text"))
            clinic.outside.messages.take_reply(unit, str(agreed["replies"]), address, said)
    return answer({"accepted": True, "is_new": is_new}, 202)


def _object(body: bytes) -> dict[str, Any]:
    try:
        found = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise Rejected(NO_OBJECT.at(""))
    return found


def _at(content: Mapping[str, Any], path: Any) -> str:
    """Return the text at a dotted path of the body."""
    found: Any = content if path else None
    for key in str(path).split(".") if path else ():
        found = found.get(key) if isinstance(found, Mapping) else None
    return "" if found is None or isinstance(found, dict | list) else str(found)[:200]


# Pools.


@router.get("/pools/{pool}")
@gives(t.PoolItems)
def pool_items(request: Request, pool: str, items: bool = True) -> Response:
    """Return what can be taken from a pool, as far as one may see it (`items`), and how many one holds."""
    one = asked(request)
    pools, me = one.clinic.outside.pools, one.actor.user_id
    rule = pools.rule(pool)
    with one.clinic.workspace.read() as unit:
        desk = one.service.desk(unit, one.actor)
        desk.form(rule.form)
        waiting = pools.waiting(unit, pool, limit=MOST_TAKEN, seed=me) if items else []
        labels = desk.gate.labels(rule.form, tuple(waiting))
        told = {
            "form": rule.form,
            "items": [{"id": one_id, "label": labels[one_id]} for one_id in waiting if labels.get(one_id)],
            "held": pools.held(unit, pool, me),
            "most": rule.hold,
            "taken": pools.taken(unit, pool, me),
            "daily": rule.daily,
        }
    return answer(told)


@router.post("/pools/{pool}/claim")
@gives(t.PoolTaken, takes=t.PoolClaim)
def claim(request: Request, pool: str, values: Values) -> Response:
    """Take records of a pool, or the next one. 409 when somebody was quicker; of several each is taken or refused by itself."""
    one = asked(request)
    pools, me, ids = one.clinic.outside.pools, one.actor.user_id, given(values, "record_ids", list) or []
    form = _may_take(one, pool)
    if len(ids) > MOST_TAKEN or not all(isinstance(one_id, str) for one_id in ids):
        raise Rejected(TOO_MANY.at("/record_ids", most=MOST_TAKEN))
    taken: list[str] = []
    failed: list[dict[str, Any]] = []
    with one.clinic.workspace.write(Cause("user", me)) as unit:
        seen = one.clinic.tasking.tasks.forms

        def is_seen(record_id: str) -> bool:
            return seen.read(unit, one.actor, form, record_id) is not None

        if not ids:
            found = pools.claim_next(unit, pool, me, is_seen)
            taken += [found] if found else []
        for record_id in dict.fromkeys(ids):
            try:
                with unit.savepoint():
                    if not is_seen(record_id):
                        raise pools.out_of_reach(unit, pool, record_id)
                    pools.claim(unit, pool, record_id, me)
            except Rejected as refused:
                if len(ids) == 1:
                    raise
                problems = [problem.to_json() for problem in refused.problems]
                failed.append({"record_id": record_id, "problems": problems})
            else:
                taken.append(record_id)
    one.house.wake()
    return answer({"taken": taken, "failed": failed})


@router.post("/pools/{pool}/release")
@gives(takes=t.PoolRelease)
def release(request: Request, pool: str, values: Values) -> Response:
    """Put back a record that one took, with the reason."""
    one = asked(request)
    record_id, reason = given(values, "record_id", str) or "", given(values, "reason", str) or ""
    with one.clinic.workspace.write(Cause("user", one.actor.user_id)) as unit:
        one.clinic.outside.pools.release(unit, pool, record_id, one.actor.user_id, reason[:200])
    return Response(status_code=204)


def _may_take(one: Asked, pool: str) -> str:
    """Return the form of a pool. Whoever may change records of the form, and sees one, may take it: it is nobody's."""
    rule = one.clinic.outside.pools.rule(pool)
    if not one.clinic.plan.policy.rights(one.actor).verb(rule.form, "edit"):
        raise Forbidden(NOT_FOR_YOU.at("/pool"))
    return rule.form


# Messages.


@router.get("/messages/names/{form}")
@gives(t.MessageNames)
def message_names(request: Request, form: str) -> Response:
    """Return the fields and filters that texts about a form may use: the picker."""
    one = asked(request)
    _designers_only(one)
    names = _names(one, form)
    fields = [
        {
            "path": ".".join(field.path),
            "label": dict(field.label),
            "kind": field.kind,
            "is_secret": field.is_secret,
        }
        for field in names.picker()
    ]
    filters = [{"key": key, "label": {"zh": one.zh, "en": one.en}} for key, one in FILTERS.items()]
    return answer({"fields": fields, "filters": filters})


@router.post("/messages/check")
@gives(t.MessageChecked, takes=t.MessageText)
def check_message(request: Request, values: Values) -> Response:
    """Return what is wrong with a text about a form, while it is being written."""
    one = asked(request)
    _designers_only(one)
    names = _names(one, given(values, "form", str) or "")
    try:
        problems = check_text(read_text(given(values, "text", str) or "", "/text"), names, "/text")
    except Rejected as refused:
        problems = list(refused.problems)
    return answer({"problems": [problem.to_json() for problem in problems]})


def _names(one: Asked, form: str) -> MessageNames:
    analysis = one.clinic.plan.analysis
    if form not in analysis.forms:
        raise NotFound(NO_FORM.at("/form", form=form))
    return MessageNames(analysis.types, analysis.forms[form], {})


def _designers_only(one: Asked) -> None:
    rights = one.clinic.plan.policy.rights(one.actor)
    if not any(rights.right(name) for name in ("design", "flows", "publish")):
        raise Forbidden(NOT_DESIGNER.at(""))
