"""Compiles a flow definition into its plan, once; whatever is wrong is told all at once, with its place."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

from engine.definitions.analysis import Analysis
from engine.definitions.app import App
from engine.definitions.checks.schemas import file_checker
from engine.definitions.outline import FormOutline
from engine.definitions.scopes import LINKS, RecordScope
from engine.definitions.validate import Checker
from engine.expressions import Checked, TypeScope, check, evaluate, parse
from engine.expressions.types import ANY, BOOL, ExprType, record_of
from engine.problems import Problem, Rejected, pointer
from engine.schema import FORMULA, KEY, WORDS, Schema, array, closed
from flow_engine import wrong
from flow_engine.clockwork import SUMS, clocks_of, is_of_a_write
from flow_engine.graph import Graph
from flow_engine.node import NODES, Name, Node
from flow_engine.plan import SUBJECT, Boundary, Filter, FlowPlan, Formula, NodePlan, TriggerPlan
from flow_engine.rollups import sums
from flow_engine.scope import FLOW, INPUT, FilterScope, FlowScope, outline_of, type_of
from flow_engine.settings import (
    CODE,
    CONDITION,
    DEFS,
    MESSAGE_NAME,
    PLAIN_SPAN,
    SPAN,
    TIME_RULE,
    Place,
    at,
    places,
    to_of,
)
from flow_engine.trigger import TRIGGERS, Trigger

STOP, IGNORE = "stop", "ignore"
BOUNDARY: Schema = closed(
    ("key", "kind"),
    key=KEY,
    kind={"enum": ["timer", "error", "escalation", "message", "cancel", "condition"]},
    after=SPAN,
    at=TIME_RULE,
    clock={"enum": ["wall", "business"]},
    every=SPAN,
    most={"type": "integer", "minimum": 1, "maximum": 1000},
    message=MESSAGE_NAME,
    correlate=FORMULA,
    when=CONDITION,
    code=CODE,
    **{"as": KEY},
    interrupts={"type": "boolean"},
    to=KEY,
    name=WORDS,
)
RETRY: Schema = closed(
    ("times",),
    times={"type": "integer", "minimum": 1, "maximum": 20},
    after=PLAIN_SPAN,
    factor={"type": "integer", "minimum": 1, "maximum": 10},
)
COMMON: Mapping[str, Schema] = {
    "key": KEY,
    "kind": KEY,
    "name": WORDS,
    "help": WORDS,
    "on": array(BOUNDARY, maxItems=20),
    "retry": RETRY,
    "on_error": KEY,
    "compensate": KEY,
}
MOST_NODES = 2000
_MOST_STEPS = 5
"""How far away a record may be whose changes a formula hears of."""


def node_schema(node: Node) -> Schema:
    """Return the closed schema of nodes of one kind."""
    to = {"to": to_of(*node.outcomes) if node.outcomes else KEY} if node.has_to else {}
    own = node.config_schema
    schema = closed(
        ("key", "kind", *own.get("required", ())), **{**COMMON, **to, **own.get("properties", {})}
    )
    return {**schema, "$defs": dict(DEFS)}


def trigger_schema(trigger: Trigger) -> Schema:
    """Return the closed schema of triggers of one kind."""
    own = trigger.config_schema
    common = {
        "key": KEY,
        "kind": KEY,
        "form": KEY,
        "when": CONDITION,
        "name": WORDS,
        "off": {"type": "boolean"},
    }
    return closed(("kind", *own.get("required", ())), **{**common, **own.get("properties", {})})


class Parts:
    """The closed schemas of all nodes and triggers, for `engine.definitions.checks.schemas.json_schema`."""

    @property
    def nodes(self) -> Mapping[str, Schema]:
        """By kind of node."""
        return {node.kind: node_schema(node) for node in NODES}

    @property
    def triggers(self) -> Mapping[str, Schema]:
        """By kind of trigger."""
        return {trigger.kind: trigger_schema(trigger) for trigger in TRIGGERS}


PARTS = Parts()


@lru_cache(maxsize=256)
def _node_checker(kind: str) -> Checker:
    return Checker(node_schema(NODES.get(kind)))


@lru_cache(maxsize=64)
def _trigger_checker(kind: str) -> Checker:
    return Checker(trigger_schema(TRIGGERS.get(kind)))


def compile_flow(definition: Mapping[str, Any], analysis: Analysis, version: int = 1) -> FlowPlan:
    """Return the plan of a flow. Raise Rejected with every problem of it."""
    work = _Compiler(definition, analysis, version)
    plan = work.plan()
    if work.problems or plan is None:
        raise Rejected(work.problems)
    return plan


def definition_problems(definition: Any, path: str) -> Iterator[Problem]:
    """Yield what does not fit the format of flow files, nodes and triggers below `kind` left out."""
    yield from file_checker("flows").problems(definition, path)


def problems(app: App, analysis: Analysis) -> list[Problem]:
    """Return every problem of the app's flows, `off` ones included."""
    found: list[Problem] = []
    for definition in app.of("flows").values():
        work = _Compiler(definition, analysis, 1)
        work.plan()
        found.extend(work.problems)
    return found


