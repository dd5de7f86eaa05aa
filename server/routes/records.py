"""Records of every form: lists, one record, changes, history, timeline, bulk edits. All through the desk's gate."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Body, Query, Request, Response

from engine.access import accounts
from engine.clock import business_day
from engine.problems import Code, Conflict, Forbidden, NotFound
from form_engine import timeline as timelines
from form_engine.service import bulk, options, past, records, reveal
from form_engine.views import listing
from server.people import known_person
from server.requests import asked
from server.responses import answer, refuse

router = APIRouter(prefix="/api/forms/{form}")

NO_LOGIN = Code("explain.no_login", zh="没有账号“{login}”", en="There is no login “{login}”")
NO_EXPLAIN = Code(
    "explain.not_allowed",
    zh="您不能查看他人的权限说明",
    en="You may not look into the rights of others",
    hint_zh="请联系管理员",
    hint_en="Ask your administrator",
)

Values = Annotated[dict[str, Any], Body()]


@router.post("/query")
def query(request: Request, form: str, values: Values) -> Response:
    """Return one page of records."""
    with asked(request).desk() as desk:
        return answer(listing.records(desk, form, values))


@router.post("/groups")
def groups(request: Request, form: str, values: Values) -> Response:
    """Return the groups of a list with counts and totals."""
    with asked(request).desk() as desk:
        return answer(listing.groups(desk, form, values))


@router.post("/aggregate")
def aggregate(request: Request, form: str, values: Values) -> Response:
    """Return totals over a list."""
    with asked(request).desk() as desk:
        return answer(listing.totals(desk, form, values))


@router.post("/tree")
def tree(request: Request, form: str, values: Values) -> Response:
    """Return the children of a node of a tree view."""
    with asked(request).desk() as desk:
        return answer(listing.tree(desk, form, values))


@router.post("/records")
def create(request: Request, form: str, values: Values) -> Response:
    """Write a new record."""
    with asked(request).desk(write=True) as desk:
        record_id = records.create(desk, form, values.get("values", {}))
        return answer(records.read(desk, form, record_id), 201)


@router.post("/records/check")
def check_new(request: Request, form: str, values: Values) -> Response:
    """Return what creating would say."""
    with asked(request).desk() as desk:
        return answer(records.check(desk, form, values.get("values", {})))


@router.get("/records/{record_id}")
def read(request: Request, form: str, record_id: str, deleted: bool = False) -> Response:
    """Return one record."""
    with asked(request).desk() as desk:
        return answer(records.read(desk, form, record_id, deleted=deleted))


@router.patch("/records/{record_id}")
def update(request: Request, form: str, record_id: str, values: Values) -> Response:
    """Change fields; what others changed meanwhile is merged field by field, or told as a clash."""
    try:
        with asked(request).desk(write=True) as desk:
            records.update(desk, form, record_id, values.get("values", {}), values.get("revision"))
            return answer(records.read(desk, form, record_id))
    except Conflict as conflict:
        return _clash(conflict)


def _clash(conflict: Conflict) -> Response:
    clashes = [
        {key: problem.params.get(key) for key in ("field", "yours", "theirs")}
        for problem in conflict.problems
        if "theirs" in problem.params
    ]
    revision = next((p.params["revision"] for p in conflict.problems if "revision" in p.params), None)
    return refuse(conflict.problems, conflict.status, clashes=clashes, revision=revision)


@router.delete("/records/{record_id}")
def delete(request: Request, form: str, record_id: str) -> Response:
    """Move a record to the bin."""
    with asked(request).desk(write=True) as desk:
        records.delete(desk, form, record_id)
    return Response(status_code=204)


@router.post("/records/{record_id}/restore")
def restore(request: Request, form: str, record_id: str) -> Response:
    """Bring a record back from the bin."""
    with asked(request).desk(write=True) as desk:
        records.restore(desk, form, record_id)
        return answer(records.read(desk, form, record_id))


@router.post("/records/{record_id}/check")
def check(request: Request, form: str, record_id: str, values: Values) -> Response:
    """Return what saving would say."""
    with asked(request).desk() as desk:
        return answer(records.check(desk, form, values.get("values", {}), record_id))


@router.post("/records/{record_id}/reveal")
def show(request: Request, form: str, record_id: str, values: Values) -> Response:
    """Show one masked value: with the right, within the day's limit, noted in the audit."""
    with asked(request).desk(write=True) as desk:
        day = business_day(desk.unit.now, desk.actor.zone)
        return answer(reveal.reveal(desk, form, record_id, str(values.get("field", "")), day))


@router.get("/records/{record_id}/history")
def history(request: Request, form: str, record_id: str) -> Response:
    """Return the changes of a record."""
    with asked(request).desk() as desk:
        return answer(past.history(desk, form, record_id))


@router.get("/records/{record_id}/timeline")
def timeline(request: Request, form: str, record_id: str, cursor: str | None = None) -> Response:
    """Return everything about a record, newest first."""
    with asked(request).desk() as desk:
        return answer(timelines.timeline(desk, form, record_id, cursor))


@router.get("/records/{record_id}/explain")
def explain(request: Request, form: str, record_id: str, login: str = "", verb: str = "view") -> Response:
    """Return which rule lets a person see the record, or stops them: myself, or anyone with the right to explain."""
    one = asked(request)
    actor = one.known.actor
    if login and login != actor.login:
        rights = one.clinic.plan.policy.rights(actor)
        if not (rights.right("explain") or rights.right("design")):
            raise Forbidden(NO_EXPLAIN.at(""))
        with one.clinic.workspace.read() as unit:
            account = accounts.account_by_login(unit.connection, login)
            if account is None:
                raise NotFound(NO_LOGIN.at("/login", login=login))
            session = accounts.Session(account, account.branch_id, unit.now)
            actor = known_person(one.clinic.workspace, unit, one.clinic.plan, session).actor
    with one.desk() as desk:
        records.read(desk, form, record_id)
        reasons = desk.gate.explain(form, record_id, verb, actor)
        return answer({"reasons": [reason.to_json() for reason in reasons]})


@router.post("/bulk")
def bulk_update(request: Request, form: str, values: Values) -> Response:
    """Change many records at once, as a batch that can be undone."""
    with asked(request).desk(write=True) as desk:
        return answer(bulk.update(desk, form, values))


@router.get("/options/{field}")
def pick(request: Request, form: str, field: str, q: str = "", record: Annotated[str | None, Query()] = None) -> Response:
    """Return records to choose from for a link, or people."""
    with asked(request).desk() as desk:
        return answer(options.options(desk, form, field, q, {}, record))


@router.post("/options/{field}")
def pick_for(request: Request, form: str, field: str, values: Values) -> Response:
    """Return records to choose from, given what is filled in so far (for filters that look at it)."""
    given: Mapping[str, Any] = values.get("values", {})
    with asked(request).desk() as desk:
        return answer(options.options(desk, form, field, str(values.get("q", "")), given, values.get("record")))
