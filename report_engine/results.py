"""What a measure comes to, worked out of the base measures that were counted."""

from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from engine.expressions import ErrorValue, evaluate
from report_engine.measures import Measure
from report_engine.table import Cell

FORMULA_PLACES: Mapping[str, int] = {"money": 2, "integer": 0}


class Values:
    """What a formula over measures runs against: no clock, no asker."""

    now = today = None
    zone = "UTC"
    actor: Mapping[str, Any] = {}
    record: Mapping[str, Any] = {}
    data = None

    def __init__(self, read: Callable[[str], Cell]) -> None:
        self._read = read

    def value(self, path: tuple[str, ...]) -> Any:
        """Return a measure's value as a formula's number."""
        found = self._read(".".join(path))
        return Decimal(found) if isinstance(found, int) and not isinstance(found, bool) else found


def value_of(one: Measure, values: Mapping[Any, Cell]) -> Cell:
    """Return a measure's value from those of its base measures; None where it cannot be worked out."""
    if one.formula is None:
        missing: Cell = 0 if one.aggregate in ("count", "count_distinct") else None
        return values.get(one.identity, missing)
    found = evaluate(one.formula, Values(lambda name: value_of(one.parts[name], values)))
    if found is None or isinstance(found, ErrorValue):
        return None
    decimals = FORMULA_PLACES.get(one.format, 6)
    return Decimal(found).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
