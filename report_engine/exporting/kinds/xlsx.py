"""xlsx (Excel): a sheet a figure, with real numbers and dates, what was asked above, totals below.

Rows go to disk as they are written, so memory does not grow with the table.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import IO, Any

from engine.escaping import cleaned
from engine.text import Words, say
from report_engine.drawing.numbers import NUMERIC
from report_engine.exporting.book import (
    EMPTY,
    SUBTOTALS,
    TOTAL,
    Book,
    Part,
    first_dimension,
    grand,
    subtotals,
)
from report_engine.exporting.cells import FORMATS, Value, midnight, writer
from report_engine.exporting.formats import Format
from report_engine.table import Cell, Column, Table

MOST_ROWS = 1_048_000
LONGEST_NAME = 31
LONGEST_TEXT = 32_767
NARROW, WIDE = 9.0, 42.0
LOOKED_AT = 200
"""Rows that the width of a column is judged by."""
FORBIDDEN = re.compile(r"[\[\]:*?/\\\x00-\x1f\x7f]")
TAKEN = "history"
"""The one name that Excel keeps for itself."""
CONTENTS: Words = {"zh": "目录", "en": "Contents"}
CUT: Words = {
    "zh": "超出一张表的行数上限，其余 {rest} 行未列出",
    "en": "{rest} more lines do not fit into one sheet",
}
SETTINGS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "nan_inf_to_errors": True,
}


def write(book: Book, target: IO[bytes], _fonts: Path | None = None) -> None:
    """Write a book's workbook."""
    # Read with the first sheet written, not at every start.
    import xlsxwriter

    with xlsxwriter.Workbook(target, SETTINGS) as made:
        made.set_properties({"title": cleaned(book.name)[:255], "author": cleaned(book.reader)[:255]})
        styles = _Styles(made)
        names = sheet_names([part.name for part in book.parts], {say(CONTENTS, book.lang)})
        if len(book.parts) > 1:
            _contents(made.add_worksheet(say(CONTENTS, book.lang)), book, names, styles)
        for part, name in zip(book.parts, names, strict=True):
            _Sheet(made.add_worksheet(name), book, part, styles).write()


def sheet_names(names: Sequence[str], taken: set[str]) -> list[str]:
    """Return names that Excel takes: 31 letters, none of its signs, each once whatever its case."""
    used = {one.casefold() for one in taken} | {TAKEN}
    found: list[str] = []
    for name in names:
        base = FORBIDDEN.sub(" ", name).strip(" '") or "report"
        made, n = base[:LONGEST_NAME].strip(" '"), 1
        while made.casefold() in used:
            n += 1
            tail = f" ({n})"
            made = base[: LONGEST_NAME - len(tail)].strip(" '") + tail
        used.add(made.casefold())
        found.append(made)
    return found


class _Styles:
    """The cell formats of a workbook, each made once."""

    def __init__(self, made: Any) -> None:
        self._made = made
        self._known: dict[tuple[str, bool], Any] = {}
        self.title = made.add_format({"bold": True, "font_size": 14})
        self.faint = made.add_format({"font_color": "#5a6468"})
        self.bad = made.add_format({"font_color": "#cf2a36", "text_wrap": True})
        head = {"bold": True, "bg_color": "#e3e8e9", "bottom": 1, "text_wrap": True, "valign": "top"}
        self.head = made.add_format(head)
        self.head_right = made.add_format({**head, "align": "right"})

    def of(self, form: str, *, is_total: bool = False) -> Any:
        """Return the format of a column's cells."""
        key = (FORMATS.get(form, "General"), is_total)
        if key not in self._known:
            bold = {"bold": True, "top": 1} if is_total else {}
            self._known[key] = self._made.add_format({"num_format": key[0], **bold})
        return self._known[key]


def _contents(page: Any, book: Book, names: Sequence[str], styles: _Styles) -> None:
    page.set_column(0, 0, 34)
    page.set_column(1, 1, 60)
    page.write_string(0, 0, _text(book.name), styles.title)
    line = 1
    for heading, words in book.told:
        page.write_string(line, 0, _text(heading), styles.faint)
        page.write_string(line, 1, _text(words), styles.faint)
        line += 1
    page.write_string(line, 0, _text(book.made), styles.faint)
    line += 2
    for part, name in zip(book.parts, names, strict=True):
        place = f"internal:'{name.replace(chr(39), chr(39) * 2)}'!A1"
        page.write_url(line, 0, place, string=_text(part.name))
        said = part.problems[0].message(book.lang) if part.problems else part.text
        page.write_string(line, 1, _text(said), styles.bad if part.problems else styles.faint)
        line += 1


