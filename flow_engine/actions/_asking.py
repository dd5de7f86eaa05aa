"""What actions share: who may be asked, and how a task is left by the one who had it."""

from collections.abc import Generator, Mapping, Sequence
from typing import Any

from engine.problems import Code, Rejected
from engine.schema import Schema, array
from flow_engine.acts import Act
from flow_engine.approvals import people as persons
from flow_engine.approvals.deciding import GONE, OVER
from flow_engine.approvals.seats import Seat, each_once, without
from flow_engine.node import NodeContext
from flow_engine.state import Task

NO_ONE = Code("task.no_one_active", zh="所选的人都不在岗", en="None of the people chosen is active",
              hint_zh="请另选在岗的人", hint_en="Choose somebody who is active")  # fmt: skip
BARRED = Code("task.barred", zh="按职责分离的规定，所选的人不能处理这一步", en="The people chosen may not decide here: duties are kept apart",
              hint_zh="提交、销售或经手此单的人不能审批，请另选他人", hint_en="Whoever submitted or sold this may not approve it; choose somebody else")  # fmt: skip
ALREADY = Code("task.already_asked", zh="所选的人已经在这一步里", en="The people chosen are asked here already",
               hint_zh="请另选他人", hint_en="Choose somebody else")  # fmt: skip

PERSON: Schema = {"type": "string", "minLength": 1, "maxLength": 64}
PERSONS: Schema = array(PERSON, minItems=1, maxItems=20, uniqueItems=True)


def may_be_asked(ctx: NodeContext, users: Sequence[str], path: str) -> Generator[Act, Any, tuple[Seat, ...]]:
    """Return seats for people somebody chose by hand. Rejected: not active, kept apart by the node, asked already."""
    found = each_once((yield from persons.named(ctx, users)))
    if not found:
        raise Rejected(NO_ONE.at(path))
    barred: set[str] = set()
    if "not_who" in ctx.config:
        barred.update((yield from persons.people(ctx, "not_who")))
    starter = ctx.instance.started_by
    if starter is not None and ctx.config.get("if_self", "self") != "self":
        barred.add(starter)
    if barred:
        found = without(found, barred)
        if not found:
            raise Rejected(BARRED.at(path))
    return found


def asked_already(ctx: NodeContext) -> frozenset[str]:
    """Return everybody who has a task here that is not over."""
    return frozenset(task.assignee for task in ctx.tasks if task.assignee and task.state not in OVER)


def with_helpers(tasks: Sequence[Task], task_ids: Sequence[int]) -> tuple[Task, ...]:
    """Return these tasks and all that were added to them, and to those."""
    found = list(task_ids)
    for task_id in found:
        found.extend(
            task.task_id for task in tasks if task.parent_id == task_id and task.task_id not in found
        )
    return tuple(task for task in tasks if task.task_id in found and task.state not in GONE)


def noted(task: Task, key: str, more: Mapping[str, Any], most: int = 20) -> Mapping[str, Any]:
    """Return the task's memory with one more entry in the list `key`."""
    return {**task.data, key: [*task.data.get(key, ()), more][-most:]}
