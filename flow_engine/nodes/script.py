"""Script (脚本): a few lines of Python in a box without doors; values in, values out."""

from collections.abc import Generator, Iterator, Mapping
from typing import Any

from engine.expressions import ErrorValue
from engine.schema import KEY, closed
from flow_engine import refusals
from flow_engine.acts import Act, Run
from flow_engine.asking import values_at
from flow_engine.node import Name, Node, NodeContext
from flow_engine.outcome import Fail, Go
from flow_engine.settings import VALUES


class Script(Node):
    """`given` are the values it sees, its result is named by `as`."""

    def gives(self, config: Mapping[str, Any]) -> Iterator[Name]:
        if "as" in config:
            yield Name(config["as"], type="json")

    def enter(self, ctx: NodeContext) -> Generator[Act, Any, Go | Fail]:
        given = yield from values_at(ctx, "given")
        result = yield Run(ctx.config["source"], given, ctx.config["timeout_s"])
        if isinstance(result, ErrorValue):
            return Fail(refusals.SCRIPT_FAILED.at("/source", why=str(result)))
        return Go(variables={ctx.config["as"]: result} if "as" in ctx.config else {})


NODE = Script(
    kind="script",
    zh="脚本",
    en="Script",
    group="data",
    config_schema=closed(
        ("source",),
        source={"type": "string", "minLength": 1, "maxLength": 20000, "format": "python"},
        given=VALUES,
        timeout_s={"type": "number", "minimum": 0.1, "maximum": 10, "default": 2},
        **{"as": KEY},
    ),
    sample={"source": "result = 1", "to": "end"},
)
