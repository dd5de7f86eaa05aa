"""The shell of the flow engine: one command is one transaction, from wait to wait.

`handle` takes a command by its key, locks the instance's row, loads its few rows, drives the pure step while its acts
are answered in the same transaction, and writes what changed. Whoever comes second waits for the lock, finds the
state as the first one left it, and is told so in words.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from engine.access.actor import Actor
from engine.ids import new_id
from engine.problems import Code, Conflict, Forbidden
from engine.store.unit import Cause, Unit
from engine.store.workspaces import Workspace
from flow_engine import commands, notices, store, writing
from flow_engine.evolving import evolve
from flow_engine.happenings import Happening, InstanceAction, Resumed, Started, TaskAction
from flow_engine.keeping import Kept
from flow_engine.names import Setting
from flow_engine.plan import FlowPlan
from flow_engine.plans import FlowPlans
from flow_engine.result import Changes, Step
from flow_engine.state import ROOT, Instance, State, Task
from flow_engine.step import drive, first_state, step
from flow_engine.tables import COMMANDS, INBOX, INSTANCES
from flow_engine.turns import Turns
from flow_engine.world import FlowPorts, UnitWorld

TASK_TAKEN = Code(
    "flow.task_done_by_other",
    zh="这项待办已由{who}于{when}处理（{what}）",
    en="{who} dealt with this task at {when} ({what})",
    hint_zh="刷新待办列表；可在流程记录里看到处理结果",
    hint_en="Reload your list; the record of the flow shows what was decided",
)
TASK_GONE = Code(
    "flow.task_gone",
    zh="这项待办已不需要处理：流程已走到下一步",
    en="This task is no longer needed: the flow has moved on",
    hint_zh="刷新待办列表",
    hint_en="Reload your list",
)
NOT_YOU = Code(
    "flow.not_you",
    zh="不能以别人的名义操作",
    en="Nobody can act in another person's name",
)
ENROLMENT = "journey:"
"""How the keys of instances begin that people were enrolled in."""
AGAIN = 3
"""Times a command is done anew when the database broke it off for the sake of another one."""
_BROKEN_OFF = (psycopg.errors.DeadlockDetected, psycopg.errors.SerializationFailure)
_OVER = frozenset({"done", "cancelled", "handed_on"})


class Answer(Struct, frozen=True):
    """How the instance stands after a command. `tasks`: what is open now, `{task_id, node, kind, assignee, title}` each."""

    instance_id: str
    status: str
    outcome: str | None = None
    tasks: tuple[Mapping[str, Any], ...] = ()
    is_repeat: bool = False

    def to_json(self) -> dict[str, Any]:
        """Return the answer as JSON."""
        return asdict(self)

    def kept(self) -> dict[str, Any]:
        """Return what is kept under the command's key, beside the instance."""
        found: dict[str, Any] = {"status": self.status}
        if self.outcome is not None:
            found["outcome"] = self.outcome
        if self.tasks:
            found["tasks"] = self.tasks
        return found


PlansOf = Callable[[], FlowPlans]
Known = Mapping[tuple[str, ...], Any]
"""Values of a record by path."""
_BRANCH = frozenset({("branch_id",)})


