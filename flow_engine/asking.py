"""What nodes often ask: when something is due, who somebody is, which record a formula means."""

from collections.abc import Generator, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from engine.expressions import ErrorValue
from engine.problems import Rejected
from flow_engine import refusals
from flow_engine.acts import Act, Due, People
from flow_engine.node import NodeContext
from flow_engine.settings import at, is_span

Found = tuple[datetime, Mapping[str, Any] | None]
_PLAIN = {"s": 1, "m": 60, "h": 3600}


def span_of(
    ctx: NodeContext, place: str, start: datetime, around: Mapping[str, Any], clock: str = ""
) -> Generator[Act, Any, datetime | None]:
    """Return `start` plus the stretch of time at `place`; None where its formula gives none."""
    value = yield from ctx.work_out(place)
    if not isinstance(value, str) or not is_span(value):
        return None
    return (yield from after(ctx, start, value, clock or around.get("clock", "wall"), around.get("time")))


def after(
    ctx: NodeContext,
    start: datetime,
    span: str,
    clock: str = "wall",
    time: str | None = None,
    person: str | None = None,
) -> Generator[Act, Any, datetime]:
    """Return `start` plus `span` by a clock."""
    # Hours of the wall clock need no calendar, so nobody is asked.
    if clock == "wall" and time is None and span[-1] in _PLAIN and span[-2].isdigit():
        return start + timedelta(seconds=int(span[:-1]) * _PLAIN[span[-1]])
    answer: datetime = yield Due(start, span, clock, ctx.instance.branch_id, person, time)
    return answer


def moment(ctx: NodeContext, place: str, now: datetime) -> Generator[Act, Any, Found | None]:
    """Return when the settings at `place` say, with the anchor it moves with.

    They hold `after` (from now), or `at`: a formula, or a field with an offset. None: no such time now.
    """
    config = at(ctx.config, place)
    prefix = f"{place}/" if place else ""
    if config.get("after") is not None:
        found = yield from span_of(ctx, prefix + "after", now, config)
        return None if found is None else (found, None)
    rule = config.get("at")
    if isinstance(rule, Mapping):
        return (yield from anchored(ctx, f"{prefix}at", rule))
    value = yield from ctx.work_out(prefix + "at")
    found = yield from as_moment(ctx, value)
    if found is None:
        return None
    hangs_on = ctx.anchor(prefix + "at")
    # What is reckoned from now would run away from its time with every change.
    return found, {"place": prefix + "at", "is_whole": True, **hangs_on} if hangs_on else None


def anchored(ctx: NodeContext, place: str, rule: Mapping[str, Any]) -> Generator[Act, Any, Found | None]:
    """Return the time of a field plus its offset, and the anchor by which it is worked out anew when the field moves."""
    start = yield from as_moment(ctx, (yield from ctx.work_out(f"{place}/field")))
    sign, span = 1, "0s"
    for name, way in (("plus", 1), ("minus", -1)):
        if rule.get(name) is not None:
            value = yield from ctx.work_out(f"{place}/{name}")
            if not isinstance(value, str) or not is_span(value.lstrip("-")):
                return None
            sign, span = way, value
    given = {
        "span": span if sign > 0 else "-" + span,
        "time": rule.get("time"),
        "clock": rule.get("clock", "wall"),
    }
    anchor = {"place": place, **ctx.anchor(f"{place}/field"), **given}
    if start is None:
        return None
    return (yield from shifted(ctx, start, given)), anchor


def anchor_place(anchor: Mapping[str, Any]) -> str:
    """Return where the formula stands whose value an anchored timer hangs on."""
    place: str = anchor["place"]
    return place if anchor.get("is_whole") else f"{place}/field"


def shifted(ctx: NodeContext, start: datetime, anchor: Mapping[str, Any]) -> Generator[Act, Any, datetime]:
    """Return the time that `anchor` gives when its field holds `start`."""
    span, time, clock = anchor["span"], anchor.get("time"), anchor.get("clock", "wall")
    if clock == "wall" and time is None:
        sign = -1 if span.startswith("-") else 1
        plain = span.lstrip("-")
        if plain[-1] in _PLAIN and plain[-2].isdigit():
            return start + sign * timedelta(seconds=int(plain[:-1]) * _PLAIN[plain[-1]])
    answer: datetime = yield Due(start, span, clock, ctx.instance.branch_id, None, time)
    return answer


def as_moment(ctx: NodeContext, value: Any) -> Generator[Act, Any, datetime | None]:
    """Return a formula's value as an instant; a day is its first moment in the branch's zone."""
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return ctx.start_of(value)
    return None
    yield


def people(ctx: NodeContext, place: str) -> Generator[Act, Any, list[Any]]:
    """Return who the settings at `place` mean: user ids, or (proxy, owner), each once, in a steady order."""
    given = at(ctx.config, place)
    found: list[Any] = []
    for index, one in enumerate(given) if isinstance(given, list) else ((None, given),):
        where = place if index is None else f"{place}/{index}"
        if isinstance(one, Mapping):
            rule = yield from ctx.filled(where)
        else:
            named = as_users((yield from ctx.work_out(where)))
            if not named:
                continue
            rule = {"group": [{"user": one} for one in named]}
        instance = ctx.instance
        answer = yield People(rule, instance.flow, instance.form, instance.record_id)
        found.extend(who for who in answer or () if who not in found)
    return found


def as_users(value: Any) -> list[str]:
    """Return a formula's value as user ids."""
    if isinstance(value, str):
        return [value] if value else []
    if isinstance(value, list | tuple):
        return [one for one in value if isinstance(one, str) and one]
    return []


def value_at(ctx: NodeContext, place: str, **given: Any) -> Generator[Act, Any, Any]:
    """Return a formula's value; a failed one is the node's failure, for it would be written or acted upon."""
    value = yield from ctx.work_out(place, **given)
    if isinstance(value, ErrorValue):
        raise Rejected(refusals.CALCULATION.at(f"/{place}", place=place, why=str(value)))
    return value


def values_at(ctx: NodeContext, place: str, **given: Any) -> Generator[Act, Any, dict[str, Any]]:
    """Return the values of the formulas by key at `place`."""
    found: dict[str, Any] = {}
    for key in at(ctx.config, place) or ():
        found[key] = yield from value_at(ctx, f"{place}/{key}", **given)
    return found


def record_at(ctx: NodeContext, place: str) -> Generator[Act, Any, tuple[str, str]]:
    """Return (form, id) of the record that the formula at `place` gives. Rejected when there is none."""
    value = yield from ctx.work_out(place)
    form = ctx.form_of(place)
    if not isinstance(value, str) or not value or form is None:
        raise Rejected(refusals.NO_RECORD.at(f"/{place}", name=str(at(ctx.config, place))))
    return form, value
