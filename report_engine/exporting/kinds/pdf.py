"""PDF (A4): the charts' own drawings and tables, with what was asked, page numbers, who had it made."""

from pathlib import Path
from typing import IO

from report_engine.exporting.book import Book
from report_engine.exporting.formats import Format
from report_engine.exporting.pages import compiled


def write(book: Book, target: IO[bytes], fonts: Path | None = None) -> None:
    """Write the pages."""
    target.write(compiled(book, "pdf", fonts))


FORMAT = Format("pdf", "PDF 文件", "PDF", "application/pdf", write, lambda _book: "pdf")
