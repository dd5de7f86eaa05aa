"""Goal (目标): when its condition comes true, wherever the flow stands, everything else stops and the flow goes on here."""

from collections.abc import Generator
from typing import Any

from engine.schema import closed
from flow_engine.acts import Act
from flow_engine.happenings import Happening, Looked, RecordChanged
from flow_engine.node import Node, NodeContext
from flow_engine.outcome import Go, Hold
from flow_engine.settings import CONDITION


class Goal(Node):
    """A token that comes by a way waits here for the goal."""

    def enter(self, ctx: NodeContext) -> Go | Generator[Act, Any, Go | Hold]:
        if ctx.token.came_by == f"{ctx.token.node}.goal":
            return Go()
        return self._look(ctx)

    def resume(self, ctx: NodeContext, happening: Happening) -> Hold | Generator[Act, Any, Go | Hold]:
        return self._look(ctx) if isinstance(happening, RecordChanged | Looked) else Hold("record")

    def _look(self, ctx: NodeContext) -> Generator[Act, Any, Go | Hold]:
        if (yield from ctx.holds("when")):
            return Go()
        return Hold("record", subscriptions=ctx.watched("when"))


NODE = Goal(
    kind="goal",
    zh="目标",
    en="Goal",
    group="route",
    waits=True,
    watches_records=True,
    watches_always=True,
    config_schema=closed(("when",), when=CONDITION),
    sample={"when": "1 = 1", "to": "end"},
)
