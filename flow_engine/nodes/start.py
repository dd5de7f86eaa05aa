"""Start (开始): passes on. A flow may also start at any other node."""

from flow_engine.node import Node, NodeContext
from flow_engine.outcome import Go


class Start(Node):
    """Does nothing; gives the canvas a place to begin."""

    def enter(self, ctx: NodeContext) -> Go:
        return Go()


NODE = Start(kind="start", zh="开始", en="Start", sample={"to": "end"})
