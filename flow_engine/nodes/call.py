"""Call flow (调用流程): starts another flow, and waits for its end or not."""

from collections.abc import Generator, Iterator, Mapping
from typing import Any

from engine.schema import FORMULA, KEY, Schema, closed
from flow_engine import refusals
from flow_engine.acts import Act
from flow_engine.asking import values_at
from flow_engine.happenings import ChildEnded, Happening
from flow_engine.node import Name, Node, NodeContext, Way
from flow_engine.outcome import Call, Fail, Go, Hold
from flow_engine.settings import VALUES

BY_OUTCOME: Schema = {
    "type": "object",
    "propertyNames": {"pattern": KEY["pattern"]},
    "additionalProperties": KEY,
    "minProperties": 1,
    "maxProperties": 20,
}


class CallFlow(Node):
    """`record`: what the called flow is about; `values`: its variables. What its end gives is named by `as`.

    Ways: `done`, `cancelled`; by `by_outcome` where each outcome of the called flow leads (`{"rejected": node}`).
    """

    def ways(self, config: Mapping[str, Any]) -> tuple[Way, ...]:
        own = {way.key for way in super().ways(config)}
        more = config.get("by_outcome", {}).items()
        return (*super().ways(config), *(Way(key, to) for key, to in more if key not in own))

    def gives(self, config: Mapping[str, Any]) -> Iterator[Name]:
        if "as" in config:
            yield Name(config["as"], type="json")

    def enter(self, ctx: NodeContext) -> Generator[Act, Any, Go | Hold]:
        config = ctx.config
        record_id = yield from ctx.work_out("record")
        form = ctx.form_of("record")
        if "record" not in config:
            form, record_id = ctx.instance.form, ctx.instance.record_id
        values = yield from values_at(ctx, "values")
        call = Call(
            config["flow"], form, record_id if isinstance(record_id, str) else None, values, config["waits"]
        )
        return Hold("child", calls=(call,)) if config["waits"] else Go("done", calls=(call,))

    def resume(self, ctx: NodeContext, happening: Happening) -> Go | Hold | Fail:
        if not isinstance(happening, ChildEnded):
            return Hold("child")
        variables = {ctx.config["as"]: dict(happening.result)} if "as" in ctx.config else {}
        if happening.outcome in ctx.config.get("by_outcome", ()):
            return Go(happening.outcome, variables)
        to = ctx.config.get("to")
        if happening.outcome == "cancelled":
            if isinstance(to, dict) and "cancelled" in to:
                return Go("cancelled", variables)
            return Fail(refusals.CHILD_FAILED.at("", outcome=happening.outcome))
        return Go("done", variables)


NODE = CallFlow(
    kind="call",
    zh="调用流程",
    en="Call flow",
    group="control",
    outcomes=("done", "cancelled"),
    waits=True,
    config_schema=closed(
        ("flow",),
        flow=KEY,
        record=FORMULA,
        values=VALUES,
        waits={"type": "boolean", "default": True},
        by_outcome=BY_OUTCOME,
        **{"as": KEY},
    ),
    sample={"flow": "other", "to": "end"},
)
