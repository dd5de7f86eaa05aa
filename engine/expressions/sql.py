"""Turns a checked formula into SQL that means the same, on PostgreSQL and on SQLite.

Numbers: a money or decimal column is an integer of its smallest unit, and sums, differences and comparisons of
such stay native integers. Anything else is NUMERIC on PostgreSQL, rounded to the digits of formulas; on SQLite,
which has no exact numbers, it is decimal text worked on by the registered Python functions. A boolean that is null
counts as false. Lists are arrays on PostgreSQL, JSON text on SQLite. An error value is null.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import BigInteger, Boolean, ColumnElement, and_, case, cast, not_, null, type_coerce

from engine.expressions.problems import NOT_IN_SQL, located
from engine.expressions.sql_builder import Builder
from engine.expressions.sql_parts import Expr, Refused, Rows, Sql, SqlScope
from engine.expressions.sql_types import result_type
from engine.expressions.typed import Checked, Typed, fold
from engine.expressions.types import BOOL
from engine.problems import Rejected

MOST_SIZE = 4_000
"""Parts of one SQL expression; some operands stand in it twice."""
MOST_DEPTH = 120

__all__ = ["Rows", "SqlScope", "to_condition", "to_sql"]


def to_sql(checked: Checked, scope: SqlScope) -> Expr:
    """Return the formula's value in SQL; reading it gives what `evaluate` gives, null for error values."""
    builder, part = _built(checked, scope)
    expr = builder.truth(part) if part.type == BOOL and not part.keeps_blank else part.expr
    if part.value is not None and part.scale is not None:
        # coercing a bare bound value would change how it is bound, not how the result is read
        expr = cast(expr, BigInteger())
    if part.error is not None:
        expr = case((part.error, null()), else_=expr)
    return type_coerce(expr, result_type(part.type, part.scale))


def to_condition(checked: Checked, scope: SqlScope) -> ColumnElement[bool]:
    """Return a condition for WHERE, kept so plain that indexes serve; null counts as false there."""
    builder, part = _built(checked, scope)
    if part.type != BOOL:
        raise _refusal(checked, checked.root, str(part.type))
    if part.error is not None:
        fine = not_(builder.truth(replace(part, expr=part.error, nullable=True, error=None)))
        return and_(fine, builder.truth(part))
    return type_coerce(part.expr, Boolean())


def _built(checked: Checked, scope: SqlScope) -> tuple[Builder, Sql]:
    if not checked.is_sql:
        raise _refusal(checked, *_first_without_sql(checked.root))
    builder = Builder(scope)
    depths: dict[int, int] = {}

    def combine(node: Typed, args: Sequence[Sql]) -> Sql:
        depths[id(node)] = depth = 1 + max((depths[id(one)] for one in node.args), default=0)
        try:
            part = builder.part(node, args)
        except Refused as refused:
            raise _refusal(checked, node, refused.name) from None
        if part.size > MOST_SIZE or depth > MOST_DEPTH:
            raise _refusal(checked, node, "…")
        return part

    return builder, fold(checked.root, combine)


def _first_without_sql(root: Typed) -> tuple[Typed, str]:
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if node.function is not None and not node.function.is_sql:
            return node, node.function.name
        waiting.extend(node.args)
    return root, str(root.type)


def _refusal(checked: Checked, node: Typed, name: Any) -> Rejected:
    return Rejected(located(NOT_IN_SQL, checked.text, node.position, "", name=name))
