"""Raise (报告): tells the regions around that something is wrong, is late, or is called off."""

from engine.schema import closed
from flow_engine.node import Node, NodeContext
from flow_engine.outcome import End, Go, Raised
from flow_engine.settings import CODE


class Raise(Node):
    """An escalation goes on by `to`; an error or a cancellation ends the way, and the boundary that listens takes over."""

    def enter(self, ctx: NodeContext) -> Go | End:
        raised = Raised(ctx.config["as"], ctx.config.get("code", ""))
        return Go(raised=(raised,)) if raised.kind == "escalation" else End(raised=raised)


NODE = Raise(
    kind="raise",
    zh="报告",
    en="Raise",
    config_schema=closed(("as",), **{"as": {"enum": ["error", "escalation", "cancel"]}}, code=CODE),
    sample={"as": "escalation", "code": "late", "to": "end"},
)
