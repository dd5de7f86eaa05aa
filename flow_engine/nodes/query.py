"""Query (查询记录): finds records; the first, or all."""

from collections.abc import Generator, Iterator, Mapping
from typing import Any

from engine.schema import KEY, array, closed
from flow_engine.acts import Act, Find
from flow_engine.node import Name, Node, NodeContext
from flow_engine.nodes._records import MANY, name_of
from flow_engine.outcome import Go
from flow_engine.settings import PATH_PATTERN


class Query(Node):
    """`take: first` names one record, `all` a list of them: ids, or with `fields` rows of these. Ways: `found`, `none`."""

    def gives(self, config: Mapping[str, Any]) -> Iterator[Name]:
        if config.get("take", "first") == "first":
            yield Name(name_of(config), form=config["form"])
        else:
            yield Name(name_of(config), type="list")

    def enter(self, ctx: NodeContext) -> Generator[Act, Any, Go]:
        config = ctx.config
        names = yield from ctx.names_in("where")
        is_first = config["take"] == "first"
        limit = 1 if is_first else config["limit"]
        fields = () if is_first else tuple(config.get("fields", ()))
        sort = tuple(config.get("sort", ()))
        found = list((yield Find(config["form"], config.get("where", ""), names, sort, limit, fields)))
        value = (found[0] if found else None) if is_first else found
        return Go("found" if found else "none", {name_of(config): value})


NODE = Query(
    kind="query",
    zh="查询记录",
    en="Query records",
    group="data",
    outcomes=("found", "none"),
    config_schema=closed(
        ("form",),
        **MANY,
        fields=array({"type": "string", "pattern": PATH_PATTERN, "x-path-of": "form"}, maxItems=20),
        take={"enum": ["first", "all"], "default": "first"},
        limit={"type": "integer", "minimum": 1, "maximum": 5000, "default": 1000},
        **{"as": KEY},
    ),
    sample={"form": "task", "where": '{name} = "Call"', "to": "end"},
)
