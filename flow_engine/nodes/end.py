"""End (结束): the end of one way; the flow, or the region, ends with its last."""

from collections.abc import Generator
from typing import Any

from engine.schema import closed
from flow_engine.acts import Act
from flow_engine.asking import values_at
from flow_engine.node import Node, NodeContext
from flow_engine.outcome import End
from flow_engine.settings import CODE, VALUES


class Ending(Node):
    """`outcome` is how the flow is said to have ended; `give` what a flow that called this one gets."""

    def enter(self, ctx: NodeContext) -> Generator[Act, Any, End]:
        give = yield from values_at(ctx, "give")
        return End("token", ctx.config.get("outcome"), give)


NODE = Ending(
    kind="end",
    zh="结束",
    en="End",
    has_to=False,
    splits="none",
    config_schema=closed(outcome=CODE, give=VALUES),
    sample={"outcome": "approved"},
)
