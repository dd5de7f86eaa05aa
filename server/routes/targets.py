"""Targets dealt out: to branches, to people, over months."""

from typing import Annotated, Any

from fastapi import Body, Request, Response

from server.openapi import gives
from server.reading import api
from server.requests import asked
from server.responses import answer
from server.shapes import targets as t
from server.target_splits import TargetSplits

router = api("/api/forms/{form}/records/{record_id}/split")
Values = Annotated[dict[str, Any], Body()]


@router.post("")
@gives(t.TargetSplit, takes=t.SplitAsk)
def preview_split(request: Request, form: str, record_id: str, values: Values) -> Response:
    """Return how a target would be dealt out; nothing is written."""
    one = asked(request)
    return answer(TargetSplits(one.clinic).preview(one.actor, form, record_id, values))


@router.post("/write")
@gives(t.SplitWritten, takes=t.SplitWrite)
def write_split(request: Request, form: str, record_id: str, values: Values) -> Response:
    """Write the parts of a target as one batch, which `POST /api/batches/{id}/undo` takes back."""
    one = asked(request)
    return answer(TargetSplits(one.clinic).write(one.actor, form, record_id, values))
