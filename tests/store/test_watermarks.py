"""A watermarked picture is the same picture with words across it."""

import io

import pytest
from PIL import Image, ImageChops

from engine.store.watermarks import marked


def picture(kind: str, size: tuple[int, int] = (400, 300), color: str = "navy") -> bytes:
    into = io.BytesIO()
    Image.new("RGB", size, color).save(into, kind)
    return into.getvalue()


@pytest.mark.parametrize(
    ("kind", "mime"), [("JPEG", "image/jpeg"), ("PNG", "image/png"), ("WEBP", "image/webp")]
)
@pytest.mark.parametrize("color", ["navy", "white", "black"])
def test_words_show_everywhere_on_any_ground(kind: str, mime: str, color: str) -> None:
    plain = picture(kind, color=color)
    with Image.open(
        io.BytesIO(marked(plain, mime, ("张三 2026-03-05 14:30", "zhang 2026-03-05 14:30")))
    ) as made:
        assert (made.format, made.size) == (kind, (400, 300))
        differs = ImageChops.difference(made.convert("RGB"), Image.new("RGB", (400, 300), color)).convert("L")
    for box in ((0, 0, 200, 150), (200, 0, 400, 150), (0, 150, 200, 300), (200, 150, 400, 300)):
        assert differs.crop(box).getextrema()[1] > 25, "a quarter without a word can be cut out"


def test_what_is_no_picture_stays_as_it_is() -> None:
    assert marked(b"%PDF-1.7", "application/pdf", ("a",)) == b"%PDF-1.7"


def test_other_words_make_another_picture() -> None:
    plain = picture("PNG")
    assert marked(plain, "image/png", ("a", "a")) != marked(plain, "image/png", ("b", "b"))
