"""HTTP call (外部调用): asks another system, and goes on with its answer or when it calls back."""

from collections.abc import Generator, Iterator, Mapping
from typing import Any

from engine.schema import FORMULA, KEY, closed, one_of
from flow_engine import refusals
from flow_engine.acts import Act
from flow_engine.happenings import EffectEnded, Happening, MessageCame
from flow_engine.node import Name, Node, NodeContext
from flow_engine.outcome import Fail, Go, Hold, NewEffect
from flow_engine.settings import MESSAGE_NAME, PLAIN_SPAN


class Http(Node):
    """`connection` names the outside system: address and secrets are kept with it, not here.

    `callback`: after the call has been taken, wait for this message under the call's key (sent along as `callback_key`).
    The answer is named by `as`. Ways: `ok`, `failed`.
    """

    def gives(self, config: Mapping[str, Any]) -> Iterator[Name]:
        if "as" in config:
            yield Name(config["as"], type="json")

    def enter(self, ctx: NodeContext) -> Generator[Act, Any, Go | Hold]:
        config = ctx.config
        body = {
            "connection": config["connection"],
            "method": config["method"],
            "path": (yield from ctx.filled("path")),
            "query": (yield from ctx.filled("query")),
            "body": (yield from ctx.filled("body")),
            "timeout": config["timeout"],
        }
        if "callback" in config:
            body["callback_key"] = self._key(ctx)
        effect = NewEffect("http", body, config["waits"])
        return Hold("effect", effects=(effect,)) if config["waits"] else Go("ok", effects=(effect,))

    def resume(self, ctx: NodeContext, happening: Happening) -> Go | Hold | Fail:
        if isinstance(happening, MessageCame):
            return Go("ok", self._named(ctx, dict(happening.body)))
        if not isinstance(happening, EffectEnded):
            return Hold(ctx.token.wait or "effect")
        if happening.error is not None:
            if isinstance(ctx.config.get("to"), dict) and "failed" in ctx.config["to"]:
                return Go("failed")
            return Fail(refusals.EFFECT_FAILED.at("", why=happening.error))
        if "callback" in ctx.config:
            return Hold("message", subscriptions=((ctx.config["callback"], self._key(ctx)),))
        return Go("ok", self._named(ctx, happening.result))

    def _key(self, ctx: NodeContext) -> str:
        return f"{ctx.instance.instance_id}:{ctx.token.token_id}"

    def _named(self, ctx: NodeContext, value: Any) -> Mapping[str, Any]:
        return {ctx.config["as"]: value} if "as" in ctx.config else {}


JSON_OF_FORMULAS = {"type": "object", "maxProperties": 100, "additionalProperties": FORMULA}
NODE = Http(
    kind="http",
    zh="外部调用",
    en="HTTP call",
    group="outside",
    outcomes=("ok", "failed"),
    waits=True,
    config_schema=closed(
        ("connection",),
        connection=KEY,
        method={**one_of("GET", "POST", "PUT", "PATCH", "DELETE"), "default": "POST"},
        path=FORMULA,
        query=JSON_OF_FORMULAS,
        body=JSON_OF_FORMULAS,
        callback=MESSAGE_NAME,
        waits={"type": "boolean", "default": True},
        timeout={**PLAIN_SPAN, "default": "10s"},
        **{"as": KEY},
    ),
    sample={"connection": "his", "method": "POST", "path": '"/patients"', "to": "end"},
)
