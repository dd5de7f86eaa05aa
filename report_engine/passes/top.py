"""Chooses the few largest values of a dimension; all others will be counted together as “other”."""

from dataclasses import replace
from typing import Any

from report_engine.draft import Draft, Group
from report_engine.grid import Grid
from report_engine.passes.order import sortable
from report_engine.table import Cell


def choose_top(draft: Draft) -> Draft:
    """Return the draft with the values that stay apart, for each dimension that has `top`."""
    kept: dict[str, tuple[Any, ...]] = dict(draft.kept)
    bound = draft.bound
    for one in bound.dimensions:
        if one.top is None:
            continue
        measure = one.top_by or _sorted_by(draft) or bound.measures[0].key
        plain = replace(bound, compare=())
        groups = Grid(plain, draft.desk, edges=draft.edges).groups((one.key,))
        groups.sort(key=lambda group: _largest(group, measure))
        kept[one.key] = tuple(group.key[0] for group in groups[: one.top])
    return replace(draft, kept=kept)


def _sorted_by(draft: Draft) -> str | None:
    names = [one.removeprefix("-") for one in draft.bound.sort]
    shown = {one.key for one in draft.bound.measures if one.show is None}
    return next((name for name in names if name in shown), None)


def _largest(group: Group, measure: str) -> tuple[Any, ...]:
    value: Cell = group.values.get(measure)
    # What is not filled in stands behind whatever has a name.
    return (value is None, sortable(value, down=True), group.key[0] is None, str(group.key[0]))
