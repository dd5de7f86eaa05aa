"""The pure heart: (plan, state, what happened, now) → what is asked of the world, and the next state.

A refused happening raises Rejected out of the generator, and nothing changes.
"""

from collections.abc import Generator
from datetime import UTC, datetime
from typing import Any

from engine.problems import Conflict, Forbidden, Rejected
from flow_engine import refusals
from flow_engine.action import ACTIONS
from flow_engine.acts import Act, Over, TakesBack, World
from flow_engine.asking import anchor_place, as_moment, shifted
from flow_engine.context import Context
from flow_engine.happenings import (
    ChildEnded,
    EffectEnded,
    Happening,
    InstanceAction,
    Looked,
    MessageCame,
    RecordChanged,
    Resumed,
    Started,
    TaskAction,
    TimerFired,
)
from flow_engine.instance_actions import act_on_instance
from flow_engine.names import Setting
from flow_engine.outcome import NewTimer
from flow_engine.plan import FlowPlan
from flow_engine.result import Step
from flow_engine.run import ENDED_TASKS, INSTANCE, LOOK, Acts, Run
from flow_engine.scope import INPUT
from flow_engine.state import ROOT, Instance, Scope, State, Timer, Token

Steps = Generator[Act, Any, Step]
FAR = datetime(9999, 1, 1, tzinfo=UTC)
"""When a timer fires whose field is blank."""
_ALWAYS = frozenset({"cancel", "withdraw", "resume"})


def first_state(instance: Instance) -> State:
    """Return the state of an instance that has not started yet."""
    return State(instance, scopes={ROOT: Scope(ROOT, ROOT, "root", "", 0)})


def step(
    plan: FlowPlan, state: State, happening: Happening, now: datetime, setting: Setting | None = None
) -> Steps:
    """Yield acts, and return what has become of the instance; at most 500 moves (`Step.is_unfinished`)."""
    _may_happen(state, happening)
    run = Run(plan, state, now, setting or Setting(), getattr(happening, "by", None))
    yield from _take(run, happening)
    yield from run.settle()
    if plan.goals and run.ended is None:
        yield from run.watch_goals()
    if run.has_looks and run.ended is None:
        yield from run.set_looks()
    return run.step()


def drive(steps: Steps, world: World) -> Step:
    """Return the step, with every act answered by `world`. A write that it refuses is told to the node."""
    try:
        act = next(steps)
        while True:
            if isinstance(act, Over):
                _over(world, act)
                act = steps.send(None)
                continue
            try:
                answer = world.answer(act)
            except Rejected as refused:
                act = steps.throw(refused)
            else:
                act = steps.send(answer)
    except StopIteration as done:
        found: Step = done.value
        return found
    except BaseException:
        # Whatever a node had begun to write must not outlive the step.
        _over(world, Over(is_kept=False))
        raise


def _over(world: World, act: Over) -> None:
    if isinstance(world, TakesBack):
        world.over(act.is_kept)


def _may_happen(state: State, happening: Happening) -> None:
    instance = state.instance
    is_reopened = isinstance(happening, InstanceAction) and happening.action == "reopen"
    if instance.ended_at is not None and not is_reopened and not _is_copy(state, happening):
        raise Conflict(refusals.ENDED.at(""))
    if instance.status == "paused" and not (
        isinstance(happening, InstanceAction) and happening.action in _ALWAYS
    ):
        raise Conflict(refusals.PAUSED.at(""))


def _is_copy(state: State, happening: Happening) -> bool:
    """Copies (抄送) may be read after the flow's end."""
    if not isinstance(happening, TaskAction):
        return False
    task = state.tasks.get(happening.task_id)
    return task is not None and task.kind == "cc"


