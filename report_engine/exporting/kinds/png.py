"""PNG (图片): one picture of everything, to be put into a chat."""

from pathlib import Path
from typing import IO

from report_engine.exporting.book import Book
from report_engine.exporting.formats import Format
from report_engine.exporting.pages import compiled


def write(book: Book, target: IO[bytes], fonts: Path | None = None) -> None:
    """Write the picture."""
    target.write(compiled(book, "png", fonts))


FORMAT = Format("png", "图片", "Picture", "image/png", write, lambda _book: "png")
