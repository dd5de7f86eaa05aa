"""Findings about flows that set each other off (F11): what each writes against what each listens for."""

from collections.abc import Iterator, Mapping

from flow_engine.graph import components
from flow_engine.plan import FlowPlan, NodePlan, TriggerPlan
from flow_engine.soundness.finding import F11, WARN, Finding

Write = tuple[str, str, frozenset[str]]
"""(form, created | updated | deleted, fields)."""


def loop_findings(plan: FlowPlan, others: Mapping[str, FlowPlan]) -> Iterator[Finding]:
    """Yield circles of flows that this one is part of."""
    plans = {**others, plan.key: plan}
    after = {
        key: tuple(other for other, there in plans.items() if any(sets_off(write, trigger) for write in writes(one) for trigger in there.triggers))
        for key, one in plans.items()
    }  # fmt: skip
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


def _hits(write: Write, plans: Mapping[str, FlowPlan], names: list[str]) -> bool:
    return any(sets_off(write, trigger) for name in names for trigger in plans[name].triggers)


def writes(plan: FlowPlan) -> Iterator[Write]:
    """Yield what a flow writes."""
    for node in plan.nodes.values():
        yield from node_writes(node)


def node_writes(node: NodePlan) -> Iterator[Write]:
    """Yield what a node writes by itself; what people fill in is theirs."""
    config = node.config
    if node.kind == "create":
        yield config["form"], "created", frozenset(config.get("set", ()))
    elif node.kind == "upsert":
        yield (
            config["form"],
            "created",
            frozenset(config.get("set", ())) | frozenset(config.get("create", ())),
        )
        yield config["form"], "updated", frozenset(config.get("set", ()))
    elif node.kind == "update":
        record = node.formulas.get("record")
        form = config.get("form") or (record.checked.type.form if record is not None else None)
        if form:
            yield form, "updated", frozenset(config["set"])
    elif node.kind == "assign" and "field" in config:
        record = node.formulas.get("record")
        if record is not None and record.checked.type.form:
            yield record.checked.type.form, "updated", frozenset((config["field"],))
    elif node.kind == "delete":
        record = node.formulas.get("record")
        if record is not None and record.checked.type.form:
            yield record.checked.type.form, "deleted", frozenset()


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
    wanted = config.get("fields") or ([config["field"]] if isinstance(config.get("field"), str) else [])
    return kind != "updated" or not wanted or bool(fields & set(wanted))
