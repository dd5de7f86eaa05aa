"""Race (先到先走): waits for several things; the first that happens picks the way."""

from collections.abc import Generator, Iterator, Mapping
from typing import Any

from engine.problems import Code, Problem
from engine.schema import FORMULA, KEY, closed
from flow_engine.acts import Act
from flow_engine.asking import moment
from flow_engine.happenings import Happening, Looked, MessageCame, RecordChanged, TimerFired
from flow_engine.node import Name, Node, NodeContext, Way
from flow_engine.nodes._ways import key_problems, ways_of, ways_schema
from flow_engine.outcome import Go, Hold, NewTimer
from flow_engine.settings import CONDITION, MESSAGE_NAME, SPAN, TIME_RULE

ONE_EVENT = Code(
    "flow.one_event",
    zh="分支“{key}”要且只能等一件事：时间、消息或条件",
    en="The way “{key}” waits for exactly one thing: a time, a message or a condition",
    hint_zh="填写 after、at、message、when 中的一项",
    hint_en="Write one of after, at, message, when",
)


class Race(Node):
    """Each way waits for a time (`after`, `at`), a `message` or a condition (`when`) on records."""

    def ways(self, config: Mapping[str, Any]) -> tuple[Way, ...]:
        return tuple(Way(way.key, way.to, label=way.label) for way in ways_of(config))

    def gives(self, config: Mapping[str, Any]) -> Iterator[Name]:
        for way in config["ways"]:
            if "as" in way:
                yield Name(way["as"], type="json", is_maybe=True)

    def enter(self, ctx: NodeContext) -> Generator[Act, Any, Hold | Go]:
        timers: list[NewTimer] = []
        listens: list[tuple[str, str]] = []
        blank: list[str] = []
        for index, way in enumerate(ctx.config["ways"]):
            place = f"ways/{index}"
            if "message" in way:
                listens.append((way["message"], (yield from ctx.correlation(f"{place}/correlate"))))
            elif "when" in way:
                if (yield from ctx.holds(f"{place}/when")):
                    return Go(way["key"])
                listens.extend(ctx.watched(f"{place}/when"))
            else:
                found = yield from moment(ctx, place, ctx.now)
                if found is not None:
                    timers.append(NewTimer(f"way.{way['key']}", found[0], found[1]))
                elif "at" in way:
                    blank.append(way["key"])
                    listens.extend((*ctx.watched(f"{place}/at"), *ctx.watched(f"{place}/at/field")))
        over = [one for one in timers if one.at <= ctx.now]
        if over:
            # What is over when it begins is no wait, so that a loop of such is seen to be endless.
            return Go(min(over, key=lambda one: one.at).key.removeprefix("way."))
        data = {"blank": blank} if blank else None
        return Hold("race", data, timers=tuple(timers), subscriptions=tuple(listens))

    def resume(self, ctx: NodeContext, happening: Happening) -> Go | Hold | Generator[Act, Any, Go | Hold]:
        if isinstance(happening, TimerFired):
            return Go(happening.key.removeprefix("way."))
        if isinstance(happening, MessageCame):
            way = next(one for one in ctx.config["ways"] if one.get("message") == happening.name)
            return Go(way["key"], {way["as"]: dict(happening.body)} if "as" in way else {})
        if isinstance(happening, RecordChanged | Looked):
            return self._look(ctx)
        return Hold("race")

    def _look(self, ctx: NodeContext) -> Generator[Act, Any, Go | Hold]:
        listens: list[tuple[str, str]] = []
        for index, way in enumerate(ctx.config["ways"]):
            if "when" in way:
                if (yield from ctx.holds(f"ways/{index}/when")):
                    return Go(way["key"])
                listens.extend(ctx.watched(f"ways/{index}/when"))
        blank = ctx.token.data.get("blank", ())
        timers: list[NewTimer] = []
        for index, way in enumerate(ctx.config["ways"]):
            found = (yield from moment(ctx, f"ways/{index}", ctx.now)) if way["key"] in blank else None
            if found is not None:
                timers.append(NewTimer(f"way.{way['key']}", found[0], found[1]))
        if not timers:
            return Hold("race", subscriptions=tuple(listens))
        # A date that was blank has been filled in.
        set_ = {one.key.removeprefix("way.") for one in timers}
        data = {**ctx.token.data, "blank": [key for key in blank if key not in set_]}
        return Hold("race", data, timers=tuple(timers), subscriptions=tuple(listens))

    def check(self, config: Mapping[str, Any], path: str) -> Iterator[Problem]:
        yield from key_problems(config, path)
        for index, way in enumerate(config["ways"]):
            if sum(name in way for name in ("after", "at", "message", "when")) != 1:
                yield ONE_EVENT.at(f"{path}/ways/{index}", key=way["key"])


NODE = Race(
    kind="race",
    zh="先到先走",
    en="First event wins",
    group="wait",
    has_to=False,
    waits=True,
    watches_records=True,
    config_schema=closed(
        ("ways",),
        ways=ways_schema(
            after=SPAN,
            at=TIME_RULE,
            clock={"enum": ["wall", "business"]},
            message=MESSAGE_NAME,
            correlate=FORMULA,
            when=CONDITION,
            **{"as": KEY},
        ),
    ),
    sample={
        "ways": [{"key": "late", "after": "2h", "to": "end"}, {"key": "paid", "message": "paid", "to": "end"}]
    },
)
