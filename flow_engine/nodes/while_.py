"""While (循环): repeats a region as long as a condition holds, tested before or after it."""

from collections.abc import Generator, Mapping
from typing import Any

from engine.schema import KEY, closed
from flow_engine import refusals
from flow_engine.acts import Act
from flow_engine.happenings import BodyEnded, Happening
from flow_engine.node import Node, NodeContext
from flow_engine.outcome import Body, Fail, Go, Hold
from flow_engine.settings import CONDITION

Answer = Hold | Go | Fail


class While(Node):
    """`{round}` in the condition is how often the region has run. More than `most` rounds is a failure."""

    def bodies(self, config: Mapping[str, Any]) -> tuple[str, ...]:
        return (config["body"],)

    def enter(self, ctx: NodeContext) -> Hold | Generator[Act, Any, Answer]:
        return self._open(ctx, 0) if ctx.config["test"] == "after" else self._next(ctx, 0)

    def resume(self, ctx: NodeContext, happening: Happening) -> Hold | Generator[Act, Any, Answer]:
        if isinstance(happening, BodyEnded):
            return self._next(ctx, happening.index + 1)
        return Hold("body")

    def _next(self, ctx: NodeContext, done: int) -> Generator[Act, Any, Answer]:
        if not (yield from ctx.holds("when", round=done)):
            return Go()
        if done >= ctx.config["most"]:
            return Fail(refusals.TOO_OFTEN.at("", most=ctx.config["most"]))
        return self._open(ctx, done)

    def _open(self, ctx: NodeContext, index: int) -> Hold:
        return Hold("body", bodies=(Body(ctx.config["body"], index=index),))


NODE = While(
    kind="while",
    zh="循环",
    en="While",
    config_schema=closed(
        ("when", "body"),
        when={**CONDITION, "x-names": {"round": "number"}},
        body=KEY,
        test={"enum": ["before", "after"], "default": "before"},
        most={"type": "integer", "minimum": 1, "maximum": 10000, "default": 1000},
    ),
    sample={"when": "{round} < 3", "body": "inside", "to": "end"},
)
