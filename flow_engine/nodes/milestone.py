"""Milestone (里程碑): a region that is possible only while the flow stands at a certain node."""

from collections.abc import Mapping
from typing import Any

from engine.schema import KEY, closed
from flow_engine.happenings import BodyEnded, Happening
from flow_engine.node import Node, NodeContext
from flow_engine.outcome import Body, Go, Hold


class Milestone(Node):
    """Waits until a token stands at `at`, runs `body` while it does, and withdraws it when it leaves. Ways: `done`, `missed`."""

    def bodies(self, config: Mapping[str, Any]) -> tuple[str, ...]:
        return (config["body"],)

    def enter(self, ctx: NodeContext) -> Hold:
        return Hold("turn")

    def resume(self, ctx: NodeContext, happening: Happening) -> Go | Hold:
        if isinstance(happening, BodyEnded):
            return Go("done")
        is_there, runs = ctx.stands_at(ctx.config["at"]), bool(ctx.bodies())
        if runs:
            return Hold("turn") if is_there else Go("missed")
        if is_there:
            return Hold("turn", bodies=(Body(ctx.config["body"]),))
        return Hold("turn") if ctx.may_come(ctx.config["at"]) else Go("missed")


NODE = Milestone(
    kind="milestone",
    zh="里程碑",
    en="Milestone",
    outcomes=("done", "missed"),
    config_schema=closed(("at", "body"), at=KEY, body=KEY),
    sample={"at": "approve", "body": "edit", "to": "end"},
)
