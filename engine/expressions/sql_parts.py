"""The pieces that SQL of formulas is made of."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from sqlalchemy import ColumnElement, FromClause
from sqlalchemy.types import TypeEngine

from engine.expressions.types import ExprType

Expr = ColumnElement[Any]
MOST_DIGITS = 18
"""Decimal digits that a 64-bit integer is sure to hold."""
COLUMN_DIGITS = 16
"""Digits of a stored whole number."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Child rows beside a record: what to select from, the wanted columns, and how they belong to the record."""

    from_: FromClause
    columns: tuple[Expr, ...]
    where: ColumnElement[bool] | None = None
    order: Expr | None = None


class SqlScope(Protocol):
    """Says what fields are in SQL. `rows` answers for paths through child rows, None for others."""

    @property
    def dialect(self) -> str: ...

    @property
    def today(self) -> date:
        """Return the day, for what is worked out while the SQL is built; the SQL then holds for that day alone."""

    @property
    def zone(self) -> str: ...

    @property
    def actor(self) -> Any: ...

    def clock(self, name: str, type_: TypeEngine[Any]) -> Expr:
        """Return "now" or "today" as a parameter, for the SQL to be run at any moment."""

    def column(self, path: tuple[str, ...]) -> Expr: ...

    def rows(self, paths: tuple[tuple[str, ...], ...]) -> Rows | None: ...

    def ends(self, path: tuple[str, ...]) -> tuple[ExprType, Expr, Expr] | None:
        """Return what the ends of a range field are (date or datetime), and both; None: not known here."""


@dataclass(frozen=True, slots=True)
class Sql:
    """A part of a formula as SQL.

    `scale`: a number kept as an integer of so many decimals, of at most `digits` digits; None: NUMERIC on PostgreSQL,
    decimal text on SQLite. `nullable`: may be null (a null boolean means false). `error`: when it is an error value.
    """

    expr: Expr
    type: ExprType
    scale: int | None = None
    digits: int = 0
    nullable: bool = True
    error: Expr | None = None
    size: int = 1
    value: Any = None
    keeps_blank: bool = False
    """A boolean whose null is a blank, not false."""
    rows: Rows | None = None
    """Where a list comes straight from child rows."""
    items: "tuple[Sql, ...]" = ()
    """The parts of a written-out list, or the two ends of a range."""


class Refused(Exception):  # noqa: N818 - leaves the SQL modules as Rejected
    """The part called `name` cannot be put into SQL."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name
