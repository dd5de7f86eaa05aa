"""Stop the clock (暂停计时) while we wait for the patient, and let it run on."""

from collections.abc import Generator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from engine.schema import closed
from flow_engine.action import Action
from flow_engine.acts import Act
from flow_engine.approvals import deadlines
from flow_engine.approvals.deciding import OVER
from flow_engine.happenings import TaskAction
from flow_engine.node import Answer, NodeContext
from flow_engine.outcome import Hold, Outcome
from flow_engine.state import Task


@dataclass(frozen=True)
class PauseClock(Action):
    """Nothing is late while the clock stands still; all of this step stand still together."""

    is_optional: bool = True

    def concerns(self, ctx: NodeContext, task: Task, by: str) -> bool:
        stands = super().concerns(ctx, task, by) and task.due_at is not None
        return (
            stands and task.due_at is not None and task.due_at > ctx.now and not ctx.token.data.get("paused")
        )

    def apply(self, ctx: NodeContext, task: Task, action: TaskAction) -> Answer:
        return self._apply(ctx, task, action)

    def _apply(self, ctx: NodeContext, task: Task, action: TaskAction) -> Generator[Act, Any, Outcome]:
        rungs = len(ctx.config["due"].get("late", ()))
        keys = (deadlines.DUE_KEY, *(f"{deadlines.LATE_KEY}{index}" for index in range(rungs)))
        assert task.due_at is not None
        left = yield from deadlines.stopped(ctx, task.due_at, task.assignee)
        paused = {
            "at": ctx.now.isoformat(),
            "by": action.by,
            "why": action.comment,
            "left_s": left.total_seconds(),
        }
        changes = tuple(
            deadlines.stop(one, ctx.now)
            for one in ctx.tasks
            if one.state not in OVER and one.due_at is not None
        )
        return Hold("task", {**ctx.token.data, "paused": paused}, changes=changes, no_timers=keys)


@dataclass(frozen=True)
class ResumeClock(Action):
    """What was left when it stopped is left now."""

    def concerns(self, ctx: NodeContext, task: Task, by: str) -> bool:
        return super().concerns(ctx, task, by) and bool(ctx.token.data.get("paused"))

    def apply(self, ctx: NodeContext, task: Task, action: TaskAction) -> Answer:
        return self._apply(ctx, task)

    def _apply(self, ctx: NodeContext, task: Task) -> Generator[Act, Any, Outcome]:
        data = {key: value for key, value in ctx.token.data.items() if key != "paused"}
        left = timedelta(seconds=ctx.token.data["paused"]["left_s"])
        due = yield from deadlines.went_on(ctx, left, task.assignee)
        timers = yield from deadlines.ladder(ctx, due, task.assignee)
        changes = tuple(
            deadlines.go_on(one, due, ctx.now)
            for one in ctx.tasks
            if one.state not in OVER and deadlines.has_stopped(one)
        )
        return Hold("task", data, changes=changes, timers=timers)


_NOTHING = {"valid": [{}], "invalid": [{"x": 1}]}
ACTION = (
    PauseClock(
        kind="pause_clock", zh="暂停计时", en="Stop the clock", config_schema=closed(), sample=_NOTHING
    ),
    ResumeClock(
        kind="resume_clock", zh="继续计时", en="Start the clock", config_schema=closed(), sample=_NOTHING
    ),
)
