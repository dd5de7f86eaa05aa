"""Finds the edges of quantile bands, so that each band holds about as many records."""

from dataclasses import replace
from decimal import Decimal

from report_engine.binding import Bound, Dimension
from report_engine.bins import Bins
from report_engine.draft import Draft
from report_engine.measures import Measure
from report_engine.query import Ask, lines


def find_bands(draft: Draft) -> Draft:
    """Return the draft with the edges of its quantile bands."""
    found: dict[str, tuple[Decimal, ...]] = {}
    for one in draft.bound.dimensions:
        if one.bins is not None and one.bins.quantiles:
            found[one.key] = _edges(draft, one, one.bins)
    return replace(draft, edges=found) if found else draft


def _edges(draft: Draft, dimension: Dimension, bins: Bins) -> tuple[Decimal, ...]:
    bound = draft.bound
    fact = next(key for key in bound.facts if key in dimension.paths)
    path = dimension.paths[fact]
    formula = path if dimension.formulas else None
    count = bins.quantiles or 1
    parts = tuple(
        Measure(
            f"q{n}", {}, fact, f"p{100 * n // count}", "" if formula else path, formula, path=dimension.at
        )
        for n in range(1, count)
    )
    narrowed: Bound = replace(bound, measures=parts, dimensions=(), form=fact)
    found = lines(narrowed, draft.desk, Ask((), bound.period))
    values = [found[0].values.get(one.identity) for one in parts] if found else []
    # Equal edges would leave bands without anything in them.
    return tuple(dict.fromkeys(Decimal(str(one)) for one in values if one is not None))
