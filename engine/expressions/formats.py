"""Writes numbers and moments in the forms of Excel's TEXT: 0 # , . % and y m d h s, with texts in quotes."""

import re
from datetime import date, datetime, time
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from engine.expressions.moments import local
from engine.expressions.problems import BAD_VALUE, Failure

_DATE_PART = re.compile(
    r'yyyy|yy|mmmm|mmm|mm|m|dddd|ddd|dd|d|hh|h|ss|s|aaaa|aaa|am/pm|"[^"]*"|\\.|.', re.IGNORECASE | re.DOTALL
)
_WEEK_ZH = "一二三四五六日"
_WEEK_EN = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTH_EN = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
             "December")  # fmt: skip


def format_value(value: Any, form: str, zone: str) -> str:
    """Return the value written in `form`; a form that does not fit the value is an error value."""
    if len(form) > 200:
        raise Failure(BAD_VALUE)
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, Decimal | int):
        return format_number(Decimal(value), form)
    if isinstance(value, datetime):
        return format_moment(local(value, zone), form)
    if isinstance(value, date):
        return format_moment(datetime.combine(value, time()), form)  # a form needs no zone
    if isinstance(value, time):
        return format_moment(datetime.combine(date(2000, 1, 1), value), form)
    if isinstance(value, str):
        return form.replace("@", value) if "@" in form else value
    raise Failure(BAD_VALUE)


def format_moment(value: datetime, form: str) -> str:
    """Return a local moment written in `form`. `m` after `h` or before `s` means minutes."""
    parts = _DATE_PART.findall(form)
    lowered = [part.lower() for part in parts]
    twelve = "am/pm" in lowered
    shown = []
    for at, part in enumerate(parts):
        if lowered[at] in ("m", "mm") and _means_minutes(lowered, at):
            shown.append(f"{value.minute:02d}" if lowered[at] == "mm" else str(value.minute))
        else:
            shown.append(_moment_part(value, lowered[at], part, twelve))
    return "".join(shown)


def _means_minutes(parts: list[str], at: int) -> bool:
    letters = [p for p in parts[:at] if p[0] in "ymdhs"]
    after = [p for p in parts[at + 1 :] if p[0] in "ymdhs"]
    return bool(letters and letters[-1][0] == "h") or bool(after and after[0][0] == "s")


def _moment_part(value: datetime, low: str, part: str, twelve: bool) -> str:
    hour = (value.hour - 1) % 12 + 1 if twelve else value.hour
    known = {
        "yyyy": f"{value.year:04d}", "yy": f"{value.year % 100:02d}", "mmmm": _MONTH_EN[value.month - 1],
        "mmm": _MONTH_EN[value.month - 1][:3], "mm": f"{value.month:02d}", "m": str(value.month), "dddd": _WEEK_EN[value.weekday()],
        "ddd": _WEEK_EN[value.weekday()][:3], "dd": f"{value.day:02d}", "d": str(value.day), "hh": f"{hour:02d}", "h": str(hour),
        "ss": f"{value.second:02d}", "s": str(value.second), "aaaa": f"星期{_WEEK_ZH[value.weekday()]}",
        "aaa": _WEEK_ZH[value.weekday()], "am/pm": "AM" if value.hour < 12 else "PM",
    }  # fmt: skip
    if low in known:
        return known[low]
    if part.startswith('"'):
        return part[1:-1] if len(part) > 1 else ""
    return part[1:] if part.startswith("\\") else part


_NUMBER_PART = re.compile(r'"[^"]*"|\\.|[#0][#0,]*(?:\.[#0]*)?|\.[#0]+|[^#0]', re.DOTALL)


def format_number(value: Decimal, form: str) -> str:
    """Return a number written in `form`; `;` parts the form for negative numbers and zero."""
    sections = form.split(";")
    if value < 0 and len(sections) > 1:
        return _number_section(-value, sections[1])
    if value == 0 and len(sections) > 2:
        return _number_section(value, sections[2])
    sign = "-" if value < 0 else ""
    return _number_section(abs(value), sections[0], sign)


def _number_section(value: Decimal, form: str, sign: str = "") -> str:
    parts = _NUMBER_PART.findall(form)
    scaled = value * 100 ** sum(1 for part in parts if part == "%")
    shown, placed = [], False
    for part in parts:
        if part[0] in "#0" or (part[0] == "." and len(part) > 1):
            digits = "" if placed else _digits(scaled, part)
            shown.append((sign if not placed and digits.strip("0.,") else "") + digits)
            placed = True
        elif part.startswith('"'):
            shown.append(part[1:-1])
        else:
            shown.append(part[1:] if part.startswith("\\") else part)
    return "".join(shown)


def _digits(value: Decimal, pattern: str) -> str:
    whole, _, fraction = pattern.partition(".")
    rounded = value.quantize(Decimal(1).scaleb(-len(fraction)), rounding=ROUND_HALF_UP)
    left, _, right = f"{rounded:f}".partition(".")
    least = whole.count("0")
    left = left.lstrip("0").rjust(least, "0") if least else left.lstrip("0")
    if "," in whole and left:
        left = f"{int(left):,}".rjust(least) if len(left) == len(str(int(left))) else left
    while (
        right
        and len(right) > fraction.count("0")
        and right.endswith("0")
        and fraction[len(right) - 1 : len(right)] == "#"
    ):
        right = right[:-1]
    return left + ("." + right if right else "")
