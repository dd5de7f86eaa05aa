"""Amounts of a stretch of days (a month's rent, an advertisement's cost), a part for each of its days.

After k of D days the first k parts are the amount × k ÷ D, cut to whole units: the parts of all days are the amount.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Integer,
    case,
    func,
    literal_column,
    select,
    type_coerce,
    union_all,
)

from engine.access.sources import Source
from report_engine.grains import day_after, days_between

MOST_DAYS = 10_000
DIGITS = 4


def over_days(
    source: Source,
    labels: Sequence[str],
    amounts: Sequence[str],
    days: Sequence[str],
    dialect: str,
    name: str,
) -> FromClause:
    """Return the rows of a source, one a day from `@from` to `@to`: `amounts` are the day's part, `days` the day itself.

    A stretch without an end, or one that ends before it begins, is its first day; without a beginning there is none.
    """
    start, end = source.c["@from"], source.c["@to"]
    size = func.coalesce(days_between(start, end, dialect), literal_column("0")) + literal_column("1")
    sized = case((size < literal_column("1"), literal_column("1")), else_=size)
    most: ColumnElement[Any] = literal_column(str(MOST_DAYS))
    size = case((sized > most, most), else_=sized)
    rows = select(*(source.c[label] for label in labels), start.label("@from"), size.label("@size")).subquery(
        f"{name}sized"
    )
    joined: FromClause = rows
    offset: ColumnElement[Any] = literal_column("0", Integer())
    # From thousands to ones, so that each step leaves only what still fits.
    for power in reversed(range(DIGITS)):
        digits = _digits(f"{name}ten{power}", 10**power)
        offset = digits.c.n if power == DIGITS - 1 else offset + digits.c.n
        joined = joined.join(digits, offset < rows.c["@size"])
    day = day_after(rows.c["@from"], offset, dialect)
    columns = [
        (day if label in days else _part(rows, offset, label) if label in amounts else rows.c[label]).label(
            label
        )
        for label in labels
    ]
    chosen = select(*columns).select_from(joined).where(rows.c["@from"].is_not(None))
    return chosen.subquery(f"{name}days")


def _digits(name: str, size: int) -> Any:
    ones = [select(literal_column(str(n * size), Integer()).label("n")) for n in range(10)]
    return union_all(*ones).subquery(name)


def _part(rows: Any, offset: ColumnElement[Any], label: str) -> ColumnElement[Any]:
    amount, size = type_coerce(rows.c[label], Integer()), rows.c["@size"]

    def until(days: ColumnElement[Any]) -> ColumnElement[Any]:
        return (amount * days).op("/", precedence=8)(size)

    return type_coerce(until(offset + literal_column("1")) - until(offset), rows.c[label].type)


__all__ = ["over_days"]
