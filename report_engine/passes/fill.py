"""Fills gaps in time: a month without anything is a row too."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import islice, product
from typing import Any

from report_engine.binding import Bound, Dimension
from report_engine.buckets import all_buckets
from report_engine.draft import Draft, Group
from report_engine.grid import compare_cells
from report_engine.results import value_of
from report_engine.table import Cell

MOST_FILLED = 20_000


def fill(draft: Draft) -> Draft:
    """Return the draft with a row for every bucket of its period so far, and zeros where the report wants them."""
    bound = draft.bound
    rows = list(draft.rows)
    if bound.fill != "none":
        known = {row.key for row in rows}
        rows += [_blank(bound, key) for key in _wanted(draft) if key not in known]
    if bound.fill == "zero":
        rows = [_with_zeros(bound, row) for row in rows]
    return replace(draft, rows=tuple(rows))


def _wanted(draft: Draft) -> Iterator[tuple[Any, ...]]:
    bound = draft.bound
    place = next((at for at, one in enumerate(bound.dimensions) if one.is_time and one.fill), None)
    if place is None or bound.period is None or bound.period.start is None or bound.period.end is None:
        return
    dimension = bound.dimensions[place]
    start, end = bound.period.start, min(bound.period.end, bound.today + timedelta(days=1))
    if not _goes_by_period(bound, dimension):
        # The period is of another date; of this one only what lies between its own ends can be missing.
        days = [_day(row.key[place]) for row in draft.rows if row.key[place] is not None]
        if not days:
            return
        start, end = min(days), max(days) + timedelta(days=1)
    every = all_buckets(_grain(dimension), start, end)
    buckets = list(islice(every, MOST_FILLED + 1))
    others = {(*row.key[:place], *row.key[place + 1 :]) for row in draft.rows}
    if len(bound.dimensions) == 1:
        others = {()}
    if len(buckets) * len(others) > MOST_FILLED:
        return
    for other, here in product(others, buckets):
        yield (*other[:place], here, *other[place:])


def _goes_by_period(bound: Bound, dimension: Dimension) -> bool:
    """Tell whether the dimension is the date that the period of the report is about."""
    if dimension.role == "date":
        return True
    facts = bound.data.facts
    return all(
        path in (facts[key].date, bound.data.day(facts[key], facts[key].date))
        for key, path in dimension.paths.items()
        if key in bound.facts
    )


def _day(value: Any) -> date:
    return value.date() if isinstance(value, datetime) else value


def _grain(dimension: Dimension) -> str:
    assert dimension.grain is not None
    return dimension.grain


def _blank(bound: Bound, key: tuple[Any, ...]) -> Group:
    values: dict[str, Cell] = {}
    for one in bound.measures:
        if one.show is None:
            values[one.key] = value_of(one, {})
            for name in bound.compare:
                values |= dict(compare_cells(one, name, values[one.key], value_of(one, {})))
    return Group(key, values)


def _with_zeros(bound: Bound, row: Group) -> Group:
    zeros = {
        one.key: 0
        for one in bound.measures
        if row.values.get(one.key) is None
        and one.aggregate == "sum"
        and one.formula is None
        and one.show is None
    }
    return replace(row, values={**row.values, **zeros}) if zeros else row
