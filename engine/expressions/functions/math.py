"""Mathematics (数学): exact sums and roundings; roots, powers and logarithms to 15 digits."""

import math
import random
from collections.abc import Callable, Sequence
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, ROUND_HALF_UP, ROUND_UP, Decimal, InvalidOperation
from typing import Any

from sqlalchemy import BigInteger, Numeric, and_, case, cast, func, literal, select

from engine.expressions.function import Closure, Function
from engine.expressions.functions._read import count_of, decimal, numbers
from engine.expressions.functions._sql import aggregate, over, whole
from engine.expressions.numbers import EXACT, WIDE, ZERO, fifteen
from engine.expressions.operators import power
from engine.expressions.problems import BAD_NUMBER, DIV0, TOO_LARGE, Failure
from engine.expressions.sql_arithmetic import _power, _power_fails, rounded
from engine.expressions.sql_arithmetic import fifteen as sql_fifteen
from engine.expressions.sql_builder import Builder
from engine.expressions.sql_parts import Sql
from engine.expressions.types import NUMBER

PI = Decimal("3.14159265358979")
_QUANTA = {n: Decimal(1).scaleb(-n) for n in range(-30, 31)}


def to_places(value: Any, digits: Any, rounding: str) -> Decimal:
    """Return `value` rounded at `digits` decimals (left of the point when negative)."""
    places = max(-30, min(30, int(digits)))
    try:
        result = decimal(value).quantize(_QUANTA[places], rounding=rounding)
    except InvalidOperation:
        return decimal(value)
    return EXACT.plus(result) if places >= 0 else result.quantize(_QUANTA[0])


def _round(value: Any, digits: Any = 0) -> Decimal:
    return to_places(value, digits, ROUND_HALF_UP)


def _compile_round(node: Any, args: Sequence[Closure]) -> Closure:
    value = args[0]
    if len(args) == 1 or (node.args[1].kind == "lit" and node.args[1].value is not None):
        places = int(node.args[1].value) if len(args) == 2 else 0
        if 0 <= places <= 15:
            return _fixed_round(value, _QUANTA[places])
    digits = args[1] if len(args) == 2 else (lambda c: 0)

    def rounding(c: Any) -> Any:
        a, n = value(c), digits(c)
        return None if a is None else _round(a, n or 0)

    return rounding


def _fixed_round(value: Closure, quantum: Decimal) -> Closure:
    def fixed_round(c: Any) -> Any:
        a = value(c)
        if a is None:
            return None
        try:
            return decimal(a).quantize(quantum)  # half away from zero, as the arithmetic of formulas does
        except InvalidOperation:
            return decimal(a)

    return fixed_round


def _compile_sum(node: Any, args: Sequence[Closure]) -> Closure:
    if len(args) == 1 and node.args[0].type.item is not None:
        only = args[0]

        def sum_list(c: Any) -> Any:
            total = ZERO
            for one in only(c) or ():
                if one is not None:
                    total += one
            return total

        return sum_list
    given = tuple(args)
    return lambda c: _sum(*[one(c) for one in given])


def _sum(*values: Any) -> Decimal:
    total = ZERO
    for one in numbers(values):
        total += one
    return total


def _product(*values: Any) -> Decimal:
    found = numbers(values)
    total = Decimal(1) if found else ZERO
    for one in found:
        total *= one
    return total


def _nearest_multiple(value: Any, multiple: Any) -> Decimal:
    number, unit = decimal(value), decimal(multiple)
    if not unit or not number:
        return ZERO
    if (number < 0) != (unit < 0):
        raise Failure(BAD_NUMBER)
    return (number / unit).quantize(Decimal(1), rounding=ROUND_HALF_UP) * unit


def _stepped(rounding: str) -> Callable[..., Decimal]:
    def stepped(value: Any, step: Any = 1) -> Decimal:
        number, unit = decimal(value), decimal(step)
        if not unit:
            if rounding == ROUND_FLOOR and number:
                raise Failure(DIV0)
            return ZERO
        if number > 0 > unit:
            raise Failure(BAD_NUMBER)
        # with a negative step the direction is away from or towards zero, as Excel does it
        return (number / unit).quantize(Decimal(1), rounding=rounding) * unit

    return stepped


def modulo(value: Any, divisor: Any) -> Decimal:
    """Return the rest with the sign of the divisor."""
    value, divisor = decimal(value), decimal(divisor)
    if not divisor:
        raise Failure(DIV0)
    rest = WIDE.remainder(value, divisor) if abs(value) < abs(divisor) * Decimal(10) ** 40 else ZERO
    if rest and (rest < 0) != (divisor < 0):
        rest += divisor
    return rest


