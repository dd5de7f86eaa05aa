"""Conditions written as text, as Excel's SUMIF takes them: ">5", "<>a", "张*", or a plain value."""

import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from engine.expressions.operators import caseless, same

_SIGN = re.compile(r"(<=|>=|<>|=|<|>)(.*)", re.DOTALL)
_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


def matcher(condition: Any) -> Callable[[Any], bool]:
    """Return the test that a condition stands for; without a sign it tests for equality."""
    if not isinstance(condition, str):
        return lambda value: same(value, condition)
    return _text_matcher(condition)


@lru_cache(maxsize=1024)
def _text_matcher(condition: str) -> Callable[[Any], bool]:
    found = _SIGN.fullmatch(condition)
    sign, wanted = (found[1], found[2]) if found else ("=", condition)
    if sign in _ORDER:
        test = _ORDER[sign]

        def ordered(value: Any) -> bool:
            limit = _like(wanted, value)
            return (
                value is not None
                and value != ""
                and limit is not None
                and test(_folded(value), _folded(limit))
            )

        return ordered
    equal = _equals(wanted)
    return equal if sign == "=" else lambda value: not equal(value)


def _equals(wanted: str) -> Callable[[Any], bool]:
    parts = _wildcards(wanted)

    def equal(value: Any) -> bool:
        if isinstance(value, str):
            return _fits(caseless(value), parts)
        if value is None:
            return wanted == ""
        read = _like(wanted, value)
        return read is not None and bool(value == read)

    return equal


def _folded(value: Any) -> Any:
    return caseless(value) if isinstance(value, str) else value


def _like(text: str, value: Any) -> Any:
    """Return `text` read as the kind of `value`; None where it cannot be."""
    try:
        if isinstance(value, bool):
            return {"true": True, "false": False}.get(text.lower())
        if isinstance(value, Decimal | int):
            return Decimal(text)
        if isinstance(value, datetime):
            return None
        return date.fromisoformat(text) if isinstance(value, date) else text
    except (ValueError, InvalidOperation):
        return None


def _wildcards(wanted: str) -> list[str]:
    """Return the pattern as single characters; "\\0*" any text, "\\0?" any one character; ~ keeps a mark."""
    parts, at = [], 0
    while at < len(wanted):
        char = wanted[at]
        if char == "~" and wanted[at + 1 : at + 2] in ("*", "?", "~") and at + 1 < len(wanted):
            at += 1
            parts.append(wanted[at])
        else:
            parts.append("\0" + char if char in "*?" else caseless(char))
        at += 1
    return parts


def _fits(text: str, parts: list[str]) -> bool:
    """Return whether the text fits the pattern; greedy with one step back, so never slower than their product."""
    at = place = 0
    star, marked = -1, 0
    while at < len(text):
        if place < len(parts) and (parts[place] == "\0?" or parts[place] == text[at]):
            at, place = at + 1, place + 1
        elif place < len(parts) and parts[place] == "\0*":
            star, marked = place, at
            place += 1
        elif star >= 0:
            marked += 1
            at, place = marked, star + 1
        else:
            return False
    return all(part == "\0*" for part in parts[place:])
