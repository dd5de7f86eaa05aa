"""What is not of one form: search, workbench, notifications, batches, jobs."""

from typing import Annotated, Any

from fastapi import Body, Request, Response

from engine.jobs.queue import read_job
from engine.problems import Code, NotFound
from server.bulk_edits import BulkEdits
from server.openapi import gives
from server.reading import api, given_texts
from server.requests import asked
from server.responses import answer
from server.shapes import desk as t
from server.shapes.files import JobState
from server.shapes.records import BulkState, SearchHit, UndoAnswer

router = api()

NO_JOB = Code("job.not_yours", zh="没有这个后台作业", en="There is no such background job")


@router.get("/search")
@gives(list[SearchHit])
def search(request: Request, q: str = "") -> Response:
    """Find people and records by name, pinyin initials, phone tail or number."""
    one = asked(request)
    return answer(one.service.quick_search(one.actor, q))


@router.get("/workbench")
@gives(t.Workbench)
def workbench(request: Request) -> Response:
    """Return today's lists and numbers."""
    one = asked(request)
    return answer(one.service.workbench(one.actor))


@router.get("/notifications")
@gives(t.Notices)
def notifications(request: Request, before: str | None = None) -> Response:
    """Return what came in for me, newest first."""
    one = asked(request)
    return answer(one.service.notifications(one.actor, before))


@router.post("/notifications/read")
@gives(takes=t.NoticesRead)
def mark_notifications_read(request: Request, values: Annotated[dict[str, Any], Body()]) -> Response:
    """Mark notifications as read; all without ids."""
    one = asked(request)
    one.service.mark_read(one.actor, given_texts(values, "ids"))
    return Response(status_code=204)


@router.get("/bulk-edits/{job_id}")
@gives(BulkState)
def bulk_state(request: Request, job_id: str) -> Response:
    """Return how far a bulk edit of mine is, and which records stayed as they were."""
    one = asked(request)
    return answer(BulkEdits(one.clinic).state(one.actor, job_id))


@router.post("/batches/{batch_id}/undo")
@gives(UndoAnswer)
def undo_batch(request: Request, batch_id: str) -> Response:
    """Take back a bulk edit or an import."""
    one = asked(request)
    return answer(one.service.undo(one.actor, batch_id))


@router.get("/jobs/{job_id}")
@gives(JobState)
def job(request: Request, job_id: str) -> Response:
    """Return how far a background job of mine is."""
    one = asked(request)
    with one.clinic.workspace.read() as unit:
        found = read_job(unit, job_id)
    if found.created_by != one.actor.user_id:
        raise NotFound(NO_JOB.at(""))
    return answer({"state": found.state, "done": found.done, "total": found.total, "result": found.result})
