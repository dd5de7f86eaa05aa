"""Files: kept by content outside the web root, believed only after being decoded, given out only for a reference.

Pictures are decoded within limits and written anew, so nothing rides along: no EXIF, no position, no second file
behind the first. Everything else is known by its first bytes, never by its name. `add` checks and stores; the row in
`cc_files` says what was found; `read` wants proof that the reader sees a record that holds the file.
"""

import hashlib
import io
import os
import re
import tempfile
import unicodedata
import warnings
import zipfile
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image, ImageOps, UnidentifiedImageError
from sqlalchemy import select

from engine.access.query import ScopedQuery
from engine.ids import new_id
from engine.problems import Code, NotFound, Rejected
from engine.store.platform import FILE_USES, FILES
from engine.store.unit import Unit

TOO_LARGE = Code(
    "files.too_large",
    zh="文件“{name}”有 {size_mb} MB，超过上限 {most_mb} MB",
    en="“{name}” has {size_mb} MB; the limit is {most_mb} MB",
    hint_zh="压缩后再上传，或请管理员调整上限",
    hint_en="Make it smaller, or ask an administrator to raise the limit",
)
EMPTY = Code(
    "files.empty",
    zh="文件“{name}”是空的",
    en="“{name}” is empty",
    hint_zh="请重新选择文件",
    hint_en="Choose the file again",
)
NOT_ALLOWED = Code(
    "files.kind_not_allowed",
    zh="不能上传“{name}”：无法识别，或不是允许的文件类型",
    en="“{name}” cannot be uploaded: unknown, or not an allowed kind of file",
    hint_zh="可上传：图片（JPG、PNG、WebP）、PDF、Word、Excel、文本、CSV、ZIP、音视频",
    hint_en="Allowed: pictures (JPG, PNG, WebP), PDF, Word, Excel, text, CSV, ZIP, sound and video",
)
BAD_PICTURE = Code(
    "files.bad_picture",
    zh="图片“{name}”已损坏，无法打开",
    en="The picture “{name}” is damaged and does not open",
    hint_zh="用看图软件打开并另存为 JPG 后再上传",
    hint_en="Open it in a picture viewer, save it as JPG and upload that",
)
TOO_MANY_PIXELS = Code(
    "files.too_many_pixels",
    zh="图片“{name}”的尺寸过大，最多 {most} 万像素",
    en="The picture “{name}” is too large: at most {most}0,000 pixels",
    hint_zh="缩小图片后再上传",
    hint_en="Scale the picture down and upload it again",
)
NO_FILE = Code(
    "files.no_file",
    zh="没有这个文件，或您无权查看",
    en="There is no such file, or none that you may see",
    hint_zh="从持有它的记录里打开",
    hint_en="Open it from the record that holds it",
)

MOST_BYTES = 50 * 1024 * 1024
MOST_PIXELS = 40_000_000
THUMBNAIL_PX = 320
LONGEST_NAME = 120
PICTURES = {"JPEG": ("image/jpeg", ".jpg"), "PNG": ("image/png", ".png"), "WEBP": ("image/webp", ".webp")}

