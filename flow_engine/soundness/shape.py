"""Findings about the shape: what is never reached, gets stuck, never finishes, runs twice or spins (F01–F04, F07, F12, F14)."""

from collections.abc import Iterator
from dataclasses import replace

from flow_engine.graph import components
from flow_engine.plan import FlowPlan
from flow_engine.soundness.blocks import reduced
from flow_engine.soundness.finding import (
    F01,
    F02,
    F03,
    F04,
    F07,
    F12,
    F14,
    STOP,
    WARN,
    Finding,
    label,
    labels,
    place,
)
from flow_engine.soundness.net import ENDED, Marking, Net, stands
from flow_engine.soundness.reach import MOST_MARKINGS, Explored, explore


def shape_findings(plan: FlowPlan, most: int = MOST_MARKINGS) -> Iterator[Finding]:
    """Yield them, region by region."""
    spins = list(spinning(plan))
    yield from spins
    regions: list[str | None] = [
        None,
        *(key for key, node in plan.nodes.items() if node.bodies or node.compensate),
    ]
    seen: set[str] = set()
    holds_up = False
    for region in regions:
        explored = explore(reduced(Net(plan, region)), most)
        seen |= explored.net.seen if explored.is_complete else explored.net.spots.keys()
        for one in region_findings(plan, explored):
            holds_up = holds_up or one.level == STOP
            yield replace(one, region=region)
    # Behind a place where the flow gets stuck nothing is reached: that is not a fault of its own.
    reachable = {one for key in (plan.start, *plan.goals) for one in (key, *plan.graph.reachable(key))}
    unseen = [key for key in plan.nodes if key not in seen]
    for key in unseen:
        if holds_up and (key in reachable or plan.nodes[key].region is not None):
            continue
        problem = F01.at(place(plan, key), node=label(plan, key))
        yield Finding(problem, STOP, (key,), fix={"kind": "delete", "node": key})


def region_findings(plan: FlowPlan, found: Explored) -> Iterator[Finding]:
    """Yield what is wrong with the way tokens move in one region."""
    if not found.is_complete:
        yield too_complex(plan, found)
        return
    finishing = found.finishing()
    told: set[tuple[str, ...]] = set()
    for marking in found.came:
        if marking in finishing:
            continue
        one = stuck(plan, found, marking) if not found.next[marking] else None
        if one is None and not any(
            after not in finishing and not found.next[after] for after in below(found, marking)
        ):
            one = endless(plan, found, marking)
        if one is not None and one.nodes not in told:
            told.add(one.nodes)
            yield one
    yield from ending_early(plan, found)
    yield from twice(plan, found)


def below(found: Explored, marking: Marking) -> Iterator[Marking]:
    """Yield all markings that can come after one."""
    queue = [marking]
    seen = set(queue)
    for one in queue:
        for after in found.next.get(one, ()):
            if after not in seen:
                seen.add(after)
                queue.append(after)
                yield after


def stuck(plan: FlowPlan, found: Explored, marking: Marking) -> Finding | None:
    """Return the finding of a marking in which nothing can happen any more."""
    for key, what, _ in marking:
        if what != "in":
            continue
        came = {one[2][0] for one in marking if one[0] == key and one[1] == "in"}
        missing = tuple(sorted({edge.split(".", 1)[0] for edge in last_edges(plan, key, came)}))
        problem = F02.at(place(plan, key), node=label(plan, key), missing=labels(plan, missing or (key,)))
        fix = {"kind": "set", "node": key, "path": "of", "value": "started"}
        return Finding(problem, STOP, (key, *missing), found.trace(marking), fix)
    return None


def last_edges(plan: FlowPlan, join: str, came: set[str]) -> set[str]:
    """Return the edges into a join by whose branches nothing has come."""
    return {edge for edge in plan.graph.edges_in[join] if plan.branch_of(join, edge) not in came}


def endless(plan: FlowPlan, found: Explored, marking: Marking) -> Finding:
    """Return the finding of a marking from which one can go on, but never to the end."""
    nodes = tuple(dict.fromkeys(one[0] for one in marking if one[1] != "mem"))
    key = nodes[0] if nodes else plan.start
    return Finding(
        F12.at(place(plan, key), node=label(plan, key)),
        STOP,
        nodes,
        found.trace(marking),
        {"kind": "add_way", "node": key},
    )


