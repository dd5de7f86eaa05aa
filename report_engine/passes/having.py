"""Leaves out the groups that do not meet `having`. Totals stay those of all records."""

from dataclasses import replace

from report_engine.binding import column_named
from report_engine.draft import Draft
from report_engine.grid import holds


def having(draft: Draft) -> Draft:
    """Return the draft with the rows that the condition is true of."""
    condition = draft.bound.having
    if condition is None:
        return draft
    measures = draft.bound.measures
    columns = {".".join(path): column_named(".".join(path), measures) for path in condition.fields}
    rows = (
        row
        for row in draft.rows
        if holds(condition, {name: row.values.get(column) for name, column in columns.items()})
    )
    return replace(draft, rows=tuple(rows))