MAGIC: tuple[tuple[int, bytes, str], ...] = (
    (0, b"%PDF-", "application/pdf"),
    (4, b"ftypM4A", "audio/mp4"),
    (4, b"ftyp", "video/mp4"),
    (0, b"\x1aE\xdf\xa3", "video/webm"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"\xff\xfb", "audio/mpeg"),
    (0, b"\xff\xf3", "audio/mpeg"),
    (0, b"OggS", "audio/ogg"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (128, b"DICM", "application/dicom"),
)
"""(offset, bytes, MIME type) of allowed kinds. ZIP, WAV and text need a closer look."""
OFFICE = {
    "word/": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xl/": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ppt/": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
INLINE = frozenset({"image/jpeg", "image/png", "image/webp", "application/pdf", "video/mp4", "video/webm"})
"""What a browser may show in place; everything else is a download."""


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file as `cc_files` knows it. `width`, `height` in pixels, of pictures only."""

    file_id: str
    sha256: str
    name: str
    mime: str
    size: int
    width: int | None
    height: int | None
    has_thumbnail: bool

    def to_json(self) -> dict[str, Any]:
        """Return the value a `files` field holds for it."""
        return {"id": self.file_id, "name": self.name, "size": self.size, "mime": self.mime}


@dataclass(frozen=True, slots=True)
class Checked:
    """What checking a file's bytes found: the bytes to keep, and a thumbnail of a picture (JPEG)."""

    body: bytes
    mime: str
    size_px: tuple[int, int] | None = None
    thumbnail: bytes | None = None


def safe_name(name: str) -> str:
    """Return a name to show and download by: no folders, no control or direction characters, not too long."""
    last = re.split(r"[\\/]", unicodedata.normalize("NFC", name))[-1]
    kept = "".join(c for c in last if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co", "Cn"))
    kept = re.sub(r'[<>:"|?*]', "_", kept).strip(" .")
    stem, dot, extension = kept.rpartition(".")
    if len(kept) > LONGEST_NAME and dot and len(extension) <= 10:
        return f"{stem[: LONGEST_NAME - len(extension) - 1]}.{extension}"
    return kept[:LONGEST_NAME] or "file"


def check(name: str, body: bytes, most_bytes: int = MOST_BYTES) -> Checked:
    """Return what the bytes are, pictures written anew. Rejected: too large, empty, damaged, not an allowed kind."""
    if not body:
        raise Rejected(EMPTY.at("/file", name=name))
    if len(body) > most_bytes:
        sizes = {"size_mb": -(-len(body) // 2**20), "most_mb": most_bytes // 2**20}
        raise Rejected(TOO_LARGE.at("/file", name=name, **sizes))
    if body.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")) or (body[:4], body[8:12]) == (
        b"RIFF",
        b"WEBP",
    ):
        return _picture(name, body)
    mime = sniff(body)
    if mime is None:
        raise Rejected(NOT_ALLOWED.at("/file", name=name))
    return Checked(body, mime)


def sniff(body: bytes) -> str | None:
    """Return the MIME type of an allowed kind by its bytes; None: unknown or not allowed."""
    for offset, mark, mime in MAGIC:
        if body[offset : offset + len(mark)] == mark:
            return mime
    if (body[:4], body[8:12]) == (b"RIFF", b"WAVE"):
        return "audio/wav"
    if body.startswith(b"PK\x03\x04"):
        return _zip_kind(body)
    return _text_kind(body)


def _zip_kind(body: bytes) -> str | None:
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            names = archive.namelist()[:1000]
    except (zipfile.BadZipFile, NotImplementedError, ValueError):
        return None
    for folder, mime in OFFICE.items():
        if "[Content_Types].xml" in names and any(n.startswith(folder) for n in names):
            return mime
    return "application/zip"


def _text_kind(body: bytes) -> str | None:
    """Tell plain text and CSV; anything a browser might run (HTML, SVG, XML, scripts) is not allowed."""
    if b"\0" in body:
        return None
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = body.decode(encoding)
        except UnicodeDecodeError:
            continue
        start = text.lstrip()[:512].casefold()
        return (
            None if start.startswith(("<", "#!")) or "<script" in start or "<svg" in start else "text/plain"
        )
    return None


def _picture(name: str, body: bytes) -> Checked:
    try:
        with warnings.catch_warnings(), Image.open(io.BytesIO(body), formats=tuple(PICTURES)) as opened:
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            if opened.width * opened.height > MOST_PIXELS:
                raise Rejected(TOO_MANY_PIXELS.at("/file", name=name, most=MOST_PIXELS // 10_000))
            kind = str(opened.format)
            opened.load()
            # Turned as the camera says, since the EXIF that says so is not kept.
            upright = ImageOps.exif_transpose(opened)
            clean = _written(upright, kind)
            small = upright.convert("RGB")
            small.thumbnail((THUMBNAIL_PX, THUMBNAIL_PX))
            return Checked(clean, PICTURES[kind][0], upright.size, _written(small, "JPEG"))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Rejected(TOO_MANY_PIXELS.at("/file", name=name, most=MOST_PIXELS // 10_000)) from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError, MemoryError) as error:
        # Pillow's decoders report broken bytes with all of these.
        raise Rejected(BAD_PICTURE.at("/file", name=name)) from error


def _written(picture: Image.Image, kind: str) -> bytes:
    if kind == "JPEG" and picture.mode not in ("RGB", "L", "CMYK"):
        picture = picture.convert("RGB")
    # A fresh picture of the bare pixels: what Pillow keeps in `info` would be written along.
    bare = Image.frombytes(picture.mode, picture.size, picture.tobytes())
    if picture.mode == "P":
        bare.putpalette(picture.getpalette("RGB") or [])
    into = io.BytesIO()
    extra: Mapping[str, Any] = {"quality": 92} if kind in ("JPEG", "WEBP") else {"optimize": False}
    bare.save(into, kind, **extra)
    return into.getvalue()


class FileStore:
    """The bytes of one workspace's files, each content once, in folders named by the start of its hash."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path(self, sha256: str, is_thumbnail: bool = False) -> Path:
        """Return where the bytes of a hash lie."""
        if re.fullmatch(r"[0-9a-f]{64}", sha256) is None:
            raise ValueError("not a content hash")
        return self._folder / sha256[:2] / (sha256 + (".thumb" if is_thumbnail else ""))

    def put(self, checked: Checked) -> str:
        """Keep the bytes, safely on disk, and return their hash. The same content takes no more room."""
        sha256 = hashlib.sha256(checked.body).hexdigest()
        self._write(self.path(sha256), checked.body)
        if checked.thumbnail is not None:
            self._write(self.path(sha256, True), checked.thumbnail)
        return sha256

    def _write(self, path: Path, body: bytes) -> None:
        if path.exists():
            return
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, beside = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, path)


def add(unit: Unit, name: str, body: bytes, most_bytes: int = MOST_BYTES) -> StoredFile:
    """Check and keep an uploaded file; it belongs to nobody until a record's field holds it."""
    return add_checked(unit, name, check(safe_name(name), body, most_bytes))


def add_checked(unit: Unit, name: str, checked: Checked) -> StoredFile:
    """Keep a file that `check` has let through: check it before the unit opens, pictures take their time."""
    sha256 = FileStore(unit.workspace.files).put(checked)
    width, height = checked.size_px or (None, None)
    made = StoredFile(
        new_id(),
        sha256,
        safe_name(name),
        checked.mime,
        len(checked.body),
        width,
        height,
        checked.thumbnail is not None,
    )
    unit.connection.execute(
        FILES.insert().values(
            id=made.file_id,
            sha256=sha256,
            name=made.name,
            mime=made.mime,
            size=made.size,
            width=width,
            height=height,
            has_thumbnail=int(made.has_thumbnail),
            created_at=unit.now_text,
            created_by=unit.cause.by,
        )
    )
    return made


def read(
    unit: Unit,
    visible: ScopedQuery,
    form: str,
    record_id: str,
    field: str,
    file_id: str,
    thumbnail: bool = False,
) -> tuple[StoredFile, bytes]:
    """Return a file's row and bytes for one who sees the record and the field that hold it. NotFound otherwise.

    `visible`: a sealed read of that record with that field among its fields; a masked or hidden field gives nothing.
    """
    records = [record for record in unit.execute(visible) if record.get("id") == record_id]
    held = [f for record in records for f in record.get(field) or () if isinstance(f, Mapping)]
    if not any(f.get("id") == file_id for f in held):
        raise NotFound(NO_FILE.at(""))
    u = FILE_USES.c
    use = (u.file_id == file_id) & (u.form == form) & (u.record_id == record_id) & (u.field == field)
    if unit.connection.execute(select(u.file_id).where(use)).first() is None:
        raise NotFound(NO_FILE.at(""))
    found = stored_file(unit, file_id)
    path = FileStore(unit.workspace.files).path(found.sha256, thumbnail and found.has_thumbnail)
    return found, path.read_bytes()


def stored_file(unit: Unit, file_id: str) -> StoredFile:
    """Return the row of a file. NotFound."""
    found = stored_files(unit, (file_id,))
    if not found:
        raise NotFound(NO_FILE.at(""))
    return found[0]


def stored_files(unit: Unit, file_ids: Iterable[str]) -> list[StoredFile]:
    """Return the rows of those files that exist, in no order."""
    rows = unit.connection.execute(select(FILES).where(FILES.c.id.in_(list(file_ids))))
    return [
        StoredFile(r.id, r.sha256, r.name, r.mime, r.size, r.width, r.height, bool(r.has_thumbnail))
        for r in rows
    ]


def unattachable(unit: Unit, file_ids: Iterable[str], known: Container[str] = ()) -> list[str]:
    """Return which of the files may not be put into a record: those that do not exist or someone else uploaded.

    `known`: files the record holds already. Else one could read a file by guessing its id into a record of one's own.
    """
    wanted = [file_id for file_id in file_ids if file_id not in known]
    c = FILES.c
    mine = select(c.id).where(c.id.in_(wanted), c.created_by == unit.cause.by)
    allowed = set(unit.connection.execute(mine).scalars()) if wanted else set()
    return [file_id for file_id in wanted if file_id not in allowed]
