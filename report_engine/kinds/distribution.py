"""Distribution (分布): how a number is spread: bands of a round width, with median and percentiles beside.

`settings`: `of` (the number's path), `bands` (about how many, default 12), or `width`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from engine.problems import Rejected
from engine.schema import closed
from engine.text import Words
from report_engine.behind import Behind, counted
from report_engine.binding import Bound, Dimension
from report_engine.bins import Bins
from report_engine.dataset import NUMBERS
from report_engine.desk import Desk
from report_engine.grid import Grid
from report_engine.kind import Kind
from report_engine.kinds.aggregate import Aggregate
from report_engine.measures import Measures
from report_engine.problems import BAD_BINS
from report_engine.table import Cell, Table
from report_engine.tabled import fact_of, path_of

FACTS = ("min", "max", "avg", "median", "p90", "sum")


class Distribution(Kind):
    """Counts by bands of one number."""

    def table(self, bound: Bound, desk: Desk) -> Table:
        asked, facts = _banded(bound, desk)
        table = Aggregate("aggregate", "", "").table(asked, desk)
        width = asked.dimensions[0].bins.width if asked.dimensions[0].bins is not None else None
        return replace(table, notes={**table.notes, "facts": facts, "width": str(width)})

    def behind(self, bound: Bound, desk: Desk, dims: Mapping[str, Any], measure: str | None) -> Behind:
        return counted(_banded(bound, desk)[0], desk, dims, measure)

    def explained(self, bound: Bound, desk: Desk, dims: Mapping[str, Any]) -> tuple[Bound, Sequence[Words]]:
        return _banded(bound, desk)[0], ()


def _banded(bound: Bound, desk: Desk) -> tuple[Bound, dict[str, Cell]]:
    """Return the question by bands of its number, and what is known of that number."""
    fact = fact_of(bound, bound.form, "/form")
    path = path_of(bound, fact, bound.settings.get("of", ""), "/settings/of")
    field = bound.data.field(fact, path)
    label = field.label if field is not None else {"zh": path, "en": path}
    if field is None or field.value_type not in NUMBERS:
        raise Rejected(BAD_BINS.at("/settings/of", label=label))
    names = Measures(bound.data, fact.key)
    wanted = tuple(names.find(f"{fact.key}.{path}.{how}", "/settings/of") for how in FACTS)
    told = Grid(replace(bound, measures=wanted, dimensions=(), compare=()), desk).groups(())
    values = told[0].values if told else {}
    facts = {how: values.get(one.key) for how, one in zip(FACTS, wanted, strict=True)}
    width = bound.settings.get("width") or _width(facts, int(bound.settings.get("bands", 12)))
    band = Dimension(
        "band",
        label,
        {fact.key: path},
        bins=Bins(width=Decimal(str(width))),
        value_type=field.value_type,
        at="/settings/of",
    )
    count = names.find(f"{fact.key}.count", "/form")
    asked = replace(bound, measures=bound.measures or (count,), dimensions=(band, *bound.dimensions))
    return asked, facts


def _width(facts: dict[str, Any], bands: int) -> Decimal:
    """Return a round width (1, 2, 5, 10 …) that gives about so many bands."""
    low, high = facts.get("min"), facts.get("max")
    if low is None or high is None or low == high:
        return Decimal(1)
    rough = (Decimal(high) - Decimal(low)) / bands
    size = Decimal(10) ** rough.adjusted()
    return next((size * step for step in (1, 2, 5) if size * step >= rough), size * 10)


KIND = Distribution(
    kind="distribution",
    zh="分布",
    en="Distribution",
    needs=("form",),
    settings_schema=closed(
        of={"type": "string", "maxLength": 200},
        bands={"type": "integer", "minimum": 2, "maximum": 100},
        width={"type": ["number", "string"]},
    ),
)
