"""Go to (跳转): goes on at a named node, if its guard holds and it has not done so too often."""

from collections.abc import Generator, Mapping
from typing import Any

from engine.schema import KEY, closed
from flow_engine.acts import Act
from flow_engine.node import Node, NodeContext, Way
from flow_engine.outcome import End, Go
from flow_engine.settings import CONDITION


class Goto(Node):
    """`most` bounds how often it jumps in one run; after that, and when the guard does not hold, `otherwise` is taken."""

    def ways(self, config: Mapping[str, Any]) -> tuple[Way, ...]:
        ways = [Way("to", config["to"], config.get("when"))]
        if config.get("otherwise"):
            ways.append(Way("otherwise", config["otherwise"], is_default=True))
        return tuple(ways)

    def enter(self, ctx: NodeContext) -> Generator[Act, Any, Go | End]:
        open_ = "when" not in ctx.config or (yield from ctx.holds("when"))
        jumped = ctx.memory().get("jumped", 0)
        most = ctx.config.get("most")
        if open_ and (most is None or jumped < most):
            return Go("to", memory={"jumped": jumped + 1} if most is not None else None)
        return Go("otherwise") if ctx.config.get("otherwise") else End()


NODE = Goto(
    kind="goto",
    zh="跳转",
    en="Go to",
    config_schema=closed(
        ("to",), when=CONDITION, otherwise=KEY, most={"type": "integer", "minimum": 1, "maximum": 1000}
    ),
    sample={"to": "end", "when": "1 = 1"},
)
