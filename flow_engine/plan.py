"""What a flow definition is compiled into: nodes with checked formulas, the ways between them, the names they use."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from engine.expressions import Checked
from engine.expressions.types import ExprType
from engine.text import Words
from flow_engine.graph import Graph
from flow_engine.node import Name, Node, Way
from flow_engine.trigger import Trigger

Path = tuple[str, ...]
SUBJECT = ""
"""The name of the record the instance is about, where a formula names its fields without the form."""


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula of the flow. `reads`: (name of a record, its form, paths in it); `uses`: all first names.

    `links`: the links its paths lead through, (name of a record, its form, path to the link, form it leads to).
    `clocks`: how it hangs on the clock (`clockwork`); `is_foreseen`: what it gives later can be worked out now.
    `rows`: what it reads behind links of a row that a name stands for, (name, link, form it leads to, paths in that).
    """

    text: str
    checked: Checked
    reads: tuple[tuple[str, str, frozenset[Path]], ...] = ()
    uses: frozenset[str] = frozenset()
    is_constant: bool = False
    value: Any = None
    links: tuple[tuple[str, str, Path, str], ...] = ()
    clocks: frozenset[str] = frozenset()
    is_foreseen: bool = True
    rows: tuple[tuple[str, str, str, frozenset[Path]], ...] = ()


@dataclass(frozen=True, slots=True)
class Filter:
    """A condition over records of `form`; `outer`: what it names of the flow as `{form.x}`, by dotted path."""

    text: str
    form: str
    checked: Checked
    outer: Mapping[str, Formula] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Boundary:
    """Something that may happen while a token stands at a node. `place`: where its settings are, `on/0`."""

    key: str
    kind: str
    to: str
    config: Mapping[str, Any]
    place: str
    interrupts: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class NodePlan:
    """One node, compiled."""

    key: str
    index: int
    node: Node
    config: Mapping[str, Any]
    name: Words
    ways: tuple[Way, ...]
    targets: Mapping[str, str]
    """By way: where it leads."""
    bodies: tuple[str, ...] = ()
    formulas: Mapping[str, Formula] = field(default_factory=dict)
    filters: Mapping[str, Filter] = field(default_factory=dict)
    boundaries: tuple[Boundary, ...] = ()
    retry: Mapping[str, Any] | None = None
    on_error: str = "stop"
    """stop, ignore, or the key of a node."""
    compensate: str | None = None
    gives: tuple[Name, ...] = ()
    region: str | None = None
    """The node whose region it belongs to; None: the flow itself."""
    is_repeatable: bool = False
    """Can be entered again in the same scope: it lies on a cycle, or several ways lead to it."""

    @property
    def kind(self) -> str:
        return self.node.kind

    def way(self, key: str) -> str | None:
        """Return the node that way `key` leads to; None: nowhere."""
        return self.targets.get(key) or self.targets.get("to")


@dataclass(frozen=True, slots=True, eq=False)
class TriggerPlan:
    """One trigger, compiled. `formulas`: by place of its settings, over the record it listens to.

    `clocks`: how `when` of one that starts on the edge hangs on the clock, or on sums over other records (`clockwork`);
    `is_foreseen`: as for a formula.
    """

    key: str
    kind: str
    trigger: Trigger
    config: Mapping[str, Any]
    form: str | None = None
    formulas: Mapping[str, Checked] = field(default_factory=dict)
    clocks: frozenset[str] = frozenset()
    is_foreseen: bool = True


