"""Assign (分配): gives a record to one of several people by a rule."""

from collections.abc import Generator, Iterator, Mapping
from typing import Any

from engine.schema import FORMULA, KEY, array, closed
from flow_engine.acts import Act, Choose, Update
from flow_engine.asking import people, record_at
from flow_engine.node import Name, Node, NodeContext
from flow_engine.nodes._records import RECORD
from flow_engine.outcome import Go
from flow_engine.settings import CONDITION, PEOPLE

MODES = ("fixed", "rotation", "weighted", "least_load", "skill", "sticky", "pool", "random")


class Assign(Node):
    """Rows are looked at in order, the first whose condition holds says who and how. Ways: `assigned`, `nobody`.

    The person is written into `field` of the record and named by `as`.
    """

    def gives(self, config: Mapping[str, Any]) -> Iterator[Name]:
        if "as" in config:
            yield Name(config["as"], type="person")

    def enter(self, ctx: NodeContext) -> Generator[Act, Any, Go]:
        config = ctx.config
        form, record_id = (yield from record_at(ctx, "record")) if "record" in config else (None, None)
        chosen = None
        for index, row in enumerate(config["rows"]):
            if "when" in row and not (yield from ctx.holds(f"rows/{index}/when")):
                continue
            chosen = yield from self._choose(ctx, index, row, form, record_id)
            if chosen is not None or not row.get("else_next"):
                break
        named = {config["as"]: chosen} if "as" in config else {}
        if chosen is None:
            return Go("nobody", named)
        if form is not None and record_id is not None and "field" in config:
            yield Update(form, record_id, {config["field"]: chosen})
            ctx.wrote()
        return Go("assigned", named)

    def _choose(
        self, ctx: NodeContext, index: int, row: Mapping[str, Any], form: str | None, record_id: str | None
    ) -> Generator[Act, Any, str | None]:
        found = yield from people(ctx, f"rows/{index}/who")
        among = tuple(one if isinstance(one, str) else one[0] for one in found)
        rule = yield from ctx.filled(f"rows/{index}/rule")
        key = f"{ctx.instance.flow}.{ctx.token.node}.{row['key']}"
        chosen = yield Choose(
            key, {"mode": row.get("mode", "rotation"), **(rule or {})}, among, form, record_id
        )
        return chosen if isinstance(chosen, str) else None


NODE = Assign(
    kind="assign",
    zh="分配",
    en="Assign",
    group="route",
    outcomes=("assigned", "nobody"),
    config_schema=closed(
        ("rows",),
        record=RECORD,
        field=KEY,
        rows=array(
            closed(
                ("key", "who"),
                key=KEY,
                when=CONDITION,
                who=PEOPLE,
                mode={"enum": list(MODES)},
                rule=closed(
                    weights={
                        "type": "object",
                        "additionalProperties": {"type": "integer", "minimum": 0, "maximum": 100},
                    },
                    attendance={"type": "boolean"},
                    daily={"type": "integer", "minimum": 1},
                    most={"type": "integer", "minimum": 1},
                    load=closed(("form",), form=KEY, field=KEY, where=FORMULA),
                    skill=FORMULA,
                    sticky=FORMULA,
                    pool=KEY,
                ),
                else_next={"type": "boolean"},
            ),
            minItems=1,
            maxItems=200,
        ),
        **{"as": KEY},
    ),
    sample={
        "record": "{lead}",
        "field": "owner_id",
        "rows": [{"key": "all", "who": {"role": "consultant"}}],
        "to": "end",
    },
)
