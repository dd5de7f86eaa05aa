"""Inclusive (多选分支): every way whose condition holds, at least one."""

from collections.abc import Generator, Iterator, Mapping
from typing import Any

from engine.problems import Problem
from engine.schema import closed
from flow_engine import refusals
from flow_engine.acts import Act
from flow_engine.node import Node, NodeContext, Way
from flow_engine.nodes._ways import CONDITIONAL, condition_problems, ways_of
from flow_engine.outcome import Fail, Fork


class Inclusive(Node):
    """The way marked `otherwise` is taken when no other is. A join `of: started` waits for those taken."""

    def ways(self, config: Mapping[str, Any]) -> tuple[Way, ...]:
        return ways_of(config)

    def enter(self, ctx: NodeContext) -> Generator[Act, Any, Fork | Fail]:
        taken: list[str] = []
        otherwise = None
        for index, way in enumerate(ctx.config["ways"]):
            if way.get("otherwise"):
                otherwise = way["key"]
            elif (yield from ctx.holds(f"ways/{index}/when")):
                taken.append(way["key"])
        if not taken and otherwise is None:
            return Fail(refusals.NO_WAY.at("/ways"))
        return Fork(tuple(taken or [str(otherwise)]))

    def check(self, config: Mapping[str, Any], path: str) -> Iterator[Problem]:
        yield from condition_problems(config, path)


NODE = Inclusive(
    kind="inclusive",
    zh="多选分支",
    en="Inclusive branch",
    has_to=False,
    splits="some",
    config_schema=closed(("ways",), ways=CONDITIONAL),
    sample={
        "ways": [{"key": "a", "when": "1 = 1", "to": "end"}, {"key": "b", "otherwise": True, "to": "end"}]
    },
)
