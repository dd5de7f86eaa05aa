"""Builds the SQL of each part of a formula; see `sql.py` for what a part looks like in each database."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Date,
    DateTime,
    Float,
    Integer,
    Numeric,
    Text,
    Time,
    and_,
    any_,
    bindparam,
    case,
    cast,
    false,
    func,
    not_,
    null,
    or_,
    select,
    true,
    type_coerce,
)
from sqlalchemy.dialects.postgresql import JSONB, array
from sqlalchemy.types import TypeEngine

from engine.expressions.function import Function
from engine.expressions.moments import instant, placed, seconds
from engine.expressions.numbers import plain
from engine.expressions.operators import caseless
from engine.expressions.sql_arithmetic import arithmetic, negated
from engine.expressions.sql_parts import COLUMN_DIGITS, MOST_DIGITS, Expr, Refused, Rows, Sql, SqlScope
from engine.expressions.sqlite_calls import CALL, FAILS, signature, write_instant
from engine.expressions.typed import Typed
from engine.expressions.types import BOOL, DATE, DATETIME, DURATION, NUMBER, RANGE, TEXT, ExprType

_PG: dict[str, TypeEngine[Any]] = {
    "number": Numeric(),
    "duration": Numeric(),
    "bool": Boolean(),
    "date": Date(),
    "datetime": DateTime(timezone=True),
    "time": Time(),
    "json": JSONB(),
}


class Builder:
    """Makes SQL parts for one scope. Functions' own builders get it as their first argument."""

    def __init__(self, scope: SqlScope) -> None:
        self.scope = scope
        self.is_sqlite = scope.dialect == "sqlite"
        self.zone = scope.zone

    def part(self, node: Typed, args: Sequence[Sql]) -> Sql:
        """Return the SQL of one typed part whose arguments are built already."""
        match node.kind:
            case "lit":
                return self.literal(node.value, node.type)
            case "field":
                return self._field(node)
            case "op":
                return self._operation(node, args[0], args[1])
            case "call":
                assert node.function is not None
                return self.call(node.function, args, node.type)
            case "to":
                return self.convert(args[0], node.type)
            case "neg":
                return negated(self, args[0])
            case "pct":
                return arithmetic(
                    self, "/", args[0], replace(self.literal(Decimal(100), NUMBER), nullable=True)
                )
            case "not":
                return Sql(
                    not_(self.truth(args[0])),
                    BOOL,
                    nullable=False,
                    error=args[0].error,
                    size=args[0].size + 1,
                )
            case "list":
                return self.listed(args, node.type)
            case _:
                raise Refused(node.kind)

    def native(self, kind: ExprType) -> TypeEngine[Any]:
        """Return the plain column type of values of `kind` in this database."""
        if self.is_sqlite:
            return Boolean() if kind == BOOL else Text()
        if kind.item is not None:
            return ARRAY(self.native(kind.item))
        return _PG.get(kind.name, Text())

    def literal(self, value: Any, kind: ExprType) -> Sql:
        """Return a bound literal; a number becomes a scaled integer where it fits."""
        if value is None:
            expr: Expr = null() if self.is_sqlite else cast(null(), self.native(kind))
            return Sql(expr, kind)
        if kind == NUMBER:
            return self._number_literal(Decimal(value))
        if kind == BOOL:
            return Sql(true() if value else false(), kind, nullable=False, value=value)
        stored = self._stored(value, kind)
        bound = bindparam(None, stored, type_=self.native(kind), unique=True)
        return Sql(
            bound if self.is_sqlite else cast(bound, self.native(kind)), kind, nullable=False, value=value
        )

    def clock(self, name: str, kind: ExprType) -> Sql:
        """Return "now" or "today": known only when the SQL is run."""
        native = self.native(kind)
        given = self.scope.clock(name, native)
        return Sql(given if self.is_sqlite else cast(given, native), kind, nullable=False)

    def _stored(self, value: Any, kind: ExprType) -> Any:
        if kind == DATETIME:
            value = placed(value, self.zone).astimezone(UTC)
        if kind == DURATION:
            return plain(seconds(value)) if self.is_sqlite else seconds(value)
        if not self.is_sqlite:
            return value
        if isinstance(value, datetime):
            return write_instant(value)
        if isinstance(value, date):
            return value.isoformat()
        return value.isoformat("microseconds") if isinstance(value, time) else value

    def _number_literal(self, value: Decimal) -> Sql:
        digits = plain(value)
        scale = len(digits.partition(".")[2])
        count = len(digits.replace("-", "").replace(".", ""))
        if count <= MOST_DIGITS:
            bound = bindparam(None, int(value.scaleb(scale)), type_=BigInteger(), unique=True)
            return Sql(
                bound if self.is_sqlite else cast(bound, BigInteger()),
                NUMBER,
                scale,
                count,
                nullable=False,
                value=value,
            )
        kind: TypeEngine[Any] = Text() if self.is_sqlite else Numeric()
        large = bindparam(None, digits if self.is_sqlite else value, type_=kind, unique=True)
        return Sql(large if self.is_sqlite else cast(large, kind), NUMBER, nullable=False, value=value)

    def _field(self, node: Typed) -> Sql:
        rows = self.scope.rows((node.value,))
        if rows is not None:
            return self._row_list(node.type, rows)
        if node.type == RANGE:
            return self._range(node.value)
        return self.column(self.scope.column(node.value), node.type)

    def _range(self, path: tuple[str, ...]) -> Sql:
        whole = self.column(self.scope.column(path), RANGE)
        ends = self.scope.ends(path)
        if ends is None:
            return whole
        kind, start, end = ends
        return replace(whole, items=(self.column(start, kind), self.column(end, kind)))

    def column(self, column: Expr, kind: ExprType) -> Sql:
        """Return a column of the database as a part; its SQLAlchemy type says how numbers are kept."""
        if kind == NUMBER:
            scale = self._scale(column.type)
            if scale is not None:
                return Sql(type_coerce(column, BigInteger()), kind, scale, COLUMN_DIGITS)
            return Sql(type_coerce(column, self.native(NUMBER)), kind)
        if kind == BOOL:
            return Sql(type_coerce(column, Boolean()), kind, keeps_blank=True)
        if kind.item is not None and not self.is_sqlite and not isinstance(column.type, ARRAY):
            return Sql(self._array_of_json(column, kind.item), kind, size=4)
        return Sql(type_coerce(column, self.native(kind)), kind)

    def _scale(self, kind: TypeEngine[Any]) -> int | None:
        decimals = getattr(kind, "decimals", None)
        if decimals is not None and (self.is_sqlite or not isinstance(getattr(kind, "impl", None), Numeric)):
            return int(decimals)
        if isinstance(kind, Integer):
            return 0
        if isinstance(kind, Float):
            raise Refused("float")
        return None

    def _row_list(self, kind: ExprType, rows: Rows) -> Sql:
        item = self.column(rows.columns[0], kind.item or TEXT)
        value = item.expr if self.is_sqlite else self.number(item) if item.type == NUMBER else item.expr
        inner = select(value.label("v")).select_from(rows.from_)
        if rows.where is not None:
            inner = inner.where(rows.where)
        if rows.order is not None:
            inner = inner.order_by(rows.order)
        inner = inner.correlate_except(rows.from_)
        if self.is_sqlite:
            ordered = inner.subquery()
            gathered: Expr = select(func.json_group_array(ordered.c.v)).scalar_subquery()
        else:
            gathered = func.array(inner.scalar_subquery(), type_=self.native(kind))
        return Sql(gathered, kind, item.scale, item.digits, size=4, rows=rows, nullable=False)

    def _array_of_json(self, column: Expr, item: ExprType) -> Expr:
        element = func.jsonb_array_elements_text(type_coerce(column, JSONB())).table_valued("value")
        inner = select(cast(element.c.value, self.native(item))).select_from(element).scalar_subquery()
        gathered = func.array(inner, type_=ARRAY(self.native(item)))
        return case((column.is_not(None), gathered))

    # Parts of a known kind as plain SQL

    def truth(self, part: Sql) -> Expr:
        """Return a boolean that is never null."""
        return func.coalesce(part.expr, false()) if part.nullable else part.expr

    def number(self, part: Sql) -> Expr:
        """Return the number as NUMERIC (PostgreSQL only)."""
        if part.scale is None:
            return part.expr
        exact = cast(part.expr, Numeric())
        return exact if part.scale == 0 else exact * cast(Decimal(1).scaleb(-part.scale), Numeric())

    def plain(self, part: Sql) -> Expr:
        """Return any part as the plain value functions work on (PostgreSQL only)."""
        if part.type == NUMBER:
            return self.number(part)
        return self.truth(part) if part.type == BOOL else part.expr

    def error(self, *parts: Sql) -> Expr | None:
        """Return the condition under which any of the parts is an error value."""
        found = [part.error for part in parts if part.error is not None]
        return or_(*found) if found else None

    def with_error(self, part: Sql, *more: Expr | None) -> Sql:
        """Return the part with further conditions of failure."""
        found = [one for one in (part.error, *more) if one is not None]
        return replace(part, error=or_(*found) if found else None)

    def let(self, values: Sequence[Expr], use: Callable[..., Expr]) -> Expr:
        """Return what `use` makes of values that are worked out once (PostgreSQL only)."""
        names = [f"v{at}" for at in range(len(values))]
        source = func.unnest(*[array([value]) for value in values]).table_valued(*names).render_derived()
        columns = [type_coerce(source.c[name], value.type) for name, value in zip(names, values, strict=True)]
        return select(use(*columns)).select_from(source).correlate_except(source).scalar_subquery()

    def aligned(self, parts: Iterable[Sql]) -> list[Sql] | None:
        """Return numbers brought to one scale as integers, or None where they do not fit."""
        parts = list(parts)
        if any(part.scale is None for part in parts):
            return None
        top = max((part.scale or 0 for part in parts), default=0)
        brought = []
        for part in parts:
            more = top - (part.scale or 0)
            if part.digits + more > MOST_DIGITS:
                return None
            if part.value is not None:
                bound = bindparam(None, int(Decimal(part.value).scaleb(top)), type_=BigInteger(), unique=True)
                expr: Expr = bound if self.is_sqlite else cast(bound, BigInteger())
            else:
                expr = part.expr * 10**more if more else part.expr
            brought.append(replace(part, expr=expr, scale=top, digits=part.digits + more))
        return brought

    # Calls

    def call(self, function: Function, args: Sequence[Sql], kind: ExprType) -> Sql:
        """Return a function call in SQL."""
        if function.sql is not None:
            part: Sql = function.sql(self, args)
            return self.with_error(part, *([] if function.blank == "lazy" else [self.error(*args)]))
        if function.pg is None:
            raise Refused(function.name)
        if self.is_sqlite:
            part = self.by_python(function.name, args, kind, fails=function.fails is not None)
            return self.with_error(replace(part, keeps_blank=kind == BOOL), self.error(*args))
        given = [self._operand(function, one) for one in args]
        size = 2 * sum(one.size for one in args) + 2
        made = type_coerce(function.pg(self, *given), self.native(kind))
        part = Sql(made, kind, size=size, keeps_blank=kind == BOOL)
        return self.with_error(
            part, self.error(*args), function.fails(self, *given) if function.fails else None
        )

    def _operand(self, function: Function, part: Sql) -> Expr:
        expr = part.expr if part.type == BOOL and function.blank == "pass" else self.plain(part)
        if part.type == TEXT and function.blank != "pass" and part.nullable:
            return func.coalesce(expr, "")
        return expr

    def by_python(self, name: str, args: Sequence[Sql], kind: ExprType, fails: bool = False) -> Sql:
        """Return a call of a Python function registered on SQLite."""
        kinds = [str(a.type) if a.scale is None else f"{a.type}:{a.scale}" for a in args]
        kinds = ["record" if k.startswith("record") else k for k in kinds]
        what = signature(name, kinds, str(kind), self.zone)
        given = [
            self.truth(a) if a.type == BOOL and a.nullable and name not in _KEEPS_BLANKS else a.expr
            for a in args
        ]
        expr: Expr = getattr(func, CALL)(what, *given, type_=self.native(kind))
        error = [getattr(func, FAILS)(what, *given, type_=Boolean())] if fails else []
        part = Sql(expr, kind, size=(1 + fails) * (1 + sum(a.size for a in args)))
        return self.with_error(part, *error)

    def merged(self, parts: Sequence[Sql]) -> list[Sql]:
        """Return parts of one type kept in one way, so that they may be branches of one CASE."""
        if parts and parts[0].type == BOOL:
            return [p if p.keeps_blank else replace(p, expr=self.truth(p), nullable=False) for p in parts]
        if not parts or parts[0].type != NUMBER:
            return list(parts)
        brought = self.aligned([replace(p, scale=0) if p.scale is None and _is_null(p) else p for p in parts])
        if brought is not None:
            return brought
        if not self.is_sqlite:
            return [replace(p, expr=self.number(p), scale=None) for p in parts]
        return [p if p.scale is None else self.by_python("number", [p], NUMBER) for p in parts]

    # Conversions

    def convert(self, part: Sql, wanted: ExprType) -> Sql:
        """Return the part as another type, as the checker's rules allow."""
        pair = (part.type.name, wanted.name)
        base = replace(part, type=wanted, value=None, size=part.size + 1)
        if pair == ("bool", "number"):
            one = replace(base, expr=case((part.expr, 1), (not_(part.expr), 0)), scale=0, digits=1)
            return one if self.is_sqlite else replace(one, expr=cast(one.expr, BigInteger()))
        if pair == ("number", "bool") and part.scale is not None:
            return replace(base, expr=part.expr != 0, scale=None)
        if self.is_sqlite:
            return self.with_error(self.by_python(f"to {wanted}", [part], wanted), part.error)
        if pair == ("number", "bool"):
            return replace(base, expr=part.expr != 0)
        if wanted == TEXT:
            return replace(base, expr=self._as_text(part), scale=None, size=2 * part.size + 4)
        if pair == ("date", "datetime"):
            return replace(base, expr=func.timezone(self.zone, cast(part.expr, DateTime())))
        if pair == ("datetime", "date"):
            return replace(base, expr=cast(self.local(part.expr), Date()))
        if pair == ("datetime", "time"):
            return replace(base, expr=cast(self.local(part.expr), Time()))
        if pair == ("duration", "number"):
            return base
        raise Refused(f"{part.type} → {wanted}")

    def local(self, instant: Expr) -> Expr:
        """Return an instant as local time without zone (PostgreSQL only)."""
        return func.timezone(self.zone, instant, type_=DateTime())

    def _as_text(self, part: Sql) -> Expr:
        expr = part.expr
        match part.type.name:
            case "number" | "duration":
                return cast(func.trim_scale(self.number(part)), Text())
            case "bool":
                return case((expr, "TRUE"), (not_(expr), "FALSE"))
            case "date":
                return func.to_char(expr, "YYYY-MM-DD")
            case "time":
                return case(
                    (func.extract("second", expr) == 0, func.to_char(expr, "HH24:MI")),
                    else_=func.to_char(expr, "HH24:MI:SS"),
                )
            case "datetime":
                here = self.local(expr)
                short, full = (func.to_char(here, f) for f in ("YYYY-MM-DD HH24:MI", "YYYY-MM-DD HH24:MI:SS"))
                return case((func.floor(func.extract("second", here)) == 0, short), else_=full)
            case _:
                raise Refused(str(part.type))

    def listed(self, items: Sequence[Sql], kind: ExprType) -> Sql:
        """Return a written-out list."""
        error = self.error(*items)
        size = 1 + sum(one.size for one in items)
        if not self.is_sqlite:
            cells = [self.plain(one) for one in items]
            expr: Expr = (
                cast(array(cells), self.native(kind)) if cells else cast(array([]), self.native(kind))
            )
            return Sql(expr, kind, nullable=False, error=error, size=size, items=tuple(items))
        scale: int | None = None
        if kind.item == NUMBER:
            brought = self.aligned(items)
            scale = brought[0].scale if brought else None
            items = brought or self.merged(items)
        expr = func.json_array(*[one.expr for one in items], type_=Text())
        return Sql(expr, kind, scale, 0, nullable=False, error=error, size=size, items=tuple(items))

    # Operators

    def _operation(self, node: Typed, left: Sql, right: Sql) -> Sql:
        op = node.value
        if op == "&":
            joined = func.coalesce(left.expr, "").concat(func.coalesce(right.expr, ""))
            part = Sql(type_coerce(joined, Text()), TEXT, nullable=False, size=left.size + right.size + 1)
            return self.with_error(part, self.error(left, right))
        if op == "in":
            return self.membership(left, right)
        if op == "within":
            return self._within(left, right)
        if node.type == BOOL:
            return self.with_error(self.compared(op, left, right), self.error(left, right))
        return self.with_error(arithmetic(self, op, left, right), self.error(left, right))

    def compared(self, op: str, left: Sql, right: Sql) -> Sql:
        """Return `= <> < <= > >=` of two parts of one type; the errors of the parts are not in it."""
        kind = left.type
        if kind.item is not None or kind.name in ("json", "range"):
            raise Refused(str(kind))
        size = left.size + right.size + 1
        if kind == NUMBER:
            pair = self.aligned((left, right))
            if pair is not None:
                left, right = pair
            elif self.is_sqlite:
                name = "=" if op == "<>" else op
                same = self.by_python(name, [left, right], BOOL)
                return replace(same, expr=not_(same.expr) if op == "<>" else same.expr, nullable=False)
            else:
                left, right = (replace(one, expr=self.number(one), scale=None) for one in (left, right))
        if op in ("=", "<>"):
            return self._equality(op, left, right, size)
        a, b = left.expr, right.expr
        if kind == TEXT:
            a, b = self._ordered_text(left), self._ordered_text(right)
        if kind == BOOL:
            a, b = (cast(one, Integer()) for one in (a, b))
        nullable = left.nullable or right.nullable or kind == TEXT
        return Sql(a.op(op, is_comparison=True)(b), BOOL, nullable=nullable, size=size)

    def _ordered_text(self, part: Sql) -> Expr:
        if self.is_sqlite:
            return func.lower(func.nullif(part.expr, ""), type_=Text())
        return func.lower(func.nullif(part.expr, "").collate("C"), type_=Text()).collate("C")

    def lowered(self, part: Sql) -> Expr:
        """Return a text with A to Z made small."""
        if self.is_sqlite:
            return func.lower(part.expr, type_=Text())
        return func.lower(part.expr.collate("C"), type_=Text())

    def _equality(self, op: str, left: Sql, right: Sql, size: int) -> Sql:
        if left.value is not None and right.value is None:
            left, right = right, left
        textual = left.type.name in ("text", "option", "record")
        a, b = left.expr, right.expr
        if right.value == "" or (right.value is None and _is_null(right)):
            blank = or_(a.is_(None), a == "") if textual else a.is_(None)
            return Sql(blank if op == "=" else not_(blank), BOOL, nullable=False, size=left.size + size)
        if left.type == TEXT and not (
            isinstance(right.value, str) and caseless(right.value) == right.value.upper()
        ):
            a = self.lowered(left)
            b = (
                self.literal(caseless(right.value), TEXT).expr
                if right.value is not None
                else self.lowered(right)
            )
        is_set = right.value is not None or (not right.nullable and not textual)
        if not left.nullable or is_set:
            equal = Sql(a == b, BOOL, nullable=left.nullable or right.nullable, size=size)
            if op == "=":
                return equal
            return Sql(not_(self.truth(equal)), BOOL, nullable=False, size=size)
        if textual:
            a, b = func.nullif(a, ""), func.nullif(b, "")
        test = a.is_not_distinct_from(b) if op == "=" else a.is_distinct_from(b)
        return Sql(test, BOOL, nullable=False, size=size)

    def membership(self, left: Sql, right: Sql) -> Sql:
        """Return whether the right part, a list, holds the left one."""
        error = self.error(left, right)
        size = left.size + right.size + 1
        if right.items:
            tests = [self.compared("=", left, one) for one in right.items if one.value != ""]
            present = [self.truth(test) for test in tests]
            there = (
                and_(self._present(left), or_(*present))
                if any(i.value is None for i in right.items)
                else or_(*present)
            )
            if all(isinstance(i.value, str) for i in right.items) and left.type.name in ("option", "record"):
                return Sql(
                    left.expr.in_([i.value for i in right.items if i.value]), BOOL, error=error, size=size
                )
            return Sql(there if tests else false(), BOOL, nullable=False, error=error, size=size * 2)
        if self.is_sqlite:
            return self.by_python("INCLUDES", [right, left], BOOL)
        if left.type == TEXT:
            test = func.lower(left.expr.collate("C")) == any_(
                cast(func.lower(cast(right.expr, Text()).collate("C")), ARRAY(Text()))
            )
        else:
            test = self.plain(left) == any_(right.expr)
        return Sql(and_(self._present(left), test), BOOL, error=error, size=size)

    def _present(self, part: Sql) -> Expr:
        return part.expr != "" if part.type.name in ("text", "option", "record") else part.expr.is_not(None)

    def _within(self, value: Sql, span: Sql) -> Sql:
        if not span.items:
            raise Refused("range")
        start, end = span.items
        error = self.error(value, span)
        if start.value is None or end.value is None:
            return self._within_kept(value, start, end, error)
        if value.type == DATETIME and start.type == DATE:
            first = self.literal(instant(start.value, time(), self.zone), DATETIME)
            after = self.literal(instant(end.value + timedelta(days=1), time(), self.zone), DATETIME)
            inside = and_(value.expr >= first.expr, value.expr < after.expr)
            return Sql(inside, BOOL, error=error, size=2 * value.size + 2)
        test = and_(value.expr >= start.expr, value.expr <= end.expr)
        return Sql(test, BOOL, error=error, size=2 * value.size + 2)

    def _within_kept(self, value: Sql, start: Sql, end: Sql, error: Expr | None) -> Sql:
        """Return whether a moment lies in a stored range, either end of which may be open."""
        if value.type != start.type:
            # Compared by the day on the asker's wall; a midnight per end would be wrong where clocks change at midnight.
            value, start, end = (
                one if one.type == DATE else self.convert(one, DATE) for one in (value, start, end)
            )
        from_, to, at = start.expr, end.expr, value.expr
        test = and_(
            or_(from_.is_not(None), to.is_not(None)),
            or_(from_.is_(None), from_ <= at),
            or_(to.is_(None), at <= to),
        )
        size = 2 * (value.size + 2 * start.size + 2 * end.size)
        return Sql(test, BOOL, error=error, size=size)


_KEEPS_BLANKS = frozenset({"COALESCE", "ISBLANK", "IFBLANK", "COUNTA", "COUNTBLANK"})


def _is_null(part: Sql) -> bool:
    inner: Any = part.expr
    while hasattr(inner, "clause"):
        inner = inner.clause
    return inner.__class__ is null().__class__
