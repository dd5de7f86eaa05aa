"""Records of every form: lists, one record, changes, history, timeline, bulk edits. All through the desk's gate."""

from typing import Annotated, Any

from fastapi import Body, Request, Response

from engine.access.actor import Actor
from engine.problems import Code, Conflict, Forbidden
from server.bulk_edits import HOW, BulkEdits
from server.openapi import gives
from server.reading import api, given
from server.requests import Asked, asked
from server.responses import answer, refuse
from server.shapes import records as t

router = api("/api/forms/{form}")

NO_EXPLAIN = Code(
    "explain.not_allowed",
    zh="您不能查看他人的权限说明",
    en="You may not look into the rights of others",
    hint_zh="请联系管理员",
    hint_en="Ask your administrator",
)

Values = Annotated[dict[str, Any], Body()]


@router.post("/query")
@gives(t.Page, takes=t.Query)
def query_records(request: Request, form: str, values: Values) -> Response:
    """Return one page of records."""
    one = asked(request)
    return answer(one.service.query(one.actor, form, values))


@router.post("/groups")
@gives(t.Groups, takes=t.GroupQuery)
def group_records(request: Request, form: str, values: Values) -> Response:
    """Return the groups of a list with counts and totals."""
    one = asked(request)
    return answer(one.service.groups(one.actor, form, values))


@router.post("/aggregate")
@gives(t.Totals, takes=t.TotalsQuery)
def total_records(request: Request, form: str, values: Values) -> Response:
    """Return totals over a list."""
    one = asked(request)
    return answer(one.service.aggregate(one.actor, form, values))


@router.post("/tree")
@gives(t.TreePage, takes=t.Query)
def tree_records(request: Request, form: str, values: Values) -> Response:
    """Return the children of a node of a tree view."""
    one = asked(request)
    return answer(one.service.tree(one.actor, form, values))


@router.post("/records")
@gives(t.RecordAnswer, 201, takes=t.Submission)
def create_record(request: Request, form: str, values: Values) -> Response:
    """Write a new record."""
    one = asked(request)
    return answer(one.service.create(one.actor, form, values.get("values", {})), 201)


@router.post("/records/check")
@gives(t.CheckAnswer, takes=t.Submission)
def check_new_record(request: Request, form: str, values: Values) -> Response:
    """Return what creating would say."""
    one = asked(request)
    return answer(one.service.check(one.actor, form, values.get("values", {})))


@router.get("/records/{record_id}")
@gives(t.RecordAnswer)
def read_record(request: Request, form: str, record_id: str, deleted: bool = False) -> Response:
    """Return one record."""
    one = asked(request)
    return answer(one.service.get(one.actor, form, record_id, deleted))


@router.patch("/records/{record_id}")
@gives(t.RecordAnswer, takes=t.Change)
def update_record(request: Request, form: str, record_id: str, values: Values) -> Response:
    """Change fields; what others changed meanwhile is merged field by field, or told as a clash."""
    one = asked(request)
    try:
        changed = one.service.update(
            one.actor, form, record_id, values.get("values", {}), given(values, "revision", int)
        )
    except Conflict as conflict:
        return _clash(conflict)
    return answer(changed)


def _clash(conflict: Conflict) -> Response:
    clashes = [
        {key: problem.params.get(key) for key in ("field", "yours", "theirs")}
        for problem in conflict.problems
        if "theirs" in problem.params
    ]
    revision = next((p.params["revision"] for p in conflict.problems if "revision" in p.params), None)
    return refuse(conflict.problems, conflict.status, clashes=clashes, revision=revision)


@router.delete("/records/{record_id}")
@gives()
def delete_record(request: Request, form: str, record_id: str) -> Response:
    """Move a record to the bin."""
    one = asked(request)
    one.service.delete(one.actor, form, record_id)
    return Response(status_code=204)


