"""Runs checked formulas: every part becomes a closure once; running is calling them.

A failed operation raises `Failure` on its way up; `evaluate` turns it into an `ErrorValue`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal, DecimalException, DivisionByZero, InvalidOperation, getcontext, setcontext
from typing import Any, Protocol

from engine.expressions.function import Closure
from engine.expressions.moments import instant, local, placed, seconds, text_of
from engine.expressions.numbers import EXACT, ONE, ZERO, exact
from engine.expressions.operators import arithmetic, comparison, contains, within
from engine.expressions.problems import (
    BAD_DATE,
    BAD_NUMBER,
    BAD_VALUE,
    DIV0,
    TOO_LARGE,
    ErrorValue,
    Failure,
)
from engine.expressions.rows import each_closure
from engine.expressions.typed import Checked, Typed, fold

MOST_TEXT = 65_536
_MIDNIGHT = time()


class Lookups(Protocol):
    """Host calls of formulas that look beyond the record. Whoever hands it in sees to permissions."""

    def lookup(self, form: str, key: Any, field: str) -> Any: ...

    def query(self, form: str, by: str, key: Any, field: str, aggregate: str) -> Any: ...

    def is_holiday(self, day: date) -> bool | None:
        """None: not known here, use the national calendar."""


class Context(Protocol):
    """What a formula runs against."""

    now: datetime
    today: date
    zone: str
    actor: Mapping[str, Any]
    record: Mapping[str, Any]
    data: Lookups | None

    def value(self, path: tuple[str, ...]) -> Any: ...


def evaluate(checked: Checked, context: Any) -> Any:
    """Return the formula's value: None is blank, an `ErrorValue` a failed operation. Never raises on data."""
    before = getcontext()
    if before is not EXACT:
        setcontext(EXACT)
    try:
        return checked.run(context)
    except Failure as failure:
        return failure.value
    except ArithmeticError as error:
        return arithmetic_failure(error).value
    finally:
        if before is not EXACT:
            setcontext(before)


def holds(checked: Checked, context: Any) -> bool:
    """Return whether a condition is true; blank and error values are not."""
    return evaluate(checked, context) is True


class Conditions:
    """Conditions that are asked of one context together: for each what `holds` tells, without its way there."""

    __slots__ = ("_runs",)

    def __init__(self, conditions: Iterable[Checked]) -> None:
        self._runs = tuple(one.run for one in conditions)

    def held(self, context: Any) -> list[bool]:
        """Return of each in turn whether it is true; blank and error values are not."""
        found: list[bool] = []
        with exact():
            for run in self._runs:
                try:
                    found.append(run(context) is True)
                except (Failure, ArithmeticError):
                    found.append(False)
        return found


def arithmetic_failure(error: ArithmeticError) -> Failure:
    """Return the error value of what the number machinery raised."""
    if isinstance(error, DivisionByZero | ZeroDivisionError):
        return Failure(DIV0)
    if isinstance(error, InvalidOperation):
        return Failure(BAD_NUMBER)
    return Failure(TOO_LARGE if isinstance(error, DecimalException) else BAD_DATE)


def compile_typed(root: Typed) -> Closure:
    """Return the closure of a typed tree, built from the leaves up."""
    return fold(root, _closure)


def _closure(node: Typed, args: Sequence[Closure]) -> Closure:
    match node.kind:
        case "lit":
            return _literal(node)
        case "field":
            return _field(node.value)
        case "op":
            return _operation(node, args)
        case "call":
            return _call(node, args)
        case "to":
            return _conversion(node, args[0])
        case "neg":
            return _negation(args[0])
        case "pct":
            return _percent(args[0])
        case "not":
            inner = args[0]
            return lambda c: not inner(c)
        case "list":
            items = tuple(args)
            return lambda c: [one(c) for one in items]
        case _:
            return args[0]


def _literal(node: Typed) -> Closure:
    value = node.value
    if isinstance(value, datetime):
        return lambda c: placed(value, c.zone)
    return lambda c: value


def _field(path: tuple[str, ...]) -> Closure:
    def field(c: Any) -> Any:
        value = c.value(path)
        if value.__class__ is ErrorValue:
            raise Failure.of(value)
        return value

    return field


def _negation(inner: Closure) -> Closure:
    def negation(c: Any) -> Any:
        value = inner(c)
        return None if value is None else -value

    return negation


def _percent(inner: Closure) -> Closure:
    def percent(c: Any) -> Any:
        value = inner(c)
        return None if value is None else Decimal(value) / 100

    return percent


