"""Exit (退出): leaves the journey as soon as its condition comes true, wherever it stands."""

from engine.schema import closed
from flow_engine.node import Node, NodeContext
from flow_engine.outcome import End
from flow_engine.settings import CODE, CONDITION


class Exit(Node):
    """Everything else is withdrawn. A token that comes by a way exits too."""

    def enter(self, ctx: NodeContext) -> End:
        return End("all", ctx.config["outcome"])


NODE = Exit(
    kind="exit",
    zh="退出",
    en="Exit",
    group="route",
    has_to=False,
    splits="none",
    watches_always=True,
    config_schema=closed(("when",), when=CONDITION, outcome={**CODE, "default": "exit"}),
    sample={"when": "1 = 1"},
)
