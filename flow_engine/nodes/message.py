"""Message (发消息): asks for a message to be sent; what is sent, and whether it may be, is decided when it leaves."""

from collections.abc import Generator
from typing import Any

from engine.schema import KEY, array, closed, one_of
from flow_engine import refusals
from flow_engine.acts import Act
from flow_engine.happenings import EffectEnded, Happening
from flow_engine.node import Node, NodeContext
from flow_engine.outcome import Fail, Go, Hold, NewEffect
from flow_engine.settings import PEOPLE, VALUES


class Message(Node):
    """`whom`: people of the house by rule or formula, or a customer's record. With `waits` the ways are `sent` and `failed`.

    The text is rendered when it leaves, by the records as they are then.
    """

    def enter(self, ctx: NodeContext) -> Generator[Act, Any, Go | Hold]:
        config = ctx.config
        whom = yield from ctx.filled("whom")
        values = yield from ctx.filled("values")
        body = {
            "message": config["message"],
            "whom": whom,
            "whom_form": ctx.form_of("whom"),
            "channels": list(config.get("channels", ())),
            "class": config.get("class"),
            "urgent": config["urgent"],
            "values": values or {},
            "names": ctx.everything(),
        }
        effect = NewEffect("message", body, config["waits"])
        return Hold("effect", effects=(effect,)) if config["waits"] else Go("sent", effects=(effect,))

    def resume(self, ctx: NodeContext, happening: Happening) -> Go | Hold | Fail:
        if not isinstance(happening, EffectEnded):
            return Hold("effect")
        if happening.error is None:
            return Go("sent")
        if isinstance(ctx.config.get("to"), dict) and "failed" in ctx.config["to"]:
            return Go("failed")
        return Fail(refusals.EFFECT_FAILED.at("", why=happening.error))


NODE = Message(
    kind="message",
    zh="发消息",
    en="Send message",
    group="outside",
    outcomes=("sent", "failed"),
    config_schema=closed(
        ("message", "whom"),
        message=KEY,
        whom=PEOPLE,
        channels=array(KEY, maxItems=10),
        **{"class": one_of("care", "service", "marketing", "staff", "notice", "safety")},
        urgent={"type": "boolean", "default": False},
        values=VALUES,
        waits={"type": "boolean", "default": False},
    ),
    sample={"message": "hello", "whom": "{customer}", "to": "end"},
)
