"""One trial run: a flow started about a record, then the clock goes from due time to due time, with the answers given."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import func, select

from engine.access.actor import Actor
from engine.clock import VirtualClock
from engine.events import dispatch
from engine.ids import new_id
from engine.jobs.dispatcher import work
from engine.jobs.queue import JobHandler
from engine.ports import Delivery
from engine.problems import Rejected
from engine.store.platform import JOBS, from_instant, instant
from engine.store.rehearsal import TrialWorkspace
from engine.store.unit import Cause, Unit
from flow_engine import store, writing
from flow_engine.approvals.deciding import OVER
from flow_engine.approvals.people import ids_of
from flow_engine.edges import NOT_YET
from flow_engine.happenings import TaskAction
from flow_engine.plan import FlowPlan
from flow_engine.result import Step
from flow_engine.service import FlowService
from flow_engine.simulation.answers import Answers, TaskAnswer
from flow_engine.simulation.stops import Stops
from flow_engine.simulation.story import Story
from flow_engine.state import State, Task
from flow_engine.tables import OCCURRENCES, SUBSCRIPTIONS, TIMERS
from flow_engine.timing import due_of
from flow_engine.triggering import Facts, holds_when

MOST_LINES = 2000
MOST_ROUNDS = 2000
"""Rounds in which the house does what is to do at one instant."""
WORKER = "trial"
SYSTEM = Cause("system")


class TrialFlows(FlowService):
    """The flow service of a trial: each step it keeps is told."""

    story: Story

    def keep(self, unit: Unit, old: State, done: Step, also: Sequence[writing.Write] = ()) -> None:
        """Write a step as ever, and tell it once it is sure to stand."""
        super().keep(unit, old, done, also)
        plan = self.plans.of(unit, done.state.instance.flow, done.state.instance.version)
        unit.at_last(lambda: self.story.step(unit, plan, old, done))


class SupposedSender:
    """Carries out effects of a trial: nothing leaves, and the other side answers as was said beforehand."""

    def __init__(self, answers: Answers) -> None:
        self._answers = answers

    def prepare(self, unit: Unit, key: str, body: Mapping[str, Any]) -> Mapping[str, Any] | Delivery:
        """Return the call as it would be made."""
        return dict(body)

    def send(self, key: str, ready: Mapping[str, Any]) -> Delivery:
        """Answer for the other side: as given for the node, else with an empty success."""
        parts = key.split(":")
        said = self._answers.for_call(parts[2] if len(parts) > 2 else None)
        if said is None:
            return Delivery("sent", WORKER, {"status": 200, "body": {}})
        return Delivery(said.state, WORKER, said.result, said.error)

    def ask(self, key: str, reference: str | None) -> Delivery:
        """Nothing is ever in doubt here."""
        return Delivery("sent", WORKER)

    def ended(self, unit: Unit, key: str, delivery: Delivery) -> None:
        """Nothing is kept."""


@dataclass(frozen=True, slots=True)
class Ends:
    """When a trial is over. `real_s`: real seconds it may take, since others may wait for it meanwhile."""

    until: timedelta
    real_s: float = 10.0


@dataclass(frozen=True, slots=True)
class Hands:
    """How people write records in a trial: by all rules of their forms, as if by hand."""

    create: Callable[[str, Mapping[str, Any]], str]
    update: Callable[[str, str, Mapping[str, Any]], None]


Due = tuple[datetime, int, Callable[[], None]]


class Trial:
    """One run. `flows` works on `workspace`, whose clock is `clock`; all of it is taken back by whoever opened it."""

    def __init__(
        self,
        workspace: TrialWorkspace,
        clock: VirtualClock,
        flows: TrialFlows,
        handlers: Mapping[str, JobHandler],
        hands: Hands,
        answers: Answers,
    ) -> None:
        self.workspace, self.clock, self.flows = workspace, clock, flows
        self.story = flows.story
        self._handlers, self._hands, self._answers = handlers, hands, answers
        self._numbers = count()
        self._due: list[Due] = []
        # Ids only grow, and nobody else's rows come into the trial's moment: what is later is its own.
        self._since = new_id()
        self._deadline = 0.0
        self.cut: str | None = None
        """Why it was broken off, where it was: lines, time."""
        self._rounds = (self._hand_out, self._work, self._fire_timers, self._start_dates, self._turn)
        workspace.on_event = self.story.event

    def run(
        self,
        flow: str,
        actor: Actor,
        subject: tuple[str, str | Mapping[str, Any]] | None,
        values: Mapping[str, Any],
        ends: Ends,
    ) -> dict[str, Any]:
        """Return what would happen. `subject`: a form with a record's id, or with the values of an invented one."""
        began, self._deadline = self.clock.now(), time.monotonic() + ends.real_s
        plan = self.flows.plans.get(flow)
        self._stops: Stops | None = plan.stops
        self._plan_ahead(began, subject)
        record = self._record(subject)
        verdicts = self._started_by_itself(plan, record) if record is not None else []
        mine = [one for one, name in self.story.instances.items() if name == flow]
        if not mine and record is not None:
            mine = self._come_true(flow, record, began + ends.until)
        if not mine:
            mine = [self._start(plan, actor, record, values)]
        self._go_on(began + ends.until)
        return self._told(plan, mine[0], record, verdicts, began, began + ends.until)

    # The beginning.

    def _record(self, subject: tuple[str, str | Mapping[str, Any]] | None) -> tuple[str, str] | None:
        if subject is None:
            return None
        form, given = subject
        record_id = given if isinstance(given, str) else self._hands.create(form, given)
        self.story.records.add(record_id)
        self._subject = (form, record_id)
        return form, record_id

    def _started_by_itself(self, plan: FlowPlan, record: tuple[str, str]) -> list[dict[str, Any]]:
        """Let an invented record set off what it sets off; return what the flow's triggers made of the record."""
        self._settle()
        form, record_id = record
        with self.workspace.read() as unit:
            judged = self.flows.explaining.triggers(unit, record_id, plan.key)
            if judged and self.story.instances:
                return list(judged[0]["verdicts"])
            return list(self._judged(unit, plan, form, record_id))

    def _come_true(self, flow: str, record: tuple[str, str], until: datetime) -> list[str]:
        """Let the clock go to where the flow's condition comes true; return what began there."""
        with self.workspace.read() as unit:
            at = self.flows.edges.first_turn(unit, flow, *record, until)
        if at is None:
            return []
        self._go_on(at)
        self.clock.at = max(at, self.clock.at)
        self._settle()
        return [one for one, name in self.story.instances.items() if name == flow]

    def _judged(self, unit: Unit, plan: FlowPlan, form: str, record_id: str) -> Iterator[dict[str, Any]]:
        """Yield whether the conditions of the triggers hold for a record as it is now."""
        actor = self.flows.ports.service_actor(plan.key, plan.definition)
        records = self.flows.ports.records(unit, actor)
        for listener in self.flows.plans.triggers.by_key.values():
            if listener.plan.key != plan.key or listener.trigger.form != form:
                continue
            values = records.read(form, record_id, listener.paths | {("branch_id",)})
            zone = self.flows.ports.zone_of(values.get(("branch_id",)))
            holds = holds_when(listener, Facts(values, unit.now, zone, form=form))
            no = NOT_YET if listener.trigger.clocks else "condition"
            yield {
                "flow": plan.key,
                "trigger": listener.trigger.key,
                "verdict": "holds" if holds else no,
            }

    def _start(
        self, plan: FlowPlan, actor: Actor, record: tuple[str, str] | None, values: Mapping[str, Any]
    ) -> str:
        with self.workspace.write(Cause("user", actor.user_id)) as unit:
            made = self.flows.start(unit, actor, plan.key, record, values, f"trial:{new_id()}")
        assert made is not None
        return made

    def _plan_ahead(self, began: datetime, subject: tuple[str, str | Mapping[str, Any]] | None) -> None:
        for one in self._answers.messages:
            self._later(began + one.after, self._receiving(one.given))
        for one in self._answers.changes:
            self._later(began + one.after, self._changing(one.given))

    # By the clock.

    def _go_on(self, until: datetime) -> None:
        while True:
            self._settle()
            at = self._next()
            if self.cut or at is None or at > until:
                return
            self.clock.at = max(at, self.clock.at)
            ready = sorted(one for one in self._due if one[0] <= self.clock.at)
            self._due = [one for one in self._due if one[0] > self.clock.at]
            for _, _, do in ready:
                do()

    def _settle(self) -> None:
        """Let the house do what is to do at this instant."""
        for _ in range(0 if self.cut else MOST_ROUNDS):
            done = sum(self._told_after(do) for do in self._rounds)
            self._answer_tasks()
            if self._is_halted():
                self.cut = "stop"
            elif len(self.story.lines) > MOST_LINES:
                self.cut = "lines"
            elif time.monotonic() > self._deadline:
                self.cut = "time"
            if not done or self.cut:
                return
        self.cut = self.cut or "lines"

    def _told_after(self, do: Callable[[], int]) -> int:
        """Do one kind of work, and tell what left the house by it; nothing once the trial has halted."""
        done = 0 if self._is_halted() else do()
        if done:
            with self.workspace.read() as unit:
                self.story.look_outside(unit)
        return done

    def _is_halted(self) -> bool:
        return self._stops is not None and self._stops.node is not None

    def _hand_out(self) -> int:
        return dispatch(self.workspace, (self.flows.listen,), 1, since=self._since)

    def _work(self) -> int:
        return work(self.workspace, self._handlers, WORKER, 1, since=self._since)

    def _start_dates(self) -> int:
        return self.flows.occurrences.start_due(self.workspace, records=self.story.records)

    def _turn(self) -> int:
        """Start what has come true with time for the records of the trial."""
        turned = 0
        for form, record_id in self._clocked():
            with self.workspace.write(SYSTEM) as unit:
                turned += self.flows.edges.look(unit, form, record_id)
        return turned

    def _clocked(self) -> list[tuple[str, str]]:
        """Return what the conditions that hang on the clock are tried on: what the trial is about."""
        return [self._subject] if self._subject[1] and self.flows.edges.listeners() else []

    def _fire_timers(self) -> int:
        with self.workspace.read() as unit:
            due = due_of(unit, self.story.instances)
        for timer in due[:1]:
            # One at a time: what it does may change what else is due.
            with self.workspace.write(SYSTEM) as unit:
                self.flows.timing.fire(unit, timer)
        return len(due)

    def _next(self) -> datetime | None:
        """Return when something is due next."""
        j, o, t = JOBS.c, OCCURRENCES.c, TIMERS.c
        now = instant(self.clock.now())
        mine = (j.id > self._since) & (j.state == "waiting") & (j.run_at > now)
        queries = (
            select(func.min(t.at)).where(t.instance_id.in_(self.story.instances), t.at > now),
            select(func.min(o.due_at)).where(
                o.record_id.in_(self.story.records), o.state == "expected", o.due_at > now
            ),
            select(func.min(j.run_at)).where(mine, j.kind.in_(tuple(self._handlers))),
        )
        with self.workspace.read() as unit:
            found = [unit.connection.execute(query).scalar() for query in queries]
            turns = [self.flows.edges.next_turn(unit, *one) for one in self._clocked()]
        times = [from_instant(one) for one in found if one] + [one[0] for one in self._due]
        times += [one for one in turns if one is not None]
        return min(times, default=None)

    def _later(self, at: datetime, do: Callable[[], None]) -> None:
        self._due.append((at, next(self._numbers), do))

    # What people, records and the outside do.

    def _answer_tasks(self) -> None:
        made, self.story.tasks = self.story.tasks, []
        for instance_id, task in made:
            if task.state in OVER:
                continue
            answer = self._answers.for_task(self.story.instances[instance_id], task.node)
            if answer is not None:
                self._later(self.clock.now() + answer.after, self._acting(instance_id, task, answer))

    def _acting(self, instance_id: str, made: Task, answer: TaskAnswer) -> Callable[[], None]:
        def do() -> None:
            with self.workspace.read() as unit:
                state = store.load(unit, store.look(unit, instance_id))
                task = state.tasks.get(made.task_id)
                plan = self.flows.plans.of(unit, state.instance.flow, state.instance.version)
            if task is None or task.state in OVER:
                return
            by = answer.by or task.assignee or next(iter(task.candidates), None)
            if by is None:
                return
            try:
                if task.assignee is None and answer.action == "complete":
                    self._do(instance_id, task, "claim", by, {}, None)
                settings = _agreeing(plan, task, answer, by)
                self._do(instance_id, task, answer.action, by, settings, answer.comment)
            except Rejected as refused:
                with self.workspace.read() as unit:
                    self.story.refused(unit, instance_id, task.node, refused.problems)

        return do

    def _do(
        self,
        instance_id: str,
        task: Task,
        action: str,
        by: str,
        values: Mapping[str, Any],
        comment: str | None,
    ) -> None:
        people = self.flows.ports.people
        with self.workspace.write(Cause("user", by)) as unit:
            actor = people.actor(unit, by) if people is not None else None
            actor = actor or self.flows.own_actor(unit, instance_id)
            happening = TaskAction(task.task_id, action, by, task.round, values, comment)
            self.flows.handle_in(unit, actor, instance_id, happening)

    def _receiving(self, given: Mapping[str, Any]) -> Callable[[], None]:
        def do() -> None:
            with self.workspace.write(SYSTEM) as unit:
                for key in [given["key"]] if "key" in given else self._keys(unit, given["name"]):
                    self.flows.inbox.receive(
                        unit, WORKER, new_id(), given["name"], key, given.get("body", {})
                    )

        return do

    def _keys(self, unit: Unit, name: str) -> list[str]:
        """Return under which keys the instances of this trial wait for a message; none given means all of them."""
        c = SUBSCRIPTIONS.c
        query = select(c.key).where(c.name == name, c.instance_id.in_(self.story.instances)).distinct()
        return [str(one) for one in unit.connection.execute(query).scalars()] or [""]

    def _changing(self, given: Mapping[str, Any]) -> Callable[[], None]:
        def do() -> None:
            form, record_id = given.get("form"), given.get("record_id")
            if form is None or record_id is None:
                form, record_id = self._subject
            try:
                self._hands.update(form, record_id, given["values"])
            except Rejected as refused:
                with self.workspace.read() as unit:
                    self.story.refused(unit, "", "", refused.problems)

        return do

    _subject: tuple[str, str] = ("", "")

    # The end.

    def _stopped(self, plan: FlowPlan, record: tuple[str, str] | None) -> dict[str, Any] | None:
        """Return what the flow knows where it halted, and what would come of the next node; None where it did not halt."""
        stops = self._stops
        if stops is None or stops.node is None:
            return None
        node, move, lines = stops.node, stops.moves, len(self.story.lines)
        with self.workspace.read() as unit:
            state = store.load(unit, store.look(unit, stops.instance_id))
            values = self._shown(unit, record) if record is not None else {}
        token = state.tokens[stops.token_id or 0]
        known: dict[str, Any] = {}
        scope = state.scopes.get(token.scope_id)
        while scope is not None:
            known = {**{key: _plain(one) for key, one in scope.variables.items() if key[:1] != "_"}, **known}
            scope = state.scopes.get(scope.parent_id) if scope.scope_id else None
        self.cut = None
        stops.go_on()
        self._settle()
        self.cut, ahead = "stop", self.story.lines[lines:]
        del self.story.lines[lines:]
        return {
            "node": node,
            "name": plan.nodes[node].name,
            "kind": plan.nodes[node].kind,
            "move": move,
            "variables": known,
            "record": values,
            "ahead": ahead,
        }

    def _shown(self, unit: Unit, record: tuple[str, str]) -> dict[str, Any]:
        """Return the record as it is, as far as may be seen."""
        form, record_id = record
        records = self.flows.ports.records(unit, self.flows.ports.service_actor("trial", {}))
        fields = self.flows.plans.app.of("forms").get(form, {}).get("fields", ())
        shown = [one["key"] for one in fields if self.story.may_see(form, one["key"])]
        values = records.read(
            form, record_id, frozenset((key,) for key in shown if records.knows(form, (key,)))
        )
        return {path[0]: _plain(value) for path, value in values.items() if value is not None}

    def _told(
        self,
        plan: FlowPlan,
        instance_id: str,
        record: tuple[str, str] | None,
        verdicts: Sequence[Mapping[str, Any]],
        began: datetime,
        until: datetime,
    ) -> dict[str, Any]:
        stopped = self._stopped(plan, record)
        with self.workspace.read() as unit:
            instance = store.look(unit, instance_id)
            state = store.load(unit, instance)
            waits = [self._waiting(one.wait, one.node, state, one.token_id) for one in state.tokens.values()]
            troubles = self._troubles(unit)
        return {
            "flow": plan.key,
            "version": plan.version,
            "instance_id": instance_id,
            "title": instance.title,
            "status": instance.status,
            "outcome": instance.outcome,
            "began_at": began,
            "until": until,
            "ended_at": instance.ended_at,
            "record": {"form": record[0], "id": record[1]} if record else None,
            "triggers": list(verdicts),
            "timeline": self.story.lines,
            "waiting": waits,
            "troubles": troubles,
            "cut": self.cut,
            "stopped": stopped,
        }

    @staticmethod
    def _waiting(wait: str | None, node: str, state: State, token_id: int) -> dict[str, Any]:
        until = min((one.at for key, one in state.timers.items() if key[0] == token_id), default=None)
        people = [
            one.assignee or list(one.candidates)
            for one in state.tasks.values()
            if one.token_id == token_id and one.state not in OVER
        ]
        return {"node": node, "wait": wait, "until": until, "people": people}

    def _troubles(self, unit: Unit) -> list[str]:
        """Return the errors of jobs of this trial: nothing that goes wrong is passed over."""
        c = JOBS.c
        query = select(c.kind, c.error).where(c.id > self._since, c.error.is_not(None))
        return [f"{row.kind}: {row.error}" for row in unit.connection.execute(query)]


def _plain(value: Any) -> Any:
    """Return a value as JSON, to be looked at."""
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)


def _agreeing(plan: FlowPlan, task: Task, answer: TaskAnswer, by: str) -> Mapping[str, Any]:
    """Return the settings of an answer, and what the node asks for besides: ticks, a signature, people for later steps."""
    if answer.action != "complete":
        return answer.settings
    node = plan.nodes.get(task.node)
    config = node.config if node is not None else {}
    extra: dict[str, Any] = {}
    if config.get("signature"):
        extra["signed"] = {"supposed": True}
    if config.get("items"):
        extra["ticked"] = {one["key"]: True for one in config["items"]}
    if config.get("choose"):
        extra["choose"] = {one["node"]: list(ids_of(by)) for one in config["choose"]}
    return {**extra, **answer.settings}


__all__ = ["Ends", "Hands", "SupposedSender", "Trial", "TrialFlows"]