class _Sheet:
    """One sheet: written from top to bottom, as constant memory wants it."""

    def __init__(self, page: Any, book: Book, part: Part, styles: _Styles) -> None:
        self.page, self.book, self.part, self.styles = page, book, part, styles
        self.line = 0

    def write(self) -> None:
        table = self.part.table
        columns = shown(table) if table is not None else []
        if table is not None:
            self._widths(table, columns)
        self._say(self.part.name, self.styles.title)
        for heading, words in self.book.said(self.part):
            self._say(f"{heading}: {words}" if heading else words, self.styles.faint)
        for problem in self.part.problems:
            self._say(f"{problem.message(self.book.lang)} {problem.hint(self.book.lang)}", self.styles.bad)
        if self.part.text:
            self._say(self.part.text, None)
        self.line += 1
        if table is not None:
            self._table(table, columns)

    def _say(self, text: str, style: Any) -> None:
        self.page.write_string(self.line, 0, _text(text), style)
        self.line += 1

    def _widths(self, table: Table, columns: Sequence[Column]) -> None:
        for at, one in enumerate(columns):
            write_cell = self._writer(one, table)
            place = table.at(one.key)
            seen = [_wide(write_cell(row[place]), one.format) for row in table.rows[:LOOKED_AT]]
            name = _wide(say(one.name, self.book.lang), "text")
            self.page.set_column(at, at, min(WIDE, max(NARROW, name + 2, *(seen or [0.0])) + 1))

    def _writer(self, one: Column, table: Table) -> Callable[[Cell], Value]:
        return writer(one, table, self.book.lang, self.book.zone)

    def _table(self, table: Table, columns: Sequence[Column]) -> None:
        for at, one in enumerate(columns):
            style = self.styles.head_right if one.format in NUMERIC else self.styles.head
            self.page.write_string(self.line, at, _text(say(one.name, self.book.lang)), style)
        head = self.line
        self.page.freeze_panes(head + 1, 0)
        self.page.repeat_rows(head)
        self.line += 1
        most = MOST_ROWS - self.line
        self._rows(table, columns, table.rows[:most])
        if columns and table.rows:
            self.page.autofilter(head, 0, self.line - 1, len(columns) - 1)
        if not table.rows:
            self._say(say(EMPTY, self.book.lang), self.styles.faint)
        if len(table.rows) > most:
            rest = say(CUT, self.book.lang).format(rest=len(table.rows) - most)
            self._say(rest, self.styles.bad)
        self._rows(table, columns, grand(table), total=TOTAL)
        below = subtotals(table)
        if below:
            self.line += 1
            self._say(say(SUBTOTALS, self.book.lang), self.styles.faint)
            self._rows(table, columns, below, total={"zh": "", "en": ""})

    def _rows(
        self,
        table: Table,
        columns: Sequence[Column],
        rows: Sequence[Sequence[Cell]],
        total: Mapping[str, str] | None = None,
    ) -> None:
        is_total = total is not None
        first = first_dimension(columns)
        columned = [
            (
                table.at(one.key),
                self._writer(one, table),
                self.styles.of(one.format, is_total=is_total),
                one.role == "dimension",
            )
            for one in columns
        ]
        for row in rows:
            for at, (place, write_cell, style, is_group) in enumerate(columned):
                if is_total and is_group and row[place] is None:
                    value: Value = say(total, self.book.lang) if at == first and total else None
                else:
                    value = write_cell(row[place])
                self._cell(at, value, style)
            self.line += 1

    def _cell(self, at: int, value: Value, style: Any) -> None:
        if value is None:
            return
        if isinstance(value, str):
            # Always a string cell: a spreadsheet program never runs those.
            self.page.write_string(self.line, at, _text(value), style)
        elif isinstance(value, date):
            self.page.write_datetime(self.line, at, midnight(value), style)
        elif isinstance(value, bool):
            self.page.write_boolean(self.line, at, value, style)
        else:
            self.page.write_number(self.line, at, value, style)


def shown(table: Table) -> list[Column]:
    """Return the columns worth a place in a sheet: all but flags that never fly, and what only the machine calls a record."""
    return [
        one
        for at, one in enumerate(table.columns)
        if not (one.key == "id" and one.form is not None)
        and (one.role != "mark" or any(row[at] not in (None, False) for row in table.rows))
    ]


def _text(text: str) -> str:
    return cleaned(text)[:LONGEST_TEXT]


def _wide(value: Value, form: str) -> float:
    if value is None:
        return 0.0
    if isinstance(value, date):
        return 16.0 if form in ("datetime", "hour") else 11.0
    if isinstance(value, int | float) and not isinstance(value, bool):
        return len(f"{value:,.2f}" if form == "money" else f"{value:,.0f}") + 1.0
    return sum(2.0 if ord(letter) > 0x2E7F else 1.0 for letter in str(value)[:60])


FORMAT = Format(
    "xlsx",
    "Excel 表格",
    "Excel",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    write,
    lambda _book: "xlsx",
)