class _Compiler:
    """One flow on its way to a plan."""

    def __init__(self, definition: Mapping[str, Any], analysis: Analysis, version: int) -> None:
        self.definition, self.analysis, self.version = definition, analysis, version
        self.path = pointer("flows", str(definition.get("key", "")))
        self.problems: list[Problem] = []
        self.names: dict[str, ExprType] = {}
        self.subject: str | None = None
        self.reads: dict[str, set[tuple[str, ...]]] = {}
        self.row_links: dict[tuple[str, str], str] = {}

    def plan(self) -> FlowPlan | None:
        self.problems.extend(definition_problems(self.definition, self.path))
        if self.problems:
            return None
        nodes = self._nodes()
        triggers = self._triggers()
        if self.problems:
            return None
        self._variables()
        graph = self._graph(nodes)
        if self.problems:
            return None
        self._regions(nodes, graph)
        self._type_names(nodes)
        plans = {
            key: self._node(at, key, node, config, graph) for at, (key, node, config) in enumerate(nodes)
        }
        formulas = self._flow_formulas()
        if self.problems:
            return None
        definition = self.definition
        reads = {form: frozenset(paths) for form, paths in self.reads.items()}
        return FlowPlan(
            key=definition["key"],
            version=self.version,
            name=definition["name"],
            definition=definition,
            nodes=plans,
            start=definition["start"],
            triggers=triggers,
            variables={one["key"]: one for one in definition.get("variables", ())},
            names=dict(self.names),
            reads=reads,
            graph=graph,
            formulas=formulas,
            goals=tuple(key for key, node, _ in nodes if node.watches_always),
            subject=self.subject,
            row_links=dict(self.row_links),
            analyser=self._extra,
        )

    # nodes and their ways

    def _nodes(self) -> list[tuple[str, Node, Mapping[str, Any]]]:
        found: list[tuple[str, Node, Mapping[str, Any]]] = []
        seen: set[str] = set()
        given = self.definition.get("nodes", ())
        if len(given) > MOST_NODES:
            self.problems.append(wrong.TOO_MANY_NODES.at(self.path + "/nodes", most=MOST_NODES))
            return []
        for index, one in enumerate(given):
            at = f"{self.path}/nodes/{index}"
            kind, key = one.get("kind"), one.get("key")
            if kind not in NODES:
                self.problems.append(NODES.unknown(str(kind), at + "/kind"))
                continue
            faults = list(_node_checker(kind).problems(dict(one), at))
            if key in seen:
                faults.append(wrong.KEY_TWICE.at(at + "/key", key=key))
            seen.add(str(key))
            self.problems.extend(faults)
            if not faults:
                node = NODES.get(kind)
                config = node.settings(one)
                self.problems.extend(node.check(config, at))
                self.problems.extend(wrong.boundary_problems(str(key), config.get("on", ()), at))
                found.append((key, node, config))
        return found

    def _graph(self, nodes: list[tuple[str, Node, Mapping[str, Any]]]) -> Graph:
        keys = {key for key, _, _ in nodes}
        edges: list[tuple[str, str, str]] = []
        bodies: list[tuple[str, str, str]] = []
        if self.definition.get("start") not in keys:
            self._no_node(str(self.definition.get("start")), self.path + "/start", keys)
        for index, (key, node, config) in enumerate(nodes):
            at = f"{self.path}/nodes/{index}"
            for source, target, into in _links(key, node, config):
                if target not in keys:
                    self._no_node(target, at, keys)
                elif into == "body":
                    bodies.append((source, key, target))
                elif into == "edge":
                    edges.append((source, key, target))
        return Graph(tuple(key for key, _, _ in nodes), tuple(edges), tuple(bodies))

    def _no_node(self, key: str, path: str, keys: set[str]) -> None:
        self.problems.append(wrong.no_node(key, path, keys))

    def _regions(self, nodes: list[tuple[str, Node, Mapping[str, Any]]], graph: Graph) -> None:
        self.region: dict[str, str | None] = {}
        goals = tuple(key for key, node, _ in nodes if node.watches_always)
        regions = graph.regions((self.definition["start"], *goals))
        for index, (key, _, _) in enumerate(nodes):
            own = regions[key]
            if len(own) > 1:
                names = ", ".join(one or self.definition["key"] for one in own)
                self.problems.append(
                    wrong.TWO_REGIONS.at(f"{self.path}/nodes/{index}", node=key, regions=names)
                )
            self.region[key] = own[0] if own else None

    def _node(self, index: int, key: str, node: Node, config: Mapping[str, Any], graph: Graph) -> NodePlan:
        at = f"{self.path}/nodes/{index}"
        schema = {**node_schema(node)}
        formulas, filters = self._formulas(schema, config, at)
        ways = node.ways(config)
        boundaries = tuple(
            Boundary(
                one["key"], one["kind"], one.get("to", ""), one, f"on/{at_}", one.get("interrupts", True)
            )
            for at_, one in enumerate(config.get("on", ()))
        )
        return NodePlan(
            key=key,
            index=index,
            node=node,
            config=config,
            name=config.get("name", {}),
            ways=ways,
            targets={way.key: way.to for way in ways if way.to},
            bodies=node.bodies(config),
            formulas=formulas,
            filters=filters,
            boundaries=boundaries,
            retry=config.get("retry"),
            on_error=config.get("on_error", STOP),
            compensate=config.get("compensate"),
            gives=tuple(_gives(node, config)),
            region=self.region.get(key),
            is_repeatable=key in graph.cyclic or len(graph.edges_in[key]) > 1,
        )

    # names

    def _triggers(self) -> tuple[TriggerPlan, ...]:
        given = [
            ("trigger", self.definition.get("trigger")),
            *((f"triggers/{at}", one) for at, one in enumerate(self.definition.get("triggers", ()))),
        ]
        plans = [self._trigger(place, one) for place, one in given if one is not None]
        forms = list(dict.fromkeys(plan.form for plan in plans if plan is not None and plan.form))
        for form in forms:
            self.names[form] = record_of(form)
        self.subject = forms[0] if len(forms) == 1 else None
        return tuple(plan for plan in plans if plan is not None)

    def _trigger(self, place: str, given: Mapping[str, Any]) -> TriggerPlan | None:
        at = f"{self.path}/{place}"
        kind = str(given.get("kind"))
        if kind not in TRIGGERS:
            self.problems.append(TRIGGERS.unknown(kind, at + "/kind"))
            return None
        faults = list(_trigger_checker(kind).problems(dict(given), at))
        self.problems.extend(faults)
        if faults:
            return None
        trigger = TRIGGERS.get(kind)
        config = trigger.settings(given)
        self.problems.extend(trigger.check(config, at))
        form = config.get("form")
        outline = self._form(form, at + "/form") if form else None
        formulas: dict[str, Checked] = {}
        scope: TypeScope = (
            RecordScope(self.analysis.types, outline) if outline else FlowScope(self.analysis.types, {})
        )
        if outline is not None and "field" in config:
            self._trigger_field(trigger, str(config["field"]), outline, at)
        for one in places(trigger_schema(trigger), given):
            checked = self._checked(one, scope, at)
            if checked is not None:
                formulas[one.path] = checked
        clocks, is_foreseen = self._clocks_of_edge(trigger, form, formulas.get("when"))
        key = str(given.get("key", "trigger"))
        return TriggerPlan(key, kind, trigger, config, form, formulas, clocks, is_foreseen)

    def _clocks_of_edge(
        self, trigger: Trigger, form: str | None, when: Checked | None
    ) -> tuple[frozenset[str], bool]:
        """Return on what else than writes the condition of a trigger on the edge hangs, and whether that is foreseen."""
        if not trigger.is_edge or form is None or when is None or is_of_a_write(when):
            return frozenset(), True
        own, hidden = clocks_of((when,)), clocks_of(self._formulas_of({(SUBJECT, form): when.fields}))
        told = {SUMS} if sums(self.analysis, form, when.fields) else set()
        return own | hidden | told, not hidden

    def _trigger_field(self, trigger: Trigger, field: str, outline: FormOutline, path: str) -> None:
        """Look whether the field that a trigger watches is there, and of a type that it can watch."""
        if not outline.has(field):
            self.problems.append(wrong.no_field(field, outline.key, f"{path}/field", outline.fields))
            return
        given = RecordScope(self.analysis.types, outline).field((field,))
        wanted = trigger.field_types
        if wanted and given is not None and given.name not in {*wanted, ANY.name}:
            self.problems.append(wrong.wrong_field(field, given, ExprType(min(wanted)), f"{path}/field"))

    def _form(self, form: str, path: str) -> FormOutline | None:
        found = self.analysis.forms.get(form)
        if found is None:
            self.problems.append(wrong.no_form(form, path, self.analysis.forms))
        return found

    def _variables(self) -> None:
        for index, one in enumerate(self.definition.get("variables", ())):
            at = f"{self.path}/variables/{index}"
            if one["key"] in (FLOW, INPUT) or one["key"] in self.names:
                self.problems.append(wrong.NAME_TAKEN.at(at, name=one["key"]))
            if one.get("form"):
                self._form(one["form"], at + "/form")
            self.names[one["key"]] = type_of(one.get("type", "any"), one.get("form"))

    def _type_names(self, nodes: list[tuple[str, Node, Mapping[str, Any]]]) -> None:
        """Type what nodes give. A name may be typed by a formula over names that come later: two rounds settle it."""
        given = [
            (f"{self.path}/nodes/{at}", config, name)
            for at, (_, node, config) in enumerate(nodes)
            for name in _gives(node, config)
        ]
        for _, _, name in given:
            self.names.setdefault(name.key, type_of("record", name.form) if name.form else ANY)
        for last in (False, True):
            for path, config, name in given:
                kind = self._type_given(name, config)
                known = self.names.get(name.key, ANY)
                if ANY in (known, kind):
                    self.names[name.key] = kind if known == ANY else known
                elif last and known != kind:
                    self.problems.append(
                        wrong.TWO_TYPES.at(path, name=name.key, one=str(known), other=str(kind))
                    )

    def _type_given(self, name: Name, config: Mapping[str, Any]) -> ExprType:
        if name.form is not None:
            return record_of(name.form)
        if name.type is not None:
            return type_of(name.type)
        place = name.like or name.item_of
        text = at(config, place) if place else None
        if not isinstance(text, str):
            return ANY
        try:
            found = check(parse(text), self._scope()).type
        except Rejected:
            return ANY
        if name.item_of is None:
            return found
        return found.item if found.item is not None else ANY

    # formulas

    def _scope(self, local: Mapping[str, ExprType] | None = None) -> FlowScope:
        subject = self.analysis.forms.get(self.subject) if self.subject else None
        return FlowScope(self.analysis.types, self.names, subject, local or {})

    def _formulas(
        self, schema: Schema, config: Mapping[str, Any], at: str
    ) -> tuple[dict[str, Formula], dict[str, Filter]]:
        formulas: dict[str, Formula] = {}
        filters: dict[str, Filter] = {}
        for place in places(schema, config):
            if place.is_filter:
                found = self._filter(place, at)
                if found is not None:
                    filters[place.path] = found
                continue
            names = {name: type_of(kind) for name, kind in place.schema.get("x-names", {}).items()}
            checked = self._checked(place, self._scope(names), at, self._wanted(place, config, at))
            if checked is not None:
                formulas[place.path] = self._formula(checked, frozenset(names))
        return formulas, filters

    def _wanted(self, place: Place, config: Mapping[str, Any], at: str) -> ExprType | None:
        kind = place.schema.get("x-type")
        if kind is not None:
            return type_of(kind)
        beside = place.schema.get("x-field-of")
        if beside is None:
            return None
        form = self._target(place.beside.get(beside) or config.get(beside), config)
        outline = self.analysis.forms.get(form) if form else None
        if outline is None or not outline.is_sound:
            return None
        key = place.path.rsplit("/", 1)[-1]
        if not outline.has(key):
            self.problems.append(wrong.no_field(key, form or "", f"{at}/{place.path}", outline.fields))
            return None
        return self.analysis.types.type_of(outline, key)[2]

    def _target(self, given: Any, config: Mapping[str, Any]) -> str | None:
        """Return the form that a setting names: by key, or as a formula that gives a record."""
        if isinstance(given, str) and given in self.analysis.forms:
            return given
        record = config.get("record")
        if isinstance(record, str):
            try:
                return check(parse(record), self._scope()).type.form
            except Rejected:
                return None
        return None

    def _checked(
        self, place: Place, scope: TypeScope, at: str, wanted: ExprType | None = None
    ) -> Checked | None:
        expect = BOOL if place.schema.get("x-type") == "bool" else None
        try:
            checked = check(parse(place.text), scope, expect)
        except Rejected as rejected:
            self.problems.extend(one.under(f"{at}/{place.path}") for one in rejected.problems)
            return None
        if wanted is not None and not wrong.fits(checked.type, wanted):
            self.problems.append(wrong.wrong_result(checked.type, wanted, f"{at}/{place.path}"))
            return None
        return checked

    def _formula(self, checked: Checked, local: frozenset[str] = frozenset()) -> Formula:
        reads: dict[tuple[str, str], set[tuple[str, ...]]] = {}
        uses: set[str] = set()
        rows: dict[tuple[str, str, str], set[tuple[str, ...]]] = {}
        for path in checked.fields:
            head, rest = path[0], path[1:]
            if head in local:
                continue
            kind = self.names.get(head)
            if kind is None and head not in (FLOW, INPUT) and self.subject is not None:
                reads.setdefault((SUBJECT, self.subject), set()).add(path)
                uses.add(self.subject)
                continue
            uses.add(head)
            if kind is not None and kind.name == "record" and kind.form and "." in kind.form:
                self._of_a_row(head, kind.form, rest, rows)
            elif kind is not None and kind.name == "record" and kind.form and rest:
                reads.setdefault((head, kind.form), set()).add(rest)
        links = []
        for (name, form), paths in reads.items():
            for way, target in self._links(form, paths):
                links.append((name, form, way, target))
                # What the link holds now is known whenever what is behind it is.
                paths.add(way)
            self.reads.setdefault(form, set()).update(paths)
        constant = not checked.fields and checked.is_deterministic
        own, hidden = clocks_of((checked,)), clocks_of(self._formulas_of(reads))
        return Formula(
            checked.text,
            checked,
            tuple((name, form, frozenset(paths)) for (name, form), paths in reads.items()),
            frozenset(uses),
            constant,
            evaluate(checked, _NOTHING) if constant else None,
            tuple(links),
            own | hidden,
            not hidden,
            tuple((*behind, frozenset(paths)) for behind, paths in rows.items()),
        )

    def _of_a_row(
        self,
        name: str,
        form: str,
        path: tuple[str, ...],
        rows: dict[tuple[str, str, str], set[tuple[str, ...]]],
    ) -> None:
        """Note what a path reads behind a link of a row that `name` stands for; the row itself is at hand."""
        outline = outline_of(self.analysis.forms, form)
        own = outline.fields.get(path[0]) if outline is not None and len(path) > 1 else None
        target = str(own.config.get("to")) if own is not None else ""
        if target in self.analysis.forms:
            self.row_links[form, path[0]] = target
            rows.setdefault((name, path[0], target), set()).add(path[1:])
            self.reads.setdefault(target, set()).add(path[1:])

    def _formulas_of(self, reads: Mapping[tuple[str, str], Iterable[tuple[str, ...]]]) -> Iterator[Checked]:
        """Yield the formulas of the computed fields that are read."""
        for (_, form), paths in reads.items():
            outline = self.analysis.forms.get(form)
            if outline is None:
                continue
            for path in self._worked_out(outline, paths):
                seen = self.analysis.types.see(outline, path)
                if seen is not None and seen.field is not None and seen.field.control.role == "computed":
                    formula = self.analysis.formula(f"{seen.field.path}/formula")
                    if formula is not None:
                        yield formula

    def _links(self, form: str, paths: Iterable[tuple[str, ...]]) -> list[tuple[tuple[str, ...], str]]:
        """Return the links that paths from a form lead through, with the forms they lead to; rows are of their record."""
        outline = self.analysis.forms.get(form)
        if outline is None:
            return []
        deep = self._worked_out(outline, paths)
        ways = dict.fromkeys(path[:upto] for path in sorted(deep) for upto in range(1, len(path)))
        seen = ((way, self.analysis.types.see(outline, way)) for way in ways)
        return [
            (way, str(one.config.get("to")))
            for way, one in seen
            if one is not None and one.value_type in LINKS and one.config.get("to") in self.analysis.forms
        ]

    def _worked_out(self, outline: FormOutline, paths: Iterable[tuple[str, ...]]) -> set[tuple[str, ...]]:
        """Return paths with what the computed fields at their ends are worked out from; sums tell of themselves."""
        found: set[tuple[str, ...]] = set()
        left = list(paths)
        while left:
            path = left.pop()
            if path in found or len(path) > _MOST_STEPS:
                continue
            found.add(path)
            seen = self.analysis.types.see(outline, path)
            own = seen.field if seen is not None and not seen.is_list else None
            if own is None or own.control.role != "computed" or own.form.parent is not None:
                continue
            if isinstance(own.config.get("path"), str):
                left.append((*path[:-1], *own.config["path"].split(".")))
            formula = self.analysis.formula(f"{own.path}/formula")
            left.extend((*path[:-1], *one) for one in (formula.fields if formula is not None else ()))
        return found

    def _filter(self, place: Place, at: str) -> Filter | None:
        form = place.beside.get(place.schema["x-over"])
        outline = self._form(str(form), f"{at}/{place.path}")
        if outline is None:
            return None
        checked = self._checked(place, FilterScope(self.analysis.types, outline, self._scope()), at)
        if checked is None:
            return None
        outer = {}
        for path in checked.fields:
            if path[0] == "form" and len(path) > 1 and "form" not in outline.fields:
                name = ".".join(path[1:])
                outer[name] = self._formula(check(parse("{" + name + "}"), self._scope()))
        return Filter(place.text, str(form), checked, outer)

    def _flow_formulas(self) -> dict[str, Formula]:
        found: dict[str, Formula] = {}
        schema = closed(
            once_per=FORMULA,
            title=FORMULA,
            variables=array(closed(default=FORMULA)),
        )
        for place in places(schema, self.definition):
            checked = self._checked(place, self._scope(), self.path)
            if checked is not None:
                found[place.path] = self._formula(checked)
        return found

    def _extra(self, text: str) -> Formula:
        return self._formula(check(parse(text), self._scope()))


