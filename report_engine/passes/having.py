"""Leaves out the groups that do not meet `having`. Totals stay those of all records."""

from dataclasses import replace

from report_engine.draft import Draft
from report_engine.grid import holds


def having(draft: Draft) -> Draft:
    """Return the draft with the rows that the condition is true of."""
    condition = draft.bound.having
    if condition is None:
        return draft
    return replace(draft, rows=tuple(row for row in draft.rows if holds(condition, row.values)))