def _operation(node: Typed, args: Sequence[Closure]) -> Closure:
    left, right = args
    op = node.value
    if op == "&":
        return _joining(left, right)
    if op == "in":
        return contains(node.args[0].type, left, right)
    if op == "within":
        return within(left, right)
    if node.type.name == "bool":
        return comparison(op, node.args[0], node.args[1], left, right)
    return arithmetic(node, left, right)


def _joining(left: Closure, right: Closure) -> Closure:
    def joining(c: Any) -> str:
        text = (left(c) or "") + (right(c) or "")
        if len(text) > MOST_TEXT:
            raise Failure(TOO_LARGE)
        return text

    return joining


def _conversion(node: Typed, inner: Closure) -> Closure:
    wanted = node.type
    if wanted.item is not None:
        one = converter(wanted.item.name)

        def convert_all(c: Any) -> Any:
            many = inner(c)
            return None if many is None else [None if v is None else one(v, c) for v in many]

        return convert_all
    if wanted.name == "any":
        return inner
    convert = converter(wanted.name)

    def conversion(c: Any) -> Any:
        value = inner(c)
        return None if value is None else convert(value, c)

    return conversion


def converter(wanted: str) -> Callable[[Any, Any], Any]:
    """Return what turns a value that is not blank into `wanted`, given the context."""
    return _CONVERTERS.get(wanted, lambda value, c: value)


def _to_number(value: Any, c: Any) -> Any:
    if value is True:
        return ONE
    if value is False:
        return ZERO
    if isinstance(value, timedelta):
        return seconds(value)
    if isinstance(value, float):
        return Decimal(repr(value))
    if isinstance(value, Decimal | int):
        return value
    raise Failure(BAD_NUMBER)


def _to_bool(value: Any, c: Any) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, Decimal | int):
        return value != 0
    raise Failure(BAD_VALUE)


def _to_date(value: Any, c: Any) -> date:
    if isinstance(value, datetime):
        return local(value, c.zone).date()
    if isinstance(value, date):
        return value
    raise Failure(BAD_DATE)


def _to_datetime(value: Any, c: Any) -> datetime:
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return instant(value, _MIDNIGHT, c.zone)
    raise Failure(BAD_DATE)


def _to_time(value: Any, c: Any) -> time:
    if isinstance(value, datetime):
        return local(value, c.zone).time()
    if isinstance(value, time):
        return value
    raise Failure(BAD_DATE)


def _to_text(value: Any, c: Any) -> str:
    return text_of(value, c.zone)


_CONVERTERS: Mapping[str, Callable[[Any, Any], Any]] = {
    "number": _to_number,
    "bool": _to_bool,
    "date": _to_date,
    "datetime": _to_datetime,
    "time": _to_time,
    "text": _to_text,
}


def _call(node: Typed, args: Sequence[Closure]) -> Closure:
    function = node.function
    assert function is not None
    if function.compile is not None:
        return function.compile(node, args)
    assert function.body is not None
    body = function.body
    params = [function.parameter(at).type for at in range(len(args))]
    if any(p.startswith("each") for p in params):
        return each_closure(body, params, args, node)
    if function.blank == "pass":
        return _passing(body, args, function.needs_context)
    return _guarded(body, node.args, args, function.needs_context)


def _passing(body: Callable[..., Any], args: Sequence[Closure], needs_context: bool) -> Closure:
    given = tuple(args)
    if needs_context:
        return lambda c: body(c, *[one(c) for one in given])
    if len(given) == 1:
        first = given[0]
        return lambda c: body(first(c))
    return lambda c: body(*[one(c) for one in given])


def _guarded(
    body: Callable[..., Any], nodes: Sequence[Typed], args: Sequence[Closure], needs_context: bool
) -> Closure:
    """Blank texts become "", any other blank argument makes the result blank."""
    given = tuple(_text(one) if n.type.name == "text" else one for n, one in zip(nodes, args, strict=True))
    if needs_context:

        def with_context(c: Any) -> Any:
            values = [one(c) for one in given]
            for value in values:
                if value is None:
                    return None
            return body(c, *values)

        return with_context
    if len(given) == 1:
        first = given[0]

        def single(c: Any) -> Any:
            value = first(c)
            return None if value is None else body(value)

        return single
    if len(given) == 2:
        first, second = given

        def double(c: Any) -> Any:
            a, b = first(c), second(c)
            return None if a is None or b is None else body(a, b)

        return double

    def several(c: Any) -> Any:
        values = [one(c) for one in given]
        for value in values:
            if value is None:
                return None
        return body(*values)

    return several


def _text(inner: Closure) -> Closure:
    return lambda c: inner(c) or ""
