"""Parallel (并行): goes every way at once."""

from collections.abc import Iterator, Mapping
from typing import Any

from engine.problems import Problem
from engine.schema import closed
from flow_engine.node import Node, NodeContext, Way
from flow_engine.nodes._ways import key_problems, ways_of, ways_schema
from flow_engine.outcome import Fork


class Parallel(Node):
    """The branches run independently; a join brings them together again, or they just end."""

    def ways(self, config: Mapping[str, Any]) -> tuple[Way, ...]:
        return ways_of(config)

    def enter(self, ctx: NodeContext) -> Fork:
        return Fork(tuple(way["key"] for way in ctx.config["ways"]))

    def check(self, config: Mapping[str, Any], path: str) -> Iterator[Problem]:
        yield from key_problems(config, path)


NODE = Parallel(
    kind="parallel",
    zh="并行",
    en="Parallel",
    has_to=False,
    splits="all",
    config_schema=closed(("ways",), ways=ways_schema()),
    sample={"ways": [{"key": "a", "to": "end"}, {"key": "b", "to": "end"}]},
)
