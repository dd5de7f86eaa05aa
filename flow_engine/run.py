"""A step at work: the rules by which tokens move, what nodes answer is done, and what goes wrong is dealt with."""

from collections.abc import Generator, Iterable, Mapping
from datetime import datetime, timedelta
from types import GeneratorType
from typing import Any
from zlib import crc32

from engine.expressions import evaluate
from engine.expressions.types import BOOL
from engine.problems import Problem, Rejected
from flow_engine import refusals
from flow_engine.acts import WRITES, Act, Over
from flow_engine.asking import anchor_place, moment, span_of
from flow_engine.board import ENDED_TASKS, INSTANCE, Acts, Board
from flow_engine.clockwork import next_look
from flow_engine.compile import IGNORE, STOP
from flow_engine.context import Context
from flow_engine.evolving import evolve
from flow_engine.happenings import Happening, Turn
from flow_engine.names import Names, Setting
from flow_engine.node import Answer
from flow_engine.outcome import RETURNS, End, Fail, Fork, Go, Hold, Jump, NewTask, NewTimer, Outcome, Raised
from flow_engine.plan import Boundary, FlowPlan, Formula, NodePlan
from flow_engine.result import Incident
from flow_engine.returning import can_finish, dominated, places_back
from flow_engine.settings import span_seconds
from flow_engine.state import ROOT, State, Subscription, Token

_NONE: frozenset[int] = frozenset()
LOOK = "look"
"""The timer by which a token's conditions are looked at when the clock has turned."""
MOST_MOVES = 500
MOST_ROUNDS = 5_000
"""Stays at one node of a scope, after which it is looked at whether they are made without ever waiting."""
_KEPT = ("_attempt", "_fired", *RETURNS)
"""What the rules remember of a token, whatever its node does."""
SPIN = 100
"""Stays at one node within one step: with so many behind it, it spins."""
"""Moves in one step; what is left goes on in the next."""


