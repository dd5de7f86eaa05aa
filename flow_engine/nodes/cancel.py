"""Cancel (撤销): withdraws whatever stands at some nodes of the region, and goes on."""

from engine.schema import KEY, array, closed
from flow_engine.node import Node, NodeContext
from flow_engine.outcome import Go


class Cancel(Node):
    """Tasks, waits and loops at these nodes go, with everything in them; the rest of the region stays."""

    def enter(self, ctx: NodeContext) -> Go:
        return Go(withdraw=frozenset(ctx.config["nodes"]))


NODE = Cancel(
    kind="cancel",
    zh="撤销",
    en="Cancel",
    config_schema=closed(("nodes",), nodes=array(KEY, minItems=1, maxItems=200)),
    sample={"nodes": ["call"], "to": "end"},
)
