"""Sheets: what a person uploads, read into plain rows whatever the file is called.

The content decides, never the file name: xlsx, xls, xlsb and ods by calamine; everything else must be
text (UTF-8 with or without mark, UTF-16, GB18030) with a sniffed delimiter.
"""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import python_calamine

from engine.problems import Code, Rejected, TooMany

MOST_BYTES = 64 * 1024 * 1024
MOST_UNPACKED_BYTES = 1024 * 1024 * 1024
MOST_ROWS = 300_000
MOST_COLUMNS = 512
MOST_CELL_CHARACTERS = 32_767

EMPTY = Code(
    "import.empty",
    zh="文件里没有数据",
    en="The file holds no data",
    hint_zh="请确认选对了文件，且第一张表里有表头和数据",
    hint_en="Check that this is the right file, with a header row and data",
)
IS_HTML = Code(
    "import.is_html",
    zh="这个文件其实是网页（HTML），不是电子表格",
    en="This file is a web page (HTML), not a spreadsheet",
    hint_zh="用 Excel 或 WPS 打开它，另存为 .xlsx 后再上传",
    hint_en="Open it in Excel or WPS, save it as .xlsx and upload that",
)
NOT_A_SHEET = Code(
    "import.not_a_sheet",
    zh="这个文件不是可以读取的表格：{why}",
    en="This file is not a sheet we can read: {why}",
    hint_zh="请上传 .xlsx 或 .csv 文件",
    hint_en="Upload an .xlsx or .csv file",
)
PROTECTED = Code(
    "import.protected",
    zh="这个表格加了密码，打不开",
    en="This sheet is protected by a password",
    hint_zh="在 Excel 里取消密码后再上传",
    hint_en="Remove the password in Excel and upload it again",
)
TOO_LARGE = Code(
    "import.too_large",
    zh="文件太大：最多 {most} {unit}",
    en="The file is too large: at most {most} {unit}",
    hint_zh="请分成几个文件分别导入",
    hint_en="Split it and import the parts one after another",
)

