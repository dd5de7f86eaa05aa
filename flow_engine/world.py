"""The world of a step: its acts answered inside the transaction that also stores the step.

What flows need of other rooms comes through `FlowPorts`, made by `server`.
"""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from engine.access.actor import Actor
from engine.expressions import ErrorValue
from engine.ports import Calendar, FlowRecords, Live, Scripts, Sender
from engine.problems import Code, Rejected
from engine.store.unit import Unit
from flow_engine import store
from flow_engine.acts import (
    WRITES,
    Act,
    Aggregate,
    Choose,
    Create,
    Delete,
    Due,
    Fill,
    Find,
    Left,
    Past,
    People,
    Read,
    Run,
    SwitchAccount,
    Update,
)

NO_PORT = Code(
    "flow.no_port",
    zh="这里没有接通“{what}”",
    en="“{what}” is not connected here",
    hint_zh="请联系系统管理员检查安装",
    hint_en="Ask whoever runs the system to look at the installation",
)


class FlowPeople(Protocol):
    """People as flows ask for them; see `acts.People` and `acts.Choose`."""

    def find(self, unit: Unit, asked: People) -> list[Any]:
        """Return user ids, or (proxy, owner) pairs."""

    def choose(self, unit: Unit, asked: Choose) -> str | None:
        """Return one of several people by a routing rule."""

    def name(self, unit: Unit, user_id: str) -> str:
        """Return how a person is called; the id itself where nobody is known by it."""

    def actor(self, unit: Unit, user_id: str) -> Actor | None:
        """Return a person with their rights; None where they may not sign in any more."""

    def switch(self, unit: Unit, user_id: str, is_active: bool) -> None:
        """Let a person sign in no more, or again; their sessions end at once. Rejected."""


RecordsOf = Callable[[Unit, Actor], FlowRecords]
Notify = Callable[[Unit, tuple[str, ...], str, Mapping[str, Any], str | None, str | None], None]


@dataclass(frozen=True)
class FlowPorts:
    """What the flow engine needs from elsewhere. `senders`: by kind of effect."""

    records: RecordsOf
    service_actor: Callable[[str, Mapping[str, Any]], Actor]
    """The flow's own actor, by its key and definition (`runs_as`)."""
    people: FlowPeople | None = None
    calendar: Calendar | None = None
    scripts: Scripts | None = None
    script_calls: Callable[[Unit, Actor], Mapping[str, Callable[..., Any]]] = lambda _unit, _actor: {}
    """What scripts may ask, as this actor."""
    senders: Mapping[str, Sender] = field(default_factory=dict)
    notify: Notify | None = None
    live: Live | None = None
    zone_of: Callable[[str | None], str] = lambda _branch: "Asia/Shanghai"
    lookups_of: Callable[[Unit, Actor], Any] = lambda _unit, _actor: None
    """What formulas look up beyond records (`LOOKUP`, `QUERY`)."""
    acts: Mapping[type[Any], Callable[[Unit, Any], Any]] = field(default_factory=dict)
    """Answers to further kinds of acts."""


class _TakenBackError(Exception):
    """Ends the savepoint of a node of which nothing may stand."""


