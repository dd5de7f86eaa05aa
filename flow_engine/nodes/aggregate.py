"""Aggregate (汇总): one number over the records of a filter."""

from collections.abc import Generator, Iterator, Mapping
from typing import Any

from engine.schema import KEY, closed
from flow_engine.acts import Act, Aggregate
from flow_engine.node import Name, Node, NodeContext
from flow_engine.outcome import Go
from flow_engine.settings import FILTER


class AggregateRecords(Node):
    """count, sum, avg, min or max; the number is named by `as`."""

    def gives(self, config: Mapping[str, Any]) -> Iterator[Name]:
        yield Name(config["as"], type="number" if config["function"] in ("count", "sum", "avg") else "any")

    def enter(self, ctx: NodeContext) -> Generator[Act, Any, Go]:
        config = ctx.config
        names = yield from ctx.names_in("where")
        value = yield Aggregate(
            config["form"], config.get("where", ""), config["function"], config.get("field"), names
        )
        return Go(variables={config["as"]: value})


NODE = AggregateRecords(
    kind="aggregate",
    zh="汇总",
    en="Aggregate",
    group="data",
    config_schema=closed(
        ("form", "function", "as"),
        form=KEY,
        where=FILTER,
        function={"enum": ["count", "sum", "avg", "min", "max"]},
        field={**KEY, "x-path-of": "form"},
        **{"as": KEY},
    ),
    sample={"form": "task", "function": "count", "as": "open_tasks", "to": "end"},
)
