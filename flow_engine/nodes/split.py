"""Random split (随机分组): A/B by weight, always the same for the same person."""

from collections.abc import Generator, Iterator, Mapping
from typing import Any

from engine.expressions import ErrorValue
from engine.problems import Problem
from engine.schema import FORMULA, KEY, closed
from flow_engine.acts import Act
from flow_engine.node import Name, Node, NodeContext, Way
from flow_engine.nodes._ways import key_problems, ways_of, ways_schema
from flow_engine.outcome import Go


class Split(Node):
    """`by` is what stays in its group (the customer's id); without it the record of the flow. `as` keeps the group's key."""

    def ways(self, config: Mapping[str, Any]) -> tuple[Way, ...]:
        return ways_of(config)

    def gives(self, config: Mapping[str, Any]) -> Iterator[Name]:
        if "as" in config:
            yield Name(config["as"], type="text")

    def enter(self, ctx: NodeContext) -> Generator[Act, Any, Go]:
        by = yield from ctx.work_out("by")
        if by is None or isinstance(by, ErrorValue):
            by = ctx.instance.record_id or ctx.instance.instance_id
        ways = ctx.config["ways"]
        at = ctx.chance(str(by)) * sum(way.get("weight", 1) for way in ways)
        for way in ways:
            at -= way.get("weight", 1)
            if at < 0:
                break
        return Go(way["key"], {ctx.config["as"]: way["key"]} if "as" in ctx.config else {})

    def check(self, config: Mapping[str, Any], path: str) -> Iterator[Problem]:
        yield from key_problems(config, path)


NODE = Split(
    kind="split",
    zh="随机分组",
    en="Random split",
    group="route",
    has_to=False,
    config_schema=closed(
        ("ways",),
        ways=ways_schema(weight={"type": "integer", "minimum": 1, "maximum": 1000}),
        by=FORMULA,
        **{"as": KEY},
    ),
    sample={"ways": [{"key": "a", "to": "end", "weight": 1}, {"key": "b", "to": "end", "weight": 1}]},
)
