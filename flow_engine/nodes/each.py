"""For each (逐条处理): runs a region for every item of a list or every record of a filter, one after another or at once."""

from collections.abc import Generator, Iterator, Mapping, Sequence
from typing import Any

from engine.problems import Code, Problem
from engine.schema import FORMULA, KEY, closed
from flow_engine.acts import Act, Find
from flow_engine.asking import value_at
from flow_engine.happenings import BodyEnded, Happening, InstanceAction
from flow_engine.node import Name, Node, NodeContext
from flow_engine.outcome import Body, End, Fail, Go, Hold
from flow_engine.settings import CONDITION, FILTER, SORT

TOO_MANY = Code(
    "flow.too_many_items",
    zh="要处理 {count} 条，超过上限 {most} 条",
    en="There are {count} items, more than the limit of {most}",
    hint_zh="缩小条件，或调高上限",
    hint_en="Narrow the filter, or raise the limit",
)
OF_OR_OVER = Code(
    "flow.of_or_over",
    zh="请在“列表”和“记录”中选一种",
    en="Give either a list (`of`) or records (`over`)",
    hint_zh="填写其中一项",
    hint_en="Fill in one of them",
)
Answer = Hold | Go | End | Fail


class Each(Node):
    """Items may be added while it runs (`add`), until it is closed (`close`) where it is `open`; `complete` ends it at once.

    `until`: a condition over `{done}` (items finished) and `{count}` (items there are), looked at after each item; when it
    holds, the rest runs out unheeded or is cancelled.
    """

    def bodies(self, config: Mapping[str, Any]) -> tuple[str, ...]:
        return (config["body"],)

    def gives(self, config: Mapping[str, Any]) -> Iterator[Name]:
        over = config.get("over")
        if over is not None:
            yield Name(config["as"], form=over["form"], is_inside=True)
        else:
            yield Name(config["as"], item_of="of", is_inside=True)

    def enter(self, ctx: NodeContext) -> Generator[Act, Any, Answer]:
        items = yield from self._items(ctx)
        if len(items) > ctx.config["most"]:
            return Fail(TOO_MANY.at("", count=len(items), most=ctx.config["most"]))
        if not items and not ctx.config["open"]:
            return Go()
        data = {
            "count": len(items),
            "next": 0,
            "done": 0,
            "running": 0,
            "open": ctx.config["open"],
            "passed": False,
        }
        return self._more(ctx, data, items, is_new=True)

    def resume(self, ctx: NodeContext, happening: Happening) -> Answer | Generator[Act, Any, Answer]:
        if isinstance(happening, BodyEnded):
            return self._one_done(ctx)
        if isinstance(happening, InstanceAction):
            return self._by_hand(ctx, happening)
        return Hold("body")

    def _items(self, ctx: NodeContext) -> Generator[Act, Any, list[Any]]:
        over = ctx.config.get("over")
        if over is None:
            value = yield from value_at(ctx, "of")
            return list(value) if isinstance(value, list | tuple) else [] if value is None else [value]
        names = yield from ctx.names_in("over/where")
        limit = ctx.config["most"] + 1
        found = yield Find(over["form"], over.get("where", ""), names, tuple(over.get("sort", ())), limit)
        return list(found)

    def _more(
        self, ctx: NodeContext, data: Mapping[str, Any], items: Sequence[Any], is_new: bool = False
    ) -> Hold:
        """Open as many regions as may run at once.

        The list is kept beside the token, where a step that only counts on does not write it again.
        """
        most = 1 if ctx.config["mode"] == "sequential" else ctx.config.get("limit", data["count"])
        at = data["next"]
        upto = min(data["count"], at + max(0, most - data["running"]))
        bodies = tuple(Body(ctx.config["body"], {ctx.config["as"]: items[i]}, i) for i in range(at, upto))
        kept = {_kept(ctx): list(items)} if is_new else {}
        moved = {**data, "next": upto, "running": data["running"] + len(bodies)}
        return Hold("body", moved, bodies=bodies, variables=kept)

    def _one_done(self, ctx: NodeContext) -> Generator[Act, Any, Answer]:
        old = _memory(ctx)
        data = {**old, "done": old["done"] + 1, "running": old["running"] - 1}
        is_met = "until" in ctx.config and not old["passed"]
        if is_met and (yield from ctx.holds("until", done=data["done"], count=data["count"])):
            if ctx.config["rest"] == "cancel" or not data["running"]:
                return self._over(ctx)
            # The flow goes on; items that have begun run out, no others begin.
            rest = {**data, "count": data["next"], "open": False, "passed": True}
            return Hold("body", rest, forks=("to",))
        return self._go_on(ctx, data)

    def _go_on(self, ctx: NodeContext, data: Mapping[str, Any]) -> Answer:
        if data["running"] == 0 and data["next"] >= data["count"] and not data["open"]:
            return End("swallow") if data["passed"] else self._over(ctx)
        return self._more(ctx, data, _listed(ctx))

    def _over(self, ctx: NodeContext) -> Go:
        return Go(variables={_kept(ctx): None})

    def _by_hand(self, ctx: NodeContext, action: InstanceAction) -> Answer:
        data = dict(_memory(ctx))
        if action.action == "complete":
            return self._over(ctx)
        if action.action == "close":
            return self._go_on(ctx, {**data, "open": False})
        if action.action == "add":
            added = action.values.get("items")
            items = [*_listed(ctx), *(added if isinstance(added, list | tuple) else ())]
            if len(items) > ctx.config["most"]:
                return Fail(TOO_MANY.at("", count=len(items), most=ctx.config["most"]))
            return self._more(ctx, {**data, "count": len(items)}, items, is_new=True)
        return Hold("body")

    def check(self, config: Mapping[str, Any], path: str) -> Iterator[Problem]:
        if ("of" in config) == ("over" in config):
            yield OF_OR_OVER.at(path)


def _kept(ctx: NodeContext) -> str:
    """Return the variable that holds the list of this stay."""
    return f"_items.{ctx.token.token_id}"


def _listed(ctx: NodeContext) -> Sequence[Any]:
    # Instances begun before hold the list in the token itself.
    found = ctx.token.data.get("items")
    return found if found is not None else ctx.variable(_kept(ctx)) or ()


def _memory(ctx: NodeContext) -> Mapping[str, Any]:
    data = ctx.token.data
    return data if "count" in data else {**data, "count": len(data["items"])}


NODE = Each(
    kind="each",
    zh="逐条处理",
    en="For each",
    config_schema=closed(
        ("body",),
        of=FORMULA,
        over=closed(("form",), form=KEY, where=FILTER, sort=SORT),
        **{"as": {**KEY, "default": "item"}},
        mode={"enum": ["sequential", "parallel"], "default": "sequential"},
        limit={"type": "integer", "minimum": 1, "maximum": 1000},
        body=KEY,
        until={**CONDITION, "x-names": {"done": "number", "count": "number"}},
        rest={"enum": ["run_out", "cancel"], "default": "run_out"},
        open={"type": "boolean", "default": False},
        most={"type": "integer", "minimum": 1, "maximum": 5000, "default": 1000},
    ),
    sample={"of": "LIST(1, 2)", "body": "inside", "to": "end"},
)
