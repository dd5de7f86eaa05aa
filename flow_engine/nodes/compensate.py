"""Compensate (补偿): takes back what was done, last first."""

from collections.abc import Mapping, Sequence

from engine.schema import KEY, closed
from flow_engine.happenings import BodyEnded, Happening
from flow_engine.node import Node, NodeContext
from flow_engine.outcome import Body, Go, Hold


class Compensate(Node):
    """Runs the node named by `compensate` of each node done so far in this region, or only of node `of`."""

    def enter(self, ctx: NodeContext) -> Go | Hold:
        return self._next(ctx, ctx.completed(ctx.config.get("of")))

    def resume(self, ctx: NodeContext, happening: Happening) -> Go | Hold:
        if not isinstance(happening, BodyEnded):
            return Hold("body")
        return self._next(ctx, ctx.token.data["left"])

    def _next(self, ctx: NodeContext, left: Sequence[Mapping[str, object]]) -> Go | Hold:
        for index, one in enumerate(left):
            start = ctx.handler_of(str(one["node"]))
            if start is not None:
                variables = one["variables"]
                body = Body(start, variables if isinstance(variables, Mapping) else {})
                return Hold("body", {"left": list(left[index + 1 :])}, bodies=(body,))
        return Go(forget=ctx.config.get("of", "*"))


NODE = Compensate(
    kind="compensate", zh="补偿", en="Compensate", config_schema=closed(of=KEY), sample={"to": "end"}
)
