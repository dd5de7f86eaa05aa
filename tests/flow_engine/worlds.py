"""A world in memory, and a player that lets things happen to a flow: once straight through, once saved and loaded each time."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from engine.definitions.analysis import Analysis, analyse
from engine.definitions.app import App
from engine.expressions import check, holds, parse
from engine.expressions.types import ANY, ExprType
from engine.problems import Rejected
from flow_engine import rows
from flow_engine.acts import Aggregate, Choose, Create, Delete, Due, Find, Past, People, Read, Run, Update
from flow_engine.compile import compile_flow
from flow_engine.evolving import evolve
from flow_engine.happenings import (
    ChildEnded,
    EffectEnded,
    Happening,
    InstanceAction,
    MessageCame,
    RecordChanged,
    Resumed,
    Started,
    TimerFired,
)
from flow_engine.plan import FlowPlan
from flow_engine.result import Entry, Step
from flow_engine.settings import span_seconds
from flow_engine.state import Instance, State, Token
from flow_engine.step import drive, first_state, step
from form_engine.control import CONTROLS

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
Json = dict[str, Any]


def words(text: str) -> dict[str, str]:
    return {"zh": text, "en": text}


def form(key: str, **fields: str) -> Json:
    """Return a form: `form("plan", amount="decimal", owner="user")`."""
    made = [
        {"key": name, "label": words(name), **({"control": kind} if ":" not in kind else _link(kind))}
        for name, kind in fields.items()
    ]
    return {"key": key, "name": words(key), "fields": made}


def _link(kind: str) -> Json:
    control, to = kind.split(":")
    return {"control": control, "to": to}


def analysis_of(*forms: Json, **objects: Any) -> Analysis:
    """Return the analysis of an app of these forms."""
    found = {one["key"]: one for one in (form("branch", name="text"), *forms)}
    app = App({"key": "test", "name": words("test"), "version": "1.0.0"}, {"forms": found, **objects})
    made = analyse(app, CONTROLS)
    assert not made.refusals, [str(one.to_json()) for one in made.refusals]
    return made


EMPTY = analysis_of()


def flow(*nodes: Json, key: str = "test", start: str = "", **more: Any) -> Json:
    """Return a definition; it starts at its first node."""
    given = {"trigger": {"kind": "api"}, **more}
    return {"key": key, "name": words(key), "start": start or nodes[0]["key"], "nodes": list(nodes), **given}


def node(key: str, kind: str, to: Any = None, **config: Any) -> Json:
    return {"key": key, "kind": kind, **({} if to is None else {"to": to}), **config}


def task(key: str, to: Any = None, **config: Any) -> Json:
    """Return a node that waits until somebody says it is done: a message of its own name."""
    return node(key, "receive", to, message=key, **config)


def end(key: str = "end") -> Json:
    return node(key, "end")


def plan_of(definition: Mapping[str, Any], analysis: Analysis = EMPTY) -> FlowPlan:
    return compile_flow(definition, analysis)


@dataclass
class World:
    """Records by form and id, people by role, and what was asked for."""

    records: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    people: dict[str, list[str]] = field(default_factory=dict)
    refuse: Callable[[Any], Rejected | None] = lambda act: None
    script: Callable[[Mapping[str, Any]], Any] = dict
    asked: list[Any] = field(default_factory=list)
    made: int = 0

    def answer(self, act: Any) -> Any:
        self.asked.append(act)
        refused = self.refuse(act)
        if refused is not None:
            raise refused
        match act:
            case Read():
                found = self.records.get(act.form, {}).get(act.record_id)
                return (
                    None
                    if found is None
                    else {path: self._value(act.form, found, path) for path in act.paths}
                )
            case Create():
                self.made += 1
                record_id = f"{act.form}-{self.made}"
                self.records.setdefault(act.form, {})[record_id] = {"id": record_id, **act.values}
                return record_id
            case Update():
                self.records[act.form][act.record_id].update(act.values)
                return None
            case Delete():
                del self.records[act.form][act.record_id]
                return None
            case Find():
                return [one["id"] for one in self._matching(act.form, act.where, act.names)][: act.limit]
            case Aggregate():
                return self._aggregate(act)
            case People():
                return self._people(act.rule)
            case Choose():
                return act.people[0] if act.people else None
            case Due():
                sign = -1 if act.after.startswith("-") else 1
                at = act.start + sign * timedelta(seconds=span_seconds(act.after.lstrip("-")))
                if act.time is not None:
                    hour, minute = act.time.split(":")
                    at = at.replace(hour=int(hour), minute=int(minute))
                return at
            case Run():
                return self.script(act.given)
            case Past():
                return []
        raise AssertionError(act)

    def _value(self, form_key: str, record: Mapping[str, Any], path: tuple[str, ...]) -> Any:
        value = record.get(path[0])
        if len(path) == 1 or value is None:
            return value
        for found in self.records.values():
            if value in found:
                return self._value(form_key, found[value], path[1:])
        return None

    def _matching(self, form_key: str, where: str, names: Mapping[str, Any]) -> list[dict[str, Any]]:
        found = list(self.records.get(form_key, {}).values())
        if not where:
            return found
        checked = check(parse(where), _Anything())
        return [one for one in found if holds(checked, _Row(one, names))]

    def _aggregate(self, act: Aggregate) -> Any:
        found = self._matching(act.form, act.where, act.names)
        values = [one[act.of] for one in found if act.of is not None and one.get(act.of) is not None]
        match act.function:
            case "count":
                return len(found)
            case "sum":
                return sum(values)
            case "min":
                return min(values, default=None)
            case "max":
                return max(values, default=None)
        return sum(values) / len(values) if values else None

    def _people(self, rule: Mapping[str, Any]) -> list[str]:
        if "group" in rule:
            return [who for one in rule["group"] for who in self._people(one)]
        if "user" in rule:
            return [rule["user"]] if rule["user"] else []
        return list(self.people.get(rule.get("role", ""), ()))


class _Anything:
    def field(self, path: tuple[str, ...]) -> ExprType:
        return ANY

    def names(self) -> Iterable[str]:
        return ()


@dataclass
class _Row:
    record_: Mapping[str, Any]
    outer: Mapping[str, Any]
    now: datetime = NOW
    zone: str = "Asia/Shanghai"
    actor: Mapping[str, Any] = field(default_factory=dict)
    record: Mapping[str, Any] = field(default_factory=dict)
    data: Any = None

    @property
    def today(self) -> Any:
        return self.now.date()

    def value(self, path: tuple[str, ...]) -> Any:
        return self.outer.get(".".join(path[1:])) if path[0] == "form" else self.record_.get(path[0])


@dataclass
class Play:
    """One instance being played. `is_saved`: its state goes through rows of JSON after each step."""

    plan: FlowPlan
    world: World = field(default_factory=World)
    is_saved: bool = False
    now: datetime = NOW
    about: tuple[str, str] | None = None
    state: State = field(init=False)
    history: list[Entry] = field(default_factory=list)
    effects: list[Any] = field(default_factory=list)
    calls: list[Any] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)

    def __post_init__(self) -> None:
        form_key, record_id = self.about or (None, None)
        instance = Instance("i1", self.plan.key, 1, "running", self.now, "u1", "k1", form_key, record_id)
        self.state = first_state(instance)

    def start(self, **values: Any) -> "Play":
        self.happen(Started(values))
        return self

    def happen(self, happening: Happening) -> Step:
        """Let something happen; a refusal leaves everything as it was."""
        done = drive(step(self.plan, self.state, happening, self.now), self.world)
        self._keep(done)
        while done.is_unfinished:
            done = drive(step(self.plan, self.state, Resumed(), self.now), self.world)
            self._keep(done)
        return done

    def _keep(self, done: Step) -> None:
        assert_sound(self.state, done)
        self.state = saved(done.state) if self.is_saved else done.state
        self.steps.append(done)
        self.history.extend(done.history)
        self.effects.extend(done.effects)
        self.calls.extend(done.calls)

    # what people and the world do

    def at(self, key: str) -> list[Token]:
        """Return the tokens at a node, oldest first."""
        return sorted(
            (one for one in self.state.tokens.values() if one.node == key), key=lambda one: one.token_id
        )

    def do(self, key: str, which: int = 0, **body: Any) -> Step:
        """Somebody is done with the node `key`: its message comes."""
        found = self.at(key)
        if len(found) <= which:
            raise AssertionError(f"nothing waits at {key}; waiting: {self.waiting()}")
        name = self.plan.nodes[key].config.get("message", key)
        return self.happen(MessageCame(found[which].token_id, name, body))

    def message(self, name: str, **body: Any) -> Step:
        """A message comes for whoever listens first."""
        found = sorted(
            (one for one in self.state.subscriptions if one.name == name), key=lambda one: one.token_id
        )
        if not found:
            raise AssertionError(f"nobody listens for {name}")
        return self.happen(MessageCame(found[0].token_id, name, body))

    def later(self, span: str) -> None:
        """Let time pass, timers fire in their order."""
        until = self.now + timedelta(seconds=span_seconds(span))
        while self.state.instance.ended_at is None:
            due = sorted(
                (one for one in self.state.timers.values() if one.at <= until),
                key=lambda t: (t.at, t.token_id, t.key),
            )
            if not due:
                break
            self.now = max(self.now, due[0].at)
            self.happen(TimerFired(due[0].token_id, due[0].key))
        self.now = until

    def change(self, form_key: str, record_id: str, **values: Any) -> None:
        """A record changes; the flow hears of it if it listens."""
        self.world.records.setdefault(form_key, {}).setdefault(record_id, {"id": record_id}).update(values)
        watched = any(
            (one.name, one.key) == (f"record:{form_key}", record_id) for one in self.state.subscriptions
        )
        anchored = any((one.anchor or {}).get("record_id") == record_id for one in self.state.timers.values())
        if watched or anchored:
            self.happen(RecordChanged(form_key, record_id))

    def act(self, action: str, key: str | None = None, which: int = 0, **values: Any) -> Step:
        """Somebody does something with the instance, or with the token at `key`."""
        given = dict(values) if key is None else {"token_id": self.at(key)[which].token_id, **values}
        return self.happen(InstanceAction(action, "u1", given))

    def effect_ends(self, key: str, result: Any = None, error: str | None = None) -> Step:
        found = [one for one in self.effects if one.token_id == self.at(key)[0].token_id]
        return self.happen(EffectEnded(found[-1].token_id, found[-1].key, result, error))

    def child_ends(self, key: str, outcome: str = "done", **result: Any) -> Step:
        return self.happen(ChildEnded(self.at(key)[0].token_id, "child", outcome, result))

    # what one sees

    def waiting(self) -> list[str]:
        """Return the nodes at which something waits, sorted; joins left out."""
        kinds = ("join", "turn", "body")
        return sorted(one.node for one in self.state.tokens.values() if one.wait not in kinds)

    def passed(self) -> list[str]:
        """Return the nodes that were done, in order."""
        return [one.node for one in self.history if one.kind in ("passed", "ended") and one.node is not None]

    def variable(self, key: str) -> Any:
        return self.state.scopes[0].variables.get(key)

    @property
    def status(self) -> str:
        return self.state.instance.status


def saved(state: State) -> State:
    """Return the state as it comes back from rows of JSON."""
    return rows.state_of(json.loads(json.dumps(rows.state_rows(state))))


def assert_sound(before: State, done: Step) -> None:
    """What must hold after every step, whatever the flow."""
    state = done.state
    assert [one.seq for one in done.history] == list(range(before.instance.next_seq, state.instance.next_seq))
    assert state.instance.revision == before.instance.revision + 1
    assert (state.instance.ended_at is not None) == (not state.tokens)
    assert all(one.scope_id in state.scopes for one in state.tokens.values())
    assert all(key[0] in state.tokens for key in state.timers)
    assert all(one.token_id in state.tokens or one.token_id == 0 for one in state.subscriptions)
    assert all(scope_id == 0 or one.token_id in state.tokens for scope_id, one in state.scopes.items())
    if not done.is_unfinished:
        assert all(one.wait is not None for one in state.tokens.values())
    assert applied(before, done) == evolve(state, rounds=dict(state.rounds))


def applied(before: State, done: Step) -> State:
    """Return the state before with the step's changes made to it, as a store would."""
    after = done.state
    tokens = _with(before.tokens, done.tokens, lambda one: one.token_id)
    scopes = _with(before.scopes, done.scopes, lambda one: one.scope_id)
    timers = _with(before.timers, done.timers, lambda one: (one.token_id, one.key))
    tasks = _with(before.tasks, done.tasks, lambda one: one.task_id)
    tasks = {key: one for key, one in tasks.items() if key in after.tasks}
    subscriptions = (before.subscriptions - frozenset(done.subscriptions.removed)) | frozenset(
        done.subscriptions.added
    )
    rounds = {key: count for key, count in {**before.rounds, **done.rounds}.items() if key[0] in scopes}
    return State(after.instance, tokens, scopes, tasks, timers, subscriptions, rounds)


def _with(before: Mapping[Any, Any], changes: Any, key: Callable[[Any], Any]) -> dict[Any, Any]:
    found = dict(before)
    for gone in changes.removed:
        del found[gone]
    for one in (*changes.added, *changes.changed):
        found[key(one)] = one
    return found
