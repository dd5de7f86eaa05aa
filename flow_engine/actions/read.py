"""Read (已阅): a copy was looked at."""

from dataclasses import dataclass

from engine.schema import closed
from flow_engine.action import Action
from flow_engine.happenings import TaskAction
from flow_engine.node import Answer, NodeContext
from flow_engine.outcome import Hold, TaskChange
from flow_engine.state import Task


@dataclass(frozen=True)
class Read(Action):
    """Only of copies; nothing follows from it."""

    kinds: frozenset[str] | None = frozenset({"cc"})

    def offered(self, ctx: NodeContext, task: Task, by: str) -> bool:
        return task.kind == "cc" and task.state == "open" and task.assignee == by

    def apply(self, ctx: NodeContext, task: Task, action: TaskAction) -> Answer:
        done = {"state": "done", "action": "read", "done_at": ctx.now, "done_by": action.by}
        return Hold("task", changes=(TaskChange(task.task_id, done),))


ACTION = Read(
    kind="read", zh="已阅", en="Read", config_schema=closed(), sample={"valid": [{}], "invalid": [{"x": 1}]}
)
