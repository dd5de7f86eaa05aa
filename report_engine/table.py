"""The one thing every chart, sheet, picture and alert reads: a typed table with its totals and its date."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

Cell = str | int | bool | Decimal | date | datetime | float | None
"""A value. Floats only where statistics made it (forecast, customer value)."""
Role = Literal["dimension", "measure", "compare", "mark"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `format`: number, integer, money, percent, duration (seconds), date, month …, text."""

    key: str
    name: Mapping[str, str]
    role: Role
    format: str = "text"
    good: str | None = None
    """up or down: which direction is welcome; colours go by it."""
    of: str | None = None
    """Of a compare column: the measure it belongs to. Of a mark (maturity, rank, small sample): what it marks."""
    labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Options of a dimension: value → words; records have their title in `Table.labels`."""
    form: str | None = None
    """The form a dimension's values are records of."""
    unit: Mapping[str, str] | None = None
    """What numbers are counted in; their column's name says it, too."""
    adds_up: bool = True
    """False where parts do not add up to the total (distinct counts, tags, rates)."""
    is_sum: bool = False
    """Whether over nothing it is nought: sums and counts that are known. Means and ratios are blank then."""


@dataclass(frozen=True, slots=True)
class Total:
    """A total at its own grain, worked out from the records, never from shown cells. `by`: the dimensions kept."""

    by: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows in the order asked for. `rows[i][j]` belongs to `columns[j]`; None is “–” (or 未填写 in a dimension)."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    totals: tuple[Total, ...] = ()
    labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """form → record id → title, as the asker may see it."""
    as_of: datetime | None = None
    warnings: tuple[Any, ...] = ()
    """Problems that do not stop the chart: small sample, immature months, parts hidden by rights."""
    notes: Mapping[str, Any] = field(default_factory=dict)
    """What a kind has to say besides: model parameters, back-test errors, thresholds."""

    def at(self, key: str) -> int:
        """Return the place of a column."""
        return next(place for place, column in enumerate(self.columns) if column.key == key)
