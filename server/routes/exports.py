"""Exports: a file at once, or a job for a long list."""

from typing import Annotated, Any
from urllib.parse import quote

from fastapi import Body, Request, Response

from form_engine.exporting.service import Exported
from server.reading import api
from server.requests import asked
from server.responses import answer

router = api()


@router.post("/forms/{form}/export")
def export(request: Request, form: str, values: Annotated[dict[str, Any], Body()]) -> Response:
    """Return the file, or the job that makes it."""
    one = asked(request)
    made = one.clinic.exports.export(one.actor, form, values)
    if isinstance(made, Exported):
        return _file(made)
    one.house.wake()
    return answer(made, 202)


@router.get("/exports/{job_id}")
def fetch(request: Request, job_id: str) -> Response:
    """Return the file of a finished background export of mine."""
    one = asked(request)
    return _file(one.clinic.exports.fetch(one.actor, job_id))


def _file(made: Exported) -> Response:
    way = f"attachment; filename*=UTF-8''{quote(made.name)}"
    return Response(made.data, media_type=made.mime, headers={"content-disposition": way})
