"""Reading numbers as people and programs write them: exactly, never through a float."""

import re
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any

from engine.problems import Rejected
from engine.text import fold
from engine.values._checks import NOT_A_NUMBER, NUMBER_TOO_LARGE, shown, wrong_type

MOST_INTEGER = 9_007_199_254_740_991
"""The largest whole number that a browser reads exactly."""
_PLAIN = re.compile(r"[+-]?(\d{1,40}(\.\d{0,40})?|\.\d{1,40})([eE][+-]?\d{1,3})?")
_GROUPED = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?")
_UNITS = tuple(Decimal(1).scaleb(-scale) for scale in range(32))
"""The last place kept, by the count of decimals."""
_ROUNDING = Context(prec=80, rounding=ROUND_HALF_UP)


def read_number(raw: Any, path: str) -> Decimal:
    """Return the exact number that JSON `raw` (a number or its text) stands for, or raise Rejected."""
    if type(raw) is int:
        return Decimal(raw) if abs(raw) < 10**40 else _too_large(path)
    if isinstance(raw, Decimal):
        if not raw.is_finite():
            raise Rejected(NOT_A_NUMBER.at(path, given=shown(str(raw))))
        return raw
    if isinstance(raw, float):
        # repr is the shortest decimal that means this double: what was written in the JSON.
        raw = repr(raw)
    if not isinstance(raw, str):
        raise wrong_type("number", path)
    text = fold(raw[:200])
    if len(raw) <= 200 and _GROUPED.fullmatch(text):
        text = text.replace(",", "")
    if len(raw) > 200 or not _PLAIN.fullmatch(text):
        raise Rejected(NOT_A_NUMBER.at(path, given=shown(raw)))
    return Decimal(text)


def fixed(number: Decimal, scale: int, most: Decimal, path: str) -> Decimal:
    """Return `number` rounded half away from zero to `scale` decimals, refused at or above `most`."""
    if number.adjusted() > 30 or not -most < number < most:
        raise Rejected(NUMBER_TOO_LARGE.at(path, most=f"{most:,f}"))
    rounded = number.quantize(_UNITS[scale], context=_ROUNDING)
    if not -most < rounded < most:
        raise Rejected(NUMBER_TOO_LARGE.at(path, most=f"{most:,f}"))
    return rounded if rounded else rounded.copy_abs()


def _too_large(path: str) -> Decimal:
    raise Rejected(NUMBER_TOO_LARGE.at(path, most=f"{10**40:,}"))
