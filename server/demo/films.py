"""Pictures as the demo's devices would take them: drawings, plainly marked as such, of arches and single teeth."""

import math
from io import BytesIO

from PIL import Image, ImageDraw, ImageFilter

DARK, GUM, BONE, TOOTH, PULP = 18, 60, 92, 190, 120
MARK = "DEMO"


def films() -> dict[str, tuple[str, bytes]]:
    """Return file name and content by the kind of image."""
    return {
        "panoramic": ("panoramic.png", _png(_panoramic())),
        "periapical": ("periapical.png", _png(_periapical())),
        "cbct": ("cbct.png", _png(_slice())),
        "intra_oral_scan": ("intra-oral-scan.png", _png(_scan())),
    }


def _png(picture: Image.Image) -> bytes:
    ImageDraw.Draw(picture).text((8, 6), MARK, fill=200)
    out = BytesIO()
    picture.save(out, "PNG", optimize=True)
    return out.getvalue()


def _tooth(pen: ImageDraw.ImageDraw, x: float, y: float, width: float, up: int, length: float) -> None:
    """Draw a crown at (x, y) and its root, upwards (-1) or downwards (1)."""
    half = width / 2
    crown = length * 0.4
    pen.rounded_rectangle(
        (x - half, min(y, y + up * crown), x + half, max(y, y + up * crown)), width * 0.25, fill=TOOTH
    )
    tip = y + up * length
    root = [(x - half * 0.85, y + up * crown * 0.8), (x + half * 0.85, y + up * crown * 0.8)]
    pen.polygon([*root, (x + half * 0.25, tip), (x - half * 0.25, tip)], fill=TOOTH - 25)
    pen.line(
        (x, y + up * crown * 0.4, x, tip - up * length * 0.1), fill=PULP, width=max(1, int(width * 0.14))
    )


def _panoramic() -> Image.Image:
    width, height = 720, 360
    film = Image.new("L", (width, height), DARK)
    pen = ImageDraw.Draw(film)
    pen.ellipse((60, 60, width - 60, height + 20), fill=GUM)
    pen.ellipse((110, 96, width - 110, height - 40), fill=BONE)
    for place in range(16):
        turn = (place - 7.5) / 7.5
        x = width / 2 + turn * 235
        size = 30 if abs(turn) > 0.5 else 24
        bend = 26 * turn * turn
        _tooth(pen, x, 176 - bend, size, -1, 74)
        _tooth(pen, x, 188 - bend, size - 2, 1, 72)
    return film.filter(ImageFilter.GaussianBlur(1.6))


def _periapical() -> Image.Image:
    film = Image.new("L", (300, 400), DARK)
    pen = ImageDraw.Draw(film)
    pen.rectangle((0, 170, 300, 400), fill=BONE)
    for place, x in enumerate((50, 150, 250)):
        _tooth(pen, x, 70, 84, 1, 260 - 12 * (place % 2))
    return film.filter(ImageFilter.GaussianBlur(2))


def _slice() -> Image.Image:
    film = Image.new("L", (400, 400), 8)
    pen = ImageDraw.Draw(film)
    pen.ellipse((50, 30, 350, 390), fill=GUM - 20)
    pen.arc((95, 70, 305, 360), 180, 360, fill=BONE + 30, width=46)
    for place in range(14):
        turn = math.pi * (1 + (place + 0.5) / 14)
        x, y = 200 + 82 * math.cos(turn), 215 + 122 * math.sin(turn)
        pen.ellipse((x - 11, y - 11, x + 11, y + 11), fill=TOOTH)
        pen.ellipse((x - 3, y - 3, x + 3, y + 3), fill=PULP)
    return film.filter(ImageFilter.GaussianBlur(1.2))


def _scan() -> Image.Image:
    film = Image.new("L", (420, 320), 236)
    pen = ImageDraw.Draw(film)
    pen.arc((70, 50, 350, 430), 180, 360, fill=176, width=64)
    for place in range(14):
        turn = math.pi * (1 + (place + 0.5) / 14)
        x, y = 210 + 112 * math.cos(turn), 240 + 160 * math.sin(turn)
        size = 20 if abs(place - 6.5) > 3 else 15
        pen.ellipse((x - size, y - size, x + size, y + size), fill=214, outline=150, width=2)
    return film.filter(ImageFilter.GaussianBlur(0.8))


__all__ = ["films"]
