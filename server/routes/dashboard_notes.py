"""Notes on the charts of dashboards."""

from typing import Annotated, Any

from fastapi import Body, Request, Response

from engine.problems import NotFound
from engine.store.unit import Cause
from report_engine.boards import NO_CELL
from server import dashboard_notes as notes
from server.openapi import gives
from server.reading import api, given
from server.requests import asked
from server.responses import answer
from server.shapes import reports as t

router = api()


@router.get("/dashboards/{key}/notes")
@gives(t.NoteList)
def list_notes(request: Request, key: str) -> Response:
    """Return the notes on a dashboard that I may read, newest first."""
    one = asked(request)
    one.clinic.reports.board(one.actor, key)
    with one.clinic.workspace.read() as unit:
        return answer({"notes": notes.of_dashboard(unit, one.actor, key)})


@router.post("/dashboards/{key}/notes")
@gives(t.NoteMade, 201, takes=t.NoteText)
def write_note(request: Request, key: str, values: Annotated[dict[str, Any], Body()]) -> Response:
    """Put a note on a chart, for everybody of my branch who may open the dashboard."""
    one = asked(request)
    board = one.clinic.reports.board(one.actor, key)
    cell, text = given(values, "cell", str) or "", given(values, "text", str) or ""
    if cell not in {each["key"] for each in board["cells"]}:
        raise NotFound(NO_CELL.at("/cell", name=cell))
    with one.clinic.workspace.write(Cause("user", one.actor.user_id)) as unit:
        made = notes.write(unit, one.actor, key, cell, text)
    return answer({"id": made}, 201)


@router.delete("/dashboards/{key}/notes/{note_id}")
@gives()
def remove_note(request: Request, key: str, note_id: str) -> Response:
    """Take away a note of mine."""
    one = asked(request)
    one.clinic.reports.board(one.actor, key)
    with one.clinic.workspace.write(Cause("user", one.actor.user_id)) as unit:
        notes.remove(unit, one.actor, note_id)
    return Response(status_code=204)
