"""Any order (任意顺序): parts of which each is done once, in the order people pick, as many at a time as allowed."""

from collections.abc import Iterator, Mapping
from typing import Any

from engine.problems import Code, Problem, Rejected
from engine.schema import KEY, WORDS, array, closed
from flow_engine.happenings import BodyEnded, Happening, InstanceAction
from flow_engine.node import Node, NodeContext
from flow_engine.outcome import Body, Go, Hold

NOT_NOW = Code(
    "flow.not_now",
    zh="“{part}”现在还不能开始",
    en="“{part}” cannot begin now",
    hint_zh="先完成正在进行的，或它前面的部分",
    hint_en="Finish what is running, or the parts that come before it",
)
UNKNOWN_PART = Code(
    "flow.unknown_part",
    zh="没有名为“{part}”的部分",
    en="There is no part “{part}”",
    hint_zh="从列表里选择",
    hint_en="Choose one of the parts listed",
)


class AnyOrder(Node):
    """Parts are begun by the action `pick` (`{"token_id", "part"}`); `after` names parts that must be done before.

    A part that is `optional` need not be done: `close` ends the region once all others are.
    """

    def bodies(self, config: Mapping[str, Any]) -> tuple[str, ...]:
        return tuple(part["body"] for part in config["parts"])

    def enter(self, ctx: NodeContext) -> Hold:
        return Hold("pick", {"done": [], "running": []})

    def resume(self, ctx: NodeContext, happening: Happening) -> Go | Hold:
        data = ctx.token.data
        parts = ctx.config["parts"]
        if isinstance(happening, BodyEnded):
            key = parts[happening.index]["key"]
            done = [*data["done"], key]
            running = [one for one in data["running"] if one != key]
            if len(done) == len(parts):
                return Go()
            return Hold("pick", {"done": done, "running": running})
        if isinstance(happening, InstanceAction) and happening.action == "pick":
            return self._pick(ctx, str(happening.values.get("part")))
        if isinstance(happening, InstanceAction) and happening.action in ("close", "complete"):
            needed = {part["key"] for part in parts if not part.get("optional")}
            if happening.action == "complete" or (needed <= set(data["done"]) and not data["running"]):
                return Go()
            raise Rejected(
                NOT_NOW.at("", part=", ".join(sorted(needed - set(data["done"])) or data["running"]))
            )
        return Hold("pick")

    def _pick(self, ctx: NodeContext, key: str) -> Hold:
        data = ctx.token.data
        parts = ctx.config["parts"]
        index = next((at for at, part in enumerate(parts) if part["key"] == key), None)
        if index is None:
            raise Rejected(UNKNOWN_PART.at("/part", part=key))
        is_free = (
            key not in data["done"]
            and len(data["running"]) < ctx.config["limit"]
            and key not in data["running"]
        )
        if not is_free or not set(parts[index].get("after", ())) <= set(data["done"]):
            raise Rejected(NOT_NOW.at("/part", part=key))
        running = [*data["running"], key]
        return Hold("pick", {**data, "running": running}, bodies=(Body(parts[index]["body"], index=index),))

    def check(self, config: Mapping[str, Any], path: str) -> Iterator[Problem]:
        keys = {part["key"] for part in config["parts"]}
        for index, part in enumerate(config["parts"]):
            for one in part.get("after", ()):
                if one not in keys:
                    yield UNKNOWN_PART.at(f"{path}/parts/{index}/after", part=one)


NODE = AnyOrder(
    kind="any_order",
    zh="任意顺序",
    en="Any order",
    waits=True,
    config_schema=closed(
        ("parts",),
        parts=array(
            closed(
                ("key", "body"), key=KEY, body=KEY, name=WORDS, after=array(KEY), optional={"type": "boolean"}
            ),
            minItems=1,
            maxItems=100,
        ),
        limit={"type": "integer", "minimum": 1, "maximum": 100, "default": 1},
    ),
    sample={"parts": [{"key": "a", "body": "inside"}], "to": "end"},
)
