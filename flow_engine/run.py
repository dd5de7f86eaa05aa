"""A step at work: the state being changed, and the rules by which tokens move."""

from collections import deque
from collections.abc import Generator, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from types import GeneratorType
from typing import Any

from engine.expressions import evaluate
from engine.problems import Problem, Rejected
from flow_engine import refusals
from flow_engine.acts import Act, Effect, Past, Read
from flow_engine.asking import moment, span_of
from flow_engine.compile import IGNORE, STOP
from flow_engine.context import Context
from flow_engine.happenings import BodyEnded, Happening, Turn
from flow_engine.names import MISSING, Names, Setting, find
from flow_engine.node import Answer
from flow_engine.outcome import (
    Body,
    Call,
    End,
    Fail,
    Fork,
    Go,
    Hold,
    Jump,
    NewEffect,
    NewTask,
    NewTimer,
    Notice,
    Outcome,
    Raised,
    TaskChange,
)
from flow_engine.plan import Boundary, FlowPlan, Formula, NodePlan
from flow_engine.result import Changes, Entry, Incident, NewCall, Step
from flow_engine.returning import can_finish, places_back
from flow_engine.state import ROOT, Instance, Scope, State, Subscription, Task, Timer, Token

MOST_MOVES = 500
"""Moves in one step; what is left goes on in the next."""
MOST_TOKENS = 5000
ENDED_TASKS = frozenset({"done", "cancelled", "handed_on"})
INSTANCE = 0
"""The token id under which the instance itself listens: goals and exits."""
Acts = Generator[Act, Any, None]