@router.post("/records/{record_id}/restore")
@gives(t.RecordAnswer)
def restore_record(request: Request, form: str, record_id: str) -> Response:
    """Bring a record back from the bin."""
    one = asked(request)
    return answer(one.service.restore(one.actor, form, record_id))


@router.post("/records/{record_id}/check")
@gives(t.CheckAnswer, takes=t.Submission)
def check_record(request: Request, form: str, record_id: str, values: Values) -> Response:
    """Return what saving would say."""
    one = asked(request)
    return answer(one.service.check(one.actor, form, values.get("values", {}), record_id))


@router.post("/records/{record_id}/actions/{action}")
@gives(t.RecordAnswer, takes=t.Submission)
def press_button(request: Request, form: str, record_id: str, action: str, values: Values) -> Response:
    """Press a button of the record page."""
    one = asked(request)
    return answer(one.service.act(one.actor, form, record_id, action, given(values, "values", dict)))


@router.post("/records/{record_id}/reveal")
@gives(t.Revealed, takes=t.RevealAsk)
def reveal_field(request: Request, form: str, record_id: str, values: Values) -> Response:
    """Show one masked value: with the right, within the day's limit, noted in the audit."""
    one = asked(request)
    return answer(one.service.reveal(one.actor, form, record_id, given(values, "field", str) or ""))


@router.get("/records/{record_id}/history")
@gives(t.History)
def record_history(request: Request, form: str, record_id: str) -> Response:
    """Return the changes of a record."""
    one = asked(request)
    return answer(one.service.history(one.actor, form, record_id))


@router.get("/records/{record_id}/timeline")
@gives(t.Timeline)
def record_timeline(
    request: Request, form: str, record_id: str, cursor: str | None = None, field: str = ""
) -> Response:
    """Return everything about a record, newest first; `field`: what one of its timelines shows of it."""
    one = asked(request)
    return answer(one.service.timeline(one.actor, form, record_id, cursor, field=field))


@router.get("/records/{record_id}/explain")
@gives(t.Reasons)
def explain_record(
    request: Request, form: str, record_id: str, login: str = "", verb: str = "view"
) -> Response:
    """Return which rule lets a person see the record, or stops them: myself, or anyone with the right to explain."""
    one = asked(request)
    actor = _explained(one, login)
    one.service.get(one.actor, form, record_id)
    return answer({"reasons": one.service.explain(actor, form, record_id, verb)})


def _explained(one: Asked, login: str) -> Actor:
    if not login or login == one.actor.login:
        return one.actor
    rights = one.clinic.plan.policy.rights(one.actor)
    if not (rights.right("explain") or rights.right("design")):
        raise Forbidden(NO_EXPLAIN.at(""))
    return one.clinic.actor(login)


@router.post("/bulk")
@gives(t.BulkAnswer, takes=t.BulkChange, also={202: t.BulkJob})
def change_many_records(request: Request, form: str, values: Values) -> Response:
    """Change many records at once, as a batch that can be undone; above 200 in the background: 202 with a job."""
    one = asked(request)
    for key in HOW:
        given(values, key, dict)
    told = BulkEdits(one.clinic).start(one.actor, form, values)
    if "job" not in told:
        return answer(told)
    one.house.wake()
    return answer(told, 202)


@router.get("/options/{field}")
@gives(list[t.PickOption])
def pick_options(request: Request, form: str, field: str, q: str = "") -> Response:
    """Return records to choose from for a link, or people."""
    one = asked(request)
    return answer(one.service.options(one.actor, form, field, q))


@router.post("/options/{field}")
@gives(list[t.PickOption], takes=t.PickAsk)
def pick_options_for(request: Request, form: str, field: str, values: Values) -> Response:
    """Return records to choose from, given what is filled in so far (for filters that look at it)."""
    one = asked(request)
    return answer(
        one.service.options(
            one.actor, form, field, given(values, "q", str) or "", given(values, "values", dict)
        )
    )
