"""Importing sheets: upload, look, dry run, run, result, undo."""

from typing import Annotated, Any

from fastapi import Body, File, Form, Request, Response, UploadFile

from server.openapi import gives
from server.reading import api, given
from server.requests import asked
from server.responses import answer
from server.shapes import imports as t
from server.shapes.records import UndoAnswer

router = api()

Values = Annotated[dict[str, Any], Body()]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@router.post("/forms/{form}/imports")
@gives(t.ImportUpload, 201)
def upload_import(
    request: Request,
    form: str,
    file: Annotated[UploadFile, File()],
    sheet: Annotated[str | None, Form()] = None,
    header_row: Annotated[int | None, Form()] = None,
) -> Response:
    """Take a sheet and guess what its columns mean."""
    one = asked(request)
    imports = one.clinic.imports
    found = imports.upload(one.actor, form, file.filename or "file", file.file.read())
    if sheet is not None or header_row is not None:
        found |= imports.look(one.actor, found["id"], sheet, header_row)
    return answer(found, 201)


@router.post("/imports/{import_id}/look")
@gives(t.ImportLook, takes=t.ImportLookAsk)
def look_at_import(request: Request, import_id: str, values: Values) -> Response:
    """Guess anew for another sheet or header row."""
    one = asked(request)
    return answer(
        one.clinic.imports.look(
            one.actor, import_id, given(values, "sheet", str), given(values, "header_row", int)
        )
    )


@router.post("/imports/{import_id}/dry-run")
@gives(t.ImportStarted, 202, takes=t.ImportSettings)
def dry_run_import(request: Request, import_id: str, values: Values) -> Response:
    """Try without writing, in the background."""
    one = asked(request)
    started = one.clinic.imports.dry_run(one.actor, import_id, values)
    one.house.wake()
    return answer(started, 202)


@router.post("/imports/{import_id}/run")
@gives(t.ImportStarted, 202, takes=t.ImportSettings, needs_body=False)
def run_import(
    request: Request, import_id: str, values: Annotated[dict[str, Any] | None, Body()] = None
) -> Response:
    """Import, in the background."""
    one = asked(request)
    started = one.clinic.imports.run(one.actor, import_id, values or None)
    one.house.wake()
    return answer(started, 202)


@router.get("/imports/{import_id}")
@gives(t.ImportState)
def import_state(request: Request, import_id: str) -> Response:
    """Return how far an import is and what it says of its rows."""
    one = asked(request)
    return answer(one.clinic.imports.state(one.actor, import_id))


@router.get("/imports/{import_id}/errors.xlsx")
@gives(media=(XLSX,))
def import_errors(request: Request, import_id: str) -> Response:
    """Return the rejected rows with their reasons, to correct and import again."""
    one = asked(request)
    body = one.clinic.imports.errors(one.actor, import_id)
    return Response(
        body, media_type=XLSX, headers={"content-disposition": 'attachment; filename="errors.xlsx"'}
    )


@router.post("/imports/{import_id}/undo")
@gives(UndoAnswer)
def undo_import(request: Request, import_id: str) -> Response:
    """Take the whole import back."""
    one = asked(request)
    return answer(one.clinic.imports.undo(one.actor, import_id))
