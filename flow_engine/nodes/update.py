"""Update (修改记录): new values in one record, or in all that a filter finds."""

from collections.abc import Generator, Iterator, Mapping
from typing import Any

from engine.problems import Code, Problem
from engine.schema import KEY, closed
from flow_engine.acts import Act, Find, Read, Update
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
        if "record" in ctx.config:
            form, record_id = yield from record_at(ctx, "record")
            yield from self._hold(ctx, form, record_id)
            values = yield from values_at(ctx, "set")
            yield Update(form, record_id, values)
        else:
            values = yield from values_at(ctx, "set")
            form = ctx.config["form"]
            names = yield from ctx.names_in("where")
            for record_id in (yield Find(form, ctx.config.get("where", ""), names, (), ctx.config["most"])):
                yield Update(form, record_id, values)
        ctx.wrote()
        return Go()

    def _hold(self, ctx: NodeContext, form: str, record_id: str) -> Generator[Act, Any, None]:
        """Hold the record where its new values hang on its old ones, so that two changes at once both count."""
        it = (f"record:{form}", record_id)
        places = [f"set/{key}" for key in ctx.config["set"]]
        if any(it in ctx.watched(one) or ctx.reads_beyond("record", one) for one in places):
            yield Read(form, record_id, frozenset(), is_held=True)
            # What was read before it was held may be of yesterday.
            ctx.wrote()

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
