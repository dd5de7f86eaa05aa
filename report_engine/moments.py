"""Measures of a moment: states, what counts over the days before it, and what is known of the present alone.

`as_of`: everything up to the end of the period. `trailing`: the days before its end, however long the period is.
`as_of: "now"`: records as they stand; of a moment that is over nothing is said, or what `past` says. TODAY() in such measures is the day
of their moment. Those that do not gather from bucket to bucket are asked for each bucket of time by itself.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from engine.expressions import parse
from engine.expressions.nodes import Node
from engine.problems import Rejected
from report_engine import wording as w
from report_engine.binding import Bound
from report_engine.buckets import all_buckets, next_bucket
from report_engine.measures import Measure
from report_engine.periods import Period
from report_engine.problems import STATE_OVER_TIME
from report_engine.results import value_of
from report_engine.table import Cell

if TYPE_CHECKING:
    from report_engine.query import Ask, Line

ONE = timedelta(days=1)
DAYS = ("day", "week", "xun", "month", "quarter", "half", "year", "fiscal_quarter", "fiscal_year")
MOST = 120
"""Buckets that are asked for one by one."""


def moment_of(period: Period | None, today: date) -> date:
    """Return the day that a state is of: the last of the period, at most today."""
    return today if period is None or period.end is None else min(today, period.end - ONE)


def is_over(period: Period | None, today: date) -> bool:
    return moment_of(period, today) < today


def tells_the_day(one: Measure) -> bool:
    """Tell whether a measure of a moment asks which day it is."""
    if not (one.as_of or one.trailing):
        return False
    texts = [*one.filters, *(text for text in (one.among, one.expression) if text)]
    return any(_is_today(node) for text in texts for node in parse(text, "").walk())


def placed_at(node: Node, one: Measure, period: Period | None, today: date) -> Node:
    """Return a formula of a measure as of its moment."""
    day = moment_of(period, today)
    if not (one.as_of or one.trailing) or day == today:
        return node
    return _with_day(node, w.call("DATE", *(w.literal(part) for part in (day.year, day.month, day.day))))


def _is_today(node: Node) -> bool:
    return node.kind == "call" and str(node.value).upper() == "TODAY"


def _with_day(node: Node, day: Node) -> Node:
    if _is_today(node):
        return day
    return replace(node, args=tuple(_with_day(one, day) for one in node.args))


def days_of_measure(one: Measure, period: Period | None, today: date) -> tuple[date | None, date | None]:
    """Return from which day up to, not with, which day a measure counts."""
    start, end = (period.start, period.end) if period is not None else (None, None)
    if one.trailing:
        last = moment_of(period, today)
        return last - timedelta(days=one.trailing - 1), last + ONE
    return (None, end) if one.as_of else (start, end)


def apart(bound: Bound, ask: "Ask", measures: Iterable[Measure]) -> list[Measure]:
    """Return the base measures that are asked for each bucket by itself, or of which nothing is to be had."""
    in_time = any(bound.dimension(key).is_time for key in ask.by)
    return [
        one
        for one in measures
        if (one.only_now and (in_time or is_over(ask.period, bound.today)))
        or (in_time and (one.trailing or (one.as_of and (not one.adds_up or tells_the_day(one)))))
    ]


def asked_apart(
    bound: Bound, ask: "Ask", measures: Sequence[Measure], lines: Callable[[Bound, "Ask"], list["Line"]]
) -> Iterator["Line"]:
    """Yield the groups of these measures: each bucket of time at its own end, the past as it can be told."""
    whole = replace(ask, order=None, most=None)
    at = next((place for place, key in enumerate(ask.by) if bound.dimension(key).is_time), None)
    if at is None:
        yield from _told(bound, whole, measures, lines)
        return
    if ask.shift is not None:
        return
    grain, period = bound.dimension(ask.by[at]).grain, ask.period
    if grain not in DAYS:
        raise Rejected(STATE_OVER_TIME.at(one.path, measure=one.name) for one in measures)
    if period is None or period.start is None or period.end is None:
        return
    buckets = [one for one in all_buckets(str(grain), period.start, period.end) if isinstance(one, date)]
    for here in [one for one in buckets if one <= bound.today][-MOST:]:
        inside = Period(max(here, period.start), min(next_bucket(here, str(grain)), period.end))
        inner = replace(whole, by=(*ask.by[:at], *ask.by[at + 1 :]), period=inside)
        for line in _told(bound, inner, measures, lines):
            yield replace(line, key=(*line.key[:at], here, *line.key[at:]))


def _told(
    bound: Bound, ask: "Ask", measures: Sequence[Measure], lines: Callable[[Bound, "Ask"], list["Line"]]
) -> Iterator["Line"]:
    """Yield the groups of measures at one moment; what is not known of it is blank."""
    over = is_over(ask.period, bound.today)
    plain = tuple(one for one in measures if not (one.only_now and over))
    if plain:
        yield from lines(replace(bound, measures=plain), ask)
    for one in measures:
        past = bound.pasts.get(one.identity) if one not in plain else None
        if past is not None:
            [measure] = past.measures
            for line in lines(past, ask):
                cases = {one.identity: min(line.cases.values())} if line.cases else {}
                yield replace(line, values={one.identity: value_of(measure, line.values)}, cases=cases)


def merged(found: Iterable["Line"], more: Iterable["Line"], measures: Sequence[Measure]) -> list["Line"]:
    """Return groups with the values of others of the same key; these measures are blank where nothing was said."""
    made: dict[Any, Line] = {one.key: one for one in found}
    for one in more:
        here = made.get(one.key)
        made[one.key] = (
            one
            if here is None
            else replace(here, values={**here.values, **one.values}, cases={**here.cases, **one.cases})
        )
    blank: dict[Any, Cell] = dict.fromkeys(one.identity for one in measures if one.only_now)
    return [replace(one, values={**blank, **one.values}) if blank else one for one in made.values()]


__all__ = [
    "apart",
    "asked_apart",
    "days_of_measure",
    "is_over",
    "merged",
    "moment_of",
    "placed_at",
    "tells_the_day",
]
