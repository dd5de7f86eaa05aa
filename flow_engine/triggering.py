"""Triggers by what wakes them, and the judging of an event: which flows it starts, and why the others stay still."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any, NamedTuple

from engine.clock import business_day
from engine.expressions import Checked, Conditions, ErrorValue, evaluate, holds
from engine.ports import Path
from engine.problems import Rejected
from flow_engine import refusals
from flow_engine.clockwork import is_of_a_write
from flow_engine.names import inside
from flow_engine.plan import SUBJECT, FlowPlan, TriggerPlan
from flow_engine.scope import INPUT

WHEN = "when"
ONCE_PER = "once_per"
MOST_ALIKE = 200
"""Ways in which events of a form were alike that are kept."""


@dataclass(frozen=True, eq=False)
class Listener:
    """One trigger of one flow. `key`: its name in the tables."""

    plan: FlowPlan
    trigger: TriggerPlan

    @cached_property
    def key(self) -> str:
        return f"{self.plan.key}.{self.trigger.key}"

    @cached_property
    def config(self) -> Mapping[str, Any]:
        return self.trigger.config

    @cached_property
    def when(self) -> Checked | None:
        return self.trigger.formulas.get(WHEN)

    @cached_property
    def fields(self) -> frozenset[str]:
        """Return the fields whose values before and after its kind of trigger compares."""
        return self.trigger.trigger.fields(self.config)

    @cached_property
    def paths(self) -> frozenset[Path]:
        """Return what must be known of a record to judge it."""
        fields = frozenset((one,) for one in self.fields)
        return fields | (self.when.fields if self.when is not None else frozenset())

    @cached_property
    def needed(self) -> frozenset[Path]:
        """Return what must be known of a record to judge it, and to start its flow once."""
        return self.paths | once_paths(self.plan)

    @cached_property
    def is_plain(self) -> bool:
        """Tell whether all that it asks of a record is a condition on how it is now."""
        trigger = self.trigger
        return (
            self.when is not None and not self.fields and not trigger.clocks and not trigger.trigger.is_edge
        )

    @cached_property
    def looks_back(self) -> bool:
        """Tell whether what the record was before the write matters to it."""
        trigger = self.trigger
        if self.fields or trigger.trigger.is_edge or trigger.clocks:
            return True
        return self.when is not None and is_of_a_write(self.when)


class Minding(NamedTuple):
    """What an event leaves to be judged by the record.

    `looking`: those that look at the record, with their `keys`; `others`: (key, why) of those that do not mind the
    event, or look on only to note what holds. `plain`, `rest`: where in `looking` those are that have but a condition,
    and all else; `conditions`: those of `plain`. `needed`: what must be known of the record; `look_back`: and of its past.
    """

    looking: Sequence[Listener]
    keys: Sequence[str]
    others: Sequence[tuple[str, str]]
    not_minded: frozenset[str]
    plain: Sequence[int]
    conditions: Conditions
    rest: Sequence[int]
    needed: frozenset[Path]
    look_back: bool


class Heard:
    """Who listens to one kind of event on one form. `starts`: may start now; `dates`: theirs may move."""

    def __init__(self, listeners: Sequence[Listener] = ()) -> None:
        self.dates = [one for one in listeners if one.trigger.trigger.listens == "date"]
        self.starts = [one for one in listeners if one not in self.dates] if self.dates else listeners
        self._known: dict[tuple[Any, ...], Minding] = {}

    def minding(self, event: Mapping[str, Any], is_live: Callable[[str, str], bool]) -> Minding:
        """Return who looks at the record after an event. `is_live`: whether a field of a form changes without a write.

        Worked out once for each way that events are alike: what `Trigger.wants` may look at.
        """
        alike = event["kind"], event["form"], event["changed"], event["cause"]
        found = self._known.get(alike)
        if found is None:
            if len(self._known) >= MOST_ALIKE:
                self._known.clear()
            found = self._known[alike] = _minding(self.starts, event, is_live)
        return found


NOBODY = Heard()


class TriggerIndex:
    """The triggers in force. A save looks at those of its own kind of event and form only."""

    def __init__(self, plans: Iterable[FlowPlan]) -> None:
        self.by_event: dict[str, list[Listener]] = {}
        self.by_kind: dict[str, list[Listener]] = {}
        self.by_key: dict[str, Listener] = {}
        self._heard: dict[str, Heard] = {}
        for plan in plans:
            for one in plan.triggers:
                if one.config.get("off"):
                    continue
                listener = Listener(plan, one)
                self.by_key[listener.key] = listener
                self.by_kind.setdefault(one.kind, []).append(listener)
                for event in one.trigger.events(one.config):
                    self.by_event.setdefault(event, []).append(listener)

    def of_event(self, kind: str, form: str | None) -> Heard:
        """Return who listens to an event."""
        event = f"{kind}:{form}"
        found = self._heard.get(event)
        if found is None:
            if event not in self.by_event:
                return NOBODY
            found = self._heard[event] = Heard(self.by_event[event])
        return found

    def of(self, *kinds: str) -> list[Listener]:
        """Return the triggers of these kinds."""
        return [one for kind in kinds for one in self.by_kind.get(kind, ())]


def needed_by(listeners: Iterable[Listener]) -> frozenset[Path]:
    """Return what must be known of a record to judge these, and to start their flows once."""
    return frozenset[Path]().union(*(one.needed for one in listeners))


def _minding(
    listeners: Sequence[Listener], event: Mapping[str, Any], is_live: Callable[[str, str], bool]
) -> Minding:
    """One that the clock may wake looks in any case, to note what holds."""
    looking: list[Listener] = []
    others: list[tuple[str, str]] = []
    for one in listeners:
        trigger, config = one.trigger, one.config
        why = trigger.trigger.wants(config, event)
        if trigger.kind == "balance" and is_live(event["form"], config["field"]):
            why = "not_changed"  # the sweep looks at what changes without a write
        if why is None or trigger.clocks:
            looking.append(one)
        if why is not None:
            others.append((one.key, why))
    plain = [at for at, one in enumerate(looking) if one.is_plain]
    return Minding(
        looking,
        [one.key for one in looking],
        others,
        frozenset(key for key, _ in others),
        plain,
        Conditions(one.when for one in looking if one.is_plain and one.when is not None),
        [at for at, one in enumerate(looking) if not one.is_plain],
        needed_by(looking),
        any(one.looks_back for one in looking),
    )


@dataclass(slots=True)
class Facts:
    """A record as a trigger's formulas see it: values by path, and what they were before."""

    values: Mapping[Path, Any]
    now: datetime
    zone: str
    before: Mapping[Path, Any] | None = None
    changed: frozenset[str] = frozenset()
    form: str | None = None
    actor: Mapping[str, Any] = field(default_factory=dict)
    data: Any = None

    @property
    def today(self) -> date:
        return business_day(self.now, self.zone)

    @property
    def record(self) -> Mapping[str, Any]:
        old = {path[0]: value for path, value in (self.before or {}).items() if len(path) == 1}
        return {"old": old, "is_new": self.before is None, "changed": self.changed}

    def value(self, path: Path) -> Any:
        found = self.values.get(path)
        if found is None and self.form is not None and path[0] == self.form:
            return self.values.get(path[1:])
        return found


