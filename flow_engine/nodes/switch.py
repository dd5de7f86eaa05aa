"""Switch (条件分支): exactly one way, the first whose condition holds."""

from collections.abc import Generator, Iterator, Mapping
from typing import Any

from engine.problems import Problem
from engine.schema import closed
from flow_engine import refusals
from flow_engine.acts import Act
from flow_engine.node import Node, NodeContext, Way
from flow_engine.nodes._ways import CONDITIONAL, condition_problems, ways_of
from flow_engine.outcome import Fail, Go


class Switch(Node):
    """Conditions are looked at in order; the way marked `otherwise` is taken when none holds."""

    def ways(self, config: Mapping[str, Any]) -> tuple[Way, ...]:
        return ways_of(config)

    def enter(self, ctx: NodeContext) -> Generator[Act, Any, Go | Fail]:
        otherwise = None
        for index, way in enumerate(ctx.config["ways"]):
            if way.get("otherwise"):
                otherwise = way["key"]
            elif (yield from ctx.holds(f"ways/{index}/when")):
                return Go(way["key"])
        return Fail(refusals.NO_WAY.at("/ways")) if otherwise is None else Go(otherwise)

    def check(self, config: Mapping[str, Any], path: str) -> Iterator[Problem]:
        yield from condition_problems(config, path)


NODE = Switch(
    kind="switch",
    zh="条件分支",
    en="Switch",
    has_to=False,
    config_schema=closed(("ways",), ways=CONDITIONAL),
    sample={
        "ways": [{"key": "yes", "when": "1 = 1", "to": "end"}, {"key": "no", "otherwise": True, "to": "end"}]
    },
)
