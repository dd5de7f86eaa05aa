"""CSV (逗号分隔文本): the rows of a report; of a dashboard a zip with a file a figure. UTF-8 with a mark, so that Excel reads Chinese."""

import csv
import io
import zipfile
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import IO

from engine.escaping import guarded
from engine.text import say
from report_engine.exporting.book import TOTAL, Book, Part, first_dimension, grand
from report_engine.exporting.cells import plain, writer
from report_engine.exporting.formats import Format
from report_engine.exporting.kinds.xlsx import sheet_names, shown
from report_engine.table import Cell, Column, Table

MARK = b"\xef\xbb\xbf"
"""Without it Excel takes UTF-8 for the machine's old code page."""


def write(book: Book, target: IO[bytes], _fonts: Path | None = None) -> None:
    """Write the rows of a report, or a zip of them."""
    if len(book.parts) == 1:
        _part(book, book.parts[0], target)
        return
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        names = sheet_names([part.name for part in book.parts], set())
        for part, name in zip(book.parts, names, strict=True):
            with packed.open(f"{name}.csv", "w") as one:
                _part(book, part, one)


def _part(book: Book, part: Part, target: IO[bytes]) -> None:
    target.write(MARK)
    text = io.TextIOWrapper(target, encoding="utf-8", newline="", write_through=True)
    lines = csv.writer(text)
    table = part.table
    if table is None:
        lines.writerows([guarded(one.message(book.lang))] for one in part.problems)
        if part.text:
            lines.writerow([guarded(part.text)])
    else:
        columns = shown(table)
        lines.writerow([guarded(say(one.name, book.lang)) for one in columns])
        read = [(table.at(one.key), _reader(book, table, one)) for one in columns]
        for row in table.rows:
            lines.writerow([write_cell(row[place]) for place, write_cell in read])
        for row in grand(table):
            lines.writerow(_total(book, columns, [write_cell(row[place]) for place, write_cell in read]))
    text.flush()
    text.detach()


def _total(book: Book, columns: Sequence[Column], line: list[object]) -> list[object]:
    first = first_dimension(columns)
    words = {
        at: say(TOTAL, book.lang) if at == first else ""
        for at, one in enumerate(columns)
        if one.role == "dimension"
    }
    return [words.get(at, value) for at, value in enumerate(line)]


def _reader(book: Book, table: Table, column: Column) -> Callable[[Cell], object]:
    write_cell = writer(column, table, book.lang, book.zone)

    def read(cell: Cell) -> object:
        if (
            isinstance(cell, Decimal)
            and cell.is_finite()
            and column.role != "dimension"
            and column.format != "duration"
        ):
            # Exact where the table is exact: a float's own digits would not be.
            return f"{cell:f}"
        value = plain(write_cell(cell))
        return guarded(value) if isinstance(value, str) else value

    return read


FORMAT = Format(
    "csv",
    "CSV 文本",
    "CSV",
    "text/csv; charset=utf-8",
    write,
    lambda book: "csv" if len(book.parts) == 1 else "zip",
)
