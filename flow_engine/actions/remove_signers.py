"""Remove signers (减签): people I added need not decide any more, nor those they added."""

from collections.abc import Iterator
from dataclasses import dataclass

from engine.problems import Code, Problem
from engine.schema import array, closed
from flow_engine.action import Action
from flow_engine.actions._asking import with_helpers
from flow_engine.approvals.deciding import OVER, added
from flow_engine.approvals.human import people_of, settled_by
from flow_engine.happenings import TaskAction
from flow_engine.node import Answer, NodeContext
from flow_engine.outcome import Notice, TaskChange
from flow_engine.state import Task

NOT_YOURS = Code("task.not_added_by_you", zh="只能减去自己加签、且还没有处理的人", en="Only people you added, who have not decided yet, can be removed",
                 hint_zh="请刷新后查看最新情况", hint_en="Reload to see how it stands")  # fmt: skip


@dataclass(frozen=True)
class RemoveSigners(Action):
    """`tasks`: which of the tasks I added."""

    is_optional: bool = True
    whose: frozenset[str] = frozenset({"holder", "waiting"})
    kinds: frozenset[str] | None = frozenset({"approve"})

    def concerns(self, ctx: NodeContext, task: Task, by: str) -> bool:
        return super().concerns(ctx, task, by) and any(removable(ctx, by))

    def refusals(self, ctx: NodeContext, task: Task, action: TaskAction) -> Iterator[Problem]:
        mine = {one.task_id for one in removable(ctx, action.by)}
        for index, task_id in enumerate(action.values["tasks"]):
            if task_id not in mine:
                yield NOT_YOURS.at(f"/values/tasks/{index}")

    def apply(self, ctx: NodeContext, task: Task, action: TaskAction) -> Answer:
        gone = [one for one in with_helpers(ctx.tasks, action.values["tasks"]) if one.state not in OVER]
        changes = tuple(
            TaskChange(
                one.task_id,
                {"state": "cancelled", "done_at": ctx.now, "data": {**one.data, "removed_by": action.by}},
            )
            for one in gone
        )
        told = tuple(
            Notice("task", people_of(one), {"why": self.kind, "by": action.by}, one.task_id) for one in gone
        )
        return settled_by(ctx, changes, notices=told)


def removable(ctx: NodeContext, by: str) -> Iterator[Task]:
    """Yield the tasks that `by` added and that are not decided yet."""
    for one in ctx.tasks:
        extra = added(one)
        if extra is not None and extra.get("by") == by and one.state not in OVER:
            yield one


ACTION = RemoveSigners(
    kind="remove_signers",
    zh="减签",
    en="Remove signers",
    config_schema=closed(("tasks",), tasks=array({"type": "integer"}, minItems=1, maxItems=50)),
    sample={"valid": [{"tasks": [3]}], "invalid": [{}, {"tasks": []}]},
)
