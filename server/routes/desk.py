"""What is not of one form: search, workbench, notifications, batches, jobs."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Request, Response

from engine.jobs import rows as jobs
from form_engine.service import bulk, personal, quick_search
from form_engine.service import workbench as workbenches
from server.requests import asked
from server.responses import answer

router = APIRouter(prefix="/api")


@router.get("/search")
def search(request: Request, q: str = "") -> Response:
    """Find people and records by name, pinyin initials, phone tail or number."""
    with asked(request).desk() as desk:
        return answer(quick_search.quick_search(desk, q))


@router.get("/workbench")
def workbench(request: Request) -> Response:
    """Return today's lists and numbers."""
    with asked(request).desk() as desk:
        return answer(workbenches.workbench(desk))


@router.get("/notifications")
def notifications(request: Request, before: str | None = None) -> Response:
    """Return what came in for me, newest first."""
    with asked(request).desk() as desk:
        return answer(personal.notifications(desk.unit, desk.actor.user_id, before))


@router.post("/notifications/read")
def read(request: Request, values: Annotated[dict[str, Any], Body()]) -> Response:
    """Mark notifications as read; all without ids."""
    with asked(request).desk(write=True) as desk:
        personal.mark_read(desk.unit, desk.actor.user_id, values.get("ids"))
    return Response(status_code=204)


@router.post("/batches/{batch_id}/undo")
def undo(request: Request, batch_id: str) -> Response:
    """Take back a bulk edit or an import."""
    with asked(request).desk(write=True) as desk:
        return answer(bulk.undo(desk, batch_id))


@router.get("/jobs/{job_id}")
def job(request: Request, job_id: str) -> Response:
    """Return how far a background job of mine is."""
    with asked(request).desk() as desk:
        return answer(jobs.status(desk.unit, job_id, desk.actor.user_id))