class FlowCommands:
    """The flows of one workspace. `plans()` gives those of the app version in force; it must not open a unit."""

    def __init__(self, workspace: Workspace, plans: PlansOf, ports: FlowPorts) -> None:
        self.workspace, self._plans, self.ports = workspace, plans, ports
        self._actors: dict[FlowPlan, Actor] = {}
        """The flows' own actors, made once for each plan."""
        self.kept = Kept()
        """How this process left instances."""
        self._turns = Turns()

    @property
    def plans(self) -> FlowPlans:
        """Return the flows in force."""
        return self._plans()

    # Commands.

    def handle(self, actor: Actor, instance_id: str, happening: Happening, key: str | None) -> Answer:
        """Do a command in a transaction of its own. Conflict with who did what where somebody was quicker."""
        for attempt in range(AGAIN + 1):
            try:
                with self._turns.of(instance_id):
                    return self._handled(actor, instance_id, happening, key)
            except _BROKEN_OFF:
                if attempt == AGAIN:
                    raise
            except OperationalError as error:
                if attempt == AGAIN or not isinstance(error.orig, _BROKEN_OFF):
                    raise
        raise AssertionError("unreachable")

    def _handled(self, actor: Actor, instance_id: str, happening: Happening, key: str | None) -> Answer:
        kept = None if key is None else commands.short(key)
        asked = store.asking(self.workspace.room.dialect, self.kept, instance_id, kept)
        with self.workspace.write(
            Cause("flow", actor.user_id), None if asked is None else asked.held
        ) as unit:
            return self.handle_in(unit, actor, instance_id, happening, key, asked)

    def handle_in(
        self, unit: Unit, actor: Actor, instance_id: str, happening: Happening, key: str | None = None,
        asked: store.Asked | None = None,
    ) -> Answer:  # fmt: skip
        """Do a command in an open unit. `key` None: it cannot come twice (a timer's row goes with it).

        `asked`: what the unit was opened with, `store.asking` of this instance and key.
        """
        self._check_asker(actor, happening)
        state, before = store.take(
            unit, self.kept, instance_id, None if key is None else commands.short(key), asked
        )
        fingerprint = "" if key is None else commands.print_of((instance_id, happening))
        if before is not None:
            return _repeated(instance_id, commands.same(before, fingerprint))
        instance = state.instance
        plan = self.plans.of(unit, instance.flow, instance.version)
        if isinstance(happening, TaskAction):
            self._check_current(unit, state, happening)
        done = self._move(unit, actor, plan, state, happening)
        answer = _answer(done)
        also = (
            [commands.noting(unit, key, fingerprint, instance_id, answer.kept())] if key is not None else []
        )
        try:
            self.keep(unit, state, done, also)
        except psycopg.errors.UniqueViolation as error:
            if error.diag.table_name != COMMANDS.name:
                raise
            raise Conflict(commands.OTHER_COMMAND.at("/key")) from error
        return answer

    def start(
        self,
        unit: Unit,
        actor: Actor,
        flow: str,
        subject: tuple[str, str] | None,
        values: Mapping[str, Any],
        key: str,
        trigger: str | None = None,
        parent: tuple[str, int] | None = None,
        started_by: str | None = None,
    ) -> str | None:
        """Start the flow in force about a record; return the instance's id, or None where `key` was started before."""
        plan = self.plans.get(flow)
        form, record_id = subject or (None, None)
        root = store.look(unit, parent[0]).root_id or parent[0] if parent else None
        instance = Instance(
            instance_id=new_id(),
            flow=flow,
            version=plan.version,
            status="running",
            started_at=unit.now,
            started_by=started_by or (actor.user_id if actor.kind == "user" else None),
            key=key,
            form=form,
            record_id=record_id,
            parent=parent,
            root_id=root,
        )
        if not self._insert(unit, instance, trigger):
            return None
        instance, subject_now = self._described(unit, plan, instance)
        state = first_state(instance)
        done = self._move(unit, actor, plan, state, Started(dict(values)), subject_now)
        self.keep(unit, state, _with_root(done))
        return instance.instance_id

    def act(
        self, actor: Actor, instance_id: str, action: str, values: Mapping[str, Any] | None = None,
        comment: str | None = None, key: str | None = None,
    ) -> Answer:  # fmt: skip
        """Do something with a whole instance: cancel, withdraw, pause, resume, jump, retry, skip."""
        happening = InstanceAction(action, actor.user_id, dict(values or {}), comment)
        return self.handle(actor, instance_id, happening, key)

    # The parts of a command.

    def _check_asker(self, actor: Actor, happening: Happening) -> None:
        by = getattr(happening, "by", None)
        if by is not None and actor.kind == "user" and by != actor.user_id:
            raise Forbidden(NOT_YOU.at(""))

    def _check_current(self, unit: Unit, state: State, action: TaskAction) -> None:
        """Refuse a click on a task that is over, telling who was quicker."""
        task = state.tasks.get(action.task_id)
        if task is None:
            stored = [
                one
                for one in store.past_tasks(unit, state.instance.instance_id)
                if one.task_id == action.task_id
            ]
            task = stored[0] if stored else None
        if task is not None and task.state in _OVER and task.kind != "cc":
            self._say_over(unit, state, task, action)

    def _say_over(self, unit: Unit, state: State, task: Task, action: TaskAction) -> None:
        decider = task if task.done_by is not None else self._decider(unit, state, task)
        if decider is None or decider.done_by is None or decider.done_at is None:
            if task.task_id in state.tasks:
                return  # what may still be done with it is the action's to say
            raise Conflict(TASK_GONE.at("/task"))
        if decider.done_by == action.by and task.task_id in state.tasks:
            return
        zone = self.ports.zone_of(state.instance.branch_id)
        raise Conflict(
            TASK_TAKEN.at(
                "/task",
                who=self.name_of(unit, decider.done_by),
                when=local_words(decider.done_at, zone),
                what=decider.action or decider.state,
            )
        )

    def _decider(self, unit: Unit, state: State, task: Task) -> Task | None:
        """Return the task of the same round whose end ended this one."""
        past = store.past_tasks(unit, state.instance.instance_id)
        same = [
            one
            for one in past
            if one.node == task.node and one.round == task.round and one.done_by is not None
        ]
        return max(same, key=lambda one: (one.done_at, one.task_id), default=None)

    def name_of(self, unit: Unit, user_id: str) -> str:
        """Return how a person is called."""
        return user_id if self.ports.people is None else self.ports.people.name(unit, user_id)

    def _insert(self, unit: Unit, instance: Instance, trigger: str | None) -> bool:
        unit.cursor.execute(store.of(unit).add_instance, store.instance_row(instance, trigger))
        return bool(unit.cursor.rowcount == 1)

    def _described(self, unit: Unit, plan: FlowPlan, instance: Instance) -> tuple[Instance, Known]:
        """Return the new instance with its branch and title, and what the flow wants to know of its record."""
        name = str(plan.name.get("zh", plan.key))
        if instance.form is None or instance.record_id is None:
            return evolve(instance, title=name), {}
        records = self.ports.records(unit, self._flow_actor(plan))
        paths = plan.reads.get(instance.form, frozenset()) | _BRANCH
        found = records.read(instance.form, instance.record_id, paths) or {}
        label = records.label(instance.form, instance.record_id)
        title = f"{name} · {label}" if label else name
        return evolve(instance, branch_id=found.get(("branch_id",)), title=title), found

    def _flow_actor(self, plan: FlowPlan) -> Actor:
        found = self._actors.get(plan)
        if found is None:
            found = self._actors[plan] = self.ports.service_actor(plan.key, plan.definition)
        return found

    def _move(
        self,
        unit: Unit,
        actor: Actor,
        plan: FlowPlan,
        state: State,
        happening: Happening,
        known: Known | None = None,
    ) -> Step:
        """Drive one step, its acts answered in this unit: by the person who acts, or by the flow's own actor.

        `known`: what was read just now of the record that the instance is about.
        """
        as_person = plan.definition.get("runs_as") == "person" and actor.kind == "user"
        writer = actor if as_person else self._flow_actor(plan)
        world = UnitWorld(unit, self.ports, writer, state.instance.instance_id)
        if known:
            world.known = (state.instance.form, state.instance.record_id), known
        setting = Setting(self.ports.zone_of(state.instance.branch_id), self.ports.lookups_of(unit, writer))
        by = actor.user_id if actor.kind == "user" else writer.user_id
        before = unit.cause
        if before.kind == "flow" and before.by == by:
            return drive(step(plan, state, happening, unit.now, setting), world)
        with acting(unit, Cause("flow", by, before.request_id, before.batch_id)):
            return drive(step(plan, state, happening, unit.now, setting), world)

    def keep(self, unit: Unit, old: State, done: Step, also: Sequence[writing.Write] = ()) -> None:
        """Write a step and what follows from it; `also`: further writes, on the same trip."""
        instance = done.state.instance
        self._tell(unit, old, done)
        stamp = writing.write_step(unit, old, done, also)
        unit.when_done(partial(self.kept.put, stamp, done.state))
        for call in done.calls:
            body = {
                "instance": instance.instance_id,
                "token": call.token_id,
                "key": call.key,
                "call": asdict(call.call),
            }
            writing.put_job(unit, "flow.start", body, key=f"flow.start:{call.key}")
        for token_id in done.dropped_calls:
            body = {"instance": instance.instance_id, "token": token_id}
            writing.put_job(unit, "flow.drop", body, key=f"flow.drop:{instance.instance_id}:{token_id}")
        if done.is_unfinished:
            body = {"instance": instance.instance_id, "revision": instance.revision}
            key = f"flow.continue:{instance.instance_id}:{instance.revision}"
            writing.put_job(unit, "flow.continue", body, key=key)
        if instance.move_to is not None and not done.has_ended:
            # It has come to another wait: perhaps it can move from here.
            body = {"instance": instance.instance_id, "to": instance.move_to}
            key = f"flow.move:{instance.instance_id}:{instance.revision}"
            writing.put_job(unit, "flow.move", body, key=key)
        if self.ports.notify is not None:
            plan = self.plans.of(unit, instance.flow, instance.version)
            for kind, people, body in notices.lines(plan, done):
                by = body.get("by")
                said = notices.signed(body, self.name_of(unit, by)) if isinstance(by, str) else body
                self.ports.notify(unit, people, kind, said, instance.form, instance.record_id)
        if done.subscriptions.added and any(
            not one.name.startswith("record:") for one in done.subscriptions.added
        ):
            self._fetch(unit, done)

    def _fetch(self, unit: Unit, done: Step) -> None:
        """Let messages that came before somebody waited for them be handed on."""
        c = INBOX.c
        for one in done.subscriptions.added:
            query = select(c.source, c.message_id).where(
                c.name == one.name, c.key == one.key, c.state == "waiting"
            )
            for source, message_id in unit.connection.execute(query.limit(10)):
                body = {"source": source, "message": message_id}
                key = f"flow.message:{source}:{message_id}:{done.state.instance.instance_id}:{one.token_id}"
                writing.put_job(unit, "flow.message", body, key=key)

    def _tell(self, unit: Unit, old: State, done: Step) -> None:
        """Put into the outbox what others listen for: tasks that came or went, and the end."""
        instance = done.state.instance
        body: dict[str, Any] = {"flow": instance.flow, "form": instance.form, "record": instance.record_id}
        if done.tasks.added or done.tasks.changed:
            people: set[str | None] = set()
            for task in (*done.tasks.added, *done.tasks.changed):
                people.update((task.assignee, task.owner), task.candidates)
            named = sorted(one for one in people if one)
            unit.emit("flow.tasks", instance.flow, instance.instance_id, {**body, "people": named})
        if done.has_ended and old.instance.ended_at is None:
            body |= {"outcome": instance.outcome, "status": instance.status}
            body["enrolled"] = instance.key.startswith(ENROLMENT)
            unit.emit("flow.ended", instance.flow, instance.instance_id, body)
            if instance.parent is not None:
                parent, token_id = instance.parent
                ended = {"parent": parent, "token": token_id, "child": instance.instance_id}
                ended |= {"outcome": instance.outcome or instance.status, "result": done.result}
                writing.put_job(unit, "flow.child", ended, key=f"flow.child:{instance.instance_id}")

    def instance_of_key(self, unit: Unit, key: str) -> str | None:
        """Return the instance that was started under a key."""
        query = select(INSTANCES.c.instance_id).where(INSTANCES.c.key == key)
        found = unit.connection.execute(query).scalar()
        return None if found is None else str(found)

    def resume(self, unit: Unit, instance_id: str) -> Answer:
        """Let a step that was cut short go on."""
        return self.handle_in(unit, self.own_actor(unit, instance_id), instance_id, Resumed())

    def own_actor(self, unit: Unit, instance_id: str) -> Actor:
        """Return the actor of an instance's flow."""
        instance = store.look(unit, instance_id)
        return self.actor_of(unit, instance.flow, instance.version)

    def actor_of(self, unit: Unit, flow: str, version: int) -> Actor:
        """Return the actor of a version of a flow."""
        return self._flow_actor(self.plans.of(unit, flow, version))


