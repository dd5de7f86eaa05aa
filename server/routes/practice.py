"""The clock of a practice clinic, and putting it forward."""

from typing import Annotated, Any

from fastapi import Body, Request, Response

from engine.problems import NotFound
from server.openapi import gives
from server.practice import advance, clock_of
from server.reading import api, given
from server.requests import Asked, asked
from server.responses import answer
from server.shapes import session as t

router = api()
Values = Annotated[dict[str, Any], Body()]


@router.get("/practice")
@gives(t.PracticeClock)
def practice(request: Request) -> Response:
    """Return whether this is a practice clinic, and how late it is there."""
    one = asked(request)
    try:
        ahead = clock_of(one.house, one.clinic.key).ahead
    except NotFound:
        return answer({"is_practice": False})
    return answer(_shown(one, ahead.total_seconds()))


@router.post("/practice/advance")
@gives(t.PracticeClock, takes=t.PracticeStep)
def put_forward(request: Request, values: Values) -> Response:
    """Put the clock forward by some hours; what is due by then happens before the answer. 404 in a real clinic."""
    one = asked(request)
    happened = advance(one.house, one.clinic.key, given(values, "hours", int) or 0)
    ahead = clock_of(one.house, one.clinic.key).ahead
    return answer({**_shown(one, ahead.total_seconds()), "happened": happened})


def _shown(one: Asked, ahead_s: float) -> dict[str, Any]:
    return {"is_practice": True, "now": one.house.clock.now(), "ahead_hours": round(ahead_s / 3600, 1)}
