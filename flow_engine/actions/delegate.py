"""Delegate (委派): somebody else looks into it and says what they think; it comes back, and I decide."""

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

from engine.problems import Rejected
from engine.schema import closed
from flow_engine.action import Action
from flow_engine.actions._asking import ALREADY, PERSON, asked_already, may_be_asked
from flow_engine.acts import Act
from flow_engine.approvals.human import handed, settled_by
from flow_engine.happenings import TaskAction
from flow_engine.node import Answer, NodeContext
from flow_engine.outcome import Notice, Outcome, TaskChange
from flow_engine.state import Task


@dataclass(frozen=True)
class Delegate(Action):
    """`to`: the person. A delegate may delegate further; it comes back step by step."""

    is_optional: bool = True

    def apply(self, ctx: NodeContext, task: Task, action: TaskAction) -> Answer:
        return self._apply(ctx, task, action)

    def _apply(self, ctx: NodeContext, task: Task, action: TaskAction) -> Generator[Act, Any, Outcome]:
        seat = (yield from may_be_asked(ctx, (action.values["to"],), "/values/to"))[0]
        waiting = {one["user"] for one in task.data.get("delegated", ())}
        if seat.person in asked_already(ctx) or seat.person in waiting:
            raise Rejected(ALREADY.at("/values/to"))
        values = handed(task, seat.person, task.owner or action.by, self.kind, action.by, ctx.now)
        stack = [*task.data.get("delegated", ()), {"user": action.by, "owner": task.owner}]
        changed = {**values, "state": "open", "data": {**values["data"], "delegated": stack}}
        told = Notice(
            "task",
            (seat.person,),
            {"why": self.kind, "by": action.by, "comment": action.comment},
            task.task_id,
        )
        return settled_by(ctx, (TaskChange(task.task_id, changed),), notices=(told,))


ACTION = Delegate(
    kind="delegate",
    zh="委派",
    en="Delegate",
    config_schema=closed(("to",), to=PERSON),
    sample={"valid": [{"to": "u1"}], "invalid": [{}]},
)
