"""Going back: which other tokens a return takes away, and whether the flow can still finish afterwards."""

from collections.abc import Mapping

from flow_engine.plan import FlowPlan
from flow_engine.soundness.reach import completes
from flow_engine.state import ROOT, Scope, Token

Tokens = Mapping[int, Token]
Scopes = Mapping[int, Scope]


def places_back(
    plan: FlowPlan, tokens: Tokens, scopes: Scopes, token: Token, node: str
) -> tuple[tuple[int, ...], int] | None:
    """Return (tokens that go, scope) for a return of `token` to `node`; None when the node is in no region around it.

    A token goes when every way to it leads through `node`: it is part of what will be done anew. Parallel branches that
    do not hang on the node stay as they are.
    """
    target = plan.nodes.get(node)
    if target is None:
        return None
    at: Token | None = token
    inner: set[int] = set()
    while at is not None:
        current = plan.nodes.get(at.node)
        if current is not None and current.region == target.region:
            gone = inner | dominated(plan, tokens, at.scope_id, node)
            gone.discard(token.token_id)
            return tuple(sorted(gone)), at.scope_id
        scope = scopes.get(at.scope_id)
        at = tokens.get(scope.token_id) if scope is not None and scope.scope_id != ROOT else None
        if at is not None:
            inner = {at.token_id}
    return None


def dominated(plan: FlowPlan, tokens: Tokens, scope_id: int, node: str) -> set[int]:
    """Return the tokens of a scope that stand where one only comes through `node`."""
    region = plan.nodes[node].region
    starts = (plan.start,) if region is None else plan.nodes[region].bodies
    found = set()
    for one in tokens.values():
        if one.scope_id != scope_id:
            continue
        for start in starts:
            if node in plan.graph.dominators(start).get(one.node, ()):
                found.add(one.token_id)
    return found


def can_finish(
    plan: FlowPlan, tokens: Tokens, scopes: Scopes, gone: set[int], node: str, scope_id: int
) -> bool:
    """Tell whether the flow can come to its end once `gone` are away and a token stands at `node`."""
    return completes(plan, tokens, scopes, gone, ((node, scope_id),))
