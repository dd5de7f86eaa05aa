"""Small pieces that the SQL of several functions is made of."""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import ARRAY, Integer, Numeric, cast, func, select, type_coerce
from sqlalchemy.dialects.postgresql import array

from engine.expressions.sql_builder import Builder
from engine.expressions.sql_parts import Sql
from engine.expressions.types import NUMBER, ExprType, list_of


def whole(value: Any) -> Any:
    """Return a NUMERIC cut towards zero, as an integer of PostgreSQL, kept within what it holds."""
    return cast(func.greatest(func.least(func.trunc(value), 2_000_000_000), -2_000_000_000), Integer())


def empty(kind: Any) -> Any:
    """Return an array without items."""
    return cast(array([]), ARRAY(kind))


def gathered(b: Builder, args: Sequence[Sql], item: ExprType = NUMBER) -> Any:
    """Return all arguments, single values and lists, as one array (PostgreSQL)."""
    kind = b.native(item)
    arrays = [
        func.coalesce(part.expr, empty(kind))
        if part.type.item is not None
        else b.listed([part], list_of(item)).expr
        for part in args
    ]
    joined = arrays[0]
    for more in arrays[1:]:
        joined = func.array_cat(joined, more)
    return type_coerce(joined, ARRAY(kind))


def over(items: Any, use: Callable[[Any], Any], where: Callable[[Any], Any] | None = None) -> Any:
    """Return an aggregate over an array (PostgreSQL): `over(a, func.sum)`."""
    source = func.unnest(items).table_valued("v").render_derived()
    column = type_coerce(source.c.v, items.type.item_type)
    query = select(use(column)).select_from(source)
    if where is not None:
        query = query.where(where(column))
    return query.correlate_except(source).scalar_subquery()


def aggregate(
    name: str, use: Callable[[Any], Any], fails: Callable[[Any], Any] | None = None
) -> Callable[[Builder, Sequence[Sql]], Sql]:
    """Return the SQL builder of a function of numbers: `use(array)` on PostgreSQL, the Python body on SQLite."""

    def build(b: Builder, args: Sequence[Sql]) -> Sql:
        if b.is_sqlite:
            part: Sql = b.by_python(name, args, NUMBER, fails=fails is not None)
            return part
        items = gathered(b, args)
        error = fails(items) if fails else None
        return Sql(
            type_coerce(use(items), Numeric()), NUMBER, error=error, size=4 + 2 * sum(a.size for a in args)
        )

    return build