@dataclass(frozen=True)
class Moment:
    """One event on one record, with the values that its listeners need."""

    facts: Mapping[str, Any]
    before: Mapping[Path, Any] | None
    after: Mapping[Path, Any] | None
    now: datetime
    zone: str
    actor: Mapping[str, Any]

    @cached_property
    def seen(self) -> Facts | None:
        """Return the record as conditions see it: after the write, or before it where it is gone; None for no record."""
        values = self.after if self.after is not None else self.before
        if values is None:
            return None
        changed = self.facts.get("changed", frozenset())
        return Facts(values, self.now, self.zone, self.before, changed, actor=self.actor)

    @cached_property
    def was(self) -> Facts | None:
        """Return the record as it was before the write; None for a new one."""
        if self.before is None:
            return None
        return Facts(self.before, self.now, self.zone, self.before, actor=self.actor)


def judge(listener: Listener, moment: Moment) -> str | None:
    """Return why a trigger does not start at this moment, or None: it does."""
    fields, when = listener.fields, listener.when
    if fields:
        before, after = _plain(moment.before, fields), _plain(moment.after, fields)
        why = listener.trigger.trigger.turned(listener.config, before, after)
        if why is not None:
            return why
    if when is None:
        return None
    seen = moment.seen
    if seen is None:
        return "no_record"
    if not holds(when, seen):
        return "condition"
    if listener.trigger.trigger.is_edge and moment.was is not None and holds(when, moment.was):
        return "held_before"
    return None


def holds_when(listener: Listener, facts: Facts) -> bool:
    """Tell whether the condition of a trigger holds; true where it has none."""
    return listener.when is None or holds(listener.when, facts)


def holds_when_given(listener: Listener, given: Mapping[str, Any], now: datetime, zone: str) -> bool:
    """Tell whether the condition of a trigger that is about no record holds for what came with it, `{input.x}`."""
    return listener.when is None or holds(listener.when, _Given({}, now, zone, given=given))


@dataclass(slots=True)
class _Given(Facts):
    """What came with a message or an event, as `{input.x}`."""

    given: Mapping[str, Any] = field(default_factory=dict)

    def value(self, path: Path) -> Any:
        return inside(self.given, path[1:]) if path[0] == INPUT else None


def _plain(values: Mapping[Path, Any] | None, fields: frozenset[str]) -> Mapping[str, Any] | None:
    """Return values by field as a definition writes them."""
    if values is None:
        return None
    return {key: _json(values.get((key,))) for key in fields}


def _json(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def once_key(
    plan: FlowPlan, values: Mapping[Path, Any], form: str | None, now: datetime, zone: str
) -> str | None:
    """Return what `once_per` of the flow gives for a record; None where nothing is said. Blank counts as said.

    Rejected where its formula fails: all records for which it does would pass for one.
    """
    formula = plan.formulas.get(ONCE_PER)
    if formula is None:
        return None
    found = evaluate(formula.checked, Facts(values, now, zone, form=form))
    if isinstance(found, ErrorValue):
        at = f"/flows/{plan.key}/{ONCE_PER}"
        raise Rejected(refusals.CALCULATION.at(at, place=ONCE_PER, why=str(found)))
    return "" if found is None else str(found)[:400]


def once_paths(plan: FlowPlan) -> frozenset[Path]:
    """Return what `once_per` needs of the record."""
    formula = plan.formulas.get(ONCE_PER)
    if formula is None:
        return frozenset()
    return frozenset(
        path for name, _, paths in formula.reads if name in (SUBJECT, plan.subject) for path in paths
    )