def ending_early(plan: FlowPlan, found: Explored) -> Iterator[Finding]:
    """Yield ends of a region that take away what still runs in it."""
    enders = [
        spot.key
        for spot in found.net.spots.values()
        if spot.kind == "clear" and plan.nodes[spot.key].kind == "end_body"
    ]
    for key in enders:
        leading = plan.graph.leading_to(key)
        for marking, targets in found.next.items():
            standing = [one[0] for one in marking if one[1] == "at"]
            if ENDED not in targets or len(standing) < 2 or not any(one in leading for one in standing):
                continue
            ending = next(one for one in standing if one in leading)
            running = tuple(sorted({one for one in standing if one != ending}))
            if not running or not _ends_by(found, marking, ending, key):
                continue
            problem = F03.at(place(plan, key), node=label(plan, key), running=labels(plan, running))
            yield Finding(
                problem, WARN, (key, *running), found.trace(marking), {"kind": "join_before", "node": key}
            )
            break


def _ends_by(found: Explored, marking: Marking, node: str, ender: str) -> bool:
    """Tell whether the token at `node` can go to `ender` in one move."""
    for moves, after in found.net.moves(marking):
        if after == ENDED and moves and moves[0][0] == node:
            return ender in found.net.seen
    return False


def twice(plan: FlowPlan, found: Explored) -> Iterator[Finding]:
    """Yield nodes that two branches come to, each on its own."""
    crowded = set(found.net.crowded)
    for key, spot in found.net.spots.items():
        if (
            spot.kind in ("end", "clear", "all", "join")
            or len(plan.graph.edges_in[key]) < 2
            or key in crowded
        ):
            continue
        if spot.kind == "wait":
            continue
        sources = {edge.split(".", 1)[0] for edge in plan.graph.edges_in[key]}
        if any(_both(plan, marking, sources, key) for marking in found.came):
            crowded.add(key)
    # What comes after a node that runs twice does too: the first of them is the one to mend.
    for key in sorted(crowded, key=lambda one: plan.nodes[one].index):
        before = plan.graph.leading_to(key)
        if any(other in before and key not in plan.graph.leading_to(other) for other in crowded):
            continue
        marking = next(
            (one for one in found.came if sum(1 for item in one if item[:2] == (key, "at")) > 1), None
        )
        if marking is None:
            marking = next(
                (
                    one
                    for one in found.came
                    if len(one) > 1 and any(key in plan.graph.reachable(item[0]) for item in one)
                ),
                None,
            )
        example = found.trace(marking) if marking is not None else ()
        yield Finding(
            F04.at(place(plan, key), node=label(plan, key)),
            WARN,
            (key,),
            example,
            {"kind": "join_before", "node": key},
        )


def _both(plan: FlowPlan, marking: Marking, sources: set[str], key: str) -> bool:
    """Tell whether two tokens stand where each may come to `key` without a join between."""
    standing = [one[0] for one in marking if one[1] == "at"]
    if len(standing) < 2:
        return False
    return sum(1 for one in standing if one in sources or _leads(plan, one, key)) > 1


def _leads(plan: FlowPlan, node: str, key: str) -> bool:
    """Tell whether `key` can be reached without passing a join or standing anywhere else."""
    queue, seen = list(plan.graph.after[node]), set()
    while queue:
        at = queue.pop()
        if at == key:
            return True
        if at in seen or plan.nodes[at].node.joins != "each" or stands(plan.nodes[at]):
            continue
        seen.add(at)
        queue.extend(plan.graph.after[at])
    return False


def spinning(plan: FlowPlan) -> Iterator[Finding]:
    """Yield loops in which nothing ever waits."""
    free = {
        key
        for key, node in plan.nodes.items()
        if not stands(node) and not (node.kind == "goto" and "most" in node.config)
    }
    after = {key: tuple(one for one in plan.graph.after[key] if one in free) for key in free}
    for group in components(after):
        nodes = tuple(sorted(group, key=lambda one: plan.nodes[one].index))
        problem = F07.at(place(plan, nodes[0]), nodes=labels(plan, nodes))
        yield Finding(problem, STOP, nodes, fix={"kind": "add_wait", "node": nodes[0]})


def too_complex(plan: FlowPlan, found: Explored) -> Finding:
    """Return the finding that the region is too large to be looked through."""
    forks = [spot for spot in found.net.spots.values() if spot.kind in ("fork", "some")]
    widest = max(forks, key=lambda one: len(one.ways), default=next(iter(found.net.spots.values())))
    problem = F14.at(place(plan, widest.key), count=len(found.came), node=label(plan, widest.key))
    return Finding(problem, WARN, (widest.key,), fix={"kind": "block", "node": widest.key})
