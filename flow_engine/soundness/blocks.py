"""Blocks first: a fork whose branches all come to one join, each by itself, is proved branch by branch and then counts as one step.

What people draw is mostly such blocks, so that the search that follows sees a few places instead of every interleaving.
"""

from dataclasses import replace

from flow_engine.graph import walk
from flow_engine.soundness.net import Marking, Move, Net, Spot
from flow_engine.soundness.reach import explored_from

MOST_IN_BRANCH = 2_000
_NEVER_INSIDE = frozenset({"end", "all", "clear"})


def reduced(net: Net) -> Net:
    """Return the net with every fork taken together with its join where that is safe, from the inside out."""
    found = []
    for join, spot in net.spots.items():
        if spot.kind == "join":
            fork = _fork_of(net, join)
            branches = _branches(net, fork, spot) if fork is not None else None
            if fork is not None and branches is not None:
                found.append((sum(map(len, branches.values())), fork.key, join))
    for _, key, join in sorted(found, key=lambda one: one[0]):
        one = _proved(net, net.spots[key], join)
        if one is not None:
            net.spots[key] = one
    return net


def _fork_of(net: Net, join: str) -> Spot | None:
    plan = net.plan
    starts = [plan.start, *plan.goals] if net.region is None else plan.nodes[net.region].bodies
    start = next((one for one in starts if join in plan.graph.dominators(one)), None)
    fork = net.spots.get(plan.graph.split_of(join, start) or "") if start is not None else None
    return fork if fork is not None and fork.kind in ("fork", "some") else None


def _branches(net: Net, fork: Spot, join: Spot) -> dict[str, frozenset[str]] | None:
    """Return the nodes of each branch by way; None where branches mingle, end on their own or are reached from elsewhere."""
    graph = net.plan.graph
    if fork.kind == "some" and join.of != "started":
        return None
    # What runs out behind a join may meet the next round of a loop: such a loop is looked through as it is.
    if join.of in ("any", "n") and not join.clears and fork.key in graph.cyclic:
        return None
    within = {**graph.after, join.key: (), fork.key: ()}
    found: dict[str, frozenset[str]] = {}
    taken: set[str] = set()
    cancelled = {key for spot in net.spots.values() if spot is not join for key in spot.cancels}
    waits_outside = join.key in graph.leading_to(fork.key)
    for way, target in fork.ways:
        if target is None:
            return None
        inside = frozenset(walk((target,), within)) - {join.key}
        if inside & (taken | cancelled) or fork.key in inside:
            return None
        taken |= inside
        for key in inside:
            spot = net.spots.get(key)
            if (
                spot is None
                or spot.kind in _NEVER_INSIDE
                or not set(graph.before[key]) <= inside | {fork.key}
            ):
                return None
            if waits_outside and spot.of == "started":
                return None
        found[way] = inside
    is_closed = set(graph.before[join.key]) <= taken | {fork.key} and join.cancels <= taken
    return found if is_closed else None


def _proved(net: Net, fork: Spot, join: str) -> Spot | None:
    """Return the fork as one step to beyond its join, once each branch has been seen to come to the join exactly once."""
    onward = net.spots[join]
    net.spots[join] = Spot(join, "sink")
    arrived: Marking = ((join, "in", ("",)),)
    through: list[Move] = []
    inner: set[str] = {join}
    is_first = True
    crowded, seen = set(net.crowded), set(net.seen)
    try:
        for way, target in fork.ways:
            net.seen = set()
            explored = explored_from(
                net, net.settle((), ((str(target), f"{fork.key}.{way}"),)), MOST_IN_BRANCH
            )
            if (
                not explored.is_complete
                or explored.cut
                or not _always_arrives(explored.next, set(explored.came), arrived)
            ):
                return None
            inner |= net.seen
            if fork.kind == "fork" or is_first:
                if fork.kind == "some":
                    through.append((fork.key, "ways", way))
                through.extend(explored.trace(arrived))
            is_first = False
    finally:
        net.spots[join] = onward
        net.crowded, net.seen = crowded, seen
    return replace(
        fork, kind="pass", ways=onward.ways, leaves_by=join, through=tuple(through), inner=frozenset(inner)
    )


def _always_arrives(after: dict[Marking, list[Marking]], markings: set[Marking], arrived: Marking) -> bool:
    """Tell whether every marking can come to the one token at the join, and nothing else is ever left over."""
    if arrived not in markings:
        return False
    back: dict[Marking, list[Marking]] = {}
    for one, targets in after.items():
        if not targets and one != arrived:
            return False
        for target in targets:
            back.setdefault(target, []).append(one)
    found, queue = {arrived}, [arrived]
    for one in queue:
        for before in back.get(one, ()):
            if before not in found:
                found.add(before)
                queue.append(before)
    return found == markings
