"""What can be reached: all markings of a region, which of them can still finish, and how one comes to those that cannot."""

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from flow_engine.plan import FlowPlan
from flow_engine.soundness.net import ENDED, PASSED, Item, Marking, Move, Net
from flow_engine.state import ROOT, Scope, State, Token

MOST_MARKINGS = 20_000
MOST_TOKENS = 20
"""Tokens in a marking, on average, that a whole search is bounded for."""
MOST_LATER = 5_000
"""Markings looked at before a return or a jump is offered; what takes longer to find an end for is not offered."""


@dataclass
class Explored:
    """All markings of a region. `came`: by marking, the one before and what happened; `next`: where each leads."""

    net: Net
    came: dict[Marking, tuple[Marking | None, tuple[Move, ...]]] = field(default_factory=dict)
    next: dict[Marking, list[Marking]] = field(default_factory=dict)
    cut: set[Marking] = field(default_factory=set)
    """Markings after which some moves were left out: there would be ever more tokens. Nothing is said about them."""
    is_complete: bool = True

    def trace(self, marking: Marking) -> tuple[Move, ...]:
        """Return what happens on the shortest way to a marking."""
        moves: list[Move] = []
        at: Marking | None = marking
        while at is not None:
            before, told = self.came[at]
            moves[:0] = told
            at = before
        return tuple(moves)

    def finishing(self) -> set[Marking]:
        """Return the markings from which the region's end can be reached."""
        back: dict[Marking, list[Marking]] = {}
        for one, targets in self.next.items():
            for target in targets:
                back.setdefault(target, []).append(one)
        found = ({ENDED} & self.came.keys()) | self.cut
        queue = deque(found)
        while queue:
            for one in back.get(queue.popleft(), ()):
                if one not in found:
                    found.add(one)
                    queue.append(one)
        return found


def explore(net: Net, most: int = MOST_MARKINGS) -> Explored:
    """Return all markings of a region, breadth first."""
    return explored_from(net, net.starts(), most)


def explored_from(net: Net, starts: Iterable[tuple[tuple[Move, ...], Marking]], most: int) -> Explored:
    """Return all markings that can come after these."""
    found = Explored(net)
    queue: deque[Marking] = deque()
    held = 0
    for moves, marking in starts:
        if marking not in found.came:
            found.came[marking] = (None, moves)
            queue.append(marking)
    while queue:
        marking = queue.popleft()
        # Very wide markings count for more: what is bounded is the work.
        if len(found.came) > most or held > most * MOST_TOKENS:
            found.is_complete = False
            break
        targets = found.next[marking] = []
        net.has_dropped = False
        for moves, after in net.moves(marking):
            targets.append(after)
            if after not in found.came:
                found.came[after] = (marking, moves)
                queue.append(after)
                held += len(after)
        if net.has_dropped:
            found.cut.add(marking)
    found.is_complete = found.is_complete and not net.is_cut
    return found


def can_end(net: Net, start: Iterable[Marking], most: int = MOST_LATER) -> bool:
    """Tell whether the region's end can be reached from any of these markings."""
    # Depth first: an end that can be reached is found on nearly the first way down.
    stack = list(start)
    seen = set(stack)
    while stack:
        marking = stack.pop()
        if marking == ENDED:
            return True
        if len(seen) > most:
            return False
        for _, after in net.moves(marking):
            if after not in seen:
                seen.add(after)
                stack.append(after)
    return False


def completes(
    plan: FlowPlan,
    tokens: Mapping[int, Token],
    scopes: Mapping[int, Scope],
    gone: Iterable[int],
    added: Iterable[tuple[str, int]],
) -> bool:
    """Tell whether the end can be reached once `gone` are away and tokens stand at `added` (node, scope)."""
    away = set(gone)
    arriving = tuple(added)
    if any(node not in plan.nodes for node, _ in arriving):
        return False
    for scope_id, scope in scopes.items():
        if scope_id != ROOT and (scope.token_id in away or _is_inside(scopes, tokens, scope, away)):
            continue
        here = [one for one in tokens.values() if one.scope_id == scope_id and one.token_id not in away]
        came = tuple((node, "") for node, at in arriving if at == scope_id)
        touched = came or any(tokens[one].scope_id == scope_id for one in away if one in tokens)
        if not touched:
            continue
        region = _region(plan, scope)
        net = Net(plan, region)
        if any(node not in net.spots for node, _ in came):
            return False
        start = marking_of(net, here, scope)
        if not can_end(net, (found for _, found in net.settle(start, came))):
            return False
    return True


def _region(plan: FlowPlan, scope: Scope) -> str | None:
    if scope.scope_id == ROOT:
        return None
    return scope.node if scope.node in plan.nodes else None


def _is_inside(
    scopes: Mapping[int, Scope], tokens: Mapping[int, Token], scope: Scope, away: set[int]
) -> bool:
    while scope.scope_id != ROOT:
        outer = tokens.get(scope.token_id)
        if outer is None or outer.token_id in away:
            return True
        scope = scopes[outer.scope_id]
    return False


def marking_of(net: Net, tokens: Iterable[Token], scope: Scope) -> Marking:
    """Return the marking of what stands in a scope."""
    items: list[Item] = []
    for one in tokens:
        spot = net.spots.get(one.node)
        if spot is None:
            continue
        if spot.kind == "join" and one.wait in ("join", "turn"):
            items.append((one.node, "in", (net.plan.branch_of(one.node, one.came_by or ""),)))
        else:
            items.append((one.node, "at", ()))
    for node, memory in scope.data.get("nodes", {}).items():
        spot = net.spots.get(node)
        if spot is not None and spot.kind == "join" and memory.get("came"):
            came = {*memory["came"], *((PASSED,) if memory.get("passed") else ())}
            items.append((node, "mem", tuple(sorted(came))))
    return tuple(sorted(items))


def all_finish(plan: FlowPlan, tokens: Mapping[int, Token], scopes: Mapping[int, Scope]) -> bool:
    """Tell whether every scope can come to its end from where its tokens stand."""
    for scope_id, scope in scopes.items():
        here = [one for one in tokens.values() if one.scope_id == scope_id]
        net = Net(plan, _region(plan, scope))
        if here and not can_end(net, (found for _, found in net.settle(marking_of(net, here, scope), ()))):
            return False
    return True


def reachable_after(
    plan: FlowPlan, state: State, gone: Iterable[int] = (), added: Iterable[tuple[str, int]] = ()
) -> bool:
    """Tell whether the flow can finish once tokens `gone` are taken away and tokens stand at `added` (node, scope id)."""
    return completes(plan, state.tokens, state.scopes, gone, added)