def _take(run: Run, happening: Happening) -> Acts:
    match happening:
        case Started():
            yield from _start(run, happening)
        case TaskAction():
            yield from _task(run, happening)
        case TimerFired():
            yield from _timer(run, happening)
        case MessageCame():
            yield from _message(run, happening)
        case RecordChanged():
            yield from _record(run, happening)
        case EffectEnded():
            token = _waiting(run, happening.token_id, "effect")
            run.note("effect", token, {"key": happening.key, "error": happening.error})
            yield from run.wake(token, happening)
        case ChildEnded():
            token = _waiting(run, happening.token_id, "child")
            run.note("child", token, {"child": happening.child_id, "outcome": happening.outcome})
            yield from run.wake(token, happening)
        case Resumed():
            run.make_ready(sorted(token_id for token_id, token in run.tokens.items() if token.wait is None))
        case InstanceAction():
            yield from act_on_instance(run, happening)
        case _:
            raise Conflict(refusals.NOT_WAITING.at(""))


def _waiting(run: Run, token_id: int, wait: str | None = None) -> Token:
    token = run.tokens.get(token_id)
    if token is None or (wait is not None and token.wait != wait):
        raise Conflict(refusals.STALE.at(""))
    return token


def _start(run: Run, started: Started) -> Acts:
    if run.tokens or run.instance.next_seq > 1:
        raise Conflict(refusals.STALE.at(""))
    plan = run.plan
    run.note("started", None, {"values": dict(started.values)} if started.values else {})
    values: dict[str, Any] = {key: value for key, value in started.values.items() if key in plan.names}
    if started.values:
        values[INPUT] = dict(started.values)
    root = run.scopes[ROOT]
    run.put_scope(Scope(ROOT, ROOT, root.kind, root.node, 0, variables=values))
    for index, key in enumerate(plan.variables):
        formula = plan.formulas.get(f"variables/{index}/default")
        if formula is not None and key not in values:
            run.set_variables(ROOT, {key: (yield from run.work_out(formula, ROOT))})
    if "title" in plan.formulas:
        run.set_title((yield from run.work_out(plan.formulas["title"], ROOT)))
    run.arrive(plan.start, ROOT, None)


def _task(run: Run, action: TaskAction) -> Acts:
    task = run.tasks.get(action.task_id)
    if task is None:
        raise Conflict(refusals.NO_TASK.at(""))
    if action.round is not None and action.round != task.round:
        raise Conflict(refusals.STALE.at(""))
    kind = ACTIONS.get(action.action)
    # A copy outlives the token that sent it.
    token = run.tokens.get(task.token_id) or Token(task.token_id, task.node, ROOT, task.round, None, "task")
    node = run.plan.nodes.get(task.node)
    if node is None:
        raise Conflict(refusals.NODE_GONE.at("", node=task.node))
    context = Context(run, node, token)
    if task.state in ENDED_TASKS and not kind.offered(context, task, action.by):
        raise Conflict(refusals.TASK_ENDED.at(""))
    if not kind.offered(context, task, action.by):
        raise Forbidden(refusals.NOT_OFFERED.at("", action={"zh": kind.zh, "en": kind.en}))
    problems = list(kind.refusals(context, task, action))
    if problems:
        raise Rejected(problems)
    data = {"task": task.task_id, "action": action.action}
    noted = kind.noted(action)
    if noted:
        data["values"] = dict(noted)
    if action.comment:
        data["comment"] = action.comment
    run.note("task", token, data)
    yield from run.perform(token, node, lambda ctx: kind.apply(ctx, task, action), True, context)


def _timer(run: Run, fired: TimerFired) -> Acts:
    timer = run.timers.get((fired.token_id, fired.key))
    token = run.tokens.get(fired.token_id)
    if timer is None or (token is None and fired.token_id != INSTANCE):
        raise Conflict(refusals.STALE.at(""))
    if timer.at > run.now:
        raise Conflict(refusals.NOT_DUE.at("", at=timer.at.isoformat()))
    run.drop_timer((fired.token_id, fired.key))
    run.fired = timer
    run.note("timer", token, {"key": fired.key})
    if token is None:
        yield from _goals(run)
        return
    if fired.key == LOOK:
        yield from _look_again(run, token, Looked())
        return
    if fired.key == "retry":
        run.again(token)
        return
    node = run.plan.nodes.get(token.node)
    boundary = next((one for one in node.boundaries if f"on.{one.key}" == fired.key), None) if node else None
    if boundary is not None:
        yield from run.fire(token, boundary)
    else:
        yield from run.wake(token, fired)


