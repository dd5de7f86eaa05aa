"""Findings about flows that set each other off (F11): what each writes against what each listens for."""

from collections.abc import Iterator, Mapping
from typing import Any

from flow_engine.graph import components
from flow_engine.plan import FlowPlan, NodePlan, TriggerPlan
from flow_engine.soundness.finding import F11, WARN, Finding

Write = tuple[str, str, Mapping[str, Any]]
"""(form, created | updated | deleted, fields with what is written where that is known beforehand, else `UNKNOWN`)."""
UNKNOWN = object()


def loop_findings(plan: FlowPlan, others: Mapping[str, FlowPlan]) -> Iterator[Finding]:
    """Yield circles of flows that this one is part of."""
    plans = {**others, plan.key: plan}
    after = {
        key: tuple(
            other
            for other, there in plans.items()
            if not _once(there)
            and any(sets_off(write, trigger) for write in writes(one) for trigger in there.triggers)
        )
        for key, one in plans.items()
    }
    for group in components(after):
        if plan.key in group:
            names = sorted(group)
            said = " → ".join((*names, names[0]))
            nodes = tuple(
                node.key
                for node in plan.nodes.values()
                if any(_hits(write, plans, names) for write in node_writes(node))
            )
            yield Finding(
                F11.at(f"/flows/{plan.key}/trigger", flows=said),
                WARN,
                nodes,
                fix={"kind": "causes", "flow": plan.key},
            )


def _once(plan: FlowPlan) -> bool:
    """Tell whether a flow starts at most once for a record, so that it ends every circle."""
    return "".join(str(plan.definition.get("once_per", "")).split()) == "{id}"


def _hits(write: Write, plans: Mapping[str, FlowPlan], names: list[str]) -> bool:
    return any(sets_off(write, trigger) for name in names for trigger in plans[name].triggers)


def writes(plan: FlowPlan) -> Iterator[Write]:
    """Yield what a flow writes."""
    for node in plan.nodes.values():
        yield from node_writes(node)


def node_writes(node: NodePlan) -> Iterator[Write]:
    """Yield what a node writes by itself; what people fill in is theirs."""
    config = node.config
    given = {key: _known(node, place, key) for place in ("create", "set") for key in config.get(place, ())}
    if node.kind == "create":
        yield config["form"], "created", given
    elif node.kind == "upsert":
        yield config["form"], "created", given
        yield config["form"], "updated", {key: given[key] for key in config.get("set", ())}
    elif node.kind == "update":
        record = node.formulas.get("record")
        form = config.get("form") or (record.checked.type.form if record is not None else None)
        if form:
            yield form, "updated", given
    elif node.kind == "assign" and "field" in config:
        record = node.formulas.get("record")
        if record is not None and record.checked.type.form:
            yield record.checked.type.form, "updated", {config["field"]: UNKNOWN}
    elif node.kind == "delete":
        record = node.formulas.get("record")
        if record is not None and record.checked.type.form:
            yield record.checked.type.form, "deleted", {}


def _known(node: NodePlan, place: str, key: str) -> Any:
    """Return what a formula always gives: the value of a literal; else UNKNOWN."""
    formula = node.formulas.get(f"{place}/{key}")
    written = formula.checked.node if formula is not None else None
    return written.value if written is not None and written.kind == "lit" else UNKNOWN


def sets_off(write: Write, trigger: TriggerPlan) -> bool:
    """Tell whether a write may start a flow by this trigger."""
    form, kind, fields = write
    config = trigger.config
    causes = config.get("causes")
    if trigger.form != form or (causes and "flow" not in causes):
        return False
    listens = {event.split(":", 1)[0].rsplit(".", 1)[-1] for event in trigger.trigger.events(config)}
    if kind not in listens:
        return False
    if kind != "updated":
        return True
    field = config.get("field")
    to = config.get("to")
    if isinstance(field, str) and to and fields.get(field, UNKNOWN) is not UNKNOWN:
        return fields[field] in to
    wanted = config.get("fields") or ([field] if isinstance(field, str) else [])
    if not wanted and trigger.trigger.is_edge and "when" in trigger.formulas:
        # On the edge only what its condition reads can make a difference; what is computed may hang on anything.
        read = {path[0] for path in trigger.formulas["when"].fields}
        return bool(read & fields.keys()) or not read
    return not wanted or bool(fields.keys() & set(wanted))
