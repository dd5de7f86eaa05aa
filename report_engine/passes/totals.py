"""Works out totals and subtotals, each at its own grain, from the records."""

from dataclasses import replace

from report_engine.draft import Draft
from report_engine.grid import Grid


def totals(draft: Draft) -> Draft:
    """Return the draft with a list of groups for each choice of dimensions that it wants totals of."""
    bound = draft.bound
    grid = Grid(bound, draft.desk, draft.kept, draft.edges)
    return replace(draft, totals={by: tuple(grid.groups(by)) for by in bound.totals})
