"""Rollups that flows look at: they are worked out when read, so what is summed up must wake who watches the sum."""

from collections.abc import Iterable, Mapping
from typing import Any

from engine.definitions.app import App
from flow_engine.plan import FlowPlan

Above = tuple[str, str]
"""(form whose rollup it is, the link by which the summed records point to it)."""


def rolled_up(app: App, plans: Iterable[FlowPlan]) -> Mapping[str, tuple[Above, ...]]:
    """Return by form what flows read of sums over its records."""
    found: dict[str, set[Above]] = {}
    forms = app.of("forms")
    for plan in plans:
        for form, paths in plan.reads.items():
            fields: Mapping[str, Mapping[str, Any]] = {
                one["key"]: one for one in forms.get(form, {}).get("fields", ()) if "key" in one
            }
            for path in paths:
                rollup = fields.get(path[0], {})
                if rollup.get("control") == "rollup" and rollup.get("of") and rollup.get("by"):
                    found.setdefault(str(rollup["of"]), set()).add((form, str(rollup["by"])))
    return {form: tuple(sorted(above)) for form, above in found.items()}
