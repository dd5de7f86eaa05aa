"""Upsert (有则改、无则建): updates the record a filter finds, or makes it."""

from collections.abc import Generator, Iterator, Mapping
from typing import Any

from engine.schema import KEY, closed
from flow_engine.acts import Act, Create, Find, Update
from flow_engine.asking import values_at
from flow_engine.node import Name, Node, NodeContext
from flow_engine.nodes._records import SET, name_of, named
from flow_engine.outcome import Go
from flow_engine.settings import FILTER


class Upsert(Node):
    """`set` goes into both; `create` only into a new record. Ways: `created`, `updated`."""

    def gives(self, config: Mapping[str, Any]) -> Iterator[Name]:
        return named(config)

    def enter(self, ctx: NodeContext) -> Generator[Act, Any, Go]:
        config = ctx.config
        names = yield from ctx.names_in("where")
        found = list((yield Find(config["form"], config["where"], names, ("created_at",), 1)))
        values = yield from values_at(ctx, "set")
        if found:
            yield Update(config["form"], found[0], values)
            record_id, way = found[0], "updated"
        else:
            more = yield from values_at(ctx, "create")
            record_id, way = (yield Create(config["form"], {**values, **more})), "created"
        ctx.wrote()
        return Go(way, {name_of(config): record_id})


NODE = Upsert(
    kind="upsert",
    zh="有则改、无则建",
    en="Update or create",
    group="data",
    outcomes=("created", "updated"),
    config_schema=closed(("form", "where"), form=KEY, where=FILTER, set=SET, create=SET, **{"as": KEY}),
    sample={"form": "task", "where": '{name} = "Call"', "set": {"name": '"Call"'}, "to": "end"},
)
