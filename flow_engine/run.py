"""A step at work: the rules by which tokens move, what nodes answer is done, and what goes wrong is dealt with."""

from collections.abc import Generator, Iterable, Mapping
from datetime import timedelta
from types import GeneratorType
from typing import Any

from engine.problems import Problem, Rejected
from flow_engine import refusals
from flow_engine.acts import WRITES, Act, Over
from flow_engine.asking import moment, span_of
from flow_engine.board import ENDED_TASKS, INSTANCE, Acts, Board
from flow_engine.compile import IGNORE, STOP
from flow_engine.context import Context
from flow_engine.evolving import evolve
from flow_engine.happenings import Happening, Turn
from flow_engine.names import Names
from flow_engine.node import Answer
from flow_engine.outcome import End, Fail, Fork, Go, Hold, Jump, NewTask, NewTimer, Outcome, Raised
from flow_engine.plan import Boundary, Formula, NodePlan
from flow_engine.result import Incident
from flow_engine.returning import can_finish, places_back
from flow_engine.settings import span_seconds
from flow_engine.state import ROOT, Subscription, Token

_NONE: frozenset[int] = frozenset()
MOST_MOVES = 500
MOST_ROUNDS = 5_000
"""Stays at one node of a scope, after which it is looked at whether they are made without ever waiting."""
SPIN = 100
"""Stays at one node within one step: with so many behind it, it spins."""
"""Moves in one step; what is left goes on in the next."""


class Run(Board):
    """One step: `settle` moves tokens until every one waits."""

    _has_written = False
    """Whether the node at work has written records."""
    _first: dict[tuple[int, str], int] | None = None
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
                if self.moves >= MOST_MOVES:
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
        self._first = self._first or {}
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

    def perform(self, token: Token, node: NodePlan, ask: Any, is_direct: bool) -> Acts:
        """Do what a node or an action answers."""
        context = Context(self, node, token)
        self._has_written = False
        try:
            answer: Answer = ask(context)
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
        self.remove_token(token.token_id)
        for token_id in jump.gone:
            self.remove_token(token_id, "withdrawn")
        self.jump_to(jump.to, scope_id, jump.data)

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
            if "_attempt" in token.data and "_attempt" not in data:
                data = {**data, "_attempt": token.data["_attempt"]}
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
        self.put_token(evolve(token, data={**token.data, "_fired": fired}))
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
        self.put_token(evolve(token, wait="retry", since=token.since or self.now, data=data))
        self.add_timer(token.token_id, NewTimer("retry", self.now + timedelta(seconds=wait_s)))
        self.note("retry", token, {"attempt": attempt + 1, "problem": problem.code})

    def fail_now(self, token: Token, problem: Problem) -> None:
        """Leave an incident: the token stands here until somebody decides."""
        self._unhang(token)
        self.put_token(
            evolve(token, wait="incident", since=token.since or self.now, data={"problem": problem.to_json()})
        )
        self.note("incident", token, {"problem": problem.code})
        self._incidents.append(Incident(token.token_id, token.node, problem))

    def set_title(self, title: Any) -> None:
        """Call the instance what its flow says."""
        if isinstance(title, str) and title:
            self.instance = evolve(self.instance, title=title[:200])

    def watch_goals(self) -> None:
        """Let the instance listen for its goals and exits."""
        for goal in self.plan.goals:
            self.watch(INSTANCE, ROOT, self.plan.nodes[goal].formulas["when"])

    def reopen(self) -> None:
        """Let an ended instance run again; what it knew it knows still."""
        root = self.scopes[ROOT]
        self.put_scope(evolve(root, data={key: one for key, one in root.data.items() if key != "result"}))
        self.outcome, self.result = None, {}
        self.set_status("running")
        self.watch_goals()

    def set_status(self, status: str) -> None:
        """Pause the instance, or let it run again."""
        self.instance = evolve(self.instance, status=status)

    def again(self, token: Token) -> None:
        """Let a token that stands here enter its node anew."""
        self._unhang(token)
        attempt = token.data.get("_attempt")
        self.put_token(
            evolve(token, wait=None, since=None, data={} if attempt is None else {"_attempt": attempt})
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


__all__ = ["ENDED_TASKS", "INSTANCE", "MOST_MOVES", "Acts", "Run"]
