"""Terminate (全部终止): ends the flow and takes everything else away."""

from collections.abc import Generator
from typing import Any

from engine.schema import closed
from flow_engine.acts import Act
from flow_engine.asking import values_at
from flow_engine.node import Node, NodeContext
from flow_engine.outcome import End
from flow_engine.settings import CODE, VALUES


class Terminate(Node):
    """Whatever still runs in the flow is withdrawn."""

    def enter(self, ctx: NodeContext) -> Generator[Act, Any, End]:
        give = yield from values_at(ctx, "give")
        return End("all", ctx.config.get("outcome"), give)


NODE = Terminate(
    kind="terminate",
    zh="全部终止",
    en="Terminate",
    has_to=False,
    splits="none",
    config_schema=closed(outcome=CODE, give=VALUES),
    sample={"outcome": "rejected"},
)