class UnitWorld:
    """Answers acts in an open unit. `instance_id` is the one that moves."""

    def __init__(self, unit: Unit, ports: FlowPorts, actor: Actor, instance_id: str) -> None:
        self.unit, self.ports, self.actor, self.instance_id = unit, ports, actor, instance_id
        self._records: FlowRecords | None = None
        self.known: tuple[tuple[str | None, str | None], Mapping[tuple[str, ...], Any]] | None = None
        """A record that was read in this unit just before, for its first reading."""
        self._node: AbstractContextManager[None] | None = None
        """The savepoint of the node at work, once it has written."""

    @property
    def records(self) -> FlowRecords:
        if self._records is None:
            self._records = self.ports.records(self.unit, self.actor)
        return self._records

    def answer(self, act: Act) -> Any:
        """Return the answer. Rejected where a form's rule refuses the write, of which then nothing stands."""
        kind = type(act)
        if kind in WRITES:
            return self._write(act)
        how = _ANSWERS.get(kind)
        if how is not None:
            return how(self, act)
        further = self.ports.acts.get(type(act))
        if further is None:
            raise Rejected(NO_PORT.at("", what=type(act).__name__))
        return further(self.unit, act)

    def _write(self, act: Act) -> Any:
        """Write within the node's savepoint, the first write in none of its own: where it is refused there is nothing else."""
        self.known = None
        if self._node is not None:
            with self.unit.savepoint():
                return _ANSWERS[type(act)](self, act)
        self._node = self.unit.savepoint()
        self._node.__enter__()
        try:
            return _ANSWERS[type(act)](self, act)
        except BaseException:
            self.over(is_kept=False)
            raise

    def over(self, is_kept: bool) -> None:
        """Keep what the node has written, or take all of it back."""
        node, self._node = self._node, None
        if node is None:
            return
        if is_kept:
            node.__exit__(None, None, None)
        else:
            taken_back = _TakenBackError()
            node.__exit__(_TakenBackError, taken_back, None)

    def _read(self, act: Read) -> Any:
        known, self.known = self.known, None
        if act.is_held:
            self.records.hold(act.form, act.record_id)
        elif known is not None and known[0] == (act.form, act.record_id) and act.paths <= known[1].keys():
            return known[1]
        return self.records.read(act.form, act.record_id, act.paths)

    def _create(self, act: Create) -> str:
        return self.records.create(act.form, act.values)

    def _update(self, act: Update) -> None:
        self.records.update(act.form, act.record_id, act.values)

    def _fill(self, act: Fill) -> str:
        return self.records.fill(
            act.by, act.form, act.record_id, act.values, act.fields, act.preset, act.revision
        )

    def _delete(self, act: Delete) -> None:
        self.records.delete(act.form, act.record_id)

    def _switch_account(self, act: SwitchAccount) -> None:
        if self.ports.people is None:
            raise Rejected(NO_PORT.at("", what="people"))
        self.ports.people.switch(self.unit, act.user_id, act.is_active)

    def _find(self, act: Find) -> list[Any]:
        return self.records.find(act.form, act.where, act.names, act.sort, act.limit, act.fields)

    def _aggregate(self, act: Aggregate) -> Any:
        return self.records.aggregate(act.form, act.where, act.function, act.of, act.names)

    def _people(self, act: People) -> list[Any]:
        if self.ports.people is None:
            raise Rejected(NO_PORT.at("", what="people"))
        return self.ports.people.find(self.unit, act)

    def _choose(self, act: Choose) -> str | None:
        if self.ports.people is None:
            raise Rejected(NO_PORT.at("", what="routing"))
        return self.ports.people.choose(self.unit, act)

    def _due(self, act: Due) -> datetime:
        if self.ports.calendar is None:
            raise Rejected(NO_PORT.at("", what="calendar"))
        if act.left is not None:
            return self.ports.calendar.resumed(self.unit, act.left, act.clock, act.branch_id, act.person)
        return self.ports.calendar.due(
            self.unit, act.start, act.after, act.clock, act.branch_id, act.person, act.time
        )

    def _left(self, act: Left) -> timedelta:
        if self.ports.calendar is None:
            raise Rejected(NO_PORT.at("", what="calendar"))
        return self.ports.calendar.left(self.unit, act.due_at, act.clock, act.branch_id, act.person)

    def _past(self, act: Past) -> Any:
        return store.past_tasks(self.unit, self.instance_id)

    def _run(self, act: Run) -> Any:
        if self.ports.scripts is None:
            raise Rejected(NO_PORT.at("", what="scripts"))
        try:
            with self.unit.savepoint():
                calls = self.ports.script_calls(self.unit, self.actor)
                return self.ports.scripts.run(act.source, act.given, calls, act.timeout_s)
        except Rejected as refused:
            # what a script cannot do is its node's error, to be handled as the flow says
            return ErrorValue(f"{refused.problems[0].code}: {refused.problems[0].message('zh')}")


_ANSWERS: Mapping[type[Any], Callable[[UnitWorld, Any], Any]] = {
    Read: UnitWorld._read,
    Create: UnitWorld._create,
    Update: UnitWorld._update,
    Fill: UnitWorld._fill,
    Delete: UnitWorld._delete,
    SwitchAccount: UnitWorld._switch_account,
    Find: UnitWorld._find,
    Aggregate: UnitWorld._aggregate,
    People: UnitWorld._people,
    Choose: UnitWorld._choose,
    Due: UnitWorld._due,
    Left: UnitWorld._left,
    Past: UnitWorld._past,
    Run: UnitWorld._run,
}
