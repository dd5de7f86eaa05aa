"""Receive (等消息): waits for a message with a key."""

from collections.abc import Generator, Iterator, Mapping
from typing import Any

from engine.schema import FORMULA, KEY, closed
from flow_engine.acts import Act
from flow_engine.happenings import Happening, MessageCame
from flow_engine.node import Name, Node, NodeContext
from flow_engine.outcome import Go, Hold
from flow_engine.settings import MESSAGE_NAME


class Receive(Node):
    """`correlate` is the key the message must have; without it the instance's id. Messages that came before are kept for it.

    The body is named by `as`.
    """

    def gives(self, config: Mapping[str, Any]) -> Iterator[Name]:
        if "as" in config:
            yield Name(config["as"], type="json")

    def enter(self, ctx: NodeContext) -> Generator[Act, Any, Hold]:
        key = yield from ctx.correlation("correlate")
        return Hold("message", subscriptions=((ctx.config["message"], key),))

    def resume(self, ctx: NodeContext, happening: Happening) -> Go | Hold:
        if not isinstance(happening, MessageCame):
            return Hold("message")
        return Go(variables={ctx.config["as"]: dict(happening.body)} if "as" in ctx.config else {})


NODE = Receive(
    kind="receive",
    zh="等消息",
    en="Receive message",
    group="wait",
    waits=True,
    config_schema=closed(
        ("message",),
        message=MESSAGE_NAME,
        correlate=FORMULA,
        transient={"type": "boolean", "default": False},
        **{"as": KEY},
    ),
    sample={"message": "paid", "to": "end"},
)
