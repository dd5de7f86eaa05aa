"""The state of a step at work: tokens, regions, memory, tasks and timers, and what has become of them at the end."""

from collections import deque
from collections.abc import Generator, Mapping
from datetime import datetime
from typing import Any

from engine.expressions import evaluate
from engine.problems import Rejected
from flow_engine import refusals
from flow_engine.acts import Act, Effect, Past, Read
from flow_engine.evolving import evolve
from flow_engine.happenings import BodyEnded
from flow_engine.names import MISSING, Names, Setting, find, inside
from flow_engine.outcome import Body, Call, NewEffect, NewTask, NewTimer, Notice, TaskChange
from flow_engine.plan import FlowPlan, Formula, NodePlan
from flow_engine.result import NO_CHANGES, Changes, Entry, Incident, NewCall, Step
from flow_engine.state import ROOT, Instance, Scope, State, Subscription, Task, Timer, Token

MOST_TOKENS = 5000
ENDED_TASKS = frozenset({"done", "cancelled", "handed_on"})
INSTANCE = 0
"""The token id under which the instance itself listens: goals and exits."""
Acts = Generator[Act, Any, None]
_NO_SUBSCRIPTIONS: frozenset[Subscription] = frozenset()


class Board:
    """The state of a step at work: copies of the state's mappings; what was touched tells what changed."""

    __slots__ = (
        "_calls", "_counts", "_dropped", "_effects", "_history", "_incidents", "_looks", "_notices", "_old_tasks", "_past", "_ready",
        "_touched_scopes", "_touched_tasks", "_touched_timers", "_touched_tokens", "_wakes", "by", "ended", "fired",
        "instance", "is_unfinished", "moves", "next_id", "now", "outcome", "plan", "records", "result", "rounds", "scopes",
        "setting", "state", "subscriptions", "tasks", "timers", "tokens",
    )  # fmt: skip

    def __init__(self, plan: FlowPlan, state: State, now: datetime, setting: Setting, by: str | None) -> None:
        self.plan, self.state, self.now, self.setting, self.by = plan, state, now, setting, by
        self.instance: Instance = state.instance
        self.tokens: dict[int, Token] = dict(state.tokens)
        self.scopes: dict[int, Scope] = dict(state.scopes)
        self.tasks: dict[int, Task] = dict(state.tasks)
        self.timers: dict[tuple[int, str], Timer] = dict(state.timers)
        self.subscriptions: set[Subscription] = set(state.subscriptions)
        self.rounds: dict[tuple[int, str], int] = dict(state.rounds)
        self.records: dict[tuple[str, str], dict[tuple[str, ...], Any]] = {}
        self.next_id = state.instance.next_id
        self.moves = 0
        self.fired: Timer | None = None
        """The timer that makes this step happen."""
        self.is_unfinished = False
        self.ended: str | None = None
        """The status the instance ends with, once it has."""
        self._counts: dict[int, int] | None = None
        self._past: list[Task] | None = None
        self.outcome: str | None = state.instance.outcome
        self.result: Mapping[str, Any] = state.scopes[ROOT].data.get("result", {})
        self._ready: deque[int] = deque()
        self._wakes: deque[BodyEnded] = deque()
        self._touched_tokens: set[int] = set()
        self._touched_scopes: set[int] = set()
        self._touched_tasks: set[int] = set()
        self._touched_timers: set[tuple[int, str]] = set()
        self._effects: list[Effect] = []
        self._calls: list[NewCall] = []
        self._dropped: list[int] = []
        self._history: list[Entry] = []
        self._notices: list[Notice] = []
        self._incidents: list[Incident] = []
        self._old_tasks: dict[int, Task] = {}
        self._looks: dict[int, list[tuple[Formula, int]]] = {}
        """By token: conditions that hang on the clock, with their scopes."""

    # tokens and scopes

    def new_id(self) -> int:
        """Return the next id of this instance."""
        found = self.next_id
        self.next_id += 1
        return found

    def put_token(self, token: Token) -> None:
        """Keep a token as it is now."""
        self.tokens[token.token_id] = token
        self._touched_tokens.add(token.token_id)

    def arrive(self, node: str, scope_id: int, came_by: str | None) -> Token:
        """Let a new token arrive at `node`."""
        plan = self.plan.nodes.get(node)
        count = 1
        key = (scope_id, node)
        if key in self.rounds:
            count = self.rounds[key] = self.rounds[key] + 1
        elif plan is not None and plan.is_repeatable:
            self.rounds[key] = 1
        counts = self._count()
        token = Token(self.new_id(), node, scope_id, count, came_by)
        self.put_token(token)
        counts[scope_id] = counts.get(scope_id, 0) + 1
        if len(self.tokens) > MOST_TOKENS:
            raise Rejected(refusals.TOO_MANY_TOKENS.at("", most=MOST_TOKENS))
        self._ready.append(token.token_id)
        return token

    def _count(self) -> dict[int, int]:
        if self._counts is None:
            self._counts = {}
            for token in self.tokens.values():
                self._counts[token.scope_id] = self._counts.get(token.scope_id, 0) + 1
        return self._counts

    def remove_token(self, token_id: int, why: str | None = None, keep: frozenset[int] = frozenset()) -> None:
        """Take a token away with its tasks, timers, subscriptions and regions."""
        counts = self._count()
        token = self.tokens.pop(token_id, None)
        if token is None:
            return
        self._touched_tokens.add(token_id)
        counts[token.scope_id] -= 1
        if why is not None:
            self.note(why, token, {})
        if token.wait is None:
            return
        for task in self.tasks_of(token_id):
            if task.task_id in keep:
                continue
            if task.state not in ENDED_TASKS:
                self.put_task(evolve(task, state="cancelled", done_at=self.now))
            self._old_tasks[task.task_id] = self.tasks.pop(task.task_id)
        if self.timers:
            for key in [key for key in self.timers if key[0] == token_id]:
                self.drop_timer(key)
        if self.subscriptions:
            self.subscriptions = {one for one in self.subscriptions if one.token_id != token_id}
        if token.wait == "child":
            self._dropped.append(token_id)
        if len(self.scopes) > 1:
            for scope in [
                scope
                for scope in self.scopes.values()
                if scope.token_id == token_id and scope.scope_id != ROOT
            ]:
                self.end_scope(scope.scope_id)

    def open_body(self, token: Token, node: NodePlan, body: Body) -> None:
        """Open a region in a scope of its own."""
        scope_id = self.new_id()
        self.put_scope(
            Scope(
                scope_id,
                token.scope_id,
                node.kind,
                node.key,
                token.token_id,
                body.index,
                dict(body.variables),
                False,
                dict(body.data),
            )
        )
        self.arrive(body.start, scope_id, None)

    def put_scope(self, scope: Scope) -> None:
        """Keep a scope as it is now."""
        self.scopes[scope.scope_id] = scope
        self._touched_scopes.add(scope.scope_id)

    def _empty(self, scope_id: int) -> None:
        for token_id in [token_id for token_id, token in self.tokens.items() if token.scope_id == scope_id]:
            self.remove_token(token_id, "withdrawn")

    def end_scope(self, scope_id: int) -> None:
        """Stop a region and everything in it; what it completed can still be taken back from around it."""
        scope = self.scopes.get(scope_id)
        if scope is None:
            return
        self._empty(scope_id)
        self._drop_scope(scope)

    def _drop_scope(self, scope: Scope) -> None:
        completed = scope.data.get("completed")
        if completed:
            parent = self.scopes[scope.parent_id]
            self.put_scope(
                evolve(
                    parent, data={**parent.data, "completed": [*parent.data.get("completed", ()), *completed]}
                )
            )
        del self.scopes[scope.scope_id]
        self._touched_scopes.add(scope.scope_id)
        for key in [key for key in self.rounds if key[0] == scope.scope_id]:
            del self.rounds[key]

    def check_scope(self, scope_id: int, outcome: str | None = None) -> None:
        """Close a region in which nothing stands any more; the instance ends with its last token."""
        scope = self.scopes.get(scope_id)
        if scope is None or self._count().get(scope_id, 0) > 0 or scope.data.get("awaited"):
            return
        if scope_id == ROOT:
            self.finish("done", self.outcome, self.result)
            return
        self._drop_scope(scope)
        self._wakes.append(BodyEnded(scope.token_id, scope_id, scope.index, outcome, scope.variables))

    def await_in(self, scope_id: int, count: int) -> None:
        """Keep a region open, with nothing in it, for a token that was sent back out of it and comes straight back."""
        scope = self.scopes.get(scope_id)
        if scope is not None:
            awaited = scope.data.get("awaited", 0) + count
            data = {key: value for key, value in scope.data.items() if key != "awaited"}
            self.put_scope(evolve(scope, data={**data, "awaited": awaited} if awaited > 0 else data))

    def keep_result(self, result: Mapping[str, Any]) -> None:
        """Keep what one end gives until the last way has ended."""
        self.result = {**self.result, **result}
        root = self.scopes[ROOT]
        self.put_scope(evolve(root, data={**root.data, "result": self.result}))

    def finish(self, status: str, outcome: str | None, result: Mapping[str, Any] | None = None) -> None:
        """End the instance and everything in it."""
        if self.ended is not None:
            return
        self.ended, self.outcome, self.result = status, outcome, result or {}
        for token_id in list(self.tokens):
            self.remove_token(token_id, "withdrawn")
        for task in list(self.tasks.values()):
            # Copies (抄送) may still be read; everything else is over.
            if task.state not in ENDED_TASKS and task.kind != "cc":
                self.put_task(evolve(task, state="cancelled", done_at=self.now))
        for scope_id in [scope_id for scope_id in self.scopes if scope_id != ROOT]:
            del self.scopes[scope_id]
            self._touched_scopes.add(scope_id)
        self.rounds = {key: count for key, count in self.rounds.items() if key[0] == ROOT}
        for key in list(self.timers):
            self.drop_timer(key)
        self.subscriptions = set()
        self._ready.clear()
        self._wakes.clear()
        self.note("finished", None, {"status": status, **({"outcome": outcome} if outcome else {})})

    def _withdraw(self, scope_id: int, nodes: frozenset[str]) -> None:
        below = self.scopes_below(scope_id)
        gone = [one for one in self.tokens.values() if one.node in nodes and one.scope_id in below]
        for token in gone:
            self.remove_token(token.token_id, "withdrawn")
        for touched in {token.scope_id for token in gone}:
            self.check_scope(touched)

    def scopes_below(self, scope_id: int) -> set[int]:
        """Return a scope and those inside it."""
        found = {scope_id}
        for scope in sorted(self.scopes):
            if self.scopes[scope].parent_id in found and scope != ROOT:
                found.add(scope)
        return found

    # memory and variables

    def remember(self, token: Token, memory: Mapping[str, Any]) -> None:
        """Keep what a node wants to know next time in this scope."""
        scope = self.scopes[token.scope_id]
        nodes = dict(scope.data.get("nodes", {}))
        if memory:
            nodes[token.node] = dict(memory)
        else:
            nodes.pop(token.node, None)
        self.put_scope(evolve(scope, data={**scope.data, "nodes": nodes}))

    def _note_completed(self, token: Token, node: NodePlan) -> None:
        scope = self.scopes[token.scope_id]
        entry = {"node": node.key, "variables": {} if token.scope_id == ROOT else dict(scope.variables)}
        self.put_scope(
            evolve(scope, data={**scope.data, "completed": [*scope.data.get("completed", ()), entry]})
        )

    def _forget(self, scope_id: int, what: str) -> None:
        scope = self.scopes.get(scope_id)
        if scope is not None and scope.data.get("completed"):
            left = [one for one in scope.data["completed"] if what not in ("*", one["node"])]
            self.put_scope(evolve(scope, data={**scope.data, "completed": left}))

    def set_variables(self, scope_id: int, values: Mapping[str, Any]) -> None:
        """Set variables where they are: in the nearest scope that has them, else where they are declared, else here."""
        for key, value in values.items():
            at = scope_id
            while at != ROOT and key not in self.scopes[at].variables:
                at = self.scopes[at].parent_id
            if at == ROOT and key not in self.scopes[ROOT].variables and key not in self.plan.variables:
                at = scope_id
            scope = self.scopes[at]
            if scope.variables.get(key, MISSING) != value or key not in scope.variables:
                self.put_scope(evolve(scope, variables={**scope.variables, key: value}))

    # tasks, timers, effects, calls

    def tasks_of(self, token_id: int) -> list[Task]:
        """Return the tasks of a token, oldest first."""
        found = [one for one in self.tasks.values() if one.token_id == token_id]
        if len(found) > 1:
            found.sort(key=_by_id)
        return found

    def put_task(self, task: Task) -> None:
        """Keep a task as it is now."""
        self.tasks[task.task_id] = task
        self._touched_tasks.add(task.task_id)

    def add_task(self, token: Token, new: NewTask) -> int:
        """Open a task; return its id."""
        task_id = self.new_id()
        self.put_task(
            Task(
                task_id,
                token.token_id,
                token.node,
                token.round,
                new.kind,
                new.state,
                new.assignee,
                new.candidates,
                new.owner,
                new.position,
                new.weight,
                new.parent_id,
                new.action,
                new.comment,
                self.now,
                new.due_at,
                self.now if new.state in ENDED_TASKS else None,
                None,
                new.form,
                new.record_id,
                new.title,
                new.data,
            )
        )
        return task_id

    def change_task(self, change: TaskChange) -> None:
        """Give a task new properties."""
        task = self.tasks.get(change.task_id)
        if task is not None:
            self.put_task(evolve(task, **change.values))

    def add_timer(self, token_id: int, new: NewTimer) -> None:
        """Set a timer, in place of one with the same key."""
        key = (token_id, new.key)
        self.timers[key] = Timer(token_id, new.key, new.at, new.anchor, new.data)
        self._touched_timers.add(key)

    def drop_timer(self, key: tuple[int, str]) -> None:
        """Take a timer away."""
        if self.timers.pop(key, None) is not None:
            self._touched_timers.add(key)

    def add_effects(self, token: Token, effects: tuple[NewEffect, ...]) -> None:
        """Ask for something to leave the house, under a key that stays the same."""
        if not effects:
            return
        base = f"{self.instance.instance_id}:{token.token_id}:{token.node}:{token.round}"
        before = sum(1 for one in self._effects if one.token_id == token.token_id)
        for index, new in enumerate(effects, before):
            self._effects.append(
                Effect(new.kind, f"{base}:{index}", new.body, token.token_id, new.waits, new.policy)
            )

    def add_calls(self, token: Token, calls: tuple[Call, ...]) -> None:
        """Ask for other flows to start."""
        for call in calls:
            key = f"{self.instance.instance_id}:{token.token_id}:{call.index}"
            self._calls.append(NewCall(token.token_id, key, call))

    # formulas

    def work_out(
        self, formula: Formula, scope_id: int, given: Mapping[str, Any] | None = None
    ) -> Generator[Act, Any, Any]:
        """Return a formula's value, reading what it needs of records."""
        if formula.is_constant:
            return formula.value
        names = Names(self, scope_id, given)
        for name, form, paths in formula.reads:
            record_id = names.record_id(name)
            if record_id is not None:
                yield from self.read(form, record_id, paths)
        for name, link, form, paths in formula.rows:
            held = inside(names.variable(name), (link,))
            if isinstance(held, str):
                yield from self.read(form, held, paths)
        return evaluate(formula.checked, names)

    def read(self, form: str, record_id: str, paths: frozenset[tuple[str, ...]]) -> Acts:
        """Read a record once a step, everything the flow ever wants of it."""
        known = self.records.get((form, record_id))
        if known is None:
            wanted = self.plan.reads.get(form, paths) | paths
            answer = yield Read(form, record_id, wanted)
            self.records[form, record_id] = dict(answer or {})
        elif known and not paths <= known.keys():
            answer = yield Read(form, record_id, paths)
            known.update(answer or {})

    def forget_records(self) -> None:
        """Something was written: what was read may no longer be true."""
        self.records.clear()

    def past(self) -> Generator[Act, Any, tuple[Task, ...]]:
        """Return all ended tasks of the instance, those of this step as they are now."""
        if self._past is None:
            self._past = list((yield Past()) or ())
        found = {task.task_id: task for task in self._past}
        found.update(
            {
                key: task
                for key, task in {**self._old_tasks, **self.tasks}.items()
                if task.state in ENDED_TASKS
            }
        )
        return tuple(found[key] for key in sorted(found))

    def lookup(self, scope_id: int, key: str) -> Any:
        """Return a variable, or MISSING."""
        return find(self.scopes, scope_id, key)

    # the end of the step

    def note(self, kind: str, token: Token | None, data: Mapping[str, Any]) -> None:
        """Add a line to the history."""
        seq = self.instance.next_seq + len(self._history)
        if token is None:
            self._history.append(Entry(seq, kind, None, self.by, None, data))
        else:
            self._history.append(Entry(seq, kind, token.node, self.by, token.token_id, data))

    def step(self) -> Step:
        """Return what the step has come to."""
        before, known = self.state, self.state.rounds
        state = State(
            self._instance(),
            self.tokens,
            self.scopes,
            self.tasks,
            self.timers,
            frozenset(self.subscriptions) if self.subscriptions else _NO_SUBSCRIPTIONS,
            self.rounds,
        )
        # In the order in which `Step` names them.
        return Step(
            state,
            _changes(self._touched_tokens, before.tokens, self.tokens),
            _changes(self._touched_scopes, before.scopes, self.scopes),
            self._task_changes(),
            _changes(self._touched_timers, before.timers, self.timers),
            self._subscription_changes(),
            {key: count for key, count in self.rounds.items() if known.get(key) != count},
            tuple(self._effects),
            tuple(self._calls),
            tuple(self._dropped),
            tuple(self._history),
            tuple(self._notices),
            tuple([one for one in self._incidents if self._still_stands(one)]),
            (),
            self.result if self.ended is not None else {},
            self.is_unfinished,
            self.moves,
        )

    def _still_stands(self, incident: Incident) -> bool:
        token = self.tokens.get(incident.token_id)
        return token is not None and token.wait == "incident"

    def _instance(self) -> Instance:
        old = self.instance
        if self.ended is not None:
            status = self.ended
        elif old.status == "paused":
            status = "paused"
        else:
            status = "running"
            for token in self.tokens.values():
                if token.wait == "incident":
                    status = "failed"
        return evolve(
            old,
            status=status,
            ended_at=self.now if self.ended is not None else None,
            outcome=self.outcome,
            revision=old.revision + 1,
            next_id=self.next_id,
            next_seq=old.next_seq + len(self._history),
        )

    def _task_changes(self) -> Changes[int, Task]:
        touched = self._touched_tasks
        if not touched:
            return NO_CHANGES
        before, left, live = self.state.tasks, self._old_tasks, self.tasks
        added, changed = [], []
        for key in sorted(touched):
            now, old = live.get(key) or left[key], before.get(key)
            if old is None:
                added.append(now)
            elif old != now:
                changed.append(now)
        return Changes(tuple(added), tuple(changed))

    def _subscription_changes(self) -> Changes[Subscription, Subscription]:
        before, now = self.state.subscriptions, self.subscriptions
        if before == now:
            return NO_CHANGES
        key = _subscription_key
        return Changes(tuple(sorted(now - before, key=key)), (), tuple(sorted(before - now, key=key)))


def _changes(touched: set[Any], before: Mapping[Any, Any], now: Mapping[Any, Any]) -> Changes[Any, Any]:
    if not touched:
        return NO_CHANGES
    added, changed, removed = [], [], []
    for key in sorted(touched):
        old, new = before.get(key), now.get(key)
        if new is None:
            if old is not None:
                removed.append(key)
        elif old is None:
            added.append(new)
        elif old is not new and old != new:
            changed.append(new)
    return Changes(tuple(added), tuple(changed), tuple(removed))


def _by_id(task: Task) -> int:
    return task.task_id


def _subscription_key(one: Subscription) -> tuple[int, str, str]:
    return (one.token_id, one.name, one.key)