@contextmanager
def acting(unit: Unit, cause: Cause) -> Iterator[None]:
    """Let what is written meanwhile have this cause."""
    before = unit.cause
    unit.cause = cause
    try:
        yield
    finally:
        unit.cause = before


def _answer(done: Step) -> Answer:
    instance = done.state.instance
    still = [one for one in done.state.tasks.values() if one.state not in _OVER]
    tasks = tuple(
        {
            "task_id": one.task_id,
            "node": one.node,
            "kind": one.kind,
            "assignee": one.assignee,
            "title": one.title,
        }
        for one in still[:50]
    )
    return Answer(instance.instance_id, instance.status, instance.outcome, tasks)


def _with_root(done: Step) -> Step:
    """Return the first step of an instance, whose root scope has no row yet."""
    root = done.state.scopes[ROOT]
    given = done.scopes
    changed = tuple(one for one in given.changed if one.scope_id != ROOT)
    return evolve(done, scopes=Changes((root, *given.added), changed, given.removed))


def _repeated(instance_id: str, known: Mapping[str, Any]) -> Answer:
    return Answer(
        known.get("instance_id", instance_id),
        known.get("status", ""),
        known.get("outcome"),
        tuple(known.get("tasks", ())),
        is_repeat=True,
    )


def local_words(at: datetime, zone: str) -> str:
    """Return an instant as people of the branch read it."""
    return str(at.astimezone(ZoneInfo(zone)).strftime("%m-%d %H:%M"))


__all__ = ["Answer", "FlowCommands", "acting", "local_words"]
