"""End of region (结束本区域): the item, block or branch of a region is done; what else runs in it is withdrawn."""

from engine.schema import closed
from flow_engine.node import Node, NodeContext
from flow_engine.outcome import End
from flow_engine.settings import CODE


class EndBody(Node):
    """In a loop over records this ends one item, not the loop."""

    def enter(self, ctx: NodeContext) -> End:
        return End("body", ctx.config.get("outcome"))


NODE = EndBody(
    kind="end_body",
    zh="结束本区域",
    en="End of region",
    has_to=False,
    splits="none",
    config_schema=closed(outcome=CODE),
    sample={},
)
