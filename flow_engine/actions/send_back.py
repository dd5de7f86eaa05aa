"""Send back (退回): to any step already taken from which the flow can still finish; then step by step, or straight back."""

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import Any

from engine.problems import Code, Problem, Rejected
from engine.schema import KEY, closed, one_of
from flow_engine.action import Action
from flow_engine.actions.complete import COMMENT
from flow_engine.acts import Act
from flow_engine.happenings import TaskAction
from flow_engine.node import Answer, NodeContext
from flow_engine.outcome import RETURNS, Jump, Outcome, TaskChange
from flow_engine.state import Task

NOT_THERE = Code("task.not_there", zh="不能退回到“{node}”", en="It cannot be sent back to “{node}”",
                 hint_zh="只能退回到已经走过、且流程还能走完的步骤", hint_en="Only to steps already taken from which the flow can still finish")  # fmt: skip


@dataclass(frozen=True)
class SendBack(Action):
    """`to`: the node; `resume`: replay (every step again, the usual) or straight (from there right back to me)."""

    is_optional: bool = True

    def concerns(self, ctx: NodeContext, task: Task, by: str) -> bool:
        return super().concerns(ctx, task, by) and ctx.config.get("returns", "any") != "none"

    def refusals(self, ctx: NodeContext, task: Task, action: TaskAction) -> Iterator[Problem]:
        if not (action.comment or "").strip():
            yield COMMENT.at("/comment")

    def apply(self, ctx: NodeContext, task: Task, action: TaskAction) -> Answer:
        return self._apply(ctx, task, action)

    def _apply(self, ctx: NodeContext, task: Task, action: TaskAction) -> Generator[Act, Any, Outcome]:
        node = action.values["to"]
        places = yield from ways_back(ctx)
        found = places.get(node)
        if found is None:
            raise Rejected(NOT_THERE.at("/values/to", node=node))
        gone, scope_id = found
        told = {"by": action.by, "comment": action.comment, "from": ctx.token.node, "at": ctx.now.isoformat()}
        data: dict[str, Any] = {"returned": told}
        if action.values.get("resume") == "straight":
            # Whoever corrects leads right back here: branches beside this one need not be walked again and stay.
            own = {key: ctx.token.data[key] for key in RETURNS if key in ctx.token.data}
            data |= {"back_to": ctx.token.node, "back_scope": ctx.token.scope_id}
            data |= {"back_data": own} if own else {}
            gone = ()
        done = {
            "state": "done", "action": "returned", "comment": action.comment, "done_at": ctx.now, "done_by": action.by,
            "assignee": task.assignee or action.by, "data": {**task.data, "returned_to": node},
        }  # fmt: skip
        return Jump(node, data, gone, scope_id, changes=(TaskChange(task.task_id, done),))


def ways_back(ctx: NodeContext) -> Generator[Act, Any, dict[str, tuple[tuple[int, ...], int]]]:
    """Return the nodes a return may lead to, latest first: `{node: (tokens taken away, scope)}`."""
    past = yield from ctx.past()
    allowed = ctx.config.get("returns", "any")
    found: dict[str, tuple[tuple[int, ...], int]] = {}
    for task in reversed(past):
        node = task.node
        if task.state != "done" or task.kind == "cc" or node in found or node == ctx.token.node:
            continue
        if isinstance(allowed, list) and node not in allowed:
            continue
        way = ctx.way_back(node)
        if way is not None:
            found[node] = way
    return found


ACTION = SendBack(
    kind="send_back",
    zh="退回",
    en="Send back",
    config_schema=closed(("to",), to=KEY, resume=one_of("replay", "straight")),
    sample={"valid": [{"to": "revise"}], "invalid": [{}, {"to": "revise", "resume": "maybe"}]},
)