class _Nothing:
    """What constant formulas are worked out against."""

    now = datetime(2000, 1, 1, tzinfo=UTC)
    today = date(2000, 1, 1)
    zone = "UTC"
    actor: Mapping[str, Any] = {}
    record: Mapping[str, Any] = {}
    data = None

    def value(self, path: tuple[str, ...]) -> Any:
        return None


_NOTHING = _Nothing()


def _gives(node: Node, config: Mapping[str, Any]) -> Iterator[Name]:
    """Yield the names a node gives, and those of messages that may come while something stands there."""
    yield from node.gives(config)
    for boundary in config.get("on", ()):
        if "as" in boundary:
            yield Name(boundary["as"], type="json", is_maybe=True)


def _links(key: str, node: Node, config: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Yield (edge key, target, edge|body|handler) of everything that leads from a node."""
    for way in node.ways(config):
        if way.to:
            yield f"{key}.{way.key}", way.to, "edge"
    for boundary in config.get("on", ()):
        if boundary.get("to"):
            yield f"{key}.on.{boundary['key']}", boundary["to"], "edge"
    if config.get("on_error", STOP) not in (STOP, IGNORE):
        yield f"{key}.error", config["on_error"], "edge"
    for index, start in enumerate(node.bodies(config)):
        yield f"{key}.body.{index}", start, "body"
    if config.get("compensate"):
        yield f"{key}.compensate", config["compensate"], "body"


__all__ = ["PARTS", "compile_flow", "definition_problems", "node_schema", "problems", "trigger_schema"]
