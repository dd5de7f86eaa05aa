"""Decide (决策表): values by a table of conditions."""

from collections.abc import Generator, Iterator, Mapping
from typing import Any

from engine.schema import FORMULA, WORDS, array, closed
from flow_engine import refusals
from flow_engine.acts import Act
from flow_engine.asking import value_at
from flow_engine.node import Name, Node, NodeContext
from flow_engine.outcome import Fail, Go
from flow_engine.settings import CONDITION, VALUES


class Decide(Node):
    """Rows are looked at in order. `hit`: `first` row that holds, or `all` (each result is then a list).

    `otherwise` gives the values when no row holds; without it that is a failure. Ways: `found`, `none`.
    """

    def gives(self, config: Mapping[str, Any]) -> Iterator[Name]:
        is_list = config.get("hit") == "all"
        seen: set[str] = set()
        for index, row in enumerate(config["rows"]):
            for key in row["give"]:
                if key not in seen:
                    seen.add(key)
                    yield Name(key, type="list") if is_list else Name(key, like=f"rows/{index}/give/{key}")

    def enter(self, ctx: NodeContext) -> Generator[Act, Any, Go | Fail]:
        config = ctx.config
        found: list[dict[str, Any]] = []
        for index, row in enumerate(config["rows"]):
            if "when" in row and not (yield from ctx.holds(f"rows/{index}/when")):
                continue
            found.append((yield from self._values(ctx, row["give"], f"rows/{index}/give")))
            if config["hit"] == "first":
                return Go("found", found[0])
        if found:
            keys = list(dict.fromkeys(key for row in found for key in row))
            return Go("found", {key: [row[key] for row in found if key in row] for key in keys})
        if "otherwise" in config:
            return Go("none", (yield from self._values(ctx, config["otherwise"], "otherwise")))
        return Fail(refusals.NO_WAY.at("/rows"))

    def _values(
        self, ctx: NodeContext, give: Mapping[str, str], place: str
    ) -> Generator[Act, Any, dict[str, Any]]:
        values = {}
        for key in give:
            values[key] = yield from value_at(ctx, f"{place}/{key}")
        return values


_GIVE = {**VALUES, "minProperties": 1, "additionalProperties": FORMULA}
NODE = Decide(
    kind="decide",
    zh="决策表",
    en="Decision table",
    group="data",
    outcomes=("found", "none"),
    config_schema=closed(
        ("rows",),
        rows=array(closed(("give",), when=CONDITION, give=_GIVE, name=WORDS), minItems=1, maxItems=500),
        hit={"enum": ["first", "all"], "default": "first"},
        otherwise=_GIVE,
    ),
    sample={"rows": [{"when": "1 = 1", "give": {"level": "2"}}], "otherwise": {"level": "1"}, "to": "end"},
)
