"""Wait (等待): stands still for a while, by the wall clock or in opening hours."""

from collections.abc import Generator
from typing import Any

from engine.schema import closed
from flow_engine import refusals
from flow_engine.acts import Act
from flow_engine.asking import span_of
from flow_engine.happenings import Happening, TimerFired
from flow_engine.node import Node, NodeContext
from flow_engine.outcome import Fail, Go, Hold, NewTimer
from flow_engine.settings import CLOCK, SPAN, TIME


class Wait(Node):
    """`for` is `2h`, `3d` or a formula that gives such; `time` moves the end to that time of its day.

    A wait that is over when it begins is none, so that a loop of such is seen to be endless.
    """

    def enter(self, ctx: NodeContext) -> Generator[Act, Any, Hold | Go | Fail]:
        at = yield from span_of(ctx, "for", ctx.now, ctx.config)
        if at is None:
            return Fail(refusals.CALCULATION.at("/for", place="for", why="–"))
        return Go() if at <= ctx.now else Hold("timer", timers=(NewTimer("wait", at),))

    def resume(self, ctx: NodeContext, happening: Happening) -> Go | Hold:
        return Go() if isinstance(happening, TimerFired) else Hold("timer")


NODE = Wait(
    kind="wait",
    zh="等待",
    en="Wait",
    group="wait",
    waits=True,
    config_schema=closed(("for",), **{"for": SPAN}, clock=CLOCK, time=TIME),
    sample={"for": "2h", "to": "end"},
)
