"""Park (搁置): not now; the task comes back at a time I choose. Its deadline runs on."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from engine.problems import Code, Problem
from engine.schema import closed
from flow_engine.action import Action
from flow_engine.approvals.human import PARK_KEY
from flow_engine.happenings import TaskAction
from flow_engine.node import Answer, NodeContext
from flow_engine.outcome import Hold, NewTimer, TaskChange
from flow_engine.state import Task

WHEN = Code("task.park_until", zh="请选择以后的时间，最长 {days} 天", en="Choose a time ahead, at most {days} days",
            hint_zh="例如明天上午 9 点", hint_en="Tomorrow at nine, for instance")  # fmt: skip
MOST_DAYS = 180


@dataclass(frozen=True)
class Park(Action):
    """`until`: an instant with its zone."""

    is_optional: bool = True

    def concerns(self, ctx: NodeContext, task: Task, by: str) -> bool:
        return super().concerns(ctx, task, by) and task.assignee == by and task.state == "open"

    def refusals(self, ctx: NodeContext, task: Task, action: TaskAction) -> Iterator[Problem]:
        until = _instant(action.values["until"])
        if until is None or not ctx.now < until <= ctx.now + timedelta(days=MOST_DAYS):
            yield WHEN.at("/values/until", days=MOST_DAYS)

    def apply(self, ctx: NodeContext, task: Task, action: TaskAction) -> Answer:
        until = _instant(action.values["until"])
        assert until is not None
        parked = {
            "state": "parked",
            "data": {**task.data, "parked": {"until": until.isoformat(), "why": action.comment}},
        }
        timer = NewTimer(f"{PARK_KEY}{task.task_id}", until)
        return Hold("task", changes=(TaskChange(task.task_id, parked),), timers=(timer,))


@dataclass(frozen=True)
class Unpark(Action):
    """Back on the list now."""

    def concerns(self, ctx: NodeContext, task: Task, by: str) -> bool:
        return super().concerns(ctx, task, by) and task.state == "parked"

    def apply(self, ctx: NodeContext, task: Task, action: TaskAction) -> Answer:
        return Hold(
            "task",
            changes=(TaskChange(task.task_id, {"state": "open"}),),
            no_timers=(f"{PARK_KEY}{task.task_id}",),
        )


def _instant(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo is not None else None


UNTIL = {"type": "string", "minLength": 10, "maxLength": 40}
ACTION = (
    Park(
        kind="park",
        zh="搁置",
        en="Park",
        config_schema=closed(("until",), until=UNTIL),
        sample={"valid": [{"until": "2026-03-01T09:00:00+08:00"}], "invalid": [{}, {"until": "soon"}]},
    ),
    Unpark(
        kind="unpark",
        zh="取消搁置",
        en="Unpark",
        config_schema=closed(),
        sample={"valid": [{}], "invalid": [{"x": 1}]},
    ),
)