class Run:
    """One step. Works on copies of the state's mappings; what was touched tells what changed."""

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
        self.is_unfinished = False
        self.ended: str | None = None
        """The status the instance ends with, once it has."""
        self.outcome: str | None = None
        self.result: Mapping[str, Any] = {}
        self._ready: deque[int] = deque()
        self._wakes: deque[BodyEnded] = deque()
        self._touched: dict[str, set[Any]] = {
            "tokens": set(),
            "scopes": set(),
            "tasks": set(),
            "timers": set(),
        }
        self._counts: dict[int, int] | None = None
        self._effects: list[Effect] = []
        self._calls: list[NewCall] = []
        self._dropped: list[int] = []
        self._history: list[Entry] = []
        self._notices: list[Notice] = []
        self._incidents: list[Incident] = []
        self._old_tasks: dict[int, Task] = {}
        self._past: list[Task] | None = None

    # the main loop

    def settle(self) -> Acts:
        """Move until every token waits, or the step has grown too long."""
        nothing_moved = False
        while self.ended is None:
            while (self._ready or self._wakes) and self.ended is None:
                if self._wakes:
                    ended = self._wakes.popleft()
                    token = self.tokens.get(ended.token_id)
                    if token is not None:
                        yield from self.wake(token, ended)
                    continue
                if self.moves >= MOST_MOVES:
                    self.is_unfinished = True
                    return
                token = self.tokens.get(self._ready.popleft())
                if token is not None and token.wait is None:
                    self.moves += 1
                    yield from self._enter(token)
            if self.ended is not None:
                return
            moved = yield from self._turns(nothing_moved)
            if not moved and nothing_moved:
                return
            nothing_moved = not moved

    def _turns(self, is_last: bool) -> Generator[Act, Any, bool]:
        """Let tokens that wait for their turn look again, until one of them moves."""
        waiting = [token_id for token_id, token in self.tokens.items() if token.wait == "turn"]
        for token_id in sorted(waiting):
            token = self.tokens.get(token_id)
            if token is None:
                continue
            yield from self.wake(token, Turn(is_last))
            after = self.tokens.get(token_id)
            if after is None or after.wait != "turn" or self._ready or self._wakes:
                return True
        return False

    def make_ready(self, token_ids: Iterable[int]) -> None:
        """Let these tokens move."""
        self._ready.extend(token_ids)

    def _enter(self, token: Token) -> Acts:
        node = self.plan.nodes.get(token.node)
        if node is None:
            self.fail_now(token, refusals.NODE_GONE.at("", node=token.node))
            return
        context = Context(self, node, token)
        try:
            outcome = node.node.enter(context)
            if outcome.__class__ is GeneratorType:
                outcome = yield from outcome
        except Rejected as rejected:
            outcome = Fail(rejected.problems[0])
        yield from self.apply(token, node, outcome)

    def wake(self, token: Token, happening: Happening, is_direct: bool = False) -> Acts:
        """Tell a waiting token what happened. `is_direct`: somebody waits for the answer, so a refusal is theirs."""
        node = self.plan.nodes.get(token.node)
        if node is None:
            self.fail_now(token, refusals.NODE_GONE.at("", node=token.node))
            return
        yield from self.perform(token, node, lambda ctx: node.node.resume(ctx, happening), is_direct)

    def perform(self, token: Token, node: NodePlan, ask: Any, is_direct: bool) -> Acts:
        """Do what a node or an action answers."""
        context = Context(self, node, token)
        try:
            answer: Answer = ask(context)
            outcome: Outcome = (yield from answer) if isinstance(answer, GeneratorType) else answer  # type: ignore[assignment]
        except Rejected as rejected:
            if is_direct:
                raise
            outcome = Fail(rejected.problems[0])
        yield from self.apply(token, node, outcome)

    # outcomes

    def apply(self, token: Token, node: NodePlan, outcome: Outcome) -> Acts:
        """Do what a node has answered for its token."""
        # A node that waits may have been taken away by what its own answer asked for.
        token = self.tokens.get(token.token_id, token)
        match outcome:
            case Go():
                yield from self._go(token, node, outcome)
            case Hold():
                yield from self._hold(token, node, outcome)
            case Fork():
                self.set_variables(token.scope_id, outcome.variables)
                self._leave(token, node, tuple((way, node.way(way)) for way in outcome.ways))
            case Jump():
                self._jump(token, node, outcome)
            case End():
                yield from self._end(token, node, outcome)
            case Fail():
                yield from self.fail(token, outcome.problem)

    def _go(self, token: Token, node: NodePlan, go: Go) -> Acts:
        if go.variables:
            self.set_variables(token.scope_id, go.variables)
        for change in go.changes:
            self.change_task(change)
        if go.memory is not None:
            self.remember(token, go.memory)
        made = [self.add_task(token, task) for task in go.tasks]
        copies = [task_id for task_id in made if self.tasks[task_id].state not in ENDED_TASKS]
        for task_id in set(made) - set(copies):
            self._old_tasks[task_id] = self.tasks.pop(task_id)
        self._notices.extend(go.notices)
        self.add_effects(token, go.effects)
        self.add_calls(token, go.calls)
        for token_id in go.take:
            self.remove_token(token_id)
        for raised in go.raised:
            yield from self.raise_from(token, raised, is_own=False)
        if token.token_id not in self.tokens:
            return
        self._leave(token, node, ((go.way, node.way(go.way)),), keep=frozenset(copies))
        if go.forget:
            self._forget(token.scope_id, go.forget)
        if go.withdraw:
            self._withdraw(token.scope_id, go.withdraw)

    def _leave(
        self,
        token: Token,
        node: NodePlan,
        ways: tuple[tuple[str, str | None], ...],
        keep: frozenset[int] = frozenset(),
    ) -> None:
        if node.compensate is not None:
            self._note_completed(token, node)
        names = [way for way, _ in ways]
        self.note("passed", token, {"way": names[0]} if len(names) == 1 else {"ways": names})
        self.remove_token(token.token_id, keep=keep)
        for way, target in ways:
            if target is not None:
                self.arrive(target, token.scope_id, f"{node.key}.{way if way in node.targets else 'to'}")
        self.check_scope(token.scope_id)

    def _jump(self, token: Token, node: NodePlan, jump: Jump) -> None:
        self.set_variables(token.scope_id, jump.variables)
        for change in jump.changes:
            self.change_task(change)
        self._notices.extend(jump.notices)
        self.note("passed", token, {"jump": jump.to})
        scope_id = token.scope_id if jump.scope_id is None else jump.scope_id
        self.remove_token(token.token_id)
        for token_id in jump.gone:
            self.remove_token(token_id, "withdrawn")
        self.jump_to(jump.to, scope_id, jump.data)

    def jump_to(self, node: str, scope_id: int, data: Mapping[str, Any] | None = None) -> None:
        """Let a token arrive where no edge leads; the node is counted anew from now on."""
        self.rounds.setdefault((scope_id, node), 1)
        arrived = self.arrive(node, scope_id, None)
        if data:
            self.put_token(replace(arrived, data=dict(data)))

    def _hold(self, token: Token, node: NodePlan, hold: Hold) -> Acts:
        is_first = token.wait is None
        if hold.variables:
            self.set_variables(token.scope_id, hold.variables)
        if hold.memory is not None:
            self.remember(token, hold.memory)
        if is_first or hold.data is not None or hold.wait != token.wait:
            data = token.data if hold.data is None else hold.data
            if "_attempt" in token.data and "_attempt" not in data:
                data = {**data, "_attempt": token.data["_attempt"]}
            token = replace(token, wait=hold.wait, since=self.now if is_first else token.since, data=data)
            self.put_token(token)
        for change in hold.changes:
            self.change_task(change)
        for task in hold.tasks:
            self.add_task(token, task)
        for key in hold.no_timers:
            self.drop_timer((token.token_id, key))
        for timer in hold.timers:
            self.add_timer(token.token_id, timer)
        for name, key in hold.subscriptions:
            self.subscriptions.add(Subscription(token.token_id, name, key))
        self._notices.extend(hold.notices)
        self.add_effects(token, hold.effects)
        self.add_calls(token, hold.calls)
        for scope_id in hold.end_scopes:
            self.end_scope(scope_id)
        for body in hold.bodies:
            self.open_body(token, node, body)
        if is_first:
            self.note("waits", token, {"wait": hold.wait})
            if node.boundaries:
                yield from self._arm(token, node)
        for way in hold.forks:
            target = node.way(way)
            if target is not None:
                self.arrive(target, token.scope_id, f"{node.key}.{way if way in node.targets else 'to'}")
        for raised in hold.raised:
            yield from self.raise_from(token, raised, is_own=True)

    def _end(self, token: Token, node: NodePlan, end: End) -> Acts:
        if end.memory is not None:
            self.remember(token, end.memory)
        if end.kind != "swallow":
            self.note("ended", token, {"outcome": end.outcome} if end.outcome else {})
        if end.kind == "all":
            self.remove_token(token.token_id)
            self.finish("done", end.outcome, end.result)
            return
        if token.scope_id == ROOT and end.kind != "swallow":
            self.outcome, self.result = end.outcome or self.outcome, end.result or self.result
        if end.raised is not None:
            yield from self.raise_from(token, end.raised, is_own=False)
            if token.token_id not in self.tokens or self.tokens[token.token_id].wait == "incident":
                return
        self.remove_token(token.token_id)
        if end.kind == "body" and token.scope_id != ROOT:
            self._empty(token.scope_id)
        self.check_scope(token.scope_id, end.outcome)

    # tokens and scopes

    def new_id(self) -> int:
        """Return the next id of this instance."""
        found = self.next_id
        self.next_id += 1
        return found

    def put_token(self, token: Token) -> None:
        """Keep a token as it is now."""
        self.tokens[token.token_id] = token
        self._touched["tokens"].add(token.token_id)

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
        self._touched["tokens"].add(token_id)
        counts[token.scope_id] -= 1
        if why is not None:
            self.note(why, token, {})
        if token.wait is None:
            return
        for task in self.tasks_of(token_id):
            if task.task_id in keep:
                continue
            if task.state not in ENDED_TASKS:
                self.put_task(replace(task, state="cancelled", done_at=self.now))
            self._old_tasks[task.task_id] = self.tasks.pop(task.task_id)
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
        self._touched["scopes"].add(scope.scope_id)

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
                replace(
                    parent, data={**parent.data, "completed": [*parent.data.get("completed", ()), *completed]}
                )
            )
        del self.scopes[scope.scope_id]
        self._touched["scopes"].add(scope.scope_id)
        for key in [key for key in self.rounds if key[0] == scope.scope_id]:
            del self.rounds[key]

    def check_scope(self, scope_id: int, outcome: str | None = None) -> None:
        """Close a region in which nothing stands any more; the instance ends with its last token."""
        scope = self.scopes.get(scope_id)
        if scope is None or self._count().get(scope_id, 0) > 0:
            return
        if scope_id == ROOT:
            self.finish("done", self.outcome, self.result)
            return
        self._drop_scope(scope)
        self._wakes.append(BodyEnded(scope.token_id, scope_id, scope.index, outcome, scope.variables))

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
                self.put_task(replace(task, state="cancelled", done_at=self.now))
        for scope_id in [scope_id for scope_id in self.scopes if scope_id != ROOT]:
            del self.scopes[scope_id]
            self._touched["scopes"].add(scope_id)
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
        self.put_scope(replace(scope, data={**scope.data, "nodes": nodes}))

    def _note_completed(self, token: Token, node: NodePlan) -> None:
        scope = self.scopes[token.scope_id]
        entry = {"node": node.key, "variables": {} if token.scope_id == ROOT else dict(scope.variables)}
        self.put_scope(
            replace(scope, data={**scope.data, "completed": [*scope.data.get("completed", ()), entry]})
        )

    def _forget(self, scope_id: int, what: str) -> None:
        scope = self.scopes.get(scope_id)
        if scope is not None and scope.data.get("completed"):
            left = [one for one in scope.data["completed"] if what not in ("*", one["node"])]
            self.put_scope(replace(scope, data={**scope.data, "completed": left}))

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
                self.put_scope(replace(scope, variables={**scope.variables, key: value}))

    # tasks, timers, effects, calls

    def tasks_of(self, token_id: int) -> list[Task]:
        """Return the tasks of a token, oldest first."""
        return sorted((one for one in self.tasks.values() if one.token_id == token_id), key=_by_id)

    def put_task(self, task: Task) -> None:
        """Keep a task as it is now."""
        self.tasks[task.task_id] = task
        self._touched["tasks"].add(task.task_id)

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
            self.put_task(replace(task, **change.values))

    def add_timer(self, token_id: int, new: NewTimer) -> None:
        """Set a timer, in place of one with the same key."""
        key = (token_id, new.key)
        self.timers[key] = Timer(token_id, new.key, new.at, new.anchor, new.data)
        self._touched["timers"].add(key)

    def drop_timer(self, key: tuple[int, str]) -> None:
        """Take a timer away."""
        if self.timers.pop(key, None) is not None:
            self._touched["timers"].add(key)

    def add_effects(self, token: Token, effects: tuple[NewEffect, ...]) -> None:
        """Ask for something to leave the house, under a key that stays the same."""
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

    # boundaries and errors

    def _arm(self, token: Token, node: NodePlan) -> Acts:
        context = Context(self, node, token)
        met: list[Boundary] = []
        for boundary in node.boundaries:
            if boundary.kind == "timer":
                found = yield from moment(context, boundary.place, self.now)
                if found is not None:
                    at, anchor = found
                    self.add_timer(token.token_id, NewTimer(f"on.{boundary.key}", at, anchor))
            elif boundary.kind == "message":
                key = yield from context.correlation(f"{boundary.place}/correlate")
                self.subscriptions.add(Subscription(token.token_id, boundary.config.get("message", ""), key))
            elif boundary.kind == "condition":
                self.watch(token.token_id, token.scope_id, node.formulas[f"{boundary.place}/when"])
                if (yield from context.holds(f"{boundary.place}/when")):
                    met.append(boundary)
        for boundary in met:
            if token.token_id in self.tokens:
                yield from self.fire(self.tokens[token.token_id], boundary)

    def watch(self, token_id: int, scope_id: int, formula: Formula) -> None:
        """Listen for changes of the records that a condition looks at."""
        names = Names(self, scope_id)
        for name, form, _ in formula.reads:
            record_id = names.record_id(name)
            if record_id is not None:
                self.subscriptions.add(Subscription(token_id, f"record:{form}", record_id))

    def fire(self, token: Token, boundary: Boundary) -> Acts:
        """Let a boundary of a waiting token happen."""
        self.note("boundary", token, {"boundary": boundary.key})
        if boundary.interrupts:
            self.remove_token(token.token_id, "withdrawn")
        if boundary.to:
            self.arrive(boundary.to, token.scope_id, f"{token.node}.on.{boundary.key}")
        if boundary.interrupts:
            self.check_scope(token.scope_id)
            return
        every = boundary.config.get("every")
        if every is not None and boundary.kind == "timer":
            yield from self._again(token, boundary, every)

    def _again(self, token: Token, boundary: Boundary, every: str) -> Acts:
        fired = dict(token.data.get("_fired", {}))
        fired[boundary.key] = fired.get(boundary.key, 0) + 1
        self.put_token(replace(token, data={**token.data, "_fired": fired}))
        if fired[boundary.key] < boundary.config.get("most", 1000):
            node = self.plan.nodes[token.node]
            at = yield from span_of(
                Context(self, node, token), f"{boundary.place}/every", self.now, boundary.config
            )
            if at is not None:
                self.add_timer(token.token_id, NewTimer(f"on.{boundary.key}", at))

    def raise_from(self, token: Token, raised: Raised, is_own: bool) -> Acts:
        """Tell boundaries, from the inside out, what a node has raised."""
        self.note("raised", token, {"kind": raised.kind, "code": raised.code})
        at: Token | None = token if is_own else self._outer(token)
        while at is not None:
            for boundary in self.plan.nodes[at.node].boundaries:
                if boundary.kind == raised.kind and boundary.config.get("code", raised.code) == raised.code:
                    yield from self.fire(at, boundary)
                    return
            at = self._outer(at)
        if raised.kind == "error":
            self.fail_now(token, refusals.RAISED.at("", code=raised.code))
        elif raised.kind == "cancel":
            self.finish("cancelled", raised.code or None)

    def _outer(self, token: Token) -> Token | None:
        scope = self.scopes.get(token.scope_id)
        return None if scope is None or scope.scope_id == ROOT else self.tokens.get(scope.token_id)

    def fail(self, token: Token, problem: Problem) -> Acts:
        """A node cannot go on: try again, take its error way, tell those around it, or leave an incident."""
        node = self.plan.nodes[token.node]
        attempt = int(token.data.get("_attempt", 0))
        if node.retry is not None and attempt < node.retry["times"]:
            self._try_again(token, node.retry, attempt, problem)
            return
        at: Token | None = token
        while at is not None:
            plan = self.plan.nodes[at.node]
            if plan.on_error == IGNORE:
                self.note("failed", at, {"problem": problem.code})
                way = "to" if plan.way("to") else next(iter(plan.targets), "to")
                self._leave(at, plan, ((way, plan.way(way)),))
                return
            if plan.on_error != STOP:
                self.note("failed", at, {"problem": problem.code})
                self.remove_token(at.token_id)
                self.arrive(plan.on_error, at.scope_id, f"{at.node}.error")
                return
            for boundary in plan.boundaries:
                if boundary.kind == "error" and boundary.config.get("code", problem.code) == problem.code:
                    yield from self.fire(at, boundary)
                    return
            at = self._outer(at)
        self.fail_now(token, problem)

    def _try_again(self, token: Token, retry: Mapping[str, Any], attempt: int, problem: Problem) -> None:
        wait_s = span_seconds(retry.get("after", "1m")) * retry.get("factor", 2) ** attempt
        data = {"_attempt": attempt + 1}
        self._unhang(token)
        self.put_token(replace(token, wait="retry", since=token.since or self.now, data=data))
        self.add_timer(token.token_id, NewTimer("retry", self.now + timedelta(seconds=wait_s)))
        self.note("retry", token, {"attempt": attempt + 1, "problem": problem.code})

    def fail_now(self, token: Token, problem: Problem) -> None:
        """Leave an incident: the token stands here until somebody decides."""
        self._unhang(token)
        self.put_token(
            replace(
                token, wait="incident", since=token.since or self.now, data={"problem": problem.to_json()}
            )
        )
        self.note("incident", token, {"problem": problem.code})
        self._incidents.append(Incident(token.token_id, token.node, problem))

    def set_status(self, status: str) -> None:
        """Pause the instance, or let it run again."""
        self.instance = replace(self.instance, status=status)

    def again(self, token: Token) -> None:
        """Let a token that stands here enter its node anew."""
        self._unhang(token)
        attempt = token.data.get("_attempt")
        self.put_token(
            replace(token, wait=None, since=None, data={} if attempt is None else {"_attempt": attempt})
        )
        self._ready.append(token.token_id)

    def skip(self, token: Token, way: str) -> None:
        """Let a token leave its node by `way` without having done it."""
        node = self.plan.nodes.get(token.node)
        if node is None:
            self.remove_token(token.token_id, "withdrawn")
            self.check_scope(token.scope_id)
            return
        self._leave(token, node, ((way, node.way(way)),))

    def reach_goal(self, key: str) -> None:
        """Take everything away and go on from a goal."""
        self.note("goal", None, {"node": key})
        for token_id in list(self.tokens):
            self.remove_token(token_id, "withdrawn")
        self._ready.clear()
        self._wakes.clear()
        self.arrive(key, ROOT, f"{key}.goal")

    def way_back(self, token: Token, node: str) -> tuple[tuple[int, ...], int] | None:
        """Return which tokens a return to `node` takes away and the scope it goes on in; None: it could not finish."""
        found = places_back(self.plan, self.tokens, self.scopes, token, node)
        if found is None or not can_finish(
            self.plan, self.tokens, self.scopes, {token.token_id, *found[0]}, node, found[1]
        ):
            return None
        return found

    def _unhang(self, token: Token) -> None:
        """Take away what hangs on a token that stays."""
        self.remove_token(token.token_id)
        counts = self._count()
        counts[token.scope_id] = counts.get(token.scope_id, 0) + 1
        self.tokens[token.token_id] = token

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
        instance = self._instance()
        state = State(
            instance,
            self.tokens,
            self.scopes,
            self.tasks,
            self.timers,
            frozenset(self.subscriptions),
            self.rounds,
        )
        before = self.state
        rounds = {key: count for key, count in self.rounds.items() if before.rounds.get(key) != count}
        return Step(
            state=state,
            tokens=_changes(self._touched["tokens"], before.tokens, self.tokens),
            scopes=_changes(self._touched["scopes"], before.scopes, self.scopes),
            tasks=self._task_changes(),
            timers=_changes(self._touched["timers"], before.timers, self.timers),
            subscriptions=self._subscription_changes(),
            rounds=rounds,
            effects=tuple(self._effects),
            calls=tuple(self._calls),
            dropped_calls=tuple(self._dropped),
            history=tuple(self._history),
            notices=tuple(self._notices),
            incidents=tuple(one for one in self._incidents if self._still_stands(one)),
            result=self.result if self.ended is not None else {},
            is_unfinished=self.is_unfinished,
            moves=self.moves,
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
            status = (
                "failed" if any(token.wait == "incident" for token in self.tokens.values()) else "running"
            )
        return replace(
            old,
            status=status,
            ended_at=self.now if self.ended is not None else None,
            outcome=self.outcome,
            revision=old.revision + 1,
            next_id=self.next_id,
            next_seq=old.next_seq + len(self._history),
        )

    def _task_changes(self) -> Changes[int, Task]:
        touched = self._touched["tasks"]
        if not touched:
            return Changes()
        before = self.state.tasks
        now = {**self._old_tasks, **self.tasks}
        added = tuple(now[key] for key in sorted(touched) if key not in before)
        changed = tuple(now[key] for key in sorted(touched) if key in before and before[key] != now[key])
        return Changes(added, changed)

    def _subscription_changes(self) -> Changes[Subscription, Subscription]:
        before, now = self.state.subscriptions, self.subscriptions
        if before == now:
            return Changes()
        key = _subscription_key
        return Changes(tuple(sorted(now - before, key=key)), (), tuple(sorted(before - now, key=key)))


def _changes(touched: set[Any], before: Mapping[Any, Any], now: Mapping[Any, Any]) -> Changes[Any, Any]:
    if not touched:
        return Changes()
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


_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}


def span_seconds(span: str) -> int:
    """Return the seconds of a plain stretch of time; months and years as 30 and 365 days."""
    if span.endswith("mo"):
        return int(span[:-2]) * 30 * 86_400
    if span.endswith("y"):
        return int(span[:-1]) * 365 * 86_400
    return int(span[:-1]) * _UNITS[span[-1]]
