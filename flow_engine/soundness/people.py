"""Findings about people: roles without anybody, approvers who may not approve (F09, F10)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from flow_engine.plan import FlowPlan, NodePlan
from flow_engine.soundness.finding import F09, F10, WARN, Finding, label, place


@dataclass(frozen=True, slots=True)
class Staffing:
    """Who is there today. `roles`: by role, branch ids in which somebody active has it; `branches`: id → name."""

    roles: Mapping[str, frozenset[str]] = field(default_factory=dict)
    branches: Mapping[str, str] = field(default_factory=dict)


def people_findings(plan: FlowPlan, staffing: Staffing | None) -> Iterator[Finding]:
    """Yield them; without facts about people only what the definition itself shows."""
    for node in plan.nodes.values():
        if "who" not in node.config:
            continue
        if "if_nobody" not in node.config:
            yield from self_only(plan, node)
            if staffing is not None:
                yield from empty_roles(plan, node, staffing)


def self_only(plan: FlowPlan, node: NodePlan) -> Iterator[Finding]:
    """Yield a node whose only person is the one that is left out."""
    who, barred = node.config["who"], node.config.get("not_who")
    if isinstance(who, str) and isinstance(barred, str) and _plain(who) == _plain(barred):
        fix = {"kind": "set", "node": node.key, "path": "if_nobody"}
        yield Finding(
            F10.at(f"{place(plan, node.key)}/not_who", node=label(plan, node.key)), WARN, (node.key,), fix=fix
        )


def _plain(text: str) -> str:
    return "".join(text.split())


def empty_roles(plan: FlowPlan, node: NodePlan, staffing: Staffing) -> Iterator[Finding]:
    """Yield roles that nobody has in some branches."""
    for role, is_by_branch in sorted(set(roles_in(node.config["who"]))):
        there = staffing.roles.get(role, frozenset())
        missing = [key for key in staffing.branches if key not in there] if is_by_branch else []
        if not is_by_branch and not there:
            missing = list(staffing.branches)
        if missing:
            names = ", ".join(staffing.branches[key] for key in missing[:5])
            problem = F09.at(
                f"{place(plan, node.key)}/who",
                node=label(plan, node.key),
                role=role,
                count=len(missing),
                branches=names,
            )
            yield Finding(
                problem, WARN, (node.key,), fix={"kind": "set", "node": node.key, "path": "if_nobody"}
            )


def roles_in(rule: Any) -> Iterator[tuple[str, bool]]:
    """Yield (role, whether it is asked for in one branch) of a person rule."""
    if isinstance(rule, list):
        for one in rule:
            yield from roles_in(one)
    elif isinstance(rule, Mapping):
        if isinstance(rule.get("role"), str):
            yield rule["role"], "branch" in rule
        yield from roles_in(rule.get("group", []))