_HTML = re.compile(rb"<\s*(!doctype\s+html|html|head|body|table|meta|style)\b", re.I)
_TEXT_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f]")


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table of cells. Cells are str, int, float, bool, date, datetime, time, timedelta or None."""

    name: str
    rows: Sequence[Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Book:
    """Everything readable in an uploaded file. `kind` is "sheet" or "text"; `encoding` only for text."""

    kind: str
    sheets: tuple[Sheet, ...]
    encoding: str = ""

    def sheet(self, name: str | None) -> Sheet:
        """Return the sheet called `name`, or the fullest one."""
        for sheet in self.sheets:
            if sheet.name == name:
                return sheet
        return max(self.sheets, key=lambda one: len(one.rows))


def read_book(data: bytes) -> Book:
    """Return the sheets of an uploaded file. Rejected when it is empty, too large, or no sheet at all."""
    if not data.strip(b"\x00 \t\r\n"):
        raise Rejected(EMPTY.at("/file"))
    if len(data) > MOST_BYTES:
        raise TooMany(TOO_LARGE.at("/file", most=MOST_BYTES // 1024 // 1024, unit="MB"))
    if data[:4] == b"PK\x03\x04" or data[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        return _spreadsheet(data)
    head = data[:4096]
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        head = head.decode("utf-16", "replace").encode()
    if _HTML.search(head):
        raise Rejected(IS_HTML.at("/file"))
    return _text(data)


def _spreadsheet(data: bytes) -> Book:
    if data[:2] == b"PK":
        _refuse_bomb(data)
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        sheets = tuple(_sheets(book))
    except python_calamine.PasswordError:
        raise Rejected(PROTECTED.at("/file")) from None
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise Rejected(NOT_A_SHEET.at("/file", why=_first_line(error))) from None
    if not any(sheet.rows for sheet in sheets):
        raise Rejected(EMPTY.at("/file"))
    return Book("sheet", sheets)


def _sheets(book: python_calamine.CalamineWorkbook) -> Iterator[Sheet]:
    for meta in book.sheets_metadata:
        if meta.typ is not python_calamine.SheetTypeEnum.WorkSheet:
            continue
        if meta.visible is not python_calamine.SheetVisibleEnum.Visible:
            continue
        sheet = book.get_sheet_by_name(meta.name)
        if sheet.total_height > MOST_ROWS:
            raise TooMany(TOO_LARGE.at("/file", most=MOST_ROWS, unit="rows"))
        if sheet.total_width > MOST_COLUMNS:
            raise TooMany(TOO_LARGE.at("/file", most=MOST_COLUMNS, unit="columns"))
        rows = sheet.to_python(skip_empty_area=False)
        yield Sheet(meta.name, _trimmed(rows))


def _refuse_bomb(data: bytes) -> None:
    """Unpack each part, counting: what the directory of a zip says about sizes may be a lie."""
    total = 0
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            for info in package.infolist():
                with package.open(info) as part:
                    while block := part.read(1 << 20):
                        total += len(block)
                        if total > MOST_UNPACKED_BYTES:
                            raise TooMany(TOO_LARGE.at("/file", most=MOST_UNPACKED_BYTES >> 20, unit="MB"))
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise Rejected(NOT_A_SHEET.at("/file", why=_first_line(error))) from None
    except zipfile.zlib.error as error:  # type: ignore[attr-defined]  # zipfile re-raises zlib's own error
        raise Rejected(NOT_A_SHEET.at("/file", why=_first_line(error))) from None


def _text(data: bytes) -> Book:
    text, encoding = _decoded(data)
    lines = text.splitlines()[:40]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(lines))
    rows: list[Sequence[str | None]] = []
    try:
        for row in reader:
            if len(rows) >= MOST_ROWS:
                raise TooMany(TOO_LARGE.at("/file", most=MOST_ROWS, unit="rows"))
            if len(row) > MOST_COLUMNS:
                raise TooMany(TOO_LARGE.at("/file", most=MOST_COLUMNS, unit="columns"))
            rows.append([cell or None for cell in row] if "" in row else row)
    except csv.Error as error:
        raise Rejected(NOT_A_SHEET.at(f"/file/{len(rows) + 1}", why=_first_line(error))) from None
    trimmed = _trimmed(rows)
    if not trimmed:
        raise Rejected(EMPTY.at("/file"))
    return Book("text", (Sheet("", trimmed),), encoding)


def _decoded(data: bytes) -> tuple[str, str]:
    """Return the text and the encoding it was in."""
    for text, encoding in _attempts(data):
        if not _TEXT_CONTROLS.search(text):
            return text, encoding
    raise Rejected(NOT_A_SHEET.at("/file", why="not text"))


def _attempts(data: bytes) -> Iterator[tuple[str, str]]:
    if data[:3] == b"\xef\xbb\xbf":
        names: Iterable[str] = ("utf-8-sig",)
    elif data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        names = ("utf-16",)
    elif b"\x00" in data[:200]:
        # UTF-16 without its mark: the zero bytes stand on one side of each Latin letter or comma.
        names = (
            ("utf-16-le", "utf-16-be") if data[1:200:2].count(0) >= data[0:200:2].count(0) else ("utf-16-be",)
        )
    else:
        names = ("utf-8", "gb18030", "big5")
    for name in names:
        try:
            yield data.decode(name), name
        except UnicodeDecodeError:
            continue


def _delimiter(lines: Sequence[str]) -> str:
    """Return the character that cuts the first lines into the same, greatest number of columns."""

    def score(mark: str) -> tuple[int, int]:
        counts = [len(row) for row in csv.reader(lines, delimiter=mark) if row]
        usual = max(set(counts), key=counts.count) if counts else 1
        return (counts.count(usual) if usual > 1 else 0) * 2 + usual, usual

    try:
        return max(",\t;|", key=score)
    except csv.Error:
        return ","


def _trimmed(rows: Sequence[Sequence[Any]]) -> list[Sequence[Any]]:
    """Return the rows without the empty ones at the end; rows in between stay, so numbers match the file."""
    last = len(rows)
    while last and all(cell is None or cell == "" for cell in rows[last - 1]):
        last -= 1
    return list(rows[:last])


def _first_line(error: Exception) -> str:
    return str(error).split("\n")[0][:120] or type(error).__name__
