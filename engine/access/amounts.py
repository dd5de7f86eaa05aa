"""Exact arithmetic on stored numbers: how a column holds them, sums and means, half away from zero.

A number is stored as an integer of its smallest unit (money on both databases, decimals on SQLite) or as NUMERIC
(decimals on PostgreSQL). Floats never come in.
"""

from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Float,
    Integer,
    Numeric,
    TypeDecorator,
    case,
    cast,
    func,
    literal,
    literal_column,
    null,
    type_coerce,
)

from engine.expressions.sql_types import FormulaResult
from engine.expressions.sqlite_calls import CALL, signature

COUNTS = frozenset({"count", "distinct", "count_distinct"})


def is_number(type_: Any) -> bool:
    """Tell whether a column type holds numbers."""
    return isinstance(_implementation(type_), Integer | Numeric)


def is_whole(type_: Any, dialect: str) -> bool:
    """Tell whether the raw form is an integer."""
    return isinstance(_implementation(type_), Integer) or dialect == "sqlite"


def units(type_: Any, dialect: str) -> int:
    """Return how many decimals the raw integer holds; 0 where the raw form is the number itself."""
    scale = getattr(type_, "scale", None) or 0
    return int(scale) if is_whole(type_, dialect) else 0


def in_units(raw: ColumnElement[Any], of: Any, target: Any, dialect: str) -> ColumnElement[Any]:
    """Return numbers in the raw form of column type `of` in that of `target`; anything else as it is."""
    if target is None or not (is_number(of) and is_number(target)):
        return raw
    return _scaled(type_coerce(raw, Integer()), literal_column("1"), of, target, dialect)


def settled(made: ColumnElement[Any], target: Any, dialect: str, zone: str) -> ColumnElement[Any]:
    """Return a formula's result in the raw form of column type `target`, numbers rounded to its decimals.

    So what is worked out when read is sorted, compared, summed and read exactly as if it were stored.
    """
    of = made.type
    if target is None:
        return made
    if not (is_number(target) and isinstance(of, FormulaResult) and of.kind == "number"):
        return type_coerce(made, target)
    if of.scale is not None:
        return _scaled(type_coerce(made, Integer()), literal_column("1"), _Units(of.scale), target, dialect)
    shift = units(target, dialect)
    if dialect == "postgresql":
        decimals = shift if is_whole(target, dialect) else int(getattr(target, "scale", None) or 6)
        rounded: ColumnElement[Any] = func.round(cast(made, Numeric()), literal_column(str(decimals)))
        if is_whole(target, dialect):
            rounded = cast(rounded * literal_column(str(10**shift)), BigInteger())
        return type_coerce(rounded, target)
    what = signature("ROUND", ("number", "number:0"), "number", zone)
    exact = getattr(func, CALL)(literal(what), made, literal_column(str(shift)))
    # Rounded to its decimals already, so the float is off by less than any half.
    whole = cast(func.round(cast(exact, Float()) * literal_column(str(10**shift))), BigInteger())
    return type_coerce(case((exact.is_(None), null()), else_=whole), target)


class _Units(BigInteger):
    """An integer that holds some decimals."""

    def __init__(self, scale: int) -> None:
        super().__init__()
        self.scale = scale


def aggregated(name: str, value: ColumnElement[Any], target: Any, dialect: str) -> ColumnElement[Any]:
    """Return an aggregate of `value` in the raw form of column type `target`."""
    made = AGGREGATES[name](value)
    if target is None or not is_number(target):
        return made
    if name in COUNTS:
        return in_units(made, Integer(), target, dialect)
    if name == "avg":
        raw = type_coerce(value, Integer())
        return _scaled(func.sum(raw), func.nullif(func.count(raw), 0), value.type, target, dialect)
    return in_units(made, value.type, target, dialect)


def _scaled(total: Any, by: Any, of: Any, target: Any, dialect: str) -> ColumnElement[Any]:
    """Return `total / by`, given in units of `of`, rounded to the units of `target`."""
    shift = units(target, dialect) - units(of, dialect)
    if by is None or (shift == 0 and str(by) == "1" and is_whole(of, dialect) == is_whole(target, dialect)):
        return type_coerce(total, target)
    above: ColumnElement[Any] = literal_column(str(10 ** max(shift, 0)))
    below: ColumnElement[Any] = literal_column(str(10 ** max(-shift, 0)))
    if dialect == "sqlite":
        top, bottom = total * above, by * below
        half = case((total < 0, -bottom), else_=bottom)
        # Both sides are integers, so SQLite cuts off towards zero.
        return type_coerce((2 * top + half).op("/", precedence=8)(2 * bottom), target)
    quotient = cast(total, Numeric()) * above / (by * below)
    whole = is_whole(target, dialect)
    rounded = func.round(quotient, literal_column("0" if whole else str(getattr(target, "scale", None) or 6)))
    return type_coerce(cast(rounded, BigInteger()) if whole else rounded, target)


def mean(total: Decimal | int | None, count: int, decimals: int) -> Decimal | None:
    """Return `total / count` with `decimals` places, half away from zero; None of nothing."""
    if not count or total is None:
        return None
    return (Decimal(total) / count).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def _implementation(type_: Any) -> Any:
    return type_.impl_instance if isinstance(type_, TypeDecorator) else type_


AGGREGATES: Mapping[str, Callable[[ColumnElement[Any]], ColumnElement[Any]]] = {
    "count": func.count,
    "distinct": lambda value: func.count(value.distinct()),
    "count_distinct": lambda value: func.count(value.distinct()),
    "sum": lambda value: func.sum(type_coerce(value, Integer())),
    "avg": lambda value: func.avg(type_coerce(value, Integer())),
    "min": func.min,
    "max": func.max,
}