@dataclass(frozen=True, eq=False)
class FlowPlan:
    """A flow, compiled. `names`: everything formulas may name; `reads`: by form, every path any formula reads."""

    key: str
    version: int
    name: Words
    definition: Mapping[str, Any]
    nodes: Mapping[str, NodePlan]
    start: str
    triggers: tuple[TriggerPlan, ...]
    variables: Mapping[str, Mapping[str, Any]]
    names: Mapping[str, ExprType]
    reads: Mapping[str, frozenset[Path]]
    graph: Graph
    formulas: Mapping[str, Formula] = field(default_factory=dict)
    """Formulas of the flow itself: `once_per`, `title`, `variables/0/default`."""
    goals: tuple[str, ...] = ()
    """Nodes whose condition is looked at wherever the flow stands."""
    subject: str | None = None
    """The form of the record it is about; the key under which formulas name it."""
    row_links: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """By rows of a sub-table (`plan.items`) and link: the form it leads to, where a formula goes there."""
    stops: Any = None
    """Where a trial halts (`simulation.stops.Stops`); None in the house."""
    analyser: Any = None
    """Compiles a formula that is not part of the definition; see `compile.extra_formula`."""
    _extra: dict[str, Formula] = field(default_factory=dict, repr=False)
    _joined: dict[str, Mapping[str, str]] = field(default_factory=dict, repr=False)
    _leading: dict[str, frozenset[str]] = field(default_factory=dict, repr=False)

    def node(self, key: str) -> NodePlan:
        """Return a node of the flow."""
        return self.nodes[key]

    def formula(self, text: str) -> Formula:
        """Return the compiled formula of `text`; Rejected when it makes no sense in this flow."""
        found = self._extra.get(text)
        if found is None:
            found = self._extra[text] = self.analyser(text)
        return found

    def leading(self, node: str) -> frozenset[str]:
        """Return the nodes after which one may come to `node`, into regions and out of them."""
        found = self._leading.get(node)
        if found is None:
            gone: set[str] = set()
            at: str | None = node
            while at is not None:
                gone |= self.graph.leading_to(at)
                at = self.nodes[at].region
                gone |= {at} if at is not None else set()
            for key in self.nodes:
                owner = self.nodes[key].region
                while owner is not None and owner not in gone:
                    owner = self.nodes[owner].region
                if owner is not None and (owner not in self._around(node) or key in gone):
                    gone.add(key)
            found = self._leading[node] = frozenset(gone)
        return found

    def _around(self, node: str) -> frozenset[str]:
        """Return the nodes whose regions `node` is in."""
        found: set[str] = set()
        at = self.nodes[node].region
        while at is not None:
            found.add(at)
            at = self.nodes[at].region
        return frozenset(found)

    def branch_of(self, join: str, edge: str) -> str:
        """Return which branch of its split an edge into a join belongs to; the edge itself where that is not certain.

        A branch may lead to the join in several ways, of which only one is taken: by a boundary, or by a choice inside.
        """
        return self._branches(join).get(edge, edge)

    def branches_in(self, join: str) -> frozenset[str]:
        """Return the branches that a join brings together."""
        return frozenset(self._branches(join).values())

    def _branches(self, join: str) -> Mapping[str, str]:
        kept = self._joined.get(join)
        if kept is None:
            kept = self._joined[join] = self._sort_edges(join)
        return kept

    def _sort_edges(self, join: str) -> Mapping[str, str]:
        edges = {key: source for key, source, target in self.graph.edges if target == join}
        node = self.nodes[join]
        starts = (self.start, *self.goals) if node.region is None else self.nodes[node.region].bodies
        start = next((one for one in starts if join in self.graph.dominators(one)), self.start)
        split = self.graph.split_of(join, start)
        if split is None or self.nodes[split].node.splits not in ("all", "some"):
            return {key: key for key in edges}
        return self.graph.sorted_edges(join, split, edges)

    @cached_property
    def step_names(self) -> Mapping[str, Words]:
        """By node: what it is called, in both languages; the flow's own name where it has none, and under ""."""
        own = {"zh": self.name.get("zh", ""), "en": self.name.get("en") or self.name.get("zh", "")}
        names = {"": own}
        for key, node in self.nodes.items():
            zh = node.name.get("zh")
            names[key] = {"zh": zh or own["zh"], "en": node.name.get("en") or zh or own["en"]}
        return names

    @cached_property
    def anchors(self) -> Mapping[str, frozenset[str]]:
        """By form: the fields that timers of this flow take their time from."""
        found: dict[str, set[str]] = {}
        for node in self.nodes.values():
            for place, formula in node.formulas.items():
                if place.rsplit("/", 1)[-1] == "field":
                    for _, form, paths in formula.reads:
                        found.setdefault(form, set()).update(path[0] for path in paths)
        return {form: frozenset(fields) for form, fields in found.items()}
