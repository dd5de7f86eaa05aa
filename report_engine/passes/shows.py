"""Works out ways of looking at a measure: share of the total or of the parent, running total, rank."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from report_engine.draft import Draft, Group
from report_engine.grid import PERCENT_PLACES, Grid
from report_engine.query import rounded
from report_engine.table import Cell

Values = Sequence[Cell]


def shows(draft: Draft) -> Draft:
    """Return the draft with its shares, running totals and ranks, over the rows in their order."""
    wanted = [one for one in draft.bound.measures if one.show is not None]
    if not wanted:
        return draft
    bound = draft.bound
    hidden = tuple(part for one in wanted for part in one.parts.values())
    plain = replace(bound, measures=tuple({part.key: part for part in hidden}.values()), compare=())
    grid = Grid(plain, draft.desk, draft.kept, draft.edges)
    by = tuple(one.key for one in bound.dimensions)
    own = {group.key: group.values for group in grid.groups(by)}
    parents = {group.key: group.values for group in grid.groups(by[:-1])}
    whole = parents if len(by) <= 1 else {group.key: group.values for group in grid.groups(())}
    rows = list(draft.rows)
    for one in wanted:
        part = one.parts["of"]
        values = [own.get(row.key, {}).get(part.key) for row in rows]
        if one.show == "share":
            made = [_share(value, whole.get((), {}).get(part.key)) for value in values]
        elif one.show == "share_of_parent":
            made = [
                _share(value, parents.get(row.key[:-1], {}).get(part.key))
                for row, value in zip(rows, values, strict=True)
            ]
        else:
            made = WAYS[str(one.show)](rows, values)
        rows = [
            replace(row, values={**row.values, one.key: value}) for row, value in zip(rows, made, strict=True)
        ]
    return replace(draft, rows=tuple(rows))


def _share(value: Cell, of: Cell) -> Cell:
    if not isinstance(value, int | Decimal) or not isinstance(of, int | Decimal) or not of:
        return None
    return rounded(Fraction(value) / Fraction(of), PERCENT_PLACES)


def _running(rows: Sequence[Group], values: Values) -> list[Cell]:
    """Return sums so far, starting anew with each group of the dimensions after the first."""
    sums: dict[Any, Any] = {}
    found: list[Cell] = []
    for row, value in zip(rows, values, strict=True):
        sums[row.key[1:]] = sums.get(row.key[1:], 0) + (value or 0)
        found.append(sums[row.key[1:]])
    return found


def _rank(_rows: Sequence[Group], values: Values) -> list[Cell]:
    """Return ranks, the largest first; equal values share the better one, blank ones have none."""
    ordered = sorted((v for v in values if isinstance(v, int | Decimal)), reverse=True)
    return [None if not isinstance(v, int | Decimal) else ordered.index(v) + 1 for v in values]


WAYS: Mapping[str, Callable[[Sequence[Group], Values], list[Cell]]] = {"running": _running, "rank": _rank}
