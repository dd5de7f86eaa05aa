"""What the operators mean. `+ - * /` count a blank as 0 unless every operand is blank; `=` treats blank and ""
alike; `<` and `>` with a blank are false; texts compare without regard to the case of Latin letters, as in Excel.
"""

import operator
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from engine.expressions.function import Closure
from engine.expressions.moments import add_days, local, of_seconds, seconds
from engine.expressions.numbers import ZERO, fifteen
from engine.expressions.problems import BAD_DATE, BAD_NUMBER, BAD_VALUE, DIV0, TOO_LARGE, Failure
from engine.expressions.typed import Typed
from engine.expressions.types import ExprType

MOST_EXPONENT = 1000
_LATIN = {upper: upper + 32 for upper in range(65, 91)}
_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def caseless(text: str) -> str:
    """Return `text` with A to Z made small and all else as it is, as SQL's `lower` does in the C locale."""
    return text.lower() if text.isascii() else text.translate(_LATIN)


def same(a: Any, b: Any) -> bool:
    """Return whether two values of any kind are equal: blank and "" alike, texts caseless."""
    if a is None or a == "":
        return b is None or b == ""
    if b is None or b == "":
        return False
    if isinstance(a, str) and isinstance(b, str):
        return caseless(a) == caseless(b)
    if isinstance(a, bool) is not isinstance(b, bool):
        return False
    if isinstance(a, list | tuple) and isinstance(b, list | tuple):
        return len(a) == len(b) and all(same(x, y) for x, y in zip(a, b, strict=True))
    return bool(a == b)


def comparison(op: str, left_node: Typed, right_node: Typed, left: Closure, right: Closure) -> Closure:
    """Return the closure of `= <> < <= > >=`."""
    kind = left_node.type.name
    if op in ("=", "<>"):
        equal = _equality(kind, left, right)
        return equal if op == "=" else lambda c: not equal(c)
    test = _ORDER[op]
    if kind == "text":
        return _text_order(test, left, right)
    if kind == "any":
        return _any_order(test, left, right)
    if right_node.kind == "lit" and right_node.value is not None and kind == "number":
        return _order_to(test, left, right_node.value)

    def order(c: Any) -> bool:
        a, b = left(c), right(c)
        return a is not None and b is not None and test(a, b)

    return order


def _order_to(test: Callable[[Any, Any], bool], left: Closure, limit: Any) -> Closure:
    def order_to(c: Any) -> bool:
        a = left(c)
        return a is not None and test(a, limit)

    return order_to


def _text_order(test: Callable[[Any, Any], bool], left: Closure, right: Closure) -> Closure:
    def text_order(c: Any) -> bool:
        a, b = left(c), right(c)
        return bool(a) and bool(b) and test(caseless(a), caseless(b))

    return text_order


def _any_order(test: Callable[[Any, Any], bool], left: Closure, right: Closure) -> Closure:
    def any_order(c: Any) -> bool:
        a, b = left(c), right(c)
        if a is None or b is None or a == "" or b == "":
            return False
        try:
            return test(caseless(a), caseless(b)) if isinstance(a, str) and isinstance(b, str) else test(a, b)
        except TypeError:
            raise Failure(BAD_VALUE) from None

    return any_order


def _equality(kind: str, left: Closure, right: Closure) -> Closure:
    if kind in ("number", "bool", "date", "datetime", "time", "duration"):
        return lambda c: left(c) == right(c)
    if kind in ("option", "record"):
        return lambda c: (left(c) or None) == (right(c) or None)
    return lambda c: same(left(c), right(c))


def contains(kind: ExprType, left: Closure, right: Closure) -> Closure:
    """Return the closure of `x IN list`. A blank is in no list."""
    if kind.name in ("text", "any"):
        return lambda c: (
            (item := left(c)) not in (None, "") and any(same(item, one) for one in right(c) or ())
        )
    return lambda c: (item := left(c)) not in (None, "") and item in (right(c) or ())


