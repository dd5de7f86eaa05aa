"""Tick (打勾): one step of a list is done; kept with who and when, before the whole is finished."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from engine.problems import Code, Problem
from engine.schema import closed
from flow_engine.action import Action
from flow_engine.actions.complete import TICKED
from flow_engine.happenings import TaskAction
from flow_engine.node import Answer, NodeContext
from flow_engine.outcome import Hold, TaskChange
from flow_engine.state import Task

NO_ITEM = Code("task.no_item", zh="清单里没有“{item}”", en="The list has no item “{item}”",
               hint_zh="请刷新后重试", hint_en="Reload and try again")  # fmt: skip


@dataclass(frozen=True)
class Tick(Action):
    """`ticked`: items by key, true or false."""

    kinds: frozenset[str] | None = frozenset({"checklist"})

    def refusals(self, ctx: NodeContext, task: Task, action: TaskAction) -> Iterator[Problem]:
        known = {item["key"] for item in ctx.config["items"]}
        for key in action.values["ticked"]:
            if key not in known:
                yield NO_ITEM.at(f"/values/ticked/{key[:60]}", item=key[:60])

    def apply(self, ctx: NodeContext, task: Task, action: TaskAction) -> Answer:
        ticked: dict[str, Any] = dict(task.data.get("ticked", {}))
        for key, value in action.values["ticked"].items():
            if not value:
                ticked.pop(key, None)
            elif key not in ticked:
                ticked[key] = {"by": action.by, "at": ctx.now.isoformat()}
        return Hold("task", changes=(TaskChange(task.task_id, {"data": {**task.data, "ticked": ticked}}),))


ACTION = Tick(
    kind="tick",
    zh="打勾",
    en="Tick",
    config_schema=closed(("ticked",), ticked=TICKED),
    sample={"valid": [{"ticked": {"allergy": True}}], "invalid": [{}, {"ticked": {"allergy": "yes"}}]},
)
