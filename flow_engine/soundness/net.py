"""A flow as a token game: where tokens may stand in one region, and what may happen next, conditions left free.

A marking is a sorted tuple of items `(node, what, more)`: `at` (a token waits there; the boundaries that have fired), `in`
(a token has come to a join; by which edge), `mem` (what a join remembers). Only markings in which everything waits count:
a step of the engine never stops between. Regions are played one by one, since tokens never leave theirs.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from flow_engine.plan import FlowPlan, NodePlan

Item = tuple[str, str, tuple[str, ...]]
Marking = tuple[Item, ...]
Coming = tuple[tuple[str, str], ...]
"""Arrivals: (node, edge)."""
Move = tuple[str, str, str]
"""(node, kind: way | on | ways, key): one thing that happens."""
PASSED = "!"
MOST_SUBSETS = 7
"""Ways of an inclusive branch up to which every choice of them is tried; beyond, each alone, and all."""
MOST_ALIKE = 2
"""Tokens waiting at the same node in the same region, beyond which a flow counts as growing without bound."""
ENDED: Marking = ()
MOST_UNSETTLED = 20_000
"""Positions between two rests that are looked at."""


@dataclass(frozen=True, slots=True)
class Spot:
    """One node, as far as the game goes. `kind`: end, all, clear, pass, wait, fork, some, join, cancel."""

    key: str
    kind: str
    ways: tuple[tuple[str, str | None], ...] = ()
    boundaries: tuple[tuple[str, str | None, bool], ...] = ()
    otherwise: str | None = None
    of: str = ""
    needed: int = 0
    cancels: frozenset[str] = frozenset()
    clears: bool = False
    """Whether a join that goes on begins its next round at once: what has not come is withdrawn."""
    leaves_by: str = ""
    """For a fork that has been proved together with its join: the join it leaves by."""
    through: tuple[Move, ...] = ()
    """What happens inside it, one of the ways."""
    inner: frozenset[str] = frozenset()


class Net:
    """The game of one region of a plan; `region` None is the flow itself."""

    def __init__(self, plan: FlowPlan, region: str | None = None) -> None:
        self.plan, self.region = plan, region
        self.spots = {key: spot_of(plan, node) for key, node in plan.nodes.items() if node.region == region}
        self.crowded: set[str] = set()
        """Nodes at which more than one token may stand."""
        self.seen: set[str] = set()
        """Nodes that some token has come to."""
        self.is_cut = False
        """Whether something was left out because there was too much of it."""
        self.has_dropped = False
        """Whether the last look left out tokens of which there would be ever more."""

    def starts(self) -> Iterator[tuple[tuple[Move, ...], Marking]]:
        """Yield the markings in which the region begins."""
        if self.region is None:
            firsts = [self.plan.start, *self.plan.goals]
        else:
            owner = self.plan.nodes[self.region]
            firsts = [*owner.bodies, *([owner.compensate] if owner.compensate else [])]
        for first in firsts:
            if first in self.spots:
                came = f"{first}.goal" if first in self.plan.goals else ""
                yield from self.settle((), ((first, came),))

    def moves(self, marking: Marking) -> Iterator[tuple[tuple[Move, ...], Marking]]:
        """Yield what may happen in a marking, with the marking it leads to."""
        done: set[Item] = set()
        for at, item in enumerate(marking):
            node, what, fired = item
            if what != "at" or item in done:
                continue
            done.add(item)
            spot = self.spots[node]
            rest = marking[:at] + marking[at + 1 :]
            for way, target in spot.ways or (("to", None),):
                pending = () if target is None else ((target, f"{node}.{way}"),)
                for moves, found in self.settle(rest, pending):
                    yield ((node, "way", way), *moves), found
            for key, target, interrupts in spot.boundaries:
                if key in fired:
                    continue
                pending = () if target is None else ((target, f"{node}.on.{key}"),)
                kept = rest if interrupts else _with(rest, (node, "at", tuple(sorted((*fired, key)))))
                for moves, found in self.settle(kept, pending):
                    yield ((node, "on", key), *moves), found

    # arriving

    def settle(self, items: Marking, pending: Coming) -> Iterator[tuple[tuple[Move, ...], Marking]]:
        """Yield every way in which arrivals come to rest; what would go round for ever is left out."""
        work: list[tuple[tuple[Move, ...], Marking, Coming]] = [((), items, pending)]
        visited: set[tuple[Marking, Coming]] = set()
        while work:
            moves, marking, coming = work.pop()
            if (marking, coming) in visited:
                continue
            visited.add((marking, coming))
            if len(visited) > MOST_UNSETTLED:
                self.is_cut = True
                return
            if coming:
                work.extend(self._arrive(moves, marking, coming))
                continue
            turned = self._turn(marking)
            if turned is not None:
                work.append((moves, *turned))
            else:
                # What joins remember holds nothing up: without tokens the region is over.
                yield moves, ENDED if all(one[1] == "mem" for one in marking) else marking

    def _arrive(
        self, moves: tuple[Move, ...], marking: Marking, coming: Coming
    ) -> Iterator[tuple[tuple[Move, ...], Marking, Coming]]:
        """Yield what comes of the last of the arrivals."""
        (key, edge), coming = coming[-1], coming[:-1]
        spot = self.spots.get(key)
        if spot is None:
            return
        self.seen.add(key)
        self.seen |= spot.inner
        if spot.kind == "sink":
            yield moves, _with(marking, (key, "in", ("",))), coming
        elif spot.kind in ("all", "clear"):
            yield moves, ENDED, ()
        elif spot.kind == "end":
            yield moves, marking, coming
        elif spot.kind == "wait" and not edge.endswith(".goal"):
            found = self._wait(marking, key)
            if found is not None:
                yield moves, found, coming
        elif spot.kind == "join":
            if sum(1 for one in marking if one[0] == key and one[1] == "in") > MOST_ALIKE * len(
                self.plan.branches_in(key)
            ):
                self.crowded.add(key)
                self.has_dropped = True
                return
            found, more = self._join(spot, marking, plan_branch(self.plan, key, edge))
            left = (
                tuple(one for one in coming if one[0] not in spot.cancels)
                if more and spot.cancels
                else coming
            )
            yield moves, found, (*left, *more)
        else:
            kept = marking
            if spot.kind == "cancel":
                kept = tuple(one for one in marking if one[0] not in spot.cancels)
                coming = tuple(one for one in coming if one[0] not in spot.cancels)
            for move, arrivals in self._choices(spot):
                if any(coming.count(one) >= MOST_ALIKE for one in arrivals):
                    self.crowded.update(one[0] for one in arrivals)
                    self.has_dropped = True
                    continue
                yield (*moves, *move), kept, (*coming, *arrivals)

    def _choices(self, spot: Spot) -> Iterator[tuple[tuple[Move, ...], tuple[tuple[str, str], ...]]]:
        if spot.kind == "fork":
            yield (), tuple((target, f"{spot.key}.{way}") for way, target in spot.ways if target)
        elif spot.kind == "some":
            for chosen in subsets(spot):
                arrivals = tuple((target, f"{spot.key}.{way}") for way, target in chosen if target)
                yield ((spot.key, "ways", ",".join(way for way, _ in chosen)),), arrivals
        else:
            for way, target in spot.ways or (("to", None),):
                told = ((spot.key, "way", way),) if len(spot.ways) > 1 and not spot.leaves_by else ()
                edge = f"{spot.leaves_by or spot.key}.{way}"
                yield (*spot.through, *told), () if target is None else ((target, edge),)

    def _wait(self, marking: Marking, key: str) -> Marking | None:
        alike = sum(1 for one in marking if one[0] == key and one[1] == "at")
        if alike:
            self.crowded.add(key)
        self.has_dropped = self.has_dropped or alike >= MOST_ALIKE
        return None if alike >= MOST_ALIKE else _with(marking, (key, "at", ()))

    # joins

    def _join(self, spot: Spot, marking: Marking, edge: str) -> tuple[Marking, Coming]:
        onward = tuple((target, f"{spot.key}.{way}") for way, target in spot.ways if target)
        if spot.of in ("all", "started"):
            found = _with(marking, (spot.key, "in", (edge,)))
            if spot.of == "started":
                return found, ()
            came = {one[2][0] for one in found if one[0] == spot.key and one[1] == "in"}
            if not came >= self.plan.branches_in(spot.key):
                return found, ()
            for one in came:
                found = _without(found, (spot.key, "in", (one,)))
            return found, onward
        return self._some(spot, marking, edge, onward)

    def _some(
        self, spot: Spot, marking: Marking, edge: str, onward: tuple[tuple[str, str], ...]
    ) -> tuple[Marking, Coming]:
        memory = next((one for one in marking if one[0] == spot.key and one[1] == "mem"), None)
        came = set(memory[2]) if memory else set()
        if edge in came:
            # One of the next round, held until this one is complete.
            return _with(marking, (spot.key, "in", (edge,))), ()
        found = _without(marking, memory) if memory else marking
        came.add(edge)
        count = len(came - {PASSED})
        is_complete = count >= len(self.plan.branches_in(spot.key))
        if count == spot.needed and PASSED not in came:
            if spot.clears:
                return tuple(one for one in found if one[0] not in spot.cancels), onward
            return (
                found if is_complete else _with(found, (spot.key, "mem", tuple(sorted({*came, PASSED}))))
            ), onward
        return (found if is_complete else _with(found, (spot.key, "mem", tuple(sorted(came))))), ()

    def _turn(self, marking: Marking) -> tuple[Marking, Coming] | None:
        """Let a join go on that waits for what can still come, or one whose next round may begin."""
        for is_last in (False, True):
            for key in sorted({one[0] for one in marking if one[1] == "in"}):
                spot = self.spots[key]
                if spot.kind == "sink":
                    continue
                if spot.of == "started" and not self._may_come(marking, key, is_last):
                    rest = tuple(one for one in marking if one[0] != key)
                    return rest, tuple((target, f"{key}.{way}") for way, target in spot.ways if target)
                if spot.of in ("any", "n"):
                    for item in marking:
                        if item[0] == key and item[1] == "in" and not _has_come(marking, key, item[2][0]):
                            return _without(marking, item), ((key, item[2][0]),)
        return None

    def _may_come(self, marking: Marking, key: str, but_joins: bool) -> bool:
        passed = frozenset(
            one[0] for one in marking if one[1] == "mem" and PASSED in one[2] and one[0] != key
        )
        leading = self.plan.graph.leading_around(key, passed)
        return any(
            one[0] != key and one[0] in leading and one[1] != "mem" and not (but_joins and one[1] == "in")
            for one in marking
        )


def plan_branch(plan: FlowPlan, join: str, edge: str) -> str:
    """Return the branch of an arrival; one that has been sorted already stays what it is."""
    return edge if edge in plan.branches_in(join) else plan.branch_of(join, edge)


def subsets(spot: Spot) -> Iterator[tuple[tuple[str, str | None], ...]]:
    """Yield the choices of an inclusive branch."""
    free = [one for one in spot.ways if one[0] != spot.otherwise]
    if len(free) <= MOST_SUBSETS:
        for count in range(1, len(free) + 1):
            yield from combinations(free, count)
    else:
        yield from ((one,) for one in free)
        yield tuple(free)
    yield from ((one,) for one in spot.ways if one[0] == spot.otherwise)


def spot_of(plan: FlowPlan, node: NodePlan) -> Spot:
    """Return how a node takes part in the game."""
    kind, config = node.kind, node.config
    ways: list[tuple[str, str | None]] = [(way.key, way.to or None) for way in node.ways]
    if node.on_error not in ("stop", "ignore"):
        ways.append(("error", node.on_error))
    boundaries = tuple((one.key, one.to or None, one.interrupts) for one in node.boundaries)
    if kind == "raise" and config["as"] != "escalation":
        return Spot(node.key, "clear")
    if node.node.splits == "none":
        found = {"terminate": "all", "exit": "all", "end_body": "clear"}.get(kind, "end")
        return Spot(node.key, found)
    if kind == "join":
        return _join_spot(plan, node, tuple(ways))
    if kind == "cancel":
        return Spot(node.key, "cancel", tuple(ways), cancels=frozenset(config["nodes"]))
    if stands(node):
        return Spot(node.key, "wait", tuple(ways), boundaries)
    if node.node.splits == "all":
        return Spot(node.key, "fork", tuple(ways))
    if node.node.splits == "some":
        otherwise = next((way.key for way in node.ways if way.is_default), None)
        return Spot(node.key, "some", tuple(ways), otherwise=otherwise)
    if kind == "goto" and not config.get("otherwise") and ("when" in config or "most" in config):
        ways.append(("end", None))
    return Spot(node.key, "pass", tuple(ways))


def _join_spot(plan: FlowPlan, node: NodePlan, ways: tuple[tuple[str, str | None], ...]) -> Spot:
    config, branches = node.config, len(plan.branches_in(node.key))
    needed = 1
    if config["of"] == "n":
        formula = node.formulas.get("n")
        needed = (
            int(formula.value)
            if formula is not None and formula.is_constant and formula.value is not None
            else branches
        )
    cancels: Iterable[str] = ()
    if config["rest"] == "cancel":
        starts = [plan.start] if node.region is None else plan.nodes[node.region].bodies
        start = next((one for one in starts if node.key in plan.graph.dominators(one)), plan.start)
        cancels = config.get("cancels") or plan.graph.branches(node.key, start)
    return Spot(
        node.key,
        "join",
        ways,
        of=config["of"],
        needed=max(1, min(needed, branches)),
        cancels=frozenset(cancels),
        clears=config["rest"] == "cancel",
    )


def stands(node: NodePlan) -> bool:
    """Tell whether tokens may stand still at a node that is no join."""
    config: Mapping[str, Any] = node.config
    if "waits" in config and isinstance(config["waits"], bool):
        return config["waits"] or bool(node.boundaries)
    return node.node.waits or bool(node.bodies) or bool(node.boundaries)


def _has_come(marking: Marking, key: str, edge: str) -> bool:
    return any(one[0] == key and one[1] == "mem" and edge in one[2] for one in marking)


def _with(marking: Marking, item: Item) -> Marking:
    return tuple(sorted((*marking, item)))


def _without(marking: Marking, item: Item) -> Marking:
    at = marking.index(item)
    return marking[:at] + marking[at + 1 :]
