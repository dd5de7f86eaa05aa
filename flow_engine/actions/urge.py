"""Urge (催办): ask whoever has it to hurry; not too often."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from engine.problems import Code, Problem
from engine.schema import closed
from flow_engine.action import Action
from flow_engine.actions._asking import noted
from flow_engine.approvals.human import people_of
from flow_engine.happenings import TaskAction
from flow_engine.node import Answer, NodeContext
from flow_engine.outcome import Hold, Notice, TaskChange
from flow_engine.state import Task

TOO_OFTEN = Code("task.urged_too_often", zh="刚刚催过了，{minutes} 分钟后可以再催", en="It was urged just now; again in {minutes} minutes",
                 hint_zh="也可以直接联系处理人", hint_en="You can also call whoever has it")  # fmt: skip
APART, MOST_A_DAY = timedelta(minutes=30), 5


@dataclass(frozen=True)
class Urge(Action):
    """Whoever started the flow, and whoever takes part in it, may ask; half an hour apart, five times a day."""

    is_optional: bool = True
    whose: frozenset[str] = frozenset({"other"})

    def concerns(self, ctx: NodeContext, task: Task, by: str) -> bool:
        return task.state in ("open", "parked") and super().concerns(ctx, task, by)

    def refusals(self, ctx: NodeContext, task: Task, action: TaskAction) -> Iterator[Problem]:
        times = sorted(datetime.fromisoformat(one["at"]) for one in task.data.get("urged", ()))
        today = [one for one in times if one > ctx.now - timedelta(days=1)]
        again = max(
            [one + APART for one in times[-1:]]
            + ([today[-MOST_A_DAY] + timedelta(days=1)] if len(today) >= MOST_A_DAY else []),
            default=ctx.now,
        )
        if again > ctx.now:
            yield TOO_OFTEN.at("", minutes=int((again - ctx.now).total_seconds() // 60) + 1)

    def apply(self, ctx: NodeContext, task: Task, action: TaskAction) -> Answer:
        data = noted(task, "urged", {"by": action.by, "at": ctx.now.isoformat()})
        told = Notice("urge", people_of(task), {"by": action.by, "comment": action.comment}, task.task_id)
        return Hold("task", changes=(TaskChange(task.task_id, {"data": data}),), notices=(told,))


ACTION = Urge(
    kind="urge",
    zh="催办",
    en="Urge",
    config_schema=closed(),
    sample={"valid": [{}], "invalid": [{"loud": True}]},
)
