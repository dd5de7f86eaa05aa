"""Add signers (加签): others are to be heard before me, after me, or beside me; any of them, all, or in order."""

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

from engine.problems import Code, Rejected
from engine.schema import closed, one_of
from flow_engine.action import Action
from flow_engine.actions._asking import ALREADY, PERSONS, asked_already, may_be_asked
from flow_engine.acts import Act
from flow_engine.approvals.deciding import SIDES, added
from flow_engine.approvals.human import settled_by
from flow_engine.approvals.seats import without
from flow_engine.happenings import TaskAction
from flow_engine.node import Answer, NodeContext
from flow_engine.outcome import NewTask, Outcome
from flow_engine.state import Task

TOO_DEEP = Code("task.too_deep", zh="加签已有 {most} 层，不能再加", en="Signers were added {most} levels deep already",
                hint_zh="请由最初的审批人加签，或转交", hint_en="Let the first approver add them, or transfer it")  # fmt: skip
MOST_LEVELS, MOST_PEOPLE = 10, 50
TOO_MANY = Code("task.too_many_signers", zh="这一步最多 {most} 人", en="At most {most} people decide at one step",
                hint_zh="请先减签", hint_en="Remove some first")  # fmt: skip


@dataclass(frozen=True)
class AddSigners(Action):
    """`people`, `side` (before, after, parallel), `mode` (any, all, order). Whoever was added may add others in turn."""

    is_optional: bool = True
    whose: frozenset[str] = frozenset({"holder", "waiting"})
    kinds: frozenset[str] | None = frozenset({"approve"})

    def apply(self, ctx: NodeContext, task: Task, action: TaskAction) -> Answer:
        return self._apply(ctx, task, action)

    def _apply(self, ctx: NodeContext, task: Task, action: TaskAction) -> Generator[Act, Any, Outcome]:
        if depth(ctx, task) >= MOST_LEVELS:
            raise Rejected(TOO_DEEP.at("", most=MOST_LEVELS))
        found = yield from may_be_asked(ctx, action.values["people"], "/values/people")
        seats = without(found, asked_already(ctx) | {action.by})
        if not seats:
            raise Rejected(ALREADY.at("/values/people"))
        if len(ctx.tasks) + len(seats) > MOST_PEOPLE:
            raise Rejected(TOO_MANY.at("/values/people", most=MOST_PEOPLE))
        groups = {
            extra["group"] for one in ctx.tasks if (extra := added(one)) and one.parent_id == task.task_id
        }
        extra = {
            "group": f"{task.task_id}.{len(groups) + 1}",
            "side": action.values["side"],
            "mode": action.values["mode"],
            "by": action.by,
        }
        position = task.position if extra["side"] == "parallel" else 0
        new = tuple(
            NewTask(
                task.kind, seat.person, owner=seat.owner, state="waiting", position=position + index, parent_id=task.task_id,
                due_at=task.due_at, form=task.form, record_id=task.record_id, title=task.title, data={"added": extra},
            )
            for index, seat in enumerate(seats)
        )  # fmt: skip
        return settled_by(ctx, new=new)


def depth(ctx: NodeContext, task: Task) -> int:
    """Return how many times somebody was added to somebody who was added, up to this task."""
    known = {one.task_id: one for one in ctx.tasks}
    deep, at = 0, task
    while at.parent_id in known and deep <= MOST_LEVELS:
        deep, at = deep + 1, known[at.parent_id]
    return deep


ACTION = AddSigners(
    kind="add_signers",
    zh="加签",
    en="Add signers",
    config_schema=closed(
        ("people", "side", "mode"), people=PERSONS, side=one_of(*SIDES), mode=one_of("any", "all", "order")
    ),
    sample={
        "valid": [{"people": ["u1"], "side": "before", "mode": "all"}],
        "invalid": [
            {},
            {"people": [], "side": "before", "mode": "all"},
            {"people": ["u1"], "side": "left", "mode": "all"},
        ],
    },
)
