"""Cells as spreadsheets hold them: words for groups, exact numbers, days and instants in the reader's zone."""

import math
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from engine.text import say
from report_engine.drawing.numbers import CLOCK, FISCAL, full, moment
from report_engine.output import BLANK
from report_engine.table import Cell, Column, Table

DAY_S = 86_400
LARGEST = 10**15
"""A spreadsheet's numbers hold fifteen digits exactly."""
FIRST_DAY = date(1900, 3, 1)
"""Spreadsheets disagree about the days before."""
DAYS = frozenset({"date", "day", "week", "xun", "month", "quarter", "half", "year"})
FORMATS: Mapping[str, str] = {
    "money": "#,##0.00",
    "integer": "#,##0",
    "number": "#,##0.######",
    "percent": "0.0%",
    "points": "+0.0%;-0.0%;0.0%",
    "duration": "[h]:mm:ss",
    "date": "yyyy-mm-dd",
    "day": "yyyy-mm-dd",
    "week": "yyyy-mm-dd",
    "xun": "yyyy-mm-dd",
    "month": "yyyy-mm",
    "year": "yyyy",
    "datetime": "yyyy-mm-dd hh:mm",
    "hour": "yyyy-mm-dd hh:00",
}
"""Number formats by the format of a column."""
Value = str | int | float | bool | date | datetime | None


def writer(column: Column, table: Table, lang: str, zone: str) -> Callable[[Cell], Value]:
    """Return what makes a spreadsheet's value of a column's cells."""
    local = ZoneInfo(zone)

    def written(cell: Cell) -> Value:
        if column.role == "dimension":
            found = _group(cell, column, table, lang)
            if found is not None:
                return found
        if cell is None or isinstance(cell, bool):
            return None if cell is None else _yes(cell, lang)
        if isinstance(cell, int | float | Decimal):
            return _number(cell, column.format)
        if column.format in DAYS or column.format in ("datetime", "hour"):
            cell = moment(cell) or cell
        if isinstance(cell, datetime):
            return _dated(cell.astimezone(local).replace(tzinfo=None) if cell.tzinfo else cell)
        return _dated(cell) if isinstance(cell, date) else str(cell)

    return written


def _group(cell: Cell, column: Column, table: Table, lang: str) -> Value:
    """Return the words of a group; None where its value speaks for itself."""
    if cell is None or cell == "":
        return BLANK[lang]
    words = column.labels.get(str(cell))
    if words is not None:
        return say(words, lang)
    if column.form is not None:
        return table.labels.get(column.form, {}).get(str(cell), str(cell))
    if column.format in CLOCK or column.format in ("quarter", "half", *FISCAL):
        return full(cell, column.format, lang)
    return None


def _yes(cell: bool, lang: str) -> str:
    return full(cell, "text", lang)


def _number(cell: float | Decimal, form: str) -> Value:
    if isinstance(cell, float) and not math.isfinite(cell):
        return None
    if isinstance(cell, Decimal) and not cell.is_finite():
        return None
    if form == "duration":
        return float(cell) / DAY_S
    if not -LARGEST < cell < LARGEST:
        return f"{cell:f}" if isinstance(cell, Decimal) else str(cell)
    return float(cell) if isinstance(cell, Decimal) else cell


def _dated(cell: date) -> Value:
    day = cell.date() if isinstance(cell, datetime) else cell
    return cell if day >= FIRST_DAY else cell.isoformat()


def plain(value: Value) -> Any:
    """Return a value as a line of text holds it."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    return value.isoformat() if isinstance(value, date) else value


def midnight(day: date) -> datetime:
    """Return a day as an instant without a zone, which is all a spreadsheet knows."""
    return day if isinstance(day, datetime) else datetime.combine(day, time())
