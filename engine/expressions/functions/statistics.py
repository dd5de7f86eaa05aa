"""Statistics (统计): counts, averages, spread and rank. Blanks do not count."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, Text, cast, func, type_coerce

from engine.expressions.criteria import matcher
from engine.expressions.function import Function
from engine.expressions.functions._read import decimal, filled, flat, numbers
from engine.expressions.functions._sql import aggregate, gathered, over
from engine.expressions.numbers import WIDE, ZERO, fifteen
from engine.expressions.operators import caseless
from engine.expressions.problems import BAD_NUMBER, BAD_VALUE, DIV0, NOT_FOUND, Failure
from engine.expressions.sql_arithmetic import fifteen as sql_fifteen
from engine.expressions.sql_arithmetic import rounded
from engine.expressions.sql_builder import Builder
from engine.expressions.sql_parts import Refused, Sql
from engine.expressions.types import NUMBER, ExprType


def _average(*values: Any) -> Decimal:
    found = numbers(values)
    if not found:
        raise Failure(DIV0)
    return sum(found, ZERO) / len(found)


def _extreme(pick: Callable[[Any], Any]) -> Callable[..., Any]:
    def extreme(*values: Any) -> Any:
        found = filled(values)
        return pick(found) if found else None

    return extreme


def _median(*values: Any) -> Decimal:
    found = sorted(numbers(values))
    if not found:
        raise Failure(BAD_NUMBER)
    half = len(found) // 2
    return decimal(found[half]) if len(found) % 2 else (decimal(found[half - 1]) + found[half]) / 2


def _counted(*values: Any) -> Decimal:
    return Decimal(
        sum(1 for one in flat(values) if isinstance(one, Decimal | int) and not isinstance(one, bool))
    )


def _different(*values: Any) -> Decimal:
    return Decimal(len({caseless(one) if isinstance(one, str) else one for one in filled(values)}))


def _squares(found: list[Any]) -> Decimal:
    # exact: n·Σx² − (Σx)² over n, so that PostgreSQL's own sums say the same
    count = len(found)
    total = sum((decimal(one) for one in found), ZERO)
    squares = ZERO
    for one in found:
        squares = WIDE.add(squares, WIDE.multiply(decimal(one), decimal(one)))
    return WIDE.divide(
        WIDE.subtract(WIDE.multiply(squares, Decimal(count)), WIDE.multiply(total, total)), Decimal(count)
    )


def _variance(less: int, root: bool) -> Callable[..., Decimal]:
    def variance(*values: Any) -> Decimal:
        found = numbers(values)
        if len(found) <= less:
            raise Failure(DIV0)
        spread = WIDE.divide(_squares(found), Decimal(len(found) - less))
        return fifteen(WIDE.sqrt(max(spread, ZERO)) if root else spread)

    return variance


def _nth(largest: bool) -> Callable[[Any, Any], Any]:
    def nth(values: Any, place: Any) -> Any:
        found = sorted(numbers([values]), reverse=largest)
        at = int(place)
        if not 1 <= at <= len(found):
            raise Failure(BAD_NUMBER)
        return found[at - 1]

    return nth


def _rank(value: Any, values: Any, ascending: Any = False) -> Decimal:
    found = numbers([values])
    if value not in found:
        raise Failure(NOT_FOUND)
    return Decimal(1 + sum(1 for one in found if (one < value if ascending else one > value)))


def _percentile(values: Any, part: Any) -> Decimal:
    found = sorted(numbers([values]))
    if not found or not 0 <= part <= 1:
        raise Failure(BAD_NUMBER)
    place = decimal(part) * (len(found) - 1)
    low = int(place)
    if low + 1 >= len(found):
        return decimal(found[low])
    return decimal(found[low]) + (decimal(found[low + 1]) - decimal(found[low])) * (place - low)


# The functions with conditions: SUMIF(list, condition, values?) and SUMIFS(values, list, condition, …)


def _chosen(values: Any, pairs: Sequence[Any]) -> list[Any]:
    lists = [list(flat([one])) for one in pairs[::2]]
    tests = [matcher(one) for one in pairs[1::2]]
    wanted = list(flat([values]))
    if any(len(one) != len(wanted) for one in lists):
        raise Failure(BAD_VALUE)
    return [
        value
        for at, value in enumerate(wanted)
        if all(test(one[at]) for test, one in zip(tests, lists, strict=True))
    ]


def _sumif(among: Any, condition: Any, values: Any = None) -> Decimal:
    return sum(_only_numbers(_chosen(among if values is None else values, [among, condition])), ZERO)


def _averageif(among: Any, condition: Any, values: Any = None) -> Decimal:
    return _average(_only_numbers(_chosen(among if values is None else values, [among, condition])))


def _only_numbers(values: list[Any]) -> list[Any]:
    return [one for one in values if isinstance(one, Decimal | int) and not isinstance(one, bool)]


def _sumproduct(*lists: Any) -> Decimal:
    columns = [list(flat([one])) for one in lists]
    if len({len(one) for one in columns}) > 1:
        raise Failure(BAD_VALUE)
    total = ZERO
    for row in zip(*columns, strict=True):
        product = Decimal(1)
        for one in row:
            product *= one or 0
        total += product
    return total


# SQL


def _sql_extreme(name: str) -> Callable[[Builder, Sequence[Sql]], Sql]:
    def build(b: Builder, args: Sequence[Sql]) -> Sql:
        kind = args[0].type.item or args[0].type
        if kind.name in ("text", "option", "record", "bool", "any", "json"):
            raise Refused(name)
        if b.is_sqlite:
            part: Sql = b.by_python(name, args, kind)
            return part
        use = func.min if name == "MIN" else func.max
        items = gathered(b, args, kind)
        return Sql(type_coerce(over(items, use), b.native(kind)), kind, size=4 + sum(a.size for a in args))

    return build


def _sql_count(name: str, use: Callable[[Any], Any]) -> Callable[[Builder, Sequence[Sql]], Sql]:
    def build(b: Builder, args: Sequence[Sql]) -> Sql:
        if b.is_sqlite:
            part: Sql = b.by_python(name, args, NUMBER)
            return part
        total: Any = 0
        kinds = {(a.type.item or a.type).name for a in args}
        if len(kinds) > 1 or kinds & {"any", "json", "bool"}:
            raise Refused(name)
        items = gathered(b, args, args[0].type.item or args[0].type)
        total = use(items)
        return Sql(
            cast(total, BigInteger()), NUMBER, 0, 8, nullable=False, size=4 + sum(a.size for a in args)
        )

    return build


def _sql_counted(b: Builder, args: Sequence[Sql]) -> Sql:
    if any((a.type.item or a.type) != NUMBER for a in args):
        raise Refused("COUNT")
    return _count_numbers(b, args)


_count_numbers = _sql_count("COUNT", lambda items: over(items, func.count))


def _is_filled(v: Any) -> Any:
    return func.nullif(cast(v, _TEXT), "").is_not(None)


def _spread(less: int, root: bool) -> Callable[[Any], Any]:
    def use(items: Any) -> Any:
        def worked(v: Any) -> Any:
            count = func.count(v)
            square = func.round(count * func.sum(v * v) - func.sum(v) * func.sum(v), 70)
            spread = square / func.nullif(count, 0) / func.nullif(count - less, 0)
            return sql_fifteen(func.sqrt(func.greatest(spread, 0)) if root else spread)

        return over(items, worked)

    return use


def _too_few(less: int) -> Callable[[Any], Any]:
    return lambda items: over(items, lambda v: func.count(v) <= less)


def _kind_of_items(kinds: Sequence[ExprType]) -> ExprType:
    first = kinds[0].item or kinds[0]
    found = {(k.item or k).name for k in kinds if (k.item or k).name != "blank"}
    if found == {"date", "datetime"}:
        return ExprType("any")
    return (
        next(((k.item or k) for k in kinds if (k.item or k).name != "blank"), first)
        if len(found) == 1
        else ExprType("any")
    )


_TEXT = Text()
_V = "values: numbers, more?: numbers -> number"
_A = "values: values, more?: values -> number"
_I = "among: values, condition: any, values?: numbers -> number"
_S = "values: numbers, among: values, condition: any, lists?: values, conditions?: any -> number"

FUNCTIONS = (
    Function("MIN", "最小值", "最小的数或最早的日期，空值不算。", "The smallest number or earliest date; blanks do not count.", "values: values, more?: values -> any", "MIN(3, 1, 2)", 1, body=_extreme(min), repeat=1, blank="pass", type_of=_kind_of_items, sql=_sql_extreme("MIN")),
    Function("MAX", "最大值", "最大的数或最晚的日期，空值不算。", "The largest number or latest date; blanks do not count.", "values: values, more?: values -> any", "MAX(LIST(3, 1), 2)", 3, body=_extreme(max), repeat=1, blank="pass", type_of=_kind_of_items, sql=_sql_extreme("MAX")),
    Function("AVERAGE", "平均值", "平均值，空值不算；没有数时出错。", "The mean; blanks do not count; an error value where there is none.", _V, "AVERAGE(1, 2, 6)", 3, body=_average, repeat=1, blank="pass", sql=aggregate("AVERAGE", lambda items: over(items, lambda v: rounded(func.round(rounded(func.sum(v)), 60) / func.nullif(func.count(v), 0))), _too_few(0))),
    Function("MEDIAN", "中位数", "排序后居中的数。", "The middle number.", _V, "MEDIAN(5, 1, 3)", 3, body=_median, repeat=1, blank="pass"),
    Function("COUNT", "计数", "数字的个数。", "How many numbers there are.", _A, "COUNT(1, NULL, 3)", 2, body=_counted, repeat=1, blank="pass", sql=_sql_counted),
    Function("COUNTA", "非空计数", "不为空的个数。", "How many are not blank.", _A, 'COUNTA("a", "", "b")', 2, body=lambda *v: Decimal(len(filled(v))), repeat=1, blank="pass", sql=_sql_count("COUNTA", lambda items: over(items, lambda v: func.count(), _is_filled))),
    Function("COUNTBLANK", "空值计数", "为空的个数。", "How many are blank.", _A, 'COUNTBLANK("a", "", NULL)', 2, body=lambda *v: Decimal(len(list(flat(v))) - len(filled(v))), repeat=1, blank="pass", sql=_sql_count("COUNTBLANK", lambda items: over(items, lambda v: func.count(), lambda v: ~_is_filled(v)))),
    Function("COUNTUNIQUE", "去重计数", "不同值的个数。", "How many different values there are.", _A, 'COUNTUNIQUE("a", "b", "a")', 2, body=_different, repeat=1, blank="pass"),
    Function("SUMIF", "条件求和", "满足条件的数之和。条件如 \">5\" 或一个值，可用 * 和 ?。", "The sum where a condition such as \">5\" or a value holds; * and ? match any text.", _I, 'SUMIF(LIST(1, 5, 9), ">4")', 14, body=_sumif, blank="pass"),
    Function("SUMIFS", "多条件求和", "同时满足多个条件的数之和。", "The sum where all conditions hold.", _S, 'SUMIFS(LIST(1, 2, 4), LIST("a", "b", "a"), "a")', 5, repeat=2, body=lambda values, *pairs: sum(_only_numbers(_chosen(values, pairs)), ZERO), blank="pass"),
    Function("COUNTIF", "条件计数", "满足条件的个数。", "How many meet the condition.", "among: values, condition: any -> number", 'COUNTIF(LIST("a", "b", "A"), "a")', 2, body=lambda among, condition: Decimal(len(_chosen(among, [among, condition]))), blank="pass"),
    Function("COUNTIFS", "多条件计数", "同时满足多个条件的个数。", "How many meet all conditions.", "among: values, condition: any, lists?: values, conditions?: any -> number", 'COUNTIFS(LIST(1, 5, 9), ">1", LIST(1, 5, 9), "<9")', 1, repeat=2, body=lambda *pairs: Decimal(len(_chosen(pairs[0], pairs))), blank="pass"),
    Function("AVERAGEIF", "条件平均", "满足条件的数的平均值。", "The mean where a condition holds.", _I, 'AVERAGEIF(LIST(1, 5, 9), ">1")', 7, body=_averageif, blank="pass"),
    Function("AVERAGEIFS", "多条件平均", "同时满足多个条件的数的平均值。", "The mean where all conditions hold.", _S, 'AVERAGEIFS(LIST(1, 2, 4), LIST("a", "b", "a"), "a")', "2.5", repeat=2, body=lambda values, *pairs: _average(_only_numbers(_chosen(values, pairs))), blank="pass"),
    Function("SUMPRODUCT", "乘积之和", "各列表对应项相乘再求和。", "The sum of the products of items that stand at the same place.", "values: numbers, more?: numbers -> number", "SUMPRODUCT(LIST(1, 2), LIST(3, 4))", 11, repeat=1, body=_sumproduct, blank="pass"),
    Function("STDEV", "标准差", "样本标准差。", "The standard deviation of a sample.", _V, "STDEV(1, 2, 3, 4)", "1.29099444873581", repeat=1, body=_variance(1, True), blank="pass", sql=aggregate("STDEV", _spread(1, True), _too_few(1))),
    Function("STDEVP", "总体标准差", "总体标准差。", "The standard deviation of a whole population.", _V, "STDEVP(2, 4)", 1, repeat=1, body=_variance(0, True), blank="pass", sql=aggregate("STDEVP", _spread(0, True), _too_few(0))),
    Function("VAR", "方差", "样本方差。", "The variance of a sample.", _V, "VAR(1, 2, 3)", 1, repeat=1, body=_variance(1, False), blank="pass", sql=aggregate("VAR", _spread(1, False), _too_few(1))),
    Function("VARP", "总体方差", "总体方差。", "The variance of a whole population.", _V, "VARP(2, 4)", 1, repeat=1, body=_variance(0, False), blank="pass", sql=aggregate("VARP", _spread(0, False), _too_few(0))),
    Function("LARGE", "第几大", "列表中第几大的数。", "The n-th largest number of a list.", "values: list of number, place: number -> number", "LARGE(LIST(3, 9, 5), 2)", 5, body=_nth(True)),
    Function("SMALL", "第几小", "列表中第几小的数。", "The n-th smallest number of a list.", "values: list of number, place: number -> number", "SMALL(LIST(3, 9, 5), 2)", 5, body=_nth(False)),
    Function("RANK", "名次", "在列表中的名次，默认从大到小。", "The place of a number in a list, largest first unless told.", "value: number, values: list of number, ascending?: bool -> number", "RANK(5, LIST(3, 9, 5))", 2, body=_rank),
    Function("PERCENTILE", "百分位数", "列表的百分位数，位置之间按比例取值。", "The percentile of a list, in proportion between two items.", "values: list of number, part: number -> number", "PERCENTILE(LIST(1, 2, 3, 4), 0.25)", "1.75", body=_percentile),
)  # fmt: skip
