"""Writes numbers and moments in the forms of Excel's TEXT: 0 # , . % and y m d h s, with texts in quotes."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
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
    return "".join([part if isinstance(part, str) else part(value) for part in _moment_parts(form)])


@lru_cache(maxsize=512)
def _moment_parts(form: str) -> tuple[str | Callable[[datetime], str], ...]:
    """Return the form cut into words as they stand and writers of a moment."""
    parts = _DATE_PART.findall(form)
    lowered = [part.lower() for part in parts]
    hours = _TWELVE if "am/pm" in lowered else _TWENTY_FOUR
    found: list[str | Callable[[datetime], str]] = []
    for at, (part, low) in enumerate(zip(parts, lowered, strict=True)):
        if low in ("m", "mm") and _means_minutes(lowered, at):
            found.append(_MINUTES[low])
        else:
            found.append(hours.get(low) or _MOMENT.get(low) or _words(part))
    return tuple(found)


def _means_minutes(parts: list[str], at: int) -> bool:
    letters = [p for p in parts[:at] if p[0] in "ymdhs"]
    after = [p for p in parts[at + 1 :] if p[0] in "ymdhs"]
    return bool(letters and letters[-1][0] == "h") or bool(after and after[0][0] == "s")


def _words(part: str) -> str:
    if part.startswith('"'):
        return part[1:-1] if len(part) > 1 else ""
    return part[1:] if part.startswith("\\") else part


def _twelve(value: datetime) -> int:
    return (value.hour - 1) % 12 + 1


_Writers = Mapping[str, Callable[[datetime], str]]
_MOMENT: _Writers = {
    "yyyy": lambda v: f"{v.year:04d}", "yy": lambda v: f"{v.year % 100:02d}", "mmmm": lambda v: _MONTH_EN[v.month - 1],
    "mmm": lambda v: _MONTH_EN[v.month - 1][:3], "mm": lambda v: f"{v.month:02d}", "m": lambda v: str(v.month),
    "dddd": lambda v: _WEEK_EN[v.weekday()], "ddd": lambda v: _WEEK_EN[v.weekday()][:3], "dd": lambda v: f"{v.day:02d}",
    "d": lambda v: str(v.day), "ss": lambda v: f"{v.second:02d}", "s": lambda v: str(v.second),
    "aaaa": lambda v: f"星期{_WEEK_ZH[v.weekday()]}", "aaa": lambda v: _WEEK_ZH[v.weekday()],
    "am/pm": lambda v: "AM" if v.hour < 12 else "PM",
}  # fmt: skip
_MINUTES: _Writers = {"mm": lambda v: f"{v.minute:02d}", "m": lambda v: str(v.minute)}
_TWENTY_FOUR: _Writers = {"hh": lambda v: f"{v.hour:02d}", "h": lambda v: str(v.hour)}
_TWELVE: _Writers = {"hh": lambda v: f"{_twelve(v):02d}", "h": lambda v: str(_twelve(v))}


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
