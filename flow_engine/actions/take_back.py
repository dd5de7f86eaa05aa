"""Take back (拿回): whoever decided last thinks again, as long as nobody has decided after them."""

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

from engine.problems import Code, Conflict
from engine.schema import closed
from flow_engine.action import Action
from flow_engine.acts import Act
from flow_engine.approvals.human import people_of, settled_by
from flow_engine.happenings import TaskAction
from flow_engine.node import Answer, NodeContext
from flow_engine.outcome import Jump, Notice, Outcome, TaskChange
from flow_engine.state import Task

TOO_LATE = Code("task.too_late", zh="已经有人处理了下一步，不能拿回", en="Somebody has decided after you; it cannot be taken back",
                hint_zh="请联系当前处理人退回给您", hint_en="Ask whoever has it now to send it back to you")  # fmt: skip


@dataclass(frozen=True)
class TakeBack(Action):
    """Asked of one's own task while others still decide beside it, or of the task that followed."""

    is_optional: bool = True

    def concerns(self, ctx: NodeContext, task: Task, by: str) -> bool:
        if task.state == "done":
            return task.done_by == by
        return task.state in ("open", "waiting") and not any(one.state == "done" for one in ctx.tasks)

    def apply(self, ctx: NodeContext, task: Task, action: TaskAction) -> Answer:
        return self._apply(ctx, task, action)

    def _apply(self, ctx: NodeContext, task: Task, action: TaskAction) -> Generator[Act, Any, Outcome]:
        if task.state == "done":
            if any(
                one.state == "done" and one.done_at and task.done_at and one.done_at > task.done_at
                for one in ctx.tasks
            ):
                raise Conflict(TOO_LATE.at(""))
            again = {"state": "open", "action": None, "comment": None, "done_at": None, "done_by": None}
            return settled_by(ctx, (TaskChange(task.task_id, again),))
        past = [
            one
            for one in (yield from ctx.past())
            if one.state == "done" and one.kind != "cc" and one.token_id != task.token_id
        ]
        # What is decided in a branch beside this one neither leads here nor comes after.
        led = [one for one in past if ctx.comes_after(task.node, one.node)]
        last = max(led, key=_when, default=None)
        way = ctx.way_back(last.node) if last is not None and last.done_by == action.by else None
        if last is None or way is None:
            raise Conflict(TOO_LATE.at(""))
        if any(_when(one) > _when(last) and ctx.comes_after(one.node, last.node) for one in past):
            raise Conflict(TOO_LATE.at(""))
        told = Notice(
            "task",
            tuple(dict.fromkeys(who for one in ctx.tasks for who in people_of(one))),
            {"why": self.kind, "by": action.by},
        )
        return Jump(last.node, {"people": [action.by]}, way[0], way[1], notices=(told,))


def _when(task: Task) -> tuple[bool, Any, int]:
    return task.done_at is not None, task.done_at, task.task_id


ACTION = TakeBack(
    kind="take_back",
    zh="拿回",
    en="Take back",
    config_schema=closed(),
    sample={"valid": [{}], "invalid": [{"to": "me"}]},
)
