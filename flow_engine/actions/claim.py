"""Claim and give back (领取、放回): one of several people takes a task, so that nobody does it twice."""

from dataclasses import dataclass

from engine.schema import closed
from flow_engine.action import Action
from flow_engine.happenings import TaskAction
from flow_engine.node import Answer, NodeContext
from flow_engine.outcome import Hold, TaskChange
from flow_engine.state import Task


@dataclass(frozen=True)
class Claim(Action):
    """The task is mine until I give it back; exactly one wins."""

    whose: frozenset[str] = frozenset({"candidate"})
    is_optional: bool = True

    def apply(self, ctx: NodeContext, task: Task, action: TaskAction) -> Answer:
        data = {**task.data, "claimable": list(task.candidates)}
        return Hold(
            "task",
            changes=(TaskChange(task.task_id, {"assignee": action.by, "candidates": (), "data": data}),),
        )


@dataclass(frozen=True)
class Unclaim(Action):
    """Back to everybody who could have taken it."""

    is_optional: bool = True

    def concerns(self, ctx: NodeContext, task: Task, by: str) -> bool:
        return super().concerns(ctx, task, by) and task.assignee == by and bool(task.data.get("claimable"))

    def apply(self, ctx: NodeContext, task: Task, action: TaskAction) -> Answer:
        data = {key: value for key, value in task.data.items() if key != "claimable"}
        back = {"assignee": None, "candidates": tuple(task.data["claimable"]), "state": "open", "data": data}
        return Hold("task", changes=(TaskChange(task.task_id, back),))


_NOTHING = {"valid": [{}], "invalid": [{"x": 1}]}
ACTION = (
    Claim(kind="claim", zh="领取", en="Claim", config_schema=closed(), sample=_NOTHING),
    Unclaim(kind="unclaim", zh="放回", en="Give back", config_schema=closed(), sample=_NOTHING),
)