def within(left: Closure, right: Closure) -> Closure:
    """Return the closure of `moment IN range`; both ends belong to it, an open end has no limit, both open are blank."""

    def inside(c: Any) -> bool:
        value, span = left(c), right(c)
        if value is None or span is None:
            return False
        start, end = span.start, span.end
        if start is None and end is None:
            return False
        if isinstance(value, datetime) and not isinstance(start or end, datetime):
            value = local(value, c.zone).date()
        elif not isinstance(value, datetime) and isinstance(start or end, datetime):
            start, end = (None if e is None else local(e, c.zone).date() for e in (start, end))
        return (start is None or start <= value) and (end is None or value <= end)

    return inside


def arithmetic(node: Typed, left: Closure, right: Closure) -> Closure:
    """Return the closure of `+ - * / ^` for numbers, moments and durations."""
    kinds = (node.args[0].type.name, node.args[1].type.name)
    if node.type.name == "number" and kinds == ("number", "number"):
        known = node.args[1]
        if known.kind == "lit" and known.value and node.value != "^":
            return _by_constant(node.value, left, known.value)
        careful = _NUMBERS[node.value](left, right)
        if node.value in _OF_FIELDS and node.args[0].kind == known.kind == "field":
            return _OF_FIELDS[node.value](node.args[0].value, known.value, careful)
        return careful
    return _moments(node.value, kinds, left, right)


# Two filled-in fields are the common case: a blank or an error value does not add up, and goes the careful way.


def _add_fields(p: tuple[str, ...], q: tuple[str, ...], careful: Closure) -> Closure:
    def add(c: Any) -> Any:
        try:
            return c.value(p) + c.value(q)
        except TypeError:
            return careful(c)

    return add


def _subtract_fields(p: tuple[str, ...], q: tuple[str, ...], careful: Closure) -> Closure:
    def subtract(c: Any) -> Any:
        try:
            return c.value(p) - c.value(q)
        except TypeError:
            return careful(c)

    return subtract


def _multiply_fields(p: tuple[str, ...], q: tuple[str, ...], careful: Closure) -> Closure:
    def multiply(c: Any) -> Any:
        try:
            return c.value(p) * c.value(q)
        except TypeError:
            return careful(c)

    return multiply


_OF_FIELDS = {"+": _add_fields, "-": _subtract_fields, "*": _multiply_fields}


def _by_constant(op: str, left: Closure, b: Decimal) -> Closure:
    """Return `left op b` for a literal other than 0, a blank counting as 0."""

    def add(c: Any) -> Any:
        a = left(c)
        return b if a is None else a + b

    def subtract(c: Any) -> Any:
        a = left(c)
        return -b if a is None else a - b

    def multiply(c: Any) -> Any:
        a = left(c)
        return ZERO if a is None else a * b

    def divide(c: Any) -> Any:
        a = left(c)
        return ZERO if a is None else a / b

    return {"+": add, "-": subtract, "*": multiply, "/": divide}[op]


def _add(left: Closure, right: Closure) -> Closure:
    def add(c: Any) -> Any:
        a, b = left(c), right(c)
        if a is None:
            return b
        return a if b is None else a + b

    return add


def _subtract(left: Closure, right: Closure) -> Closure:
    def subtract(c: Any) -> Any:
        a, b = left(c), right(c)
        if b is None:
            return a
        return -b if a is None else a - b

    return subtract


def _multiply(left: Closure, right: Closure) -> Closure:
    def multiply(c: Any) -> Any:
        a, b = left(c), right(c)
        if a is None or b is None:
            return None if a is b else ZERO
        return a * b

    return multiply


def _divide(left: Closure, right: Closure) -> Closure:
    def divide(c: Any) -> Any:
        a, b = left(c), right(c)
        if a is None and b is None:
            return None
        if not b:
            raise Failure(DIV0)
        return Decimal(a or 0) / b

    return divide


def _raise(left: Closure, right: Closure) -> Closure:
    def to_power(c: Any) -> Any:
        a, b = left(c), right(c)
        return None if a is None and b is None else power(a or ZERO, b or ZERO)

    return to_power