class Run(Board):
    """One step: `settle` moves tokens until every one waits."""

    __slots__ = ("_first", "_has_written")

    def __init__(self, plan: FlowPlan, state: State, now: datetime, setting: Setting, by: str | None) -> None:
        super().__init__(plan, state, now, setting, by)
        self._has_written = False
        """Whether the node at work has written records."""
        self._first: dict[tuple[int, str], int] = {}
        """Rounds in which nodes entered very often were entered first in this step."""

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
                if self.moves >= MOST_MOVES or (self.plan.stops is not None and self._halts()):
                    self.is_unfinished = True
                    return
                token = self.tokens.get(self._ready.popleft())
                if token is not None and token.wait is None:
                    self.moves += 1
                    if token.round > MOST_ROUNDS and self._spins(token):
                        self.fail_now(token, refusals.SPINS.at("", count=token.round - 1))
                        continue
                    yield from self._enter(token)
            if self.ended is not None or not self._has_turns():
                return
            moved = yield from self._turns(nothing_moved)
            if not moved and nothing_moved:
                return
            nothing_moved = not moved

    def _halts(self) -> bool:
        """Tell whether a trial halts before the node that comes next."""
        token = self.tokens.get(self._ready[0])
        if token is None or token.wait is not None:
            return False
        return bool(self.plan.stops.halts(self.instance.instance_id, token.token_id, token.node))

    def _has_turns(self) -> bool:
        return "turn" in [token.wait for token in self.tokens.values()]

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

    def _spins(self, token: Token) -> bool:
        """Tell whether a node is entered over and over in this one step, so that nothing can ever wait for it."""
        first = self._first.setdefault((token.scope_id, token.node), token.round)
        return token.round - first >= SPIN

    def make_ready(self, token_ids: Iterable[int]) -> None:
        """Let these tokens move."""
        self._ready.extend(token_ids)

    def _enter(self, token: Token) -> Acts:
        node = self.plan.nodes.get(token.node)
        if node is None:
            self.fail_now(token, refusals.NODE_GONE.at("", node=token.node))
            return
        yield from self.perform(token, node, node.node.enter, False)

    def wake(self, token: Token, happening: Happening, is_direct: bool = False) -> Acts:
        """Tell a waiting token what happened. `is_direct`: somebody waits for the answer, so a refusal is theirs."""
        node = self.plan.nodes.get(token.node)
        if node is None:
            self.fail_now(token, refusals.NODE_GONE.at("", node=token.node))
            return
        yield from self.perform(token, node, lambda ctx: node.node.resume(ctx, happening), is_direct)

    def perform(
        self, token: Token, node: NodePlan, ask: Any, is_direct: bool, context: Context | None = None
    ) -> Acts:
        """Do what a node or an action answers."""
        self._has_written = False
        try:
            answer: Answer = ask(context or Context(self, node, token))
            outcome: Outcome = (
                (yield from self._watched(answer)) if isinstance(answer, GeneratorType) else answer  # type: ignore[assignment]
            )
        except Rejected as rejected:
            if is_direct:
                raise
            outcome = Fail(rejected.problems[0])
            if self._has_written:
                yield Over(is_kept=False)
                self.forget_records()
        else:
            if self._has_written:
                yield Over(is_kept=True)
        yield from self.apply(token, node, outcome)

    def _watched(self, answer: Generator[Act, Any, Outcome]) -> Generator[Act, Any, Outcome]:
        """Pass a node's acts on, noting whether it writes."""
        try:
            act = next(answer)
            while True:
                if type(act) in WRITES:
                    self._has_written = True
                try:
                    given = yield act
                except Rejected as refused:
                    act = answer.throw(refused)
                else:
                    act = answer.send(given)
        except StopIteration as done:
            outcome: Outcome = done.value
            return outcome

    # outcomes

    def apply(self, token: Token, node: NodePlan, outcome: Outcome) -> Acts:
        """Do what a node has answered for its token."""
        if token.token_id not in self.tokens:
            # A copy outlives its token: it can be read, and moves nothing.
            for change in getattr(outcome, "changes", ()):
                self.change_task(change)
            self._notices.extend(getattr(outcome, "notices", ()))
            return
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
        copies = self._copies(token, go.tasks) if go.tasks else _NONE
        self._notices.extend(go.notices)
        self.add_effects(token, go.effects)
        self.add_calls(token, go.calls)
        for token_id in go.take:
            self.remove_token(token_id)
        for raised in go.raised:
            yield from self.raise_from(token, raised, is_own=False)
        if token.token_id not in self.tokens:
            return
        self._leave(token, node, ((go.way, node.way(go.way)),), copies)
        if go.forget:
            self._forget(token.scope_id, go.forget)
        if go.withdraw:
            self._withdraw(token.scope_id, go.withdraw)

    def _copies(self, token: Token, tasks: tuple[NewTask, ...]) -> frozenset[int]:
        """Open tasks that outlive their token; return which are not over from the start."""
        made = [self.add_task(token, task) for task in tasks]
        copies = frozenset(task_id for task_id in made if self.tasks[task_id].state not in ENDED_TASKS)
        for task_id in made:
            if task_id not in copies:
                self._old_tasks[task_id] = self.tasks.pop(task_id)
        return copies

    def _leave(
        self,
        token: Token,
        node: NodePlan,
        ways: tuple[tuple[str, str | None], ...],
        keep: frozenset[int] = _NONE,
    ) -> None:
        if node.compensate is not None:
            self._note_completed(token, node)
        self._give_up_return(token)
        self.note(
            "passed", token, {"way": ways[0][0]} if len(ways) == 1 else {"ways": [way for way, _ in ways]}
        )
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
        if jump.data.get("back_scope", scope_id) != scope_id:
            self.await_in(jump.data["back_scope"], 1)
        elif scope_id != token.scope_id and token.data.get("back_scope") == scope_id:
            self.await_in(scope_id, -1)
        self.remove_token(token.token_id)
        for token_id in jump.gone:
            self.remove_token(token_id, "withdrawn")
        self.jump_to(jump.to, scope_id, jump.data)

    def _give_up_return(self, token: Token) -> None:
        """A token that was to go straight back goes on by a way: what waited for it is walked again, and goes."""
        if "back_to" not in token.data:
            return
        gone = dominated(self.plan, self.tokens, token.scope_id, token.node)
        scope = self.scopes.get(token.data["back_scope"])
        while scope is not None and scope.scope_id not in (ROOT, token.scope_id):
            gone.add(scope.token_id)
            scope = self.scopes.get(scope.parent_id)
        for token_id in sorted(gone - {token.token_id}):
            self.remove_token(token_id, "withdrawn")

    def jump_to(self, node: str, scope_id: int, data: Mapping[str, Any] | None = None) -> None:
        """Let a token arrive where no edge leads; the node is counted anew from now on."""
        self.rounds.setdefault((scope_id, node), 1)
        arrived = self.arrive(node, scope_id, None)
        if data:
            self.put_token(evolve(arrived, data=dict(data)))

    def _hold(self, token: Token, node: NodePlan, hold: Hold) -> Acts:
        is_first = token.wait is None
        if hold.variables:
            self.set_variables(token.scope_id, hold.variables)
        if hold.memory is not None:
            self.remember(token, hold.memory)
        if is_first or hold.data is not None or hold.wait != token.wait:
            data = token.data if hold.data is None else hold.data
            kept = {key: token.data[key] for key in _KEPT if key in token.data and key not in data}
            if kept:
                data = {**data, **kept}
            token = evolve(token, wait=hold.wait, since=self.now if is_first else token.since, data=data)
            self.put_token(token)
        for change in hold.changes:
            self.change_task(change)
        for task in hold.tasks:
            self.add_task(token, task)
        for key in hold.no_timers:
            self.drop_timer((token.token_id, key))
        for timer in hold.timers:
            self.add_timer(token.token_id, timer)
            if timer.anchor is not None:
                self.watch_anchor(token, node, timer.anchor)
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
            self.outcome = end.outcome or self.outcome
            if end.result:
                self.keep_result(end.result)
        if end.raised is not None:
            yield from self.raise_from(token, end.raised, is_own=False)
            if token.token_id not in self.tokens or self.tokens[token.token_id].wait == "incident":
                return
        self.remove_token(token.token_id)
        if end.kind == "body" and token.scope_id != ROOT:
            self._empty(token.scope_id)
        self.check_scope(token.scope_id, end.outcome)

    # boundaries and errors

    def _arm(self, token: Token, node: NodePlan) -> Acts:
        context = Context(self, node, token)
        met: list[Boundary] = []
        for boundary in node.boundaries:
            yield from self.arm(context, token, node, boundary)
            if boundary.kind == "condition" and (yield from context.holds(f"{boundary.place}/when")):
                met.append(boundary)
        for boundary in met:
            if token.token_id in self.tokens:
                yield from self.fire(self.tokens[token.token_id], boundary)

    def arm(
        self,
        context: Context,
        token: Token,
        node: NodePlan,
        boundary: Boundary,
        since: datetime | None = None,
    ) -> Acts:
        """Set a boundary's timer, or listen for what it waits for. A date that is blank is waited for, too.

        `since`: when its time begins to run, where that is not now.
        """
        if boundary.kind == "timer":
            found = yield from moment(context, boundary.place, since or self.now)
            if found is not None:
                self.add_timer(token.token_id, NewTimer(f"on.{boundary.key}", *found))
            for place in (f"{boundary.place}/at", f"{boundary.place}/at/field"):
                formula = node.formulas.get(place)
                if formula is not None and (found is None or formula.links):
                    self.watch(token.token_id, token.scope_id, formula)
        elif boundary.kind == "message":
            key = yield from context.correlation(f"{boundary.place}/correlate")
            self.subscriptions.add(Subscription(token.token_id, boundary.config.get("message", ""), key))
        elif boundary.kind == "condition":
            formula = node.formulas[f"{boundary.place}/when"]
            yield from self.work_out(formula, token.scope_id)
            self.watch(token.token_id, token.scope_id, formula)

    def watch(self, token_id: int, scope_id: int, formula: Formula) -> bool:
        """Listen for changes of the records that a formula looks at, as far as it has been worked out; tell whether for new ones."""
        before = len(self.subscriptions)
        for name, key in self.looked_at(formula, scope_id):
            self.subscriptions.add(Subscription(token_id, name, key))
        if token_id != INSTANCE:
            self.look_later(token_id, scope_id, formula)
        return len(self.subscriptions) > before

    def look_later(self, token_id: int, scope_id: int, formula: Formula) -> None:
        """Note that a condition hangs on the clock, so that it is looked at again in time."""
        if formula.clocks and formula.checked.type == BOOL:
            self._looks.setdefault(token_id, []).append((formula, scope_id))

    @property
    def has_looks(self) -> bool:
        """Whether conditions that hang on the clock were looked at in this step."""
        return bool(self._looks)

    def look_now(self, token_id: int) -> None:
        """Let the conditions of a token, or the goals, be looked at right after this step."""
        self.add_timer(token_id, NewTimer(LOOK, self.now))

    def set_looks(self) -> Acts:
        """Set the timers by which conditions are looked at when the clock has turned; one a token."""
        for token_id, looks in self._looks.items():
            token = self.tokens.get(token_id)
            if token_id != INSTANCE and (token is None or token.wait is None):
                continue
            known = self.timers.get((token_id, LOOK))
            times = [known.at] if known is not None else []
            for formula, scope_id in looks:
                yield from self.work_out(formula, scope_id)
                times.append(self._next_look(formula, scope_id))
            if known is None or min(times) != known.at:
                self.add_timer(token_id, NewTimer(LOOK, min(times)))

    def _next_look(self, formula: Formula, scope_id: int) -> datetime:
        def holds(at: datetime) -> bool:
            return evaluate(formula.checked, Names(self, scope_id, now=at)) is True

        return next_look(formula.clocks, formula.is_foreseen, holds, self.now, self.setting.zone)

    def looked_at(self, formula: Formula, scope_id: int) -> tuple[tuple[str, str], ...]:
        """Return what to listen for to hear of changes of the records a formula looks at, those behind links too."""
        names = Names(self, scope_id)
        found: dict[tuple[str, str], None] = {}
        for name, form, _ in formula.reads:
            record_id = names.record_id(name)
            if record_id is not None:
                found[f"record:{form}", record_id] = None
        for name, form, way, target in formula.links:
            held = self.records.get((form, names.record_id(name) or ""), {}).get(way)
            for record_id in held if isinstance(held, list | tuple) else (held,):
                if isinstance(record_id, str):
                    found[f"record:{target}", record_id] = None
        return tuple(found)

    def fire(self, token: Token, boundary: Boundary) -> Acts:
        """Let a boundary of a waiting token happen."""
        self.note("boundary", token, {"boundary": boundary.key})
        if boundary.interrupts:
            self._give_up_return(token)
            self.remove_token(token.token_id, "withdrawn")
        if boundary.to:
            self.arrive(boundary.to, token.scope_id, f"{token.node}.on.{boundary.key}")
        if boundary.interrupts:
            self.check_scope(token.scope_id)
            return
        fired = dict(token.data.get("_fired", {}))
        fired[boundary.key] = fired.get(boundary.key, 0) + 1
        self.put_token(evolve(token, data={**token.data, "_fired": fired}))
        every = boundary.config.get("every")
        if (
            every is None
            or boundary.kind != "timer"
            or fired[boundary.key] >= boundary.config.get("most", 1000)
        ):
            return
        context = Context(self, self.plan.nodes[token.node], token)
        at = yield from span_of(context, f"{boundary.place}/every", self.now, boundary.config)
        if at is not None:
            self.add_timer(token.token_id, NewTimer(f"on.{boundary.key}", at))

    def look_again(self, token: Token, boundary: Boundary) -> Acts:
        """A record has changed: let a condition that has come true happen, set a timer whose date has been filled in."""
        node = self.plan.nodes[token.node]
        context, fired = Context(self, node, token), token.data.get("_fired", {})
        if boundary.kind == "timer" and boundary.key not in fired:
            if (token.token_id, f"on.{boundary.key}") not in self.timers:
                yield from self.arm(context, token, node, boundary)
        elif boundary.kind == "condition":
            is_met = yield from context.holds(f"{boundary.place}/when")
            self.watch(token.token_id, token.scope_id, node.formulas[f"{boundary.place}/when"])
            if is_met and (boundary.interrupts or boundary.key not in fired):
                yield from self.fire(token, boundary)
            elif not is_met and boundary.key in fired:
                # It happens again when it has come true again.
                left = {key: times for key, times in fired.items() if key != boundary.key}
                self.put_token(evolve(token, data={**token.data, "_fired": left}))

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
                self._give_up_return(at)
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
        # What failed together does not come again all at once.
        lot = crc32(f"{self.instance.instance_id}:{token.token_id}:{attempt}".encode()) / 2**32
        wait_s *= 1 - 0.05 * lot
        data = {**_return_of(token), "_attempt": attempt + 1}
        self._unhang(token)
        self.put_token(evolve(token, wait="retry", since=token.since or self.now, data=data))
        self.add_timer(token.token_id, NewTimer("retry", self.now + timedelta(seconds=wait_s)))
        self.note("retry", token, {"attempt": attempt + 1, "problem": problem.code})

    def fail_now(self, token: Token, problem: Problem) -> None:
        """Leave an incident: the token stands here until somebody decides."""
        self._unhang(token)
        self.put_token(
            evolve(
                token,
                wait="incident",
                since=token.since or self.now,
                data={**_return_of(token), "problem": problem.to_json()},
            )
        )
        self.note("incident", token, {"problem": problem.code})
        self._incidents.append(Incident(token.token_id, token.node, problem))

    def set_title(self, title: Any) -> None:
        """Call the instance what its flow says."""
        if isinstance(title, str) and title:
            self.instance = evolve(self.instance, title=title[:200])

    def watch_anchor(self, token: Token, node: NodePlan, anchor: Mapping[str, Any]) -> None:
        """Listen for changes of what lies behind a link on the way to a timer's date."""
        formula = node.formulas.get(anchor_place(anchor))
        if formula is not None and formula.links:
            self.watch(token.token_id, token.scope_id, formula)

    def watch_goals(self) -> Acts:
        """Let the instance listen for its goals and exits, as far as their records are known by now."""
        for goal in self.plan.goals:
            formula = self.plan.nodes[goal].formulas["when"]
            if formula.links:
                yield from self.work_out(formula, ROOT)
            is_new = self.watch(INSTANCE, ROOT, formula)
            if is_new or (INSTANCE, LOOK) not in self.timers:
                self.look_later(INSTANCE, ROOT, formula)

    def reopen(self) -> None:
        """Let an ended instance run again; what it knew it knows still."""
        root = self.scopes[ROOT]
        self.put_scope(evolve(root, data={key: one for key, one in root.data.items() if key != "result"}))
        self.outcome, self.result = None, {}
        self.set_status("running")

    def set_status(self, status: str) -> None:
        """Pause the instance, or let it run again."""
        self.instance = evolve(self.instance, status=status)

    def again(self, token: Token) -> None:
        """Let a token that stands here enter its node anew."""
        self._unhang(token)
        kept = {key: token.data[key] for key in ("_attempt", *RETURNS) if key in token.data}
        self.put_token(evolve(token, wait=None, since=None, data=kept))
        self._ready.append(token.token_id)

    def skip(self, token: Token, way: str) -> None:
        """Let a token leave its node by `way` without having done it."""
        node = self.plan.nodes.get(token.node)
        if node is None:
            self.remove_token(token.token_id, "withdrawn")
            self.check_scope(token.scope_id)
            return
        if "back_to" in token.data:
            back = token.data
            self._jump(token, node, Jump(back["back_to"], back.get("back_data", {}), (), back["back_scope"]))
            return
        self._leave(token, node, ((way, node.way(way)),))

    def note_reached(self, goals: Iterable[str]) -> None:
        """Remember which goals hold, so that each is reached when it comes true and not at every change after."""
        root = self.scopes[ROOT]
        self.put_scope(evolve(root, data={**root.data, "reached": list(goals)}))

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


def _return_of(token: Token) -> dict[str, Any]:
    """Return what a token remembers of where it is to come straight back to."""
    return {key: token.data[key] for key in RETURNS if key in token.data}


__all__ = ["ENDED_TASKS", "INSTANCE", "LOOK", "MOST_MOVES", "Acts", "Run"]
