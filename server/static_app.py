"""The built browser app: files with hashed names are kept for ever, every other address opens the app itself."""

import mimetypes
from pathlib import Path

from fastapi import Request, Response
from starlette.exceptions import HTTPException

from engine.problems import Code
from server.responses import refuse

_HERE = Path(__file__).resolve().parent
_PLACES = (_HERE / "static", _HERE.parent / "designer_ui" / "dist")
"""In an installed wheel beside this file; in a developer's tree where Vite puts it."""

LONGEST = 200
"""Characters of an address; no file of ours and no page of the browser app has a longer one."""


def browser_app() -> Path | None:
    """Return the folder of the built app, or None before the first build."""
    return next((place for place in _PLACES if (place / "index.html").exists()), None)


REBUILT = Code(
    "app.being_rebuilt",
    zh="应用正在更新，请稍候刷新",
    en="The app is being renewed; reload in a moment",
    hint_zh="几秒后刷新页面即可，已填写的内容会保留为草稿",
    hint_en="Reload the page in a few seconds; what was filled in is kept as a draft",
)
RETRY_S = 5


def serve(request: Request, path: str) -> Response:
    """Return the file at `path`, or the app's page for an address that the browser app will route.

    Files are read whole, since a new build may take them away at any moment: what is gone is 404, and while there is no
    page at all, 503 says when to try again.
    """
    if path.startswith("api/") or len(path) > LONGEST:
        raise HTTPException(404)
    root = browser_app() or _PLACES[-1]
    wanted = (root / path).resolve()
    if not wanted.is_relative_to(root):
        raise HTTPException(404)
    if "." in path.rsplit("/", 1)[-1]:
        found = _file(request, wanted, is_hashed=path.startswith("assets/"))
        if found is None:
            raise HTTPException(404)
        return found
    return _file(request, root / "index.html", is_hashed=False) or _being_rebuilt()


def _being_rebuilt() -> Response:
    answer = refuse([REBUILT.at("")], 503)
    answer.headers.update({"retry-after": str(RETRY_S), "cache-control": "no-store"})
    return answer


def _file(request: Request, file: Path, *, is_hashed: bool) -> Response | None:
    """Return a file, packed for whom that is right; None where there is none."""
    kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    headers = {"cache-control": "public, max-age=31536000, immutable" if is_hashed else "no-cache"}
    packs = {"content-encoding": "gzip", "vary": "accept-encoding"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        packed = _read(file.with_name(file.name + ".gz"))
        if packed is not None:
            return Response(packed, media_type=kind, headers={**headers, **packs})
    body = _read(file)
    return None if body is None else Response(body, media_type=kind, headers=headers)


def _read(file: Path) -> bytes | None:
    try:
        return file.read_bytes()
    except (OSError, ValueError):  # gone, a folder, or no name that a file could have
        return None
