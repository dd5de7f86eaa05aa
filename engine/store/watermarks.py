"""Watermarks on pictures that are looked at: who looks, and when, across the whole picture."""

import io
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

FONT_FOLDERS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), Path("/Library/Fonts"), Path("C:/Windows/Fonts"))  # fmt: skip
CHINESE = (
    "NotoSansCJK",
    "NotoSerifCJK",
    "SourceHanSans",
    "wqy",
    "simhei",
    "msyh",
    "PingFang",
    "DroidSansFallback",
)
"""How files of fonts that write Chinese begin, the best first."""
KINDS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
ANGLE = 25
SHARE = 28
"""The picture's width holds about as many letters."""


def marked(body: bytes, mime: str, words: Sequence[str], folders: Iterable[Path] = ()) -> bytes:
    """Return a picture with words written across it; anything else as it is.

    `words`: the same in several ways, the first that the fonts of this machine can write is taken; the last is ASCII.
    """
    kind = KINDS.get(mime)
    if kind is None:
        return body
    with Image.open(io.BytesIO(body), formats=(kind,)) as opened:
        picture = opened.convert("RGBA")
    size = max(11, picture.width // SHARE)
    font, text = _font_for(words, size, tuple(folders))
    picture.alpha_composite(_pattern(picture.size, text, font, size))
    into = io.BytesIO()
    picture.convert("RGB").save(into, kind, **({"quality": 88} if kind != "PNG" else {}))
    return into.getvalue()


def _font_for(
    words: Sequence[str], size: int, folders: tuple[Path, ...]
) -> tuple[ImageFont.FreeTypeFont | ImageFont.ImageFont, str]:
    path = _chinese(folders)
    if path is not None:
        return ImageFont.truetype(str(path), size), words[0]
    plain = next((one for one in words if one.isascii()), words[-1])
    return ImageFont.load_default(size), plain


@lru_cache(maxsize=8)
def _chinese(folders: tuple[Path, ...]) -> Path | None:
    """Return a font that writes Chinese; fonts of the house's own first."""
    for folder in folders:
        own = sorted(path for path in folder.glob("*") if path.suffix.lower() in (".ttf", ".otf", ".ttc"))
        if own:
            return own[0]
    found = [path for folder in FONT_FOLDERS if folder.is_dir() for path in folder.rglob("*.[to]t[fc]")]
    for name in CHINESE:
        for path in sorted(found):
            if path.name.casefold().startswith(name.casefold()) and "bold" not in path.name.casefold():
                return path
    return None


def _pattern(
    size: tuple[int, int], text: str, font: ImageFont.FreeTypeFont | ImageFont.ImageFont, height: int
) -> Image.Image:
    """Return the words again and again, slanted, light with a dark edge so that they show on any ground."""
    side = int((size[0] ** 2 + size[1] ** 2) ** 0.5) + 2 * height
    sheet = Image.new("RGBA", (side, side), (0, 0, 0, 0))
    pen = ImageDraw.Draw(sheet)
    length = int(pen.textlength(text, font=font)) + 3 * height
    for row, y in enumerate(range(0, side, 5 * height)):
        for x in range(-length if row % 2 else -length // 2, side, length):
            pen.text((x + 1, y + 1), text, font=font, fill=(0, 0, 0, 60))
            pen.text((x, y), text, font=font, fill=(255, 255, 255, 110))
    turned = sheet.rotate(ANGLE, resample=Image.Resampling.BICUBIC)
    left, top = (side - size[0]) // 2, (side - size[1]) // 2
    return turned.crop((left, top, left + size[0], top + size[1]))
