"""Findings about data: names used before they hold anything, required fields nobody can fill (F08, F13)."""

from collections.abc import Iterator, Mapping

from engine.definitions.app import App
from flow_engine.approvals.rights import widest
from flow_engine.plan import FlowPlan, NodePlan
from flow_engine.soundness.finding import F08, F13, STOP, WARN, Finding, label, place
from flow_engine.soundness.net import stands

_LEVELS = {
    "hidden": {"zh": "隐藏的", "en": "hidden"},
    "read": {"zh": "只读的", "en": "read-only"},
    "masked": {"zh": "打码的", "en": "masked"},
}


def data_findings(plan: FlowPlan, app: App) -> Iterator[Finding]:
    """Yield them."""
    yield from unwritten(plan)
    yield from unfillable(plan, app)


def unwritten(plan: FlowPlan) -> Iterator[Finding]:
    """Yield nodes that read a name which no earlier node has surely given a value."""
    given = {name.key for node in plan.nodes.values() for name in node.gives}
    maybe = {name.key for node in plan.nodes.values() for name in node.gives if name.is_maybe}
    watched = given - maybe - _at_start(plan)
    if not watched:
        return
    held = holding(plan, watched)
    told: set[tuple[str, str]] = set()
    for node in plan.nodes.values():
        own = {name.key for name in node.gives if name.is_inside}
        for path, formula in node.formulas.items():
            for name in sorted(formula.uses & watched):
                if name in own or name in held.get(node.key, watched) or (node.key, name) in told:
                    continue
                told.add((node.key, name))
                problem = F13.at(f"{place(plan, node.key)}/{path}", node=label(plan, node.key), name=name)
                yield Finding(problem, WARN, (node.key,), fix={"kind": "default", "variable": name})


def _at_start(plan: FlowPlan) -> set[str]:
    forms = [{trigger.form} for trigger in plan.triggers if trigger.form]
    shared = set.intersection(*forms) if forms and len(forms) == len(plan.triggers) else set()
    declared = {
        key for index, key in enumerate(plan.variables) if f"variables/{index}/default" in plan.formulas
    }
    given = {key for key, one in plan.variables.items() if one.get("given")}
    return {one for one in shared if one} | declared | given


def holding(plan: FlowPlan, watched: set[str]) -> Mapping[str, frozenset[str]]:
    """Return by node the names that surely hold something when it is entered: the least that any way to it has set."""
    everything = frozenset(watched)
    held: dict[str, frozenset[str]] = dict.fromkeys(plan.nodes, everything)
    entries: dict[str, list[tuple[str, frozenset[str]]]] = {key: [] for key in plan.nodes}
    for _, source, target in plan.graph.edges:
        entries[target].append(
            (source, frozenset(name.key for name in plan.nodes[source].gives if not name.is_inside))
        )
    for _, source, target in plan.graph.bodies:
        entries[target].append(
            (source, frozenset(name.key for name in plan.nodes[source].gives if name.is_inside))
        )
    starts = {plan.start, *plan.goals}
    changed = True
    while changed:
        changed = False
        for key in plan.nodes:
            ways = [held[source] | more for source, more in entries[key]]
            joins_all = plan.nodes[key].node.joins != "each" and plan.nodes[key].config.get("of") == "all"
            if key in starts:
                found = frozenset[str]()
            elif not ways:
                found = everything
            else:
                found = frozenset.union(*ways) if joins_all else frozenset.intersection(*ways)
            found &= held[key]
            if found != held[key]:
                held[key], changed = found, True
    return held


def unfillable(plan: FlowPlan, app: App) -> Iterator[Finding]:
    """Yield human nodes at which a field must be filled that may not be written there."""
    for node in plan.nodes.values():
        rights = node.config.get("fields")
        if node.node.group != "human" or not isinstance(rights, Mapping) or not stands(node):
            continue
        definition = app.of("forms").get(str(node.config.get("form", "")))
        if definition is None or not _makes(plan, node):
            continue
        preset = node.config.get("preset", {})
        for field in definition.get("fields", ()):
            level = widest(rights.get(field.get("key"), rights.get("*", "write")))
            if not field.get("required") or level in ("write", "required") or field["key"] in preset:
                continue
            if "default" in field or "default_formula" in field:
                continue
            said = {lang: field.get("label", {}).get(lang) or field["key"] for lang in ("zh", "en")}
            problem = F08.at(
                f"{place(plan, node.key)}/fields",
                field=said,
                node=label(plan, node.key),
                level=_LEVELS[level],
            )
            fix = {"kind": "set", "node": node.key, "path": f"fields/{field['key']}", "value": "write"}
            yield Finding(problem, STOP, (node.key,), fix=fix)


def _makes(plan: FlowPlan, node: NodePlan) -> bool:
    """Tell whether a node makes a new record rather than changing one that is there."""
    return "record" not in node.config and node.config.get("form") != plan.subject
