"""Reports and dashboards as files: xlsx, CSV, PDF, pictures."""

from typing import Annotated, Any

from fastapi import Body, Request, Response

from form_engine.exporting.service import Exported
from server.openapi import gives
from server.reading import api
from server.requests import asked
from server.responses import answer
from server.routes.exports import file_answer
from server.shapes import report_out as t
from server.shapes.files import JobStarted

router = api()
Values = Annotated[dict[str, Any], Body()]
FILES = (
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "text/csv",
    "application/zip",
    "application/pdf",
    "image/png",
)


@router.post("/dashboards/{key}/export")
@gives(takes=t.ReportExportAsk, media=FILES, also={202: JobStarted})
def export_dashboard(request: Request, key: str, values: Values) -> Response:
    """Return a dashboard as a file, as I see it; or the job that makes it."""
    return _export(request, "dashboards", key, values)


@router.post("/reports/{key}/export")
@gives(takes=t.ReportExportAsk, media=FILES, also={202: JobStarted})
def export_report(request: Request, key: str, values: Values) -> Response:
    """Return a report as a file, as I see it; or the job that makes it."""
    return _export(request, "reports", key, values)


@router.get("/report-exports/{job_id}")
@gives(media=FILES)
def fetch_report_export(request: Request, job_id: str) -> Response:
    """Return the file of a finished background export of mine."""
    one = asked(request)
    return file_answer(one.clinic.report_out.exports.fetch(one.actor, job_id))


def _export(request: Request, kind: str, key: str, values: dict[str, Any]) -> Response:
    one = asked(request)
    made = one.clinic.report_out.exports.export(one.actor, kind, key, values)
    if isinstance(made, Exported):
        return file_answer(made)
    one.house.wake()
    return answer(made, 202)
