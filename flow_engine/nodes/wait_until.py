"""Wait until (等到): a point in time that may move with a field, or a condition on records."""

from collections.abc import Generator, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from engine.problems import Code, Problem
from engine.schema import closed
from flow_engine.acts import Act
from flow_engine.asking import after, moment, span_of
from flow_engine.happenings import Happening, Looked, RecordChanged, TimerFired
from flow_engine.node import Node, NodeContext
from flow_engine.outcome import Go, Hold, NewTimer
from flow_engine.settings import CONDITION, PLAIN_SPAN, SPAN, TIME_RULE

AT_OR_WHEN = Code(
    "flow.at_or_when",
    zh="请在“时间”和“条件”中选一种",
    en="Give either a time (`at`) or a condition (`when`)",
    hint_zh="填写其中一项",
    hint_en="Fill in one of them",
)
GRACE = timedelta(hours=1)
"""So much later is not late."""
_MINUTES = {"s": 1 / 60, "m": 1, "h": 60, "d": 1440, "w": 10080, "mo": 43200, "y": 525600}


class WaitUntil(Node):
    """`late` says what to do when the time has passed already: `run_now`, `skip` (way `late`), run within a span, or
    at the next window.

    A condition is looked at now and whenever a record it reads changes; `most` gives up after a while (way `late`). While the
    field that `at` looks at is blank, it waits for it.
    """

    def enter(self, ctx: NodeContext) -> Generator[Act, Any, Go | Hold]:
        if "when" in ctx.config:
            return (yield from self._for_condition(ctx))
        return (yield from self._for_time(ctx))

    def resume(self, ctx: NodeContext, happening: Happening) -> Go | Hold | Generator[Act, Any, Go | Hold]:
        if isinstance(happening, TimerFired):
            if happening.key == "wait" and self._waits_for_window(
                ctx, ctx.fired.at if ctx.fired else ctx.now
            ):
                return self._next_window(ctx)
            return Go("late") if happening.key == "most" or self._came_late(ctx) else Go("come")
        if isinstance(happening, RecordChanged | Looked):
            return self._look(ctx) if "when" in ctx.config else self._retime(ctx)
        return Hold(ctx.token.wait or "timer")

    def _look(self, ctx: NodeContext) -> Generator[Act, Any, Go | Hold]:
        if (yield from ctx.holds("when")):
            return Go("come")
        return Hold("record", subscriptions=ctx.watched("when"))

    def _retime(self, ctx: NodeContext) -> Generator[Act, Any, Go | Hold]:
        # A blank field has no timer that could move: its first value sets it.
        if ctx.token.wait == "timer":
            return Hold("timer")
        return (yield from self._for_time(ctx))

    def _for_condition(self, ctx: NodeContext) -> Generator[Act, Any, Go | Hold]:
        if (yield from ctx.holds("when")):
            return Go("come")
        timers: tuple[NewTimer, ...] = ()
        if "most" in ctx.config:
            at = yield from span_of(ctx, "most", ctx.now, ctx.config)
            timers = () if at is None else (NewTimer("most", at),)
        return Hold("record", timers=timers, subscriptions=ctx.watched("when"))

    def _for_time(self, ctx: NodeContext) -> Generator[Act, Any, Go | Hold]:
        found = yield from moment(ctx, "", ctx.now)
        place = "at/field" if isinstance(ctx.config["at"], Mapping) else "at"
        if found is None:
            return Hold("record", subscriptions=ctx.watched(place))
        at, anchor = found
        if at <= ctx.now:
            # What is over when it begins is no wait, so that a loop of such is seen to be endless.
            if self._waits_for_window(ctx, at):
                return (yield from self._next_window(ctx))
            is_late = at < ctx.now and self._is_too_late(ctx.config["late"], ctx.now - at)
            return Go("late" if is_late else "come")
        return Hold("timer", timers=(NewTimer("wait", at, anchor, {"late": ctx.config["late"]}),))

    def _waits_for_window(self, ctx: NodeContext, at: datetime) -> bool:
        return ctx.config["late"] == "next_window" and ctx.now - at > GRACE

    def _next_window(self, ctx: NodeContext) -> Generator[Act, Any, Go | Hold]:
        """Wait for the time of the day that the rule names, else for when the branch is open: nothing happens by night."""
        rule = ctx.config["at"]
        given = rule.get("time") if isinstance(rule, Mapping) else None
        at = yield from after(ctx, ctx.now, "0d", "wall" if given else "business", given)
        if at < ctx.now:
            at = yield from after(ctx, ctx.now, "1d", "wall", given)
        if at <= ctx.now:
            return Go("come")
        return Hold("timer", timers=(NewTimer("wait", at),))

    def _came_late(self, ctx: NodeContext) -> bool:
        """After an outage, or when the field moved into the past, the time may have gone by too long ago."""
        late = ctx.config["late"]
        return (
            isinstance(late, Mapping)
            and ctx.fired is not None
            and self._is_too_late(late, ctx.now - ctx.fired.at)
        )

    def _is_too_late(self, late: Any, by: timedelta) -> bool:
        if late in ("run_now", "next_window"):
            return False
        return late == "skip" or by > timedelta(minutes=_minutes(late["within"]))

    def check(self, config: Mapping[str, Any], path: str) -> Iterator[Problem]:
        if ("at" in config) == ("when" in config):
            yield AT_OR_WHEN.at(path)


def _minutes(span: str) -> float:
    unit = span.lstrip("0123456789")
    return int(span[: -len(unit)]) * _MINUTES[unit]


NODE = WaitUntil(
    kind="wait_until",
    zh="等到",
    en="Wait until",
    group="wait",
    outcomes=("come", "late"),
    waits=True,
    watches_records=True,
    config_schema=closed(
        at=TIME_RULE,
        when=CONDITION,
        most=SPAN,
        late={
            "anyOf": [{"enum": ["run_now", "skip", "next_window"]}, closed(("within",), within=PLAIN_SPAN)],
            "default": "run_now",
        },
    ),
    sample={"at": "TODAY()", "to": "end"},
)
