"""Puts rows in order, always the same one, and cuts the list where the report says so."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import Any

from report_engine.binding import MOST_ROWS, Bound, Dimension
from report_engine.draft import Draft, Group
from report_engine.query import OTHER

LAST = 1
Rank = Callable[[Any], tuple[Any, ...]]


def order(draft: Draft) -> Draft:
    """Return the draft in order; blank values come last, “other” after the named ones, keys break ties."""
    bound = draft.bound
    keys = [one.key for one in bound.dimensions]
    ranks = {one.key: _rank(draft, one) for one in bound.dimensions}
    rows = list(draft.rows)
    # Python keeps equal rows as they stand, so the last key is sorted by first.
    rows.sort(key=lambda row: tuple(ranks[key](value) for key, value in zip(keys, row.key, strict=True)))
    for name in reversed(bound.sort or _usual(bound)):
        down, key = name.startswith("-"), name.removeprefix("-")
        if key in keys:
            rows = _sorted(rows, partial(_by_key, ranks[key], keys.index(key)), down)
        else:
            rows.sort(key=partial(_by_value, key, down))
    return replace(draft, rows=tuple(rows))


def _by_key(rank: Rank, place: int, row: Group) -> tuple[Any, ...]:
    return rank(row.key[place])


def _by_value(key: str, down: bool, row: Group) -> tuple[Any, ...]:
    value = row.values.get(key)
    return value is None, sortable(value, down)


def cut(draft: Draft) -> Draft:
    """Return the draft with no more rows than the report wants, at most 5,000."""
    most = min(draft.bound.limit or MOST_ROWS, 100_000)
    if len(draft.rows) <= most:
        return draft
    notes = {**draft.notes, "rows_in_all": len(draft.rows)}
    return replace(draft, rows=draft.rows[:most], notes=notes)


def _sorted(rows: list[Group], rank: Callable[[Group], tuple[Any, ...]], down: bool) -> list[Group]:
    if not down:
        return sorted(rows, key=rank)
    named = [row for row in rows if not rank(row)[0]]
    rest = [row for row in rows if rank(row)[0]]
    return [*sorted(named, key=rank, reverse=True), *sorted(rest, key=rank)]


def _usual(bound: Bound) -> tuple[str, ...]:
    """Return the order that goes without saying: time by itself, bands by themselves, anything else the largest first."""
    if not bound.dimensions:
        return ()
    first = bound.dimensions[0]
    if first.grain is not None or first.bins is not None or not bound.measures:
        return tuple(one.key for one in bound.dimensions)
    if len(bound.dimensions) > 1:
        return (first.key,)
    return (f"-{bound.measures[0].key}",)


def _rank(draft: Draft, dimension: Dimension) -> Rank:
    places = _places(draft, dimension)

    def rank(value: Any) -> tuple[Any, ...]:
        if value is None:
            return (3, 0, "")
        if value == OTHER and dimension.key in draft.kept:
            return (2, 0, "")
        if isinstance(value, bool):
            return (0, int(not value), "")
        if isinstance(value, str):
            return (0, places.get(value, len(places)), value)
        if isinstance(value, datetime):
            return (0, value.timestamp(), "")
        if isinstance(value, date):
            return (0, value.toordinal(), "")
        return (0, value, "")

    return rank


def _places(draft: Draft, dimension: Dimension) -> Mapping[str, int]:
    """Return where the options of a choice stand in their list."""
    bound = draft.bound
    if dimension.formulas:
        return {str(one["key"]): at for at, one in enumerate(dimension.options)}
    fact = next(iter(dimension.paths))
    field = bound.data.field(bound.data.facts[fact], dimension.paths[fact])
    options = field.config.get("options", ()) if field is not None else ()
    return (
        {str(one["key"]): at for at, one in enumerate(options)} if isinstance(options, list | tuple) else {}
    )


def sortable(value: Any, down: bool) -> Any:
    """Return a number that puts values of one column in order, the largest first where `down`."""
    if value is None:
        return 0
    if isinstance(value, datetime):
        value = Decimal(str(value.timestamp()))
    elif isinstance(value, date):
        value = value.toordinal()
    elif isinstance(value, str):
        return value
    return -value if down else value
