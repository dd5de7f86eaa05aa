"""Logic (逻辑): choices, truth, blanks and error values. Branches that are not taken are not worked out."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import and_, case, false, func, not_, null, or_, true

from engine.expressions.function import Closure, Function
from engine.expressions.operators import same
from engine.expressions.problems import NOT_FOUND, Failure
from engine.expressions.sql_builder import Builder
from engine.expressions.sql_parts import Refused, Sql
from engine.expressions.types import BOOL


def _if(node: Any, args: Sequence[Closure]) -> Closure:
    if len(args) == 2:
        test, then = args
        return lambda c: then(c) if test(c) else None
    test, then, other = args
    return lambda c: then(c) if test(c) else other(c)


def _ifs(node: Any, args: Sequence[Closure]) -> Closure:
    pairs = list(zip(args[::2], args[1::2], strict=False))
    other = args[-1] if len(args) % 2 else None

    def ifs(c: Any) -> Any:
        for test, then in pairs:
            if test(c):
                return then(c)
        if other is None:
            raise Failure(NOT_FOUND)
        return other(c)

    return ifs


def _switch(node: Any, args: Sequence[Closure]) -> Closure:
    value, rest = args[0], args[1:]
    pairs = list(zip(rest[::2], rest[1::2], strict=False))
    other = rest[-1] if len(rest) % 2 else None

    def switch(c: Any) -> Any:
        wanted = value(c)
        for one, then in pairs:
            if same(wanted, one(c)):
                return then(c)
        if other is None:
            raise Failure(NOT_FOUND)
        return other(c)

    return switch


def _and(node: Any, args: Sequence[Closure]) -> Closure:
    if len(args) == 2:
        left, right = args

        def both(c: Any) -> bool:
            # both sides are worked out, so an error value on either is the result, as in Excel
            a, b = left(c), right(c)
            return bool(a and b)

        return both
    given = tuple(args)
    return lambda c: all([one(c) for one in given])


def _or(node: Any, args: Sequence[Closure]) -> Closure:
    given = tuple(args)
    return lambda c: any([one(c) for one in given])


def _xor(node: Any, args: Sequence[Closure]) -> Closure:
    given = tuple(args)
    return lambda c: sum(bool(one(c)) for one in given) % 2 == 1


def _coalesce(node: Any, args: Sequence[Closure]) -> Closure:
    given = tuple(args)

    def coalesce(c: Any) -> Any:
        for one in given:
            value = one(c)
            if value is not None and value != "":
                return value
        return None

    return coalesce


def _iferror(node: Any, args: Sequence[Closure]) -> Closure:
    value, other = args

    def iferror(c: Any) -> Any:
        try:
            return value(c)
        except (Failure, ArithmeticError):
            return other(c)

    return iferror


def _iserror(node: Any, args: Sequence[Closure]) -> Closure:
    value = args[0]

    def iserror(c: Any) -> bool:
        try:
            value(c)
        except (Failure, ArithmeticError):
            return True
        return False

    return iserror


def _blank(value: Any) -> bool:
    return value is None or value == "" or (isinstance(value, list | tuple) and not value)


# In SQL: a chain of (condition, branch) becomes one CASE; only the error of the branch taken counts.


def _chain(
    b: Builder, tests: Sequence[Sql], branches: Sequence[Sql], other: Sql | None, missing_fails: bool
) -> Sql:
    parts = b.merged([*branches, *([other] if other is not None else [])])
    last = parts[-1].expr if other is not None else null()
    expr = case(*[(t.expr, p.expr) for t, p in zip(tests, parts, strict=False)], else_=last)
    errors = [p.error for p in branches]
    end = other.error if other is not None else (true() if missing_fails else None)
    error: Any = None
    if any(t.error is not None for t in tests) or any(e is not None for e in errors) or end is not None:
        ways: list[Any] = []
        for test, failing in zip(tests, errors, strict=True):
            if test.error is not None:
                ways.append((test.error, true()))
            ways.append((test.expr, failing if failing is not None else false()))
        error = case(*ways, else_=end if end is not None else false())
    size = sum(t.size for t in tests) * (2 if error is not None else 1) + sum(p.size for p in parts) + 1
    scale, digits = parts[0].scale, max(p.digits for p in parts)
    nullable = other is None or any(p.nullable for p in parts)
    kept = parts[0].type == BOOL
    return Sql(expr, parts[0].type, scale, digits, nullable, error, size, keeps_blank=kept)


def _sql_if(b: Builder, args: Sequence[Sql]) -> Sql:
    return _chain(b, args[:1], args[1:2], args[2] if len(args) > 2 else None, missing_fails=False)


def _sql_ifs(b: Builder, args: Sequence[Sql]) -> Sql:
    even = len(args) - len(args) % 2
    return _chain(b, args[:even:2], args[1:even:2], args[-1] if len(args) % 2 else None, missing_fails=True)


def _sql_switch(b: Builder, args: Sequence[Sql]) -> Sql:
    value, rest = args[0], args[1:]
    even = len(rest) - len(rest) % 2
    tests = [b.with_error(b.compared("=", value, one), value.error, one.error) for one in rest[:even:2]]
    return _chain(b, tests, rest[1:even:2], rest[-1] if len(rest) % 2 else None, missing_fails=True)


def _sql_and(b: Builder, args: Sequence[Sql]) -> Sql:
    size = sum(a.size for a in args) + 1
    return Sql(
        and_(*[a.expr for a in args]),
        BOOL,
        nullable=any(a.nullable for a in args),
        error=b.error(*args),
        size=size,
    )


def _sql_or(b: Builder, args: Sequence[Sql]) -> Sql:
    size = sum(a.size for a in args) + 1
    return Sql(
        or_(*[a.expr for a in args]),
        BOOL,
        nullable=any(a.nullable for a in args),
        error=b.error(*args),
        size=size,
    )


def _sql_xor(b: Builder, args: Sequence[Sql]) -> Sql:
    expr = b.truth(args[0])
    for one in args[1:]:
        expr = expr != b.truth(one)
    return Sql(expr, BOOL, nullable=False, error=b.error(*args), size=sum(a.size for a in args) + 1)


def _value_if_any(b: Builder, part: Sql) -> Any:
    return func.nullif(part.expr, "") if part.type.name in ("text", "option", "record") else part.expr


def _sql_coalesce(b: Builder, args: Sequence[Sql]) -> Sql:
    if args[0].type.item is not None:
        raise Refused("COALESCE")
    parts = b.merged(args)
    expr = (
        func.coalesce(*[_value_if_any(b, p) for p in parts], type_=parts[0].expr.type)
        if len(parts) > 1
        else parts[0].expr
    )
    first = parts[0]
    # strict about errors of every argument that is reached; simpler and the same where nothing fails
    error = b.error(args[0])
    for one in args[1:]:
        if one.error is not None:
            raise Refused("COALESCE")
    size = sum(p.size for p in parts) + 1
    most, nullable, kept = max(p.digits for p in parts), all(p.nullable for p in parts), first.type == BOOL
    return Sql(expr, first.type, first.scale, most, nullable, error, size, keeps_blank=kept)


def _sql_isblank(b: Builder, args: Sequence[Sql]) -> Sql:
    part = args[0]
    if part.type.item is not None:
        empty = part.expr == "[]" if b.is_sqlite else func.cardinality(part.expr) == 0
        test = or_(part.expr.is_(None), empty)
    elif part.type.name in ("text", "option", "record"):
        test = or_(part.expr.is_(None), part.expr == "")
    else:
        test = part.expr.is_(None)
    return Sql(test, BOOL, nullable=False, error=part.error, size=2 * part.size + 1)


def _sql_iferror(b: Builder, args: Sequence[Sql]) -> Sql:
    value, other = b.merged(args)
    if value.error is None:
        return value
    expr = case((value.error, other.expr), else_=value.expr)
    error = None if other.error is None else and_(value.error, other.error)
    return Sql(
        expr,
        value.type,
        value.scale,
        max(value.digits, other.digits),
        True,
        error,
        3 * value.size + other.size,
    )


def _sql_iserror(b: Builder, args: Sequence[Sql]) -> Sql:
    error = args[0].error
    expr = false() if error is None else func.coalesce(error, false())
    return Sql(expr, BOOL, nullable=False, size=args[0].size + 1)


def _sql_true(b: Builder, args: Sequence[Sql]) -> Sql:
    return b.literal(True, BOOL)


def _sql_false(b: Builder, args: Sequence[Sql]) -> Sql:
    return b.literal(False, BOOL)


def _sql_not(b: Builder, args: Sequence[Sql]) -> Sql:
    return Sql(not_(b.truth(args[0])), BOOL, nullable=False, error=args[0].error, size=args[0].size + 1)


FUNCTIONS = (
    Function("IF", "如果", "条件成立时取第二个值，否则取第三个值（不写则为空）。", "The second value if the condition is true, else the third (blank if left out).", "condition: bool, then: T, otherwise?: T -> T", 'IF(2 > 1, "yes", "no")', "yes", compile=_if, sql=_sql_if, blank="lazy"),
    Function("IFS", "多条件", "依次看各条件，取第一个成立的条件后面的值；最后可写一个兜底值。", "The value after the first true condition; one last value may stand for all else.", "condition: bool, then: T, conditions?: bool, values?: T -> T", 'IFS(FALSE, 1, TRUE, 2)', 2, repeat=2, compile=_ifs, sql=_sql_ifs, blank="lazy"),
    Function("SWITCH", "匹配", "把第一个值与后面各对的前一个比较，相等则取后一个；最后可写兜底值。", "Compares the first value with each pair's first and gives its second; one last value may stand for all else.", "value: K, match: K, result: T, matches?: K, results?: T -> T", 'SWITCH("b", "a", 1, "b", 2, 9)', 2, repeat=2, compile=_switch, sql=_sql_switch, blank="lazy"),
    Function("AND", "且", "所有条件都成立时为真。", "True when all conditions are true.", "condition: bool, conditions?: bool -> bool", "AND(1 < 2, 2 < 3)", True, repeat=1, compile=_and, sql=_sql_and, blank="pass"),
    Function("OR", "或", "任一条件成立时为真。", "True when any condition is true.", "condition: bool, conditions?: bool -> bool", "OR(1 > 2, 2 < 3)", True, repeat=1, compile=_or, sql=_sql_or, blank="pass"),
    Function("NOT", "非", "条件不成立时为真。", "True when the condition is not.", "condition: bool -> bool", "NOT(1 > 2)", True, body=lambda value: not value, blank="pass", sql=_sql_not),
    Function("XOR", "异或", "成立的条件个数为奇数时为真。", "True when an odd number of conditions is true.", "condition: bool, conditions?: bool -> bool", "XOR(TRUE, TRUE, TRUE)", True, repeat=1, compile=_xor, sql=_sql_xor, blank="pass"),
    Function("COALESCE", "首个非空", "第一个不为空的值。", "The first value that is not blank.", "value: T, values?: T -> T", 'COALESCE("", NULL, "c")', "c", repeat=1, compile=_coalesce, sql=_sql_coalesce, blank="lazy"),
    Function("IFBLANK", "为空则", "值为空时取另一个值。", "Another value where the first is blank.", "value: T, otherwise: T -> T", 'IFBLANK("", "none")', "none", compile=_coalesce, sql=_sql_coalesce, blank="lazy"),
    Function("IFERROR", "出错则", "计算出错（如除以 0）时取另一个值。", "Another value where the first fails, as by dividing by zero.", "value: T, otherwise: T -> T", "IFERROR(1 / 0, 0)", 0, compile=_iferror, sql=_sql_iferror, blank="lazy"),
    Function("ISBLANK", "是否为空", "值为空（没有填写）时为真。", "True when nothing is filled in.", "value: any -> bool", 'ISBLANK("")', True, body=_blank, blank="pass", sql=_sql_isblank),
    Function("ISERROR", "是否出错", "计算出错时为真。", "True when working the value out fails.", "value: any -> bool", "ISERROR(1 / 0)", True, compile=_iserror, sql=_sql_iserror, blank="lazy"),
    Function("TRUE", "真", "逻辑值真。", "The value true.", "-> bool", "TRUE()", True, body=lambda: True, sql=_sql_true),
    Function("FALSE", "假", "逻辑值假。", "The value false.", "-> bool", "FALSE()", False, body=lambda: False, sql=_sql_false),
)  # fmt: skip
