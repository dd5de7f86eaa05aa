"""What is new, told to open pages as it happens."""

from fastapi import Request, Response
from fastapi.responses import StreamingResponse

from server.openapi import gives
from server.reading import api
from server.requests import asked

router = api()


@router.get("/live")
@gives(media=("text/event-stream",))
def live(request: Request) -> Response:
    """Stream events for me, each of which only says: look again.

    `tasks` when my tasks changed, `notices` when something came in, `data` when records have changed.
    """
    one = asked(request)
    words = one.house.live.words(one.clinic.key, one.actor.user_id)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(words, media_type="text/event-stream", headers=headers)