def _message(run: Run, message: MessageCame) -> Acts:
    token = _waiting(run, message.token_id)
    if not any(one.token_id == token.token_id and one.name == message.name for one in run.subscriptions):
        raise Conflict(refusals.NOT_WAITING.at(""))
    run.note(
        "message", token, {"name": message.name, **({"body": dict(message.body)} if message.body else {})}
    )
    node = run.plan.nodes.get(token.node)
    boundaries = node.boundaries if node else ()
    boundary = next(
        (one for one in boundaries if one.kind == "message" and one.config.get("message") == message.name),
        None,
    )
    if boundary is not None:
        run.set_variables(
            token.scope_id, {boundary.config["as"]: dict(message.body)} if "as" in boundary.config else {}
        )
        yield from run.fire(token, boundary)
    else:
        yield from run.wake(token, message)


def _record(run: Run, changed: RecordChanged) -> Acts:
    name = f"record:{changed.form}"
    watching = sorted(
        {one.token_id for one in run.subscriptions if (one.name, one.key) == (name, changed.record_id)}
    )
    moving = sorted(
        key for key, timer in run.timers.items()
        if timer.anchor is not None and (timer.anchor.get("form"), timer.anchor.get("record_id")) == (changed.form, changed.record_id)
    )  # fmt: skip
    if not watching and not moving:
        raise Conflict(refusals.NOT_WAITING.at(""))
    run.note(
        "record",
        None,
        {"form": changed.form, "record": changed.record_id, **({"gone": True} if changed.is_gone else {})},
    )
    # Behind a link lies what another record says: timers of whoever watches it may move as well.
    moving += [
        key
        for key, timer in run.timers.items()
        if timer.anchor is not None and key[0] in watching and key not in moving
    ]
    for key in moving:
        timer = run.timers.get(key)
        if timer is not None:
            yield from _move(run, timer)
    for token_id in watching:
        if run.ended is not None:
            return
        if token_id == INSTANCE:
            run.drop_timer((INSTANCE, LOOK))
            yield from _goals(run)
        elif token_id in run.tokens:
            yield from _look_again(run, run.tokens[token_id], changed)


def _move(run: Run, timer: Timer) -> Acts:
    """Work an anchored timer out anew: its field has moved, or may have."""
    token = run.tokens[timer.token_id]
    anchor = timer.anchor or {}
    context = Context(run, run.plan.nodes[token.node], token)
    start = yield from as_moment(context, (yield from context.work_out(anchor_place(anchor))))
    # A date that was taken away: nothing happens until there is one again.
    at = FAR
    if start is not None:
        at = start if anchor.get("is_whole") else (yield from shifted(context, start, anchor))
    run.watch_anchor(token, context.node, anchor)
    if at != timer.at:
        run.add_timer(token.token_id, NewTimer(timer.key, at, anchor, timer.data))
        run.note("moved", token, {"timer": timer.key, "at": at.isoformat()})


def _look_again(run: Run, token: Token, changed: RecordChanged | Looked) -> Acts:
    # Everything it looks at is looked at now, and says anew when it wants to be looked at next.
    run.drop_timer((token.token_id, LOOK))
    node = run.plan.nodes[token.node]
    for boundary in node.boundaries:
        if token.token_id in run.tokens:
            yield from run.look_again(run.tokens[token.token_id], boundary)
    if token.token_id in run.tokens and node.node.watches_records:
        yield from run.wake(run.tokens[token.token_id], changed)


def _goals(run: Run) -> Acts:
    """Go on from the first goal that has come true; one that was reached is reached again only after it was not true."""
    reached = frozenset(run.scopes[ROOT].data.get("reached", ()))
    hold = {}
    for key in run.plan.goals:
        hold[key] = (yield from run.work_out(run.plan.nodes[key].formulas["when"], ROOT)) is True
    true = [key for key in run.plan.goals if hold[key]]
    if frozenset(true) != reached:
        run.note_reached(true)
    come = next((key for key in true if key not in reached), None)
    if come is not None:
        run.reach_goal(come)


__all__ = ["Steps", "drive", "first_state", "step"]
