"""Transfer (转交): somebody else decides instead of me."""

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
class Transfer(Action):
    """`to`: the person. What was delegated to me goes on to them as advice that still comes back."""

    is_optional: bool = True

    def apply(self, ctx: NodeContext, task: Task, action: TaskAction) -> Answer:
        return self._apply(ctx, task, action)

    def _apply(self, ctx: NodeContext, task: Task, action: TaskAction) -> Generator[Act, Any, Outcome]:
        seats = yield from may_be_asked(ctx, (action.values["to"],), "/values/to")
        seat = seats[0]
        # Whoever leaves hands over all there is, also to somebody who decides here in their own right.
        if self.kind == "transfer" and seat.person in asked_already(ctx):
            raise Rejected(ALREADY.at("/values/to"))
        values = handed(task, seat.person, seat.owner, self.kind, action.by, ctx.now)
        state = {} if task.state == "waiting" else {"state": "open"}
        told = Notice(
            "task",
            (seat.person,),
            {"why": self.kind, "by": action.by, "comment": action.comment},
            task.task_id,
        )
        return settled_by(ctx, (TaskChange(task.task_id, {**values, **state}),), notices=(told,))


ACTION = (
    Transfer(
        kind="transfer",
        zh="转交",
        en="Transfer",
        config_schema=closed(("to",), to=PERSON),
        sample={"valid": [{"to": "u1"}], "invalid": [{}, {"to": ""}]},
    ),
    Transfer(
        kind="hand_over",
        zh="移交",
        en="Hand over",
        whose=frozenset({"manager"}),
        is_optional=False,
        config_schema=closed(("to",), to=PERSON),
        sample={"valid": [{"to": "u1"}], "invalid": [{}]},
    ),
)