def power(base: Any, exponent: Any) -> Decimal:
    """Return `base` to the power of `exponent`; 0^0 is an error value as in Excel. 15 digits unless a whole power."""
    base, exponent = Decimal(base), Decimal(exponent)
    if abs(exponent) > MOST_EXPONENT:
        raise Failure(TOO_LARGE)
    if not base:
        if exponent <= 0:
            raise Failure(BAD_NUMBER if not exponent else DIV0)
        return ZERO
    if exponent == exponent.to_integral_value():
        if base.adjusted() * int(exponent) > 900:
            raise Failure(TOO_LARGE)
        if exponent >= 0 and base == base.to_integral_value():
            exact = int(base) ** int(exponent) if base.adjusted() * int(exponent) < 30 else None
            if exact is not None:
                return Decimal(exact)
        return fifteen(_wide_power(base, exponent))
    if base < 0:
        raise Failure(BAD_NUMBER)
    return fifteen(_wide_power(base, exponent))


def _wide_power(base: Decimal, exponent: Decimal) -> Decimal:
    from engine.expressions.numbers import WIDE

    return WIDE.power(base, exponent)


_NUMBERS = {"+": _add, "-": _subtract, "*": _multiply, "/": _divide, "^": _raise}


def _moments(op: str, kinds: tuple[str, str], left: Closure, right: Closure) -> Closure:
    combine = _moment_operation(op, kinds)
    blank_is_zero = kinds[1] in ("number", "duration") and op in "+-"

    def operation(c: Any) -> Any:
        a, b = left(c), right(c)
        if a is None or b is None:
            return a if blank_is_zero and a is not None else None
        try:
            return combine(a, b)
        except OverflowError:
            raise Failure(BAD_DATE) from None

    return operation


def _moment_operation(op: str, kinds: tuple[str, str]) -> Callable[[Any, Any], Any]:
    one, other = kinds
    if one == "number" and other in ("date", "datetime"):
        return lambda a, b: add_days(b, a)
    if other == "number" and one in ("date", "datetime"):
        return (add_days) if op == "+" else (lambda a, b: add_days(a, -b))
    if kinds == ("date", "date"):
        return _day_count
    if op in "+-":
        return operator.add if op == "+" else operator.sub
    if op == "*":
        return lambda a, b: of_seconds(_as_number(a) * _as_number(b))
    return _duration_division


def _day_count(a: date, b: date) -> Decimal:
    return Decimal((a - b).days)


def _as_number(value: Any) -> Decimal:
    return seconds(value) if isinstance(value, timedelta) else Decimal(value)


def _duration_division(a: timedelta, b: Any) -> Any:
    if not b:
        raise Failure(DIV0)
    quotient = seconds(a) / _as_number(b)
    return quotient if isinstance(b, timedelta) else of_seconds(quotient)


def _constant(value: Any) -> Closure:
    return lambda values: values[value]


def _direct(op: str, maker: Callable[[Closure, Closure], Closure]) -> Callable[[Any, Any], Any]:
    closure = maker(_constant(0), _constant(1))
    return lambda a, b: closure((a, b))


def _ordered(op: str) -> Callable[[Any, Any], bool]:
    test = _ORDER[op]
    return lambda a, b: a is not None and b is not None and test(a, b)


OPERATIONS: dict[str, Callable[..., Any]] = {
    **{op: _direct(op, maker) for op, maker in _NUMBERS.items()},
    **{op: _ordered(op) for op in _ORDER},
    "=": lambda a, b: a == b,
    "neg": lambda a: None if a is None else -a,
    "number": lambda a: a,
}
"""The operators on numbers as plain functions, for SQLite to call where its own numbers would not be exact."""


def _moment_direct(op: str, kinds: tuple[str, str]) -> Callable[[Any, Any], Any]:
    closure = _moments(op, kinds, _constant(0), _constant(1))
    return lambda a, b: closure((a, b))


_DAYS, _TIMES = ("date", "datetime"), ("number", "duration")
OPERATIONS.update(
    {
        f"{op} {a} {b}": _moment_direct(op, (a, b))
        for op, a, b in (
            *[("-", kind, kind) for kind in _DAYS],
            *[(op, day, count) for op in "+-" for day in _DAYS for count in _TIMES],
            *[("+", count, day) for day in _DAYS for count in _TIMES],
            *[(op, "duration", "duration") for op in "+-/"],
            ("*", "duration", "number"),
            ("*", "number", "duration"),
            ("/", "duration", "number"),
        )
    }
)
