"""The shape of a flow: which edges lead where, what can be reached from where, what lies on a cycle."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

Edge = tuple[str, str, str]
"""(key, from, to). The key is `<node>.<way>`, for boundaries `<node>.on.<key>`."""


@dataclass(frozen=True, eq=False)
class Graph:
    """Nodes and edges. `bodies`: edges from a node to the first nodes of the regions it runs."""

    nodes: tuple[str, ...]
    edges: tuple[Edge, ...]
    bodies: tuple[Edge, ...] = ()
    _kept: dict[tuple[str, str], frozenset[str]] = field(default_factory=dict, repr=False)

    @cached_property
    def after(self) -> Mapping[str, tuple[str, ...]]:
        """By node: the nodes its edges lead to."""
        found: dict[str, list[str]] = {node: [] for node in self.nodes}
        for _, source, target in self.edges:
            if target not in found[source]:
                found[source].append(target)
        return {node: tuple(targets) for node, targets in found.items()}

    @cached_property
    def before(self) -> Mapping[str, tuple[str, ...]]:
        """By node: the nodes that have an edge to it."""
        found: dict[str, list[str]] = {node: [] for node in self.nodes}
        for _, source, target in self.edges:
            if source not in found[target]:
                found[target].append(source)
        return {node: tuple(sources) for node, sources in found.items()}

    @cached_property
    def edges_in(self) -> Mapping[str, frozenset[str]]:
        """By node: the keys of the edges that lead to it."""
        found: dict[str, set[str]] = {node: set() for node in self.nodes}
        for key, _, target in self.edges:
            found[target].add(key)
        return {node: frozenset(keys) for node, keys in found.items()}

    def reachable(self, start: str) -> frozenset[str]:
        """Return the nodes that can be reached from `start` by one edge or more."""
        return self._reached("after", start, self.after)

    def leading_to(self, node: str) -> frozenset[str]:
        """Return the nodes from which `node` can be reached by one edge or more."""
        return self._reached("before", node, self.before)

    def leading_around(self, node: str, closed: frozenset[str]) -> frozenset[str]:
        """Return the nodes from which `node` can be reached without passing one of `closed`."""
        if not closed:
            return self.leading_to(node)
        open_ = {
            key: tuple(one for one in sources if one not in closed) for key, sources in self.before.items()
        }
        return frozenset(walk(open_.get(node, ()), open_))

    def _reached(self, kind: str, start: str, step: Mapping[str, tuple[str, ...]]) -> frozenset[str]:
        kept = self._kept.get((kind, start))
        if kept is None:
            kept = self._kept[kind, start] = frozenset(walk(step.get(start, ()), step))
        return kept

    @cached_property
    def cyclic(self) -> frozenset[str]:
        """The nodes from which one can come back to them."""
        return frozenset(node for group in components(self.after) for node in group)

    def regions(self, starts: tuple[str, ...]) -> Mapping[str, tuple[str | None, ...]]:
        """Return by node the regions it can be reached in: None is the flow, else the node that runs the region."""
        found: dict[str, list[str | None]] = {node: [] for node in self.nodes}
        own: list[tuple[str | None, str]] = [(None, start) for start in starts]
        for region, first in [*own, *((source, to) for _, source, to in self.bodies)]:
            for node in walk((first,), self.after):
                if region not in found[node]:
                    found[node].append(region)
        return {node: tuple(regions) for node, regions in found.items()}

    def branches(self, join: str, start: str) -> frozenset[str]:
        """Return the nodes between the split that `join` belongs to and `join`: on a way from the one to the other.

        The split is the last node that every way from `start` to the join passes.
        """
        kept = self._kept.get(("between", join))
        if kept is None:
            split = self.split_of(join, start)
            found: frozenset[str] = frozenset()
            if split is not None:
                # Neither beyond the join nor back before the split.
                within = {**self.after, split: (), join: ()}
                inside = frozenset(walk(self.after[split], within))
                found = inside & self.leading_around(join, frozenset((split,)))
            kept = self._kept["between", join] = found - {join, split or ""}
        return kept

    def sorted_edges(self, join: str, split: str, edges: Mapping[str, str]) -> Mapping[str, str]:
        """Return by edge into `join` the edge out of `split` whose branch it ends; itself, where several lead to it."""
        found: dict[str, set[str]] = {key: set() for key in edges}
        # A branch that goes back before the split is not part of the others for that.
        within = {**self.after, split: (), join: ()}
        for way, source, target in self.edges:
            if source != split:
                continue
            inside = set(walk((target,), within)) - {join, split}
            for key, last in edges.items():
                if last in inside or (last == split and key == way):
                    found[key].add(way)
        if any(len(ways) != 1 for ways in found.values()):
            return {key: key for key in edges}
        return {key: next(iter(ways)) for key, ways in found.items()}

    def split_of(self, join: str, start: str) -> str | None:
        """Return the nearest node that all ways from `start` to `join` pass; None when there is none."""
        leaders = self.dominators(start).get(join, frozenset()) - {join}
        # Dominators of one node form a chain: the nearest has all the others among its own.
        return max(leaders, key=lambda one: len(self.dominators(start)[one]), default=None)

    def dominators(self, start: str) -> Mapping[str, frozenset[str]]:
        """Return by node the nodes that every way from `start` to it passes, itself included."""
        kept = self._dominators.get(start)
        if kept is not None:
            return kept
        order = list(walk((start,), self.after))
        everything = frozenset(order)
        found = dict.fromkeys(order, everything)
        found[start] = frozenset((start,))
        changed = True
        while changed:
            changed = False
            for node in order:
                if node == start:
                    continue
                above = [found[one] for one in self.before[node] if one in found]
                new = frozenset.intersection(*above) | {node}
                if new != found[node]:
                    found[node], changed = new, True
        self._dominators[start] = found
        return found

    @cached_property
    def _dominators(self) -> dict[str, Mapping[str, frozenset[str]]]:
        return {}


def walk(
    starts: Iterable[str], step: Mapping[str, tuple[str, ...]], stop: str | None = None
) -> Iterator[str]:
    """Yield the starts and all that can be reached from them, breadth first; `stop` is not gone beyond."""
    queue = list(dict.fromkeys(starts))
    seen = set(queue)
    for node in queue:
        yield node
        if node == stop:
            continue
        for target in step.get(node, ()):
            if target not in seen:
                seen.add(target)
                queue.append(target)


def components(after: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[str, ...]]:
    """Yield the groups of nodes that can all reach each other (Tarjan's algorithm, without recursion)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    standing: set[str] = set()
    for root in after:
        if root in index:
            continue
        work: list[tuple[str, Iterator[str]]] = [(root, iter(after[root]))]
        index[root] = low[root] = len(index)
        stack.append(root)
        standing.add(root)
        while work:
            node, targets = work[-1]
            for target in targets:
                if target not in index:
                    index[target] = low[target] = len(index)
                    stack.append(target)
                    standing.add(target)
                    work.append((target, iter(after[target])))
                    break
                if target in standing:
                    low[node] = min(low[node], index[target])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    at = stack.index(node)
                    group = tuple(stack[at:])
                    del stack[at:]
                    standing.difference_update(group)
                    if len(group) > 1 or node in after[node]:
                        yield group
