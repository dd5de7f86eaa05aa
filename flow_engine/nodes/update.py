"""Update (修改记录): new values in one record, or in all that a filter finds."""

from collections.abc import Generator, Iterator, Mapping
from typing import Any

from engine.problems import Code, Problem
from engine.schema import KEY, closed
from flow_engine.acts import Act, Find, Update
from flow_engine.asking import record_at, values_at
from flow_engine.node import Node, NodeContext
from flow_engine.nodes._records import RECORD, SET
from flow_engine.outcome import Go
from flow_engine.settings import FILTER

RECORD_OR_FORM = Code(
    "flow.record_or_form",
    zh="请在“某条记录”和“符合条件的记录”中选一种",
    en="Give either one record (`record`) or a form and a filter (`form`, `where`)",
    hint_zh="填写其中一项",
    hint_en="Fill in one of them",
)


class UpdateRecord(Node):
    """With `form` and `where` at most `most` records, each by all rules of its form."""

    def enter(self, ctx: NodeContext) -> Generator[Act, Any, Go]:
        values = yield from values_at(ctx, "set")
        if "record" in ctx.config:
            form, record_id = yield from record_at(ctx, "record")
            yield Update(form, record_id, values)
        else:
            form = ctx.config["form"]
            names = yield from ctx.names_in("where")
            for record_id in (yield Find(form, ctx.config.get("where", ""), names, (), ctx.config["most"])):
                yield Update(form, record_id, values)
        ctx.wrote()
        return Go()

    def check(self, config: Mapping[str, Any], path: str) -> Iterator[Problem]:
        if ("record" in config) == ("form" in config):
            yield RECORD_OR_FORM.at(path)


NODE = UpdateRecord(
    kind="update",
    zh="修改记录",
    en="Update record",
    group="data",
    config_schema=closed(
        ("set",),
        record=RECORD,
        form=KEY,
        where=FILTER,
        set=SET,
        most={"type": "integer", "minimum": 1, "maximum": 1000, "default": 200},
    ),
    sample={"record": "{plan}", "set": {"approval": '"approved"'}, "to": "end"},
)
