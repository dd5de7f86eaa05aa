"""Lists and relations (列表与关联): items count from 1, a blank list has none."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import ARRAY, Text, and_, case, cast, func, select, type_coerce

from engine.expressions.function import Function
from engine.expressions.functions._read import MOST_ITEMS, filled, sized
from engine.expressions.functions._sql import whole
from engine.expressions.numbers import ZERO
from engine.expressions.operators import caseless, same
from engine.expressions.problems import BAD_VALUE, NOT_FOUND, TOO_LARGE, Failure
from engine.expressions.sql_builder import Builder
from engine.expressions.sql_parts import Refused, Sql
from engine.expressions.types import ANY, NUMBER, TEXT, ExprType, list_of


def _items(values: Any) -> list[Any]:
    if values is None:
        return []
    return list(values) if isinstance(values, list | tuple) else [values]


def _first(values: Any) -> Any:
    found = _items(values)
    return found[0] if found else None


def _last(values: Any) -> Any:
    found = _items(values)
    return found[-1] if found else None


def _index(values: Any, place: Any) -> Any:
    found = _items(values)
    if place is None:
        return None
    at = int(place)
    if not 1 <= abs(at) <= len(found):
        raise Failure(NOT_FOUND)
    return found[at - 1 if at > 0 else at]


def _key(value: Any) -> Any:
    if isinstance(value, str):
        return caseless(value)
    try:
        hash(value)
    except TypeError:
        return repr(value)
    return value


def _unique(values: Any) -> list[Any]:
    seen: dict[Any, Any] = {}
    for one in _items(values):
        if one is not None and one != "":
            seen.setdefault(_key(one), one)
    return list(seen.values())


def _sorted(values: Any, descending: Any = False) -> list[Any]:
    found = filled([_items(values)])
    try:
        return sorted(found, key=_key, reverse=bool(descending))
    except TypeError:
        raise Failure(BAD_VALUE) from None


def _filter(values: Any, holds: Callable[[Any], Any]) -> list[Any]:
    return [one for one in _items(values) if holds(one)]


def _map(values: Any, work_out: Callable[[Any], Any]) -> list[Any]:
    return [work_out(one) for one in _items(values)]


def _any(values: Any, holds: Callable[[Any], Any]) -> bool:
    return any(holds(one) for one in _items(values))


def _all(values: Any, holds: Callable[[Any], Any]) -> bool:
    return all(holds(one) for one in _items(values))


def _includes(values: Any, wanted: Any) -> bool:
    if wanted is None or wanted == "":
        return False
    if not isinstance(wanted, str):
        return wanted in _items(values)
    return any(same(one, wanted) for one in _items(values))


def _join(values: Any, separator: str | None = "、") -> str:
    return sized((separator or "").join(one for one in _items(values) if one))


def _flatten(*values: Any) -> list[Any]:
    found, waiting = [], list(reversed(values))
    while waiting:
        one = waiting.pop()
        if isinstance(one, list | tuple):
            waiting.extend(reversed(one))
        else:
            found.append(one)
            if len(found) > MOST_ITEMS:
                raise Failure(TOO_LARGE)
    return found


def _group_sum(keys: Any, values: Any, wanted: Any) -> Decimal:
    groups, numbers = _items(keys), _items(values)
    if len(groups) != len(numbers):
        raise Failure(BAD_VALUE)
    return sum((v for k, v in zip(groups, numbers, strict=True) if v is not None and same(k, wanted)), ZERO)


def _at_extreme(latest: bool) -> Callable[[Any, Any], Any]:
    def pick(moments: Any, values: Any) -> Any:
        pairs = list(zip(_items(moments), _items(values), strict=False))
        if len(_items(moments)) != len(_items(values)):
            raise Failure(BAD_VALUE)
        dated = [(m, at) for at, (m, _) in enumerate(pairs) if m is not None]
        if not dated:
            return None
        # of several at one moment the last written counts as latest, the first as earliest
        chosen = max(dated) if latest else min(dated)
        return pairs[chosen[1]][1]

    return pick


def _running(values: Any) -> list[Any]:
    total, sums = ZERO, []
    for one in _items(values):
        total += one or 0
        sums.append(total)
    return sums


def _row(*pairs: Any) -> dict[str, Any]:
    if len(pairs) % 2 or not all(isinstance(key, str) and key for key in pairs[::2]):
        raise Failure(BAD_VALUE)
    return dict(zip(pairs[::2], pairs[1::2], strict=True))


def _asked(c: Any) -> Any:
    if c.data is None:
        raise Failure(NOT_FOUND)
    return c.data


def _query(c: Any, form: str, by: str, key: Any, field: str, aggregate: str | None = "list") -> Any:
    return None if key is None else _asked(c).query(form, by, key, field, aggregate or "list")


def _row_fact(name: str) -> Callable[[Any], Any]:
    return lambda c: c.record.get(name) if isinstance(c.record, Mapping) else None


def _row_number(c: Any) -> Decimal | None:
    number = _row_fact("row_no")(c)
    return None if number is None else Decimal(number)


def _previous(c: Any, key: str) -> Any:
    row = _row_fact("previous")(c)
    return row.get(key) if isinstance(row, Mapping) else None


# SQL: lists are arrays on PostgreSQL; on SQLite the bodies above are called with JSON


def _array(
    name: str, use: Callable[..., Any], fails: Callable[..., Any] | None = None, result: str = "item"
) -> Callable[[Builder, Sequence[Sql]], Sql]:
    def build(b: Builder, args: Sequence[Sql]) -> Sql:
        many = args[0].type
        if many.item is None or (
            many.item.name in ("any", "json", "record") and name not in ("COUNTROWS", "FIRST", "LAST")
        ):
            raise Refused(name)
        kind = {"item": many.item, "list": many, "number": NUMBER, "text": TEXT}[result]
        if b.is_sqlite:
            part: Sql = b.by_python(name, args, kind, fails=fails is not None)
            return part
        given = [b.plain(one) for one in args]
        given[0] = type_coerce(given[0], b.native(many))
        size = 3 * sum(a.size for a in args) + 1
        return Sql(
            type_coerce(use(*given), b.native(kind)), kind, error=fails(*given) if fails else None, size=size
        )

    return build


def _sql_includes(b: Builder, args: Sequence[Sql]) -> Sql:
    return b.membership(args[1], args[0])


def _count_rows(values: Any) -> Any:
    return func.coalesce(func.cardinality(values), 0)


def _item(values: Any, place: Any) -> Any:
    source = func.unnest(values).table_valued("v", with_ordinality="n").render_derived()
    column = type_coerce(source.c.v, values.type.item_type)
    query = select(column).select_from(source).where(source.c.n == place)
    return query.correlate_except(source).scalar_subquery()


def _pg_index(values: Any, place: Any) -> Any:
    at, count = whole(place), _count_rows(values)
    return _item(values, case((at > 0, at), (at < 0, count + 1 + at)))


def _index_fails(values: Any, place: Any) -> Any:
    at = whole(place)
    return and_(place.is_not(None), (at == 0) | (func.abs(at) > _count_rows(values)))


def _pg_join(values: Any, separator: Any = None) -> Any:
    joined = func.array_to_string(
        func.array_remove(cast(values, ARRAY(Text())), ""),
        "、" if separator is None else func.coalesce(separator, ""),
    )
    return func.coalesce(joined, "")


def _list_type(kinds: Sequence[ExprType]) -> ExprType:
    return list_of(kinds[0].item or kinds[0]) if kinds else list_of(ANY)


def _mapped(kinds: Sequence[ExprType]) -> ExprType:
    return list_of(kinds[1])


def _second_item(kinds: Sequence[ExprType]) -> ExprType:
    return kinds[1].item or ANY


def _fn(
    name: str, alias: str, zh: str, en: str, signature: str, example: str, result: Any, body: Any, **more: Any
) -> Function:
    return Function(name, alias, zh, en, signature, example, result, body, blank="pass", **more)


FUNCTIONS = (
    _fn("LIST", "列表", "由各值组成列表。", "A list of the values.", "values: T, more?: T -> list of T", "COUNTROWS(LIST(1, 2))", 2, lambda *values: list(values), repeat=1, sql=lambda b, args: b.listed(args, list_of(args[0].type))),
    _fn("FIRST", "第一项", "列表的第一项。", "The first item.", "values: list -> item", "FIRST(LIST(3, 1, 2))", 3, _first, sql=_array("FIRST", lambda v: _item(v, 1))),
    _fn("LAST", "最后一项", "列表的最后一项。", "The last item.", "values: list -> item", "LAST(LIST(3, 1, 2))", 2, _last, sql=_array("LAST", lambda v: _item(v, func.cardinality(v)))),
    _fn("INDEX", "第几项", "列表的第几项，负数从末尾数起。", "The n-th item; negative numbers count from the end.", "values: list, place: number -> item", "INDEX(LIST(3, 1, 2), 2)", 1, _index, sql=_array("INDEX", _pg_index, _index_fails)),
    _fn("UNIQUE", "去重", "去掉重复和空的项，保留先出现的。", "Each item once, blanks left out, in the order they came.", "values: list -> list of item", 'UNIQUE(LIST("a", "b", "a"))', ["a", "b"], _unique),
    _fn("SORT", "排序", "从小到大排序，可选从大到小；空值不算。", "Sorted upwards, or downwards if told; blanks left out.", "values: list, descending?: bool -> list of item", "SORT(LIST(3, 1, 2), TRUE)", [3, 2, 1], _sorted),
    _fn("REVERSE", "倒序", "列表倒过来。", "The list from end to start.", "values: list -> list of item", "REVERSE(LIST(1, 2, 3))", [3, 2, 1], lambda v: _items(v)[::-1]),
    _fn("FILTER", "筛选", "只留下满足条件的项；条件里用 {row} 指每一项。", "The items for which the condition holds; {row} is the item.", "values: list, condition: each bool -> list of item", "FILTER(LIST(1, 5, 9), {row} > 4)", [5, 9], _filter),
    _fn("MAP", "逐项计算", "对每一项计算；用 {row} 指每一项。", "A formula worked out for every item; {row} is the item.", "values: list, formula: each -> list of any", "MAP(LIST(1, 2), {row} * 10)", [10, 20], _map, type_of=_mapped),
    _fn("ANY", "任一满足", "是否有一项满足条件。", "Whether the condition holds for any item.", "values: list, condition: each bool -> bool", "ANY(LIST(1, 5), {row} > 4)", True, _any),
    _fn("ALL", "全部满足", "是否每一项都满足条件。", "Whether the condition holds for every item.", "values: list, condition: each bool -> bool", "ALL(LIST(1, 5), {row} > 0)", True, _all),
    _fn("INCLUDES", "包含", "列表里是否有某一项。", "Whether a list holds an item.", "values: list of T, item: T -> bool", 'INCLUDES(LIST("a", "b"), "B")', True, _includes, sql=_sql_includes),
    _fn("JOIN", "合并成文字", "用分隔符（默认顿号）把列表连成文字。", "The items as one text with a separator (、 unless told).", "values: list of text, separator?: text -> text", 'JOIN(LIST("a", "b"), "-")', "a-b", _join, sql=_array("JOIN", _pg_join, result="text")),
    _fn("FLATTEN", "展开", "把多层列表展开成一层。", "Lists within lists made one list.", "values: values, more?: values -> list of any", "COUNTROWS(FLATTEN(LIST(1, 2), 3))", 3, _flatten, repeat=1, type_of=_list_type),
    _fn("COUNTROWS", "项数", "列表有几项。", "How many items there are.", "values: list -> number", "COUNTROWS(LIST(1, 2, 3))", 3, lambda v: Decimal(len(_items(v))), sql=_array("COUNTROWS", _count_rows, result="number")),
    _fn("LOOKUP", "查询一条", "按编号到另一张表里取一个字段的值。", "A field's value from a record of another form.", 'form: text, key: any, field: text -> any', 'ISERROR(LOOKUP("customer", "x", "name"))', True, lambda c, form, key, field: None if key is None else _asked(c).lookup(form, key, field), needs_context=True, is_volatile=True, clock="else"),
    _fn("QUERY", "查询多条", "到另一张表里取关联记录的字段，可汇总（list、sum、count、min、max、avg）。", "A field of all linked records of another form, listed or summed up (list, sum, count, min, max, avg).", "form: text, by: text, key: any, field: text, aggregate?: text -> any", 'ISERROR(QUERY("bill", "customer_id", "x", "paid", "sum"))', True, _query, needs_context=True, is_volatile=True, clock="else"),
    _fn("ROW", "行", "由字段和值组成一行，配合 LIST、MAP 写入子表。", "A row of fields and values; with LIST or MAP it fills a subtable.", "field: text, value: any, fields?: text, values?: any -> json", 'INCLUDES(MAP(LIST(1, 2), ROW("qty", {row})), ROW("qty", 2))', True, _row, repeat=2),
    _fn("PREV", "上一行", "子表上一行某个字段的值。", "A field's value in the row before.", "field: text -> any", 'ISBLANK(PREV("amount"))', True, _previous, needs_context=True),
    _fn("ROWNO", "行号", "子表当前行的行号，从 1 开始。", "The number of this row, from 1.", "-> number", "ISBLANK(ROWNO())", True, _row_number, needs_context=True),
    _fn("PARENT", "主表字段", "子表里取主表某个字段的值。", "A field's value in the record that holds this row.", "field: text -> any", 'ISBLANK(PARENT("name"))', True, lambda c, key: c.value(("form", key)), needs_context=True),
    _fn("LINKED", "关联记录", "指向本记录的另一张表的记录的某个字段。", "A field of the records of another form that point to this one.", "form: text, by: text, field: text -> any", 'ISERROR(LINKED("bill", "customer_id", "paid"))', True, lambda c, form, by, field: _asked(c).query(form, by, c.value(("id",)), field, "list"), needs_context=True, is_volatile=True, clock="else"),
    _fn("GROUPSUM", "分组求和", "与分组列表对应的数值中，属于某组的合计。", "The sum of the values that stand beside a group's key.", "keys: list of K, values: list of number, key: K -> number", 'GROUPSUM(LIST("a", "b", "a"), LIST(1, 2, 4), "a")', 5, _group_sum),
    _fn("LATEST", "最近的值", "日期最晚的那一项对应的值。", "The value beside the latest date.", "moments: list of T, values: list -> any", "LATEST(LIST(DATE(2026,1,1), DATE(2026,3,1)), LIST(10, 20))", 20, _at_extreme(True), type_of=_second_item),
    _fn("EARLIEST", "最早的值", "日期最早的那一项对应的值。", "The value beside the earliest date.", "moments: list of T, values: list -> any", "EARLIEST(LIST(DATE(2026,1,1), DATE(2026,3,1)), LIST(10, 20))", 10, _at_extreme(False), type_of=_second_item),
    _fn("RUNNINGSUM", "累计和", "逐项累计的和。", "The sums so far, one for every item.", "values: list of number -> list of number", "RUNNINGSUM(LIST(1, 2, 3))", [1, 3, 6], _running),
)  # fmt: skip
