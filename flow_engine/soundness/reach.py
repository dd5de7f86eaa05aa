"""Whether a flow can still finish from where it stands."""

from collections.abc import Iterable, Mapping

from flow_engine.plan import FlowPlan
from flow_engine.state import Scope, Token


def completes(
    plan: FlowPlan,
    tokens: Mapping[int, Token],
    scopes: Mapping[int, Scope],
    gone: set[int],
    added: Iterable[tuple[str, int]],
) -> bool:
    """Tell whether the end can be reached once `gone` are away and tokens stand at `added` (node, scope)."""
    return all(node in plan.nodes for node, _ in added)