def _quotient(value: Any, divisor: Any) -> Decimal:
    if not divisor:
        raise Failure(DIV0)
    return (decimal(value) / decimal(divisor)).quantize(Decimal(1), rounding=ROUND_DOWN)


def _root(value: Any) -> Decimal:
    if value < 0:
        raise Failure(BAD_NUMBER)
    return fifteen(WIDE.sqrt(decimal(value)))


def _exp(value: Any) -> Decimal:
    if value > 2000:
        raise Failure(TOO_LARGE)
    return fifteen(WIDE.exp(max(decimal(value), Decimal(-2000))))


def _logarithm(value: Any, base: Any = 10) -> Decimal:
    if value <= 0 or base <= 0:
        raise Failure(BAD_NUMBER)
    if base == 1:
        raise Failure(DIV0)
    if base == 10:
        return fifteen(WIDE.log10(decimal(value)))
    return fifteen(WIDE.divide(WIDE.ln(decimal(value)), WIDE.ln(decimal(base))))


def _ln(value: Any) -> Decimal:
    if value <= 0:
        raise Failure(BAD_NUMBER)
    return fifteen(WIDE.ln(decimal(value)))


def _even(value: Any) -> Decimal:
    return (decimal(value) / 2).quantize(Decimal(1), rounding=ROUND_UP) * 2


def _odd(value: Any) -> Decimal:
    size = abs(decimal(value)).quantize(Decimal(1), rounding=ROUND_CEILING)
    odd = size if size % 2 else size + 1
    return -odd if value < 0 else odd


def _random() -> Decimal:
    return Decimal(random.getrandbits(50)) / Decimal(2**50)


def _random_between(low: Any, high: Any) -> Decimal:
    first, last = math.ceil(low), math.floor(high)
    if first > last:
        raise Failure(BAD_NUMBER)
    return Decimal(random.randint(first, last))  # noqa: S311 - a sample, not a secret


def _gcd(*values: Any) -> Decimal:
    return Decimal(math.gcd(*[count_of(one, most=10**15) for one in numbers(values)]))


# SQL


def _sql_sum(b: Builder, args: Sequence[Sql]) -> Sql:
    only = args[0]
    if len(args) == 1 and only.rows is not None:
        item = b.column(only.rows.columns[0], NUMBER)
        if item.scale is not None:
            query = select(func.coalesce(func.sum(item.expr), 0)).select_from(only.rows.from_)
            if only.rows.where is not None:
                query = query.where(only.rows.where)
            total = query.correlate_except(only.rows.from_).scalar_subquery()
            return Sql(
                cast(total, BigInteger()) if not b.is_sqlite else total,
                NUMBER,
                item.scale,
                17,
                nullable=False,
                size=4,
            )
    if b.is_sqlite:
        return b.by_python("SUM", args, NUMBER)
    return _numeric_sum(b, args)


_numeric_sum = aggregate("SUM", lambda items: func.coalesce(over(items, lambda v: rounded(func.sum(v))), 0))


def _sql_round(b: Builder, args: Sequence[Sql]) -> Sql:
    value = args[0]
    places = args[1].value if len(args) > 1 else 0
    if value.scale is not None and places is not None and 0 <= int(places) >= value.scale:
        return value
    if b.is_sqlite:
        return b.by_python("ROUND", args, NUMBER)
    given = [b.number(one) for one in args]
    digits = func.coalesce(func.greatest(func.least(whole(given[1]), 30), -30), 0) if len(given) > 1 else 0
    return Sql(func.round(given[0], digits, type_=Numeric()), NUMBER, size=value.size + 4)


def _pg_up(b: Builder, value: Any, digits: Any = None) -> Any:
    places = literal(0) if digits is None else func.greatest(func.least(whole(digits), 30), -30)
    unit = func.round(
        func.power(literal(Decimal(10), Numeric()), cast(-places, Numeric()), type_=Numeric()), 30
    )
    down = func.trunc(value, places, type_=Numeric())
    return case((down == value, down), else_=down + func.sign(value) * unit)


def _pg_step(way: str) -> Callable[..., Any]:
    def build(b: Builder, value: Any, step: Any = None) -> Any:
        if step is None:
            return getattr(func, way)(value)
        steps = getattr(func, way)(rounded(func.round(value, 60) / func.nullif(step, 0)))
        return case((step == 0, 0), (and_(value > 0, step < 0), None), else_=steps * step)

    return build


