"""Asks for the rows."""

from dataclasses import replace
from typing import Any

from report_engine.draft import Draft
from report_engine.grid import Grid
from report_engine.query import is_apart


def measure(draft: Draft) -> Draft:
    """Return the draft with its groups. Where only the first few are wanted, the database counts out those."""
    bound = draft.bound
    by = tuple(one.key for one in bound.dimensions)
    grid = Grid(bound, draft.desk, draft.kept, draft.edges)
    order = _order(draft)
    groups = grid.groups(by, order, bound.limit) if order is not None else grid.groups(by)
    return replace(draft, rows=tuple(groups))


def _order(draft: Draft) -> tuple[Any, bool] | None:
    """Return the base measure by which the database may cut the list short; None where the rest matters too."""
    bound = draft.bound
    if (
        bound.limit is None
        or not bound.sort
        or not bound.dimensions
        or bound.compare
        or bound.having is not None
        or bound.has_goal
    ):
        return None
    bases = {base.identity for one in bound.measures for base in one.base()}
    if len(bound.facts) != 1 or draft.kept or any(one.show for one in bound.measures) or bound.fill:
        return None
    if any(is_apart(base) or base.date for one in bound.measures for base in one.base()):
        return None
    if any(one.is_time for one in bound.dimensions):
        return None
    name = bound.sort[0]
    found = next((one for one in bound.measures if one.key == name.removeprefix("-")), None)
    if (
        found is None
        or found.formula is not None
        or found.aggregate not in ("count", "count_distinct", "sum")
    ):
        return None
    rest = bound.sort[1:]
    if (
        rest not in ((), tuple(one.key for one in bound.dimensions)[: len(rest)])
        or found.identity not in bases
    ):
        return None
    return found.identity, name.startswith("-")
