"""Rollups that flows look at: they are worked out when read, so what is summed up must wake who watches the sum."""

from collections.abc import Iterable, Mapping

from engine.definitions.analysis import Analysis
from flow_engine.plan import FlowPlan

Above = tuple[str, str]
"""(form whose rollup it is, the link by which the summed records point to it)."""
Sum = tuple[str, str, str]
"""(form that is summed up, form whose rollup it is, the link by which the summed records point to it)."""
Node = tuple[str, str]
"""(form, field)."""


def rolled_up(analysis: Analysis, plans: Iterable[FlowPlan]) -> Mapping[str, tuple[Above, ...]]:
    """Return by form what flows read of sums over its records: by themselves, through links, or within formulas."""
    found: dict[str, set[Above]] = {}
    for plan in plans:
        for form, paths in plan.reads.items():
            for of, above, by in sums(analysis, form, paths):
                found.setdefault(of, set()).add((above, by))
    return {form: tuple(sorted(above)) for form, above in found.items()}


def sums(analysis: Analysis, form: str, paths: Iterable[tuple[str, ...]]) -> frozenset[Sum]:
    """Return the sums that paths of a form read: by themselves, through links, or within formulas."""
    found: set[Sum] = set()
    computed = {(one.form.name, one.key): one for one in analysis.reads}
    seen: set[Node] = set()
    left = list(_on_the_way(analysis, form, paths))
    while left:
        node = left.pop()
        one = computed.get(node)
        if one is None or node in seen:
            continue
        seen.add(node)
        if one.kind == "rollup" and one.config.get("of") and one.config.get("by"):
            found.add((str(one.config["of"]), one.form.key, str(one.config["by"])))
        else:
            left.extend(analysis.reads[one])
    return frozenset(found)


def _on_the_way(analysis: Analysis, form: str, paths: Iterable[tuple[str, ...]]) -> Iterable[Node]:
    """Yield every field that paths read, those on the way included."""
    outline = analysis.forms.get(form)
    if outline is None:
        return
    for path in paths:
        way = analysis.types.see(outline, path)
        yield from way.through if way is not None else ()