def _pg_multiple(b: Builder, value: Any, multiple: Any) -> Any:
    steps = func.round(rounded(func.round(value, 60) / func.nullif(multiple, 0)))
    return case(
        ((multiple == 0) | (value == 0), 0), ((value < 0) != (multiple < 0), None), else_=steps * multiple
    )


def _pg_mod(b: Builder, value: Any, divisor: Any) -> Any:
    rest = func.mod(value, func.nullif(divisor, 0), type_=Numeric())
    return case((and_(rest != 0, (rest < 0) != (divisor < 0)), rest + divisor), else_=rest)


def _pg_log(b: Builder, value: Any, base: Any = None) -> Any:
    fine = func.round(case((value > 0, value)), 40)
    if base is None:
        return b.let([func.log(fine, type_=Numeric())], sql_fifteen)
    other = func.round(case((and_(base > 0, base != 1), base)), 40)
    quotient = func.round(func.ln(fine), 60) / func.ln(other)
    return b.let([case((base == 10, func.log(fine)), else_=quotient)], sql_fifteen)


def _f(
    name: str, alias: str, zh: str, en: str, signature: str, example: str, result: Any, **more: Any
) -> Function:
    return Function(name, alias, zh, en, signature, example, result, **more)


FUNCTIONS = (
    _f("SUM", "求和", "各数之和，空值不算。", "The sum; blanks do not count.", "values: numbers, more?: numbers -> number", "SUM(1, 2, LIST(3, 4))", 10, body=_sum, compile=_compile_sum, sql=_sql_sum, repeat=1, blank="pass"),
    _f("PRODUCT", "乘积", "各数之积，空值不算。", "The product; blanks do not count.", "values: numbers, more?: numbers -> number", "PRODUCT(2, 3, 4)", 24, body=_product, repeat=1, blank="pass"),
    _f("ROUND", "四舍五入", "四舍五入到指定小数位，恰好一半时远离 0。", "Rounded to so many decimals, halves away from zero.", "value: number, digits?: number -> number", "ROUND(2.345, 2)", "2.35", body=_round, compile=_compile_round, sql=_sql_round),
    _f("ROUNDUP", "向上舍入", "远离 0 的方向舍入。", "Rounded away from zero.", "value: number, digits?: number -> number", "ROUNDUP(2.341, 2)", "2.35", body=lambda v, d=0: to_places(v, d, ROUND_UP), pg=_pg_up),
    _f("ROUNDDOWN", "向下舍入", "向 0 的方向舍入。", "Rounded towards zero.", "value: number, digits?: number -> number", "ROUNDDOWN(2.349, 2)", "2.34", body=lambda v, d=0: to_places(v, d, ROUND_DOWN), pg=lambda b, v, d=None: func.trunc(v, func.greatest(func.least(whole(d), 30), -30) if d is not None else 0)),
    _f("TRUNC", "截断", "去掉指定位数之后的小数。", "Cuts off the decimals.", "value: number, digits?: number -> number", "TRUNC(-2.7)", -2, body=lambda v, d=0: to_places(v, d, ROUND_DOWN), pg=lambda b, v, d=None: func.trunc(v, func.greatest(func.least(whole(d), 30), -30) if d is not None else 0)),
    _f("MROUND", "按倍数舍入", "舍入到最接近的倍数。", "Rounded to the nearest multiple.", "value: number, multiple: number -> number", "MROUND(10, 3)", 9, body=_nearest_multiple, pg=_pg_multiple, fails=lambda b, v, m: and_(v != 0, m != 0, (v < 0) != (m < 0))),
    _f("CEILING", "向上取倍数", "不小于该数的最小倍数（默认 1）。", "The least multiple that is not smaller (of 1 unless told).", "value: number, step?: number -> number", "CEILING(2.1, 0.5)", "2.5", body=_stepped(ROUND_CEILING), pg=_pg_step("ceil"), fails=lambda b, v, s=None: None if s is None else and_(v > 0, s < 0)),
    _f("FLOOR", "向下取倍数", "不大于该数的最大倍数（默认 1）。", "The greatest multiple that is not larger (of 1 unless told).", "value: number, step?: number -> number", "FLOOR(2.9, 0.5)", "2.5", body=_stepped(ROUND_FLOOR), pg=_pg_step("floor"), fails=lambda b, v, s=None: None if s is None else (and_(v > 0, s < 0) | and_(s == 0, v != 0))),
    _f("INT", "取整", "不大于该数的最大整数。", "The greatest whole number that is not larger.", "value: number -> number", "INT(-2.5)", -3, body=lambda v: to_places(v, 0, ROUND_FLOOR), pg=lambda b, v: func.floor(v)),
    _f("MOD", "余数", "相除的余数，符号与除数相同。", "The rest of a division, with the sign of the divisor.", "value: number, divisor: number -> number", "MOD(-3, 2)", 1, body=modulo, pg=_pg_mod, fails=lambda b, v, d: d == 0),
    _f("QUOTIENT", "商", "相除取整数部分。", "The whole part of a division.", "value: number, divisor: number -> number", "QUOTIENT(-10, 3)", -3, body=_quotient, pg=lambda b, v, d: func.trunc(rounded(func.round(v, 60) / func.nullif(d, 0))), fails=lambda b, v, d: d == 0),
    _f("ABS", "绝对值", "去掉负号。", "Without the sign.", "value: number -> number", "ABS(-3.5)", "3.5", body=abs, pg=lambda b, v: func.abs(v)),
    _f("SIGN", "正负号", "正数得 1，负数得 -1，0 得 0。", "1, -1 or 0.", "value: number -> number", "SIGN(-3)", -1, body=lambda v: Decimal((v > 0) - (v < 0)), pg=lambda b, v: func.sign(v)),
    _f("POWER", "乘方", "底数的若干次方。", "A number raised to a power.", "base: number, exponent: number -> number", "POWER(2, 10)", 1024, body=power, pg=lambda b, v, e: b.let([v, e], lambda p, q: case((func.num_nulls(p, q) == 0, _power(p, q)))), fails=lambda b, v, e: b.let([v, e], lambda p, q: and_(func.num_nulls(p, q) == 0, _power_fails(p, q)))),
    _f("SQRT", "平方根", "平方根。", "The square root.", "value: number -> number", "SQRT(2)", "1.4142135623731", body=_root, pg=lambda b, v: b.let([func.sqrt(func.round(case((v >= 0, v)), 40))], sql_fifteen), fails=lambda b, v: v < 0),
    _f("EXP", "指数", "e 的若干次方。", "e raised to a power.", "value: number -> number", "EXP(1)", "2.71828182845905", body=_exp, pg=lambda b, v: b.let([func.exp(func.round(case((v <= 2000, func.greatest(v, -2000))), 40))], sql_fifteen), fails=lambda b, v: v > 2000),
    _f("LN", "自然对数", "自然对数。", "The natural logarithm.", "value: number -> number", "LN(2)", "0.693147180559945", body=_ln, pg=lambda b, v: b.let([func.ln(func.round(case((v > 0, v)), 40))], sql_fifteen), fails=lambda b, v: v <= 0),
    _f("LOG", "对数", "以指定底数（默认 10）的对数。", "The logarithm to a base (10 unless told).", "value: number, base?: number -> number", "LOG(8, 2)", 3, body=_logarithm, pg=_pg_log, fails=lambda b, v, s=None: (v <= 0) if s is None else ((v <= 0) | (s <= 0) | (s == 1))),
    _f("LOG10", "常用对数", "以 10 为底的对数。", "The logarithm to base 10.", "value: number -> number", "LOG10(1000)", 3, body=_logarithm, pg=_pg_log, fails=lambda b, v: v <= 0),
    _f("PI", "圆周率", "圆周率。", "The ratio of a circle's round to its width.", "-> number", "PI()", "3.14159265358979", body=lambda: PI, pg=lambda b: literal(PI, Numeric())),
    _f("RAND", "随机数", "0 到 1 之间的随机数。", "A random number from 0 up to 1.", "-> number", "RAND() < 1", True, body=_random, is_volatile=True),
    _f("RANDBETWEEN", "随机整数", "两数之间（含）的随机整数。", "A random whole number between two, both included.", "low: number, high: number -> number", "RANDBETWEEN(3, 3)", 3, body=_random_between, is_volatile=True),
    _f("EVEN", "取偶", "远离 0 舍入到偶数。", "Rounded away from zero to an even number.", "value: number -> number", "EVEN(1.5)", 2, body=_even, pg=lambda b, v: func.sign(v) * func.ceil(func.abs(v) * literal(Decimal("0.5"), Numeric())) * 2),
    _f("ODD", "取奇", "远离 0 舍入到奇数。", "Rounded away from zero to an odd number.", "value: number -> number", "ODD(1.5)", 3, body=_odd, pg=lambda b, v: case((v < 0, -1), else_=1) * (case((func.mod(func.ceil(func.abs(v)), 2) == 1, func.ceil(func.abs(v))), else_=func.ceil(func.abs(v)) + 1))),
    _f("GCD", "最大公约数", "各整数的最大公约数。", "The greatest common divisor.", "values: numbers, more?: numbers -> number", "GCD(12, 18)", 6, body=_gcd, repeat=1, blank="pass"),
)  # fmt: skip
