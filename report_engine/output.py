"""A table as JSON, as lines of text, as a sheet: what leaves the house of it."""

import csv
import io
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from engine.problems import Problem
from engine.text import say
from report_engine.table import Cell, Column, Table

BLANK = {"zh": "未填写", "en": "(blank)"}
RISKY = ("=", "+", "-", "@", "\t", "\r")
SHEET_FORMATS: Mapping[str, str] = {
    "money": "#,##0.00",
    "integer": "#,##0",
    "number": "#,##0.######",
    "percent": "0.0%",
    "points": "+0.0%;-0.0%",
    "date": "yyyy-mm-dd",
    "day": "yyyy-mm-dd",
    "week": "yyyy-mm-dd",
    "xun": "yyyy-mm-dd",
    "month": "yyyy-mm",
    "quarter": "yyyy-mm",
    "half": "yyyy-mm",
    "year": "yyyy",
    "datetime": "yyyy-mm-dd hh:mm",
    "hour": "yyyy-mm-dd hh:00",
}


def to_json(table: Table) -> dict[str, Any]:
    """Return a table as JSON: numbers exact as text where they are decimals, dates ISO."""
    return {
        "columns": [_column(one) for one in table.columns],
        "rows": [[plain(cell) for cell in row] for row in table.rows],
        "totals": [
            {"by": list(total.by), "rows": [[plain(cell) for cell in row] for row in total.rows]}
            for total in table.totals
        ],
        "labels": {form: dict(titles) for form, titles in table.labels.items()},
        "as_of": table.as_of.isoformat() if table.as_of else None,
        "row_count": len(table.rows),
        "warnings": [one.to_json() if isinstance(one, Problem) else one for one in table.warnings],
        "notes": {key: _noted(value) for key, value in table.notes.items()},
    }


def _column(one: Column) -> dict[str, Any]:
    made: dict[str, Any] = {"key": one.key, "name": dict(one.name), "role": one.role, "format": one.format}
    for name, value in (("good", one.good), ("of", one.of), ("form", one.form)):
        if value is not None:
            made[name] = value
    if one.labels:
        made["labels"] = {key: dict(words) for key, words in one.labels.items()}
    if not one.adds_up:
        made["adds_up"] = False
    return made


def plain(cell: Any) -> Any:
    """Return a value as JSON carries it."""
    if isinstance(cell, Decimal):
        return f"{cell:f}"
    return cell.isoformat() if isinstance(cell, date | datetime) else cell


def _noted(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _noted(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_noted(one) for one in value]
    return plain(value)


def shown(cell: Cell, column: Column, table: Table, lang: str) -> Any:
    """Return a value in words where it has any: option, title of a record, 未填写; else the value itself."""
    if column.role != "dimension":
        return cell
    if cell is None:
        return BLANK[lang]
    words = column.labels.get(str(cell))
    if words is not None:
        return say(words, lang)
    if column.form is not None:
        return table.labels.get(column.form, {}).get(str(cell), str(cell))
    return cell


def to_csv(table: Table, lang: str) -> bytes:
    """Return a table as CSV that Excel opens rightly: UTF-8 with a mark, no cell that would run as a formula."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([say(column.name, lang) for column in table.columns])
    for row in table.rows:
        cells = (shown(cell, column, table, lang) for cell, column in zip(row, table.columns, strict=True))
        writer.writerow(["" if cell is None else _safe(plain(cell)) for cell in cells])
    return ("\ufeff" + out.getvalue()).encode()


def _safe(cell: Any) -> Any:
    is_number = isinstance(cell, str) and cell.lstrip("-").replace(".", "", 1).isdigit()
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(RISKY) and not is_number else cell


def to_xlsx(table: Table, lang: str, title: str = "") -> bytes:
    """Return a table as a sheet with real numbers and dates, its totals below."""
    import xlsxwriter

    out = io.BytesIO()
    settings = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, settings) as book:
        sheet = book.add_worksheet()
        bold = book.add_format({"bold": True})
        formats = {
            column.key: book.add_format({"num_format": SHEET_FORMATS.get(column.format, "General")})
            for column in table.columns
        }
        sheet.set_column(0, max(0, len(table.columns) - 1), 16)
        sheet.freeze_panes(1, 0)
        for at, column in enumerate(table.columns):
            sheet.write_string(0, at, say(column.name, lang), bold)
        totals = [row for total in table.totals if not total.by for row in total.rows]
        for line, row in enumerate((*table.rows, *totals), start=1):
            for at, (cell, column) in enumerate(zip(row, table.columns, strict=True)):
                value = shown(cell, column, table, lang) if line <= len(table.rows) else cell
                _write(sheet, line, at, value, formats[column.key])
        if title:
            book.set_properties({"title": title})
    return out.getvalue()


def _write(sheet: Any, line: int, at: int, cell: Any, format_: Any) -> None:
    if cell is None:
        return
    if isinstance(cell, bool):
        sheet.write_boolean(line, at, cell)
    elif isinstance(cell, int | Decimal | float):
        sheet.write_number(line, at, cell, format_)
    elif isinstance(cell, datetime):
        sheet.write_datetime(line, at, cell.replace(tzinfo=None), format_)
    elif isinstance(cell, date):
        sheet.write_datetime(line, at, datetime(cell.year, cell.month, cell.day), format_)  # noqa: DTZ001 - a day has no zone
    else:
        sheet.write_string(line, at, str(cell))
