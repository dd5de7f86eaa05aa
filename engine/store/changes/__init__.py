"""Changing the tables of forms: planned with row counts and samples, applied in batches, nothing dropped."""

from engine.store.changes.applying import apply_changes, archived, purge_archived, unconverted
from engine.store.changes.planning import ChangePlan, Sample, Step, plan_changes

__all__ = [
    "ChangePlan",
    "Sample",
    "Step",
    "apply_changes",
    "archived",
    "plan_changes",
    "purge_archived",
    "unconverted",
]
