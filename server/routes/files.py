"""Files: up one by one, down only through the record that holds them (or to the one who has just sent them)."""

from datetime import datetime
from typing import Annotated
from urllib.parse import quote
from zoneinfo import ZoneInfo

from fastapi import File, Request, Response, UploadFile
from sqlalchemy import select

from engine.access.query import RecordQuery
from engine.problems import NotFound
from engine.store import files
from engine.store.platform import FILES
from engine.store.watermarks import marked
from server.openapi import gives
from server.reading import api
from server.requests import Asked, asked
from server.responses import answer
from server.shapes import files as t

router = api("/api/files")

INLINE = ("image/jpeg", "image/png", "image/webp", "audio/", "video/", "application/pdf")
"""Shown in the page; everything else is only saved to disk."""


@router.post("")
@gives(t.FileRef, 201)
def upload_file(request: Request, file: Annotated[UploadFile, File()]) -> Response:
    """Take a file; it belongs to nobody until a record's field holds it."""
    one = asked(request)
    name = files.safe_name(file.filename or "file")
    # Checked before the unit opens: decoding a picture takes its time.
    checked = files.check(name, file.file.read())
    with one.service.writing(one.actor) as desk:
        stored = files.add_checked(desk.unit, name, checked)
    return answer(stored.to_json(), 201)


@router.get("/{file_id}")
@gives(media=("application/octet-stream",))
def download_file(
    request: Request, file_id: str, form: str = "", record: str = "", field: str = "", thumb: bool = False
) -> Response:
    """Return the bytes to one who sees the record and the field."""
    one = asked(request)
    if not record:
        return _answer(*_just_sent(one, file_id))
    with one.service.reading(one.actor) as desk:
        plan = desk.form(form)
        visible = desk.gate.select(RecordQuery(plan.key, fields=(field,), ids=(record,), limit=1))
        stored, body = files.read(desk.unit, visible, form, record, field, file_id, thumb)
        held = plan.field(field)
        words = _watermark(one, desk.unit.now) if held is not None and held.config.get("watermark") else ()
    if words:
        # Drawn anew for each look, since it says who looks; the file itself stays as it came.
        body = marked(body, "image/jpeg" if thumb and stored.has_thumbnail else stored.mime, words)
    return _answer(stored, body)


def _watermark(one: Asked, now: datetime) -> tuple[str, str]:
    at = now.astimezone(ZoneInfo(one.actor.zone)).strftime("%Y-%m-%d %H:%M")
    return f"{one.actor.name} {at}", f"{one.actor.login} {at}"


def _just_sent(one: Asked, file_id: str) -> tuple[files.StoredFile, bytes]:
    with one.service.reading(one.actor) as desk:
        mine = (FILES.c.id == file_id) & (FILES.c.created_by == one.actor.user_id)
        if desk.unit.connection.execute(select(FILES.c.id).where(mine)).first() is None:
            raise NotFound(files.NO_FILE.at(""))
        stored = files.stored_file(desk.unit, file_id)
    return stored, files.FileStore(one.clinic.workspace.files).path(stored.sha256).read_bytes()


def _answer(stored: files.StoredFile, body: bytes) -> Response:
    way = "inline" if stored.mime.startswith(INLINE) else "attachment"
    return Response(
        body,
        media_type=stored.mime,
        headers={
            "content-disposition": f"{way}; filename*=UTF-8''{quote(stored.name)}",
            "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
            "cache-control": "private, max-age=3600",
        },
    )
