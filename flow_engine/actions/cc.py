"""Copy (抄送): others may read along; nothing waits for them."""

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

from engine.schema import closed
from flow_engine.action import Action
from flow_engine.actions._asking import PERSONS, may_be_asked
from flow_engine.acts import Act
from flow_engine.happenings import TaskAction
from flow_engine.node import Answer, NodeContext
from flow_engine.outcome import Hold, NewTask, Outcome
from flow_engine.state import Task


@dataclass(frozen=True)
class CopyTo(Action):
    """`people`: whoever has a copy already gets none again."""

    is_optional: bool = True

    def apply(self, ctx: NodeContext, task: Task, action: TaskAction) -> Answer:
        return self._apply(ctx, task, action)

    def _apply(self, ctx: NodeContext, task: Task, action: TaskAction) -> Generator[Act, Any, Outcome]:
        seats = yield from may_be_asked(ctx, action.values["people"], "/values/people")
        have = {one.assignee for one in ctx.tasks if one.kind == self.kind} | {action.by}
        people = tuple(seat.person for seat in seats if seat.person not in have)
        new = tuple(
            NewTask(
                self.kind,
                one,
                form=task.form,
                record_id=task.record_id,
                title=task.title,
                data={"by": action.by},
            )
            for one in people
        )
        return Hold("task", tasks=new)


ACTION = CopyTo(
    kind="cc",
    zh="抄送",
    en="Copy to",
    config_schema=closed(("people",), people=PERSONS),
    sample={"valid": [{"people": ["u1"]}], "invalid": [{}, {"people": []}]},
)
