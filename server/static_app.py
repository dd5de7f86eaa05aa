"""The built browser app: files with hashed names are kept for ever, every other address opens the app itself."""

import mimetypes
from pathlib import Path

from fastapi import Request, Response
from fastapi.responses import FileResponse
from starlette.exceptions import HTTPException

_HERE = Path(__file__).resolve().parent
_PLACES = (_HERE / "static", _HERE.parent / "designer_ui" / "dist")
"""In an installed wheel beside this file; in a developer's tree where Vite puts it."""

LONGEST = 200
"""Characters of an address; no file of ours and no page of the browser app has a longer one."""


def browser_app() -> Path | None:
    """Return the folder of the built app, or None before the first build."""
    return next((place for place in _PLACES if (place / "index.html").exists()), None)


def serve(request: Request, path: str) -> Response:
    """Return the file at `path`, or the app's page for an address that the browser app will route."""
    root = browser_app()
    if root is None or path.startswith("api/"):
        raise HTTPException(404)
    if len(path) > LONGEST:
        raise HTTPException(404)
    wanted = (root / path).resolve()
    if not wanted.is_relative_to(root):
        raise HTTPException(404)
    if wanted.is_file() and path:
        return _file(request, wanted, is_hashed=path.startswith("assets/"))
    if "." in path.rsplit("/", 1)[-1]:
        raise HTTPException(404)
    return _file(request, root / "index.html", is_hashed=False)


def _file(request: Request, file: Path, *, is_hashed: bool) -> Response:
    kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    headers = {"cache-control": "public, max-age=31536000, immutable" if is_hashed else "no-cache"}
    packed = file.with_name(file.name + ".gz")
    if "gzip" in request.headers.get("accept-encoding", "") and packed.exists():
        return FileResponse(
            packed,
            media_type=kind,
            headers={**headers, "content-encoding": "gzip", "vary": "accept-encoding"},
        )
    return FileResponse(file, media_type=kind, headers=headers)
