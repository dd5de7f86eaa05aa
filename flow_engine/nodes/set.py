"""Set (设置变量): gives variables new values."""

from collections.abc import Generator, Iterator, Mapping
from typing import Any

from engine.schema import closed
from flow_engine.acts import Act
from flow_engine.asking import values_at
from flow_engine.node import Name, Node, NodeContext
from flow_engine.outcome import Go
from flow_engine.settings import VALUES


class SetValues(Node):
    """All formulas are worked out by the old values, then set together."""

    def gives(self, config: Mapping[str, Any]) -> Iterator[Name]:
        for key in config["set"]:
            yield Name(key, like=f"set/{key}")

    def enter(self, ctx: NodeContext) -> Generator[Act, Any, Go]:
        return Go(variables=(yield from values_at(ctx, "set")))


NODE = SetValues(
    kind="set",
    zh="设置变量",
    en="Set",
    group="data",
    config_schema=closed(("set",), set={**VALUES, "minProperties": 1}),
    sample={"set": {"total": "1 + 1"}, "to": "end"},
)
