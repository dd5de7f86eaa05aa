"""Exports: a file at once, or a job for a long list."""

from typing import Annotated, Any
from urllib.parse import quote

from fastapi import Body, Request, Response

from form_engine.exporting.service import FORMATS, Exported
from server.openapi import gives
from server.reading import api
from server.requests import asked
from server.responses import answer
from server.shapes import files as t

router = api()

FILES = tuple(mime.partition(";")[0] for mime in FORMATS.values())


@router.post("/forms/{form}/export")
@gives(takes=t.ExportAsk, media=FILES, also={202: t.JobStarted})
def export_records(request: Request, form: str, values: Annotated[dict[str, Any], Body()]) -> Response:
    """Return the file, or the job that makes it."""
    one = asked(request)
    made = one.clinic.exports.export(one.actor, form, values)
    if isinstance(made, Exported):
        return file_answer(made)
    one.house.wake()
    return answer(made, 202)


@router.get("/exports/{job_id}")
@gives(media=FILES)
def fetch_export(request: Request, job_id: str) -> Response:
    """Return the file of a finished background export of mine."""
    one = asked(request)
    return file_answer(one.clinic.exports.fetch(one.actor, job_id))


def file_answer(made: Exported) -> Response:
    """Return a file to be kept, under its own name."""
    way = f"attachment; filename*=UTF-8''{quote(made.name)}"
    return Response(made.data, media_type=made.mime, headers={"content-disposition": way})
