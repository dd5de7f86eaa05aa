"""What stands around every request: size limit, cross-site guard, security headers, last resort for errors."""

import logging
from collections.abc import Mapping

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from engine.ids import new_id
from engine.problems import Code
from server.reading import BAD_CHARACTER, UnreadableError
from server.responses import BROKEN, TOO_LARGE, refuse

log = logging.getLogger("clinicraft")

CROSS_SITE = Code(
    "http.cross_site",
    zh="请求来自其他网站，已拒绝",
    en="The request came from another site and was refused",
    hint_zh="请在本系统的页面内操作",
    hint_en="Use the pages of this system",
)

BAD_LENGTH = Code("http.bad_length", zh="请求头 Content-Length 不是数字", en="The header Content-Length is not a number",
                  hint_zh="请检查调用接口的程序", hint_en="Check the program that makes the call")  # fmt: skip

MEGABYTE = 1024 * 1024
SIGNED_PATHS = "/api/webhooks/"
UPLOAD_PATHS = ("/api/files", "/api/forms/")

HEADERS: Mapping[bytes, bytes] = {
    # antd writes its styles at run time; scripts come from our own files only.
    b"content-security-policy": (
        b"default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
        b"font-src 'self' data:; connect-src 'self'; media-src 'self' blob:; object-src 'none'; base-uri 'none'; "
        b"form-action 'self'; frame-ancestors 'none'"
    ),
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"same-origin",
    b"cross-origin-opener-policy": b"same-origin",
    b"cross-origin-resource-policy": b"same-origin",
    b"permissions-policy": b"camera=(self), microphone=(self), geolocation=(self)",
}

ALWAYS_HTTPS = (b"strict-transport-security", b"max-age=31536000")
"""Whoever has come over https is kept there, so that no later visit goes out in the clear."""


class Guard:
    """Plain ASGI, since it runs for every request.

    Writes under /api need the header `X-Clinicraft` (a page of another site cannot send it without asking first) and,
    where the browser tells it, an origin of our own.
    """

    def __init__(self, app: ASGIApp, body_mb: int = 2, upload_mb: int = 64) -> None:
        self.app = app
        self.body_mb = body_mb
        self.upload_mb = upload_mb

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        path: str = scope["path"]
        headers = dict(scope["headers"])
        most_mb = self.upload_mb if _is_upload(headers, path) else self.body_mb
        refused = _refused(scope, headers, most_mb)
        if refused is None:
            await self._run(scope, _limited(receive, most_mb), send)
        else:
            await refused(scope, receive, _with_headers(send, scope))

    async def _run(self, scope: Scope, receive: Receive, send: Send) -> None:
        has_started = False
        dressed = _with_headers(send, scope)

        async def noted(message: Message) -> None:
            nonlocal has_started
            has_started = True
            await dressed(message)

        try:
            await self.app(scope, receive, noted)
        except Exception:
            reference = new_id()[-12:]
            log.exception("request failed, reference %s, %s %s", reference, scope["method"], scope["path"])
            if not has_started:
                await refuse([BROKEN.at("", reference=reference)], 500)(scope, receive, noted)


def _refused(scope: Scope, headers: Mapping[bytes, bytes], most_mb: int) -> Response | None:
    """Return what to answer without asking any route, or None."""
    path: str = scope["path"]
    is_write = scope["method"] not in {"GET", "HEAD", "OPTIONS"}
    # webhooks come from programs and go by their signature, not by a session that another site could borrow
    if is_write and path.startswith("/api/") and not path.startswith(SIGNED_PATHS) and _is_foreign(headers):
        return refuse([CROSS_SITE.at("")], 403)
    if "\x00" in path or b"%00" in scope["query_string"]:
        return refuse([BAD_CHARACTER.at("")], 422)
    length = headers.get(b"content-length", b"0")
    if not length.isdigit():
        return refuse([BAD_LENGTH.at("")], 400)
    if int(length[:20]) > most_mb * MEGABYTE:
        return refuse([TOO_LARGE.at("", limit_mb=most_mb)], 413)
    return None


def _is_upload(headers: Mapping[bytes, bytes], path: str) -> bool:
    return headers.get(b"content-type", b"").startswith(b"multipart/") and path.startswith(UPLOAD_PATHS)


def _with_headers(send: Send, scope: Scope) -> Send:
    """Return a `send` that adds what every answer carries."""
    path: str = scope["path"]

    async def dressed(message: Message) -> None:
        if message["type"] == "http.response.start":
            given = {name for name, _ in message["headers"]}
            more = [(name, value) for name, value in HEADERS.items() if name not in given]
            if path.startswith("/api/") and b"cache-control" not in given:
                more.append((b"cache-control", b"no-store"))
            if scope.get("scheme") == "https":
                more.append(ALWAYS_HTTPS)
            message["headers"] = [*message["headers"], *more]
        await send(message)

    return dressed


def _limited(receive: Receive, most_mb: int) -> Receive:
    """Return a `receive` that stops a body without (or with a false) length when it has grown past the limit."""
    seen = 0

    async def limited() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > most_mb * MEGABYTE:
            raise UnreadableError(TOO_LARGE.at("", limit_mb=most_mb), status=413)
        return message

    return limited


def _is_foreign(headers: Mapping[bytes, bytes]) -> bool:
    if b"x-clinicraft" not in headers:
        return True
    origin = headers.get(b"origin")
    if origin is None or origin == b"null":
        return origin == b"null"
    return origin.partition(b"://")[2] != headers.get(b"host", b"")
