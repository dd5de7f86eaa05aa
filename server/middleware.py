"""What stands around every request: size limit, cross-site guard, security headers, last resort for errors."""

import logging
from collections.abc import Mapping

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from engine.ids import new_id
from engine.problems import Code
from server.reading import BAD_CHARACTER
from server.responses import BROKEN, TOO_LARGE, refuse

log = logging.getLogger("clinicraft")

CROSS_SITE = Code(
    "http.cross_site",
    zh="请求来自其他网站，已拒绝",
    en="The request came from another site and was refused",
    hint_zh="请在本系统的页面内操作",
    hint_en="Use the pages of this system",
)

MEGABYTE = 1024 * 1024
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
    b"permissions-policy": b"camera=(self), microphone=(self), geolocation=(self)",
}


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
        headers = dict(scope["headers"])
        path: str = scope["path"]
        if (
            scope["method"] not in {"GET", "HEAD", "OPTIONS"}
            and path.startswith("/api/")
            and _is_foreign(headers)
        ):
            await refuse([CROSS_SITE.at("")], 403)(scope, receive, send)
            return
        if "\x00" in path or b"%00" in scope["query_string"]:
            await refuse([BAD_CHARACTER.at("")], 422)(scope, receive, send)
            return
        is_upload = headers.get(b"content-type", b"").startswith(b"multipart/") and path.startswith(
            UPLOAD_PATHS
        )
        limit_mb = self.upload_mb if is_upload else self.body_mb
        if int(headers.get(b"content-length", b"0") or 0) > limit_mb * MEGABYTE:
            await refuse([TOO_LARGE.at("", limit_mb=limit_mb)], 413)(scope, receive, send)
            return
        await self._run(scope, _limited(receive, limit_mb * MEGABYTE), send, path)

    async def _run(self, scope: Scope, receive: Receive, send: Send, path: str) -> None:
        has_started = False

        async def with_headers(message: Message) -> None:
            nonlocal has_started
            if message["type"] == "http.response.start":
                has_started = True
                given = {name for name, _ in message["headers"]}
                message["headers"] = [
                    *message["headers"],
                    *((name, value) for name, value in HEADERS.items() if name not in given),
                ]
                if path.startswith("/api/") and b"cache-control" not in given:
                    message["headers"].append((b"cache-control", b"no-store"))
            await send(message)

        try:
            await self.app(scope, receive, with_headers)
        except BodyTooLargeError:
            if not has_started:
                await refuse([TOO_LARGE.at("", limit_mb=self.body_mb)], 413)(scope, receive, with_headers)
        except Exception:
            reference = new_id()[-12:]
            log.exception("request failed, reference %s, %s %s", reference, scope["method"], path)
            if not has_started:
                await refuse([BROKEN.at("", reference=reference)], 500)(scope, receive, with_headers)


class BodyTooLargeError(Exception):
    """A body without (or with a false) length grew past the limit."""


def _limited(receive: Receive, most: int) -> Receive:
    seen = 0

    async def limited() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > most:
            raise BodyTooLargeError
        return message

    return limited


def _is_foreign(headers: Mapping[bytes, bytes]) -> bool:
    if b"x-clinicraft" not in headers:
        return True
    origin = headers.get(b"origin")
    if origin is None or origin == b"null":
        return origin == b"null"
    return origin.partition(b"://")[2] != headers.get(b"host", b"")
