"""`+ - * / ^` in SQL: native integers where they fit, else NUMERIC (PostgreSQL) or the Python operators (SQLite)."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    BigInteger,
    Date,
    Integer,
    Numeric,
    Text,
    and_,
    case,
    cast,
    func,
    literal,
    or_,
    text,
    type_coerce,
)

from engine.expressions.numbers import DIGITS
from engine.expressions.sql_parts import MOST_DIGITS, Expr, Sql
from engine.expressions.types import DATE, DATETIME, DURATION, NUMBER, ExprType

if TYPE_CHECKING:
    from engine.expressions.sql_builder import Builder

_SMALL = 6
"""Operands up to this size may stand in an expression twice."""
_FIRST_DAY, _LAST_DAY = "0001-01-01", "9999-12-31"


def arithmetic(b: "Builder", op: str, left: Sql, right: Sql) -> Sql:
    """Return the operation on numbers, moments or durations."""
    kinds = (left.type.name, right.type.name)
    if kinds == ("number", "number"):
        return _native(b, op, left, right) or (_by_python if b.is_sqlite else _numeric)(b, op, left, right)
    return _moments(b, op, left, right)


def negated(b: "Builder", part: Sql) -> Sql:
    """Return the number with its sign turned."""
    if part.scale is None and b.is_sqlite:
        return b.by_python("neg", [part], part.type)
    value = None if part.value is None else -part.value
    return replace(part, expr=-part.expr, value=value, size=part.size + 1)


def _native(b: "Builder", op: str, left: Sql, right: Sql) -> Sql | None:
    if left.scale is None or right.scale is None or max(left.size, right.size) > _SMALL or op in "/^":
        return None
    size = 2 * (left.size + right.size) + 1
    if op == "*":
        digits, scale = left.digits + right.digits, left.scale + right.scale
        if digits > MOST_DIGITS:
            return None
        return _with_blanks(left, right, NUMBER, scale, digits, size, left.expr * right.expr, times=True)
    pair = b.aligned((left, right))
    if pair is None or max(pair[0].digits, pair[1].digits) >= MOST_DIGITS:
        return None
    one, other = pair
    digits = max(one.digits, other.digits) + 1
    worked = one.expr + other.expr if op == "+" else one.expr - other.expr
    flip = -other.expr if op == "-" else other.expr
    return _with_blanks(
        one, replace(other, expr=other.expr), NUMBER, one.scale, digits, size, worked, flip=flip
    )


def _with_blanks(
    left: Sql, right: Sql, kind: ExprType, scale: int | None, digits: int, size: int, worked: Expr, times: bool = False,
    flip: Expr | None = None,
) -> Sql:  # fmt: skip
    nullable = left.nullable and right.nullable
    if not left.nullable and not right.nullable:
        return Sql(worked, kind, scale, digits, nullable=False, size=size)
    if times:
        one_blank = or_(left.expr.is_not(None), right.expr.is_not(None)) if nullable else None
        zero = case((one_blank, 0)) if one_blank is not None else 0
        return Sql(func.coalesce(worked, zero), kind, scale, digits, nullable=nullable, size=size)
    return Sql(func.coalesce(worked, left.expr, flip), kind, scale, digits, nullable=nullable, size=size)


def _by_python(b: "Builder", op: str, left: Sql, right: Sql) -> Sql:
    part = b.by_python(op, [left, right], NUMBER, fails=op in "/^")
    return replace(part, nullable=(left.nullable and right.nullable) or op in "/^")


def _numeric(b: "Builder", op: str, left: Sql, right: Sql) -> Sql:
    x, y = b.number(left), b.number(right)
    exact = left.scale is not None and right.scale is not None and left.digits + right.digits < DIGITS
    rounding: Callable[[Expr], Expr] = (lambda v: v) if exact and op in "+-*" else rounded
    makers: dict[str, Callable[[Expr, Expr], Expr]] = {
        "+": lambda p, q: rounding(func.coalesce(p + q, p, q)),
        "-": lambda p, q: rounding(func.coalesce(p - q, p, -q)),
        "*": lambda p, q: rounding(func.coalesce(p * q, case((func.num_nonnulls(p, q) == 1, 0)))),
        "/": lambda p, q: case(
            (func.num_nonnulls(p, q) > 0, func.round(func.coalesce(p, 0), 60) / func.nullif(q, 0))
        ),
        "^": _power,
    }
    worked = b.let([x, y], makers[op]) if op != "/" else b.let([b.let([x, y], makers[op])], rounded)
    error = None
    if op == "/":
        error = b.let([x, y], lambda p, q: and_(func.coalesce(q, 0) == 0, func.num_nonnulls(p, q) > 0))
    if op == "^":
        error = b.let([x, y], _power_fails)
    size = (3 if error is not None else 1) * (left.size + right.size + 3)
    return Sql(
        type_coerced(worked),
        NUMBER,
        nullable=(left.nullable and right.nullable) or op in "/^",
        error=error,
        size=size,
    )


def type_coerced(expr: Expr) -> Expr:
    """Return the expression known as NUMERIC."""
    return type_coerce(expr, Numeric())


def rounded(value: Expr) -> Expr:
    """Return a NUMERIC rounded to the digits of formulas. `value` stands in it twice."""
    whole = func.length(cast(func.trunc(func.abs(value)), Text()))
    return func.round(value, DIGITS - whole, type_=Numeric())


def fifteen(value: Expr) -> Expr:
    """Return a NUMERIC rounded to 15 significant digits. `value` stands in it three times."""
    places = 14 - cast(func.floor(func.log(func.abs(value))), Integer())
    return case((value == 0, 0), else_=func.round(value, func.least(places, DIGITS - 1), type_=Numeric()))


def _power(p: Expr, q: Expr) -> Expr:
    base, exponent = func.coalesce(p, 0), func.coalesce(q, 0)
    fine = and_(func.num_nonnulls(p, q) > 0, _power_works(base, exponent))
    worked = func.power(func.round(base, 50), exponent, type_=Numeric())
    exact = and_(
        func.scale(func.trim_scale(base)) == 0, func.scale(func.trim_scale(exponent)) == 0, exponent >= 0
    )
    small = and_(exact, func.abs(worked) < literal(Decimal(10) ** 30, Numeric()))
    return case((fine, case((small, func.round(worked)), else_=fifteen(worked))))


def _power_works(base: Expr, exponent: Expr) -> Expr:
    whole = func.scale(func.trim_scale(exponent)) == 0
    size = case((base == 0, 0), else_=func.floor(func.log(func.abs(func.nullif(base, 0)))))
    return and_(
        func.abs(exponent) <= 1000,
        or_(base != 0, exponent > 0),
        or_(base >= 0, whole),
        or_(~whole, size * exponent <= 900),
    )


def _power_fails(p: Expr, q: Expr) -> Expr:
    return and_(func.num_nonnulls(p, q) > 0, ~_power_works(func.coalesce(p, 0), func.coalesce(q, 0)))


def _moments(b: "Builder", op: str, left: Sql, right: Sql) -> Sql:
    kinds = (left.type.name, right.type.name)
    kind = _result(op, left.type, right.type)
    if b.is_sqlite:
        return b.by_python(f"{op} {kinds[0]} {kinds[1]}", [left, right], kind, fails=True)
    if kinds[0] in ("number", "duration") and kinds[1] in ("date", "datetime"):
        return _moments(b, op, right, left)
    size = 2 * (left.size + right.size) + 2
    one, other = b.plain(left), b.plain(right)
    if kinds == ("date", "date"):
        return Sql(cast(one - other, BigInteger()), NUMBER, 0, 8, size=size)
    if kinds == ("datetime", "datetime"):
        return Sql(type_coerced(func.extract("epoch", one - other)), DURATION, size=size)
    if left.type in (DATE, DATETIME):
        return _moved(op, left.type, one, other, right.type, size)
    return _durations(op, kinds, one, other, kind, size)


def _result(op: str, left: ExprType, right: ExprType) -> ExprType:
    pair = (left.name, right.name)
    if pair == ("date", "date") or (op == "/" and pair == ("duration", "duration")):
        return NUMBER
    if pair == ("datetime", "datetime"):
        return DURATION
    return left if left in (DATE, DATETIME) else right if right in (DATE, DATETIME) else DURATION


def _moved(op: str, kind: ExprType, moment: Expr, by: Expr, by_kind: ExprType, size: int) -> Sql:
    """Move a day or an instant; outside the years 1 to 9999 it is an error value."""
    amount = func.coalesce(by if op == "+" else -by, 0)
    if kind == DATE:
        days = func.trunc(amount)
        first, last = (cast(literal(day), Date()) for day in (_FIRST_DAY, _LAST_DAY))
        fine = and_(days >= first - moment, days <= last - moment)
        moved: Expr = moment + cast(days, Integer())
    else:
        micro = func.trunc(amount * (86_400_000_000 if by_kind == NUMBER else 1_000_000))
        fine = func.abs(micro) <= 3 * 10**14
        moved = moment + cast(micro, BigInteger()) * text("interval '1 microsecond'")
    return Sql(case((fine, moved)), kind, error=and_(moment.is_not(None), ~fine), size=2 * size)


def _durations(op: str, kinds: tuple[str, str], one: Expr, other: Expr, kind: ExprType, size: int) -> Sql:
    if op in "+-":
        worked = func.coalesce(one + other, one) if op == "+" else func.coalesce(one - other, one)
        return Sql(type_coerced(worked), kind, size=size)
    if op == "*":
        return Sql(func.round(one * other, 6, type_=Numeric()), kind, size=size)
    quotient: Any = func.round(one, 60) / func.nullif(other, 0)
    divided = rounded(quotient) if kind == NUMBER else func.round(quotient, 6, type_=Numeric())
    return Sql(type_coerced(divided), kind, error=other == 0, size=2 * size)


__all__ = ["arithmetic", "fifteen", "negated", "rounded"]
