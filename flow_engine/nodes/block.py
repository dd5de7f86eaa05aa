"""Block (分块): a region run once, with boundaries and variables of its own; with a lock never two at the same time."""

from collections.abc import Mapping
from typing import Any

from engine.schema import KEY, closed
from flow_engine.happenings import BodyEnded, Happening
from flow_engine.node import Node, NodeContext
from flow_engine.outcome import Body, Go, Hold


class Block(Node):
    """Boundaries at a block hold for everything in it. `lock`: blocks with the same lock wait for each other."""

    def bodies(self, config: Mapping[str, Any]) -> tuple[str, ...]:
        return (config["body"],)

    def enter(self, ctx: NodeContext) -> Hold:
        lock = ctx.config.get("lock")
        if lock is not None and ctx.locked(lock):
            return Hold("turn")
        return self._open(ctx)

    def resume(self, ctx: NodeContext, happening: Happening) -> Hold | Go:
        if isinstance(happening, BodyEnded):
            return Go()
        lock = ctx.config.get("lock")
        if ctx.token.wait == "turn" and not (lock is not None and ctx.locked(lock)):
            return self._open(ctx)
        return Hold(ctx.token.wait or "body")

    def _open(self, ctx: NodeContext) -> Hold:
        lock = ctx.config.get("lock")
        return Hold("body", bodies=(Body(ctx.config["body"], data={"lock": lock} if lock else {}),))


NODE = Block(
    kind="block",
    zh="分块",
    en="Block",
    waits=False,
    config_schema=closed(("body",), body=KEY, lock=KEY),
    sample={"body": "inside", "to": "end"},
)
