"""Settings of the app as a whole."""

from typing import Annotated, Any

from fastapi import Body, Request, Response

from server import app_settings as settings
from server.openapi import gives
from server.reading import api
from server.requests import asked
from server.responses import answer
from server.shapes import app_settings as t

router = api()


@router.get("/app-settings")
@gives(t.AppSettings)
def show_app_settings(request: Request) -> Response:
    """Return in which month the clinic's own year starts, and whether I may change it."""
    one = asked(request)
    return answer(settings.shown(one.clinic, one.actor))


@router.put("/app-settings")
@gives(t.AppSettings, takes=t.AppSettingsChange)
def change_app_settings(request: Request, values: Annotated[dict[str, Any], Body()]) -> Response:
    """Change in which month the clinic's own year starts; reports count by it at once."""
    one = asked(request)
    return answer(settings.change(one.clinic, one.actor, values))
