"""Create (新建记录): a new record by all rules of its form."""

from collections.abc import Generator, Iterator, Mapping
from typing import Any

from engine.schema import KEY, closed
from flow_engine.acts import Act, Create
from flow_engine.asking import values_at
from flow_engine.node import Name, Node, NodeContext
from flow_engine.nodes._records import SET, name_of, named
from flow_engine.outcome import Go


class CreateRecord(Node):
    """Formulas name the new record by `as`, else by its form's key."""

    def gives(self, config: Mapping[str, Any]) -> Iterator[Name]:
        return named(config)

    def enter(self, ctx: NodeContext) -> Generator[Act, Any, Go]:
        values = yield from values_at(ctx, "set")
        record_id = yield Create(ctx.config["form"], values)
        ctx.wrote()
        return Go(variables={name_of(ctx.config): record_id})


NODE = CreateRecord(
    kind="create",
    zh="新建记录",
    en="Create record",
    group="data",
    config_schema=closed(("form",), form=KEY, set=SET, **{"as": KEY}),
    sample={"form": "task", "set": {"name": '"Call"'}, "to": "end"},
)
