"""Bands of numbers."""

from dataclasses import dataclass
from decimal import Decimal

from engine.text import Words


@dataclass(frozen=True)
class Bins:
    """Bands of numbers: of one `width` counted from `start`, or between `edges`; `labels` name the bands in order.

    `quantiles`: so many bands of equally many records; their edges are found first.
    """

    width: Decimal | None = None
    start: Decimal = Decimal(0)
    edges: tuple[Decimal, ...] = ()
    labels: tuple[Words, ...] = ()
    quantiles: int | None = None
