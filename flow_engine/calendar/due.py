"""Due times: a span on a clock, a time of the day, and clocks that stand still for a while."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from engine.expressions.moments import add_months
from engine.problems import Code, Rejected
from flow_engine.calendar.business import BusinessTime
from flow_engine.calendar.hours import on_the_wall
from flow_engine.calendar.span import Span, read_span

BAD_CLOCK = Code(
    "calendar.clock",
    zh="没有名为“{given}”的时钟",
    en="There is no clock called “{given}”",
    hint_zh="可选：wall（自然时间）、business（营业时间）、person（个人班次）",
    hint_en="Take wall, business (opening hours) or person (the person's shifts)",
)
BAD_TIME = Code(
    "calendar.time",
    zh="“{given}”不是一天中的时刻",
    en="“{given}” is not a time of day",
    hint_zh="请写成 09:30 的样子",
    hint_en="Write it like 09:30",
)

_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?")
CLOCKS = ("wall", "business", "person")


@dataclass(frozen=True, slots=True)
class Moment:
    """What a due time is reckoned from: the clock's zone, and its open time (None on the wall clock)."""

    zone: ZoneInfo
    open_time: BusinessTime | None = None


def due(start: datetime, after: str | Span, moment: Moment, at_time: str | None = None) -> datetime:
    """Return `start` and `after` later, in UTC; with `at_time` moved to that time of the day it falls on.

    On the wall clock months, weeks and days keep the time of the clock (also over a change to summer time) and a
    month's end is its last day; hours and less are exact. On an open clock days are open days, hours and less
    count open time only, months are the calendar's, and the answer is never in closed time. A span with a minus
    (`-2h`) is reckoned backwards in the same way.
    """
    span = read_span(after) if isinstance(after, str) else after
    if moment.open_time is None:
        found = _on_the_wall(start, span.sign * span.months, span.sign * span.days, moment.zone)
        found += span.sign * span.time
    else:
        found = _in_open_time(start, span, moment.open_time, moment.zone)
    return found if at_time is None else moved_to(found, at_time, moment)


def moved_to(at: datetime, time_of_day: str, moment: Moment) -> datetime:
    """Return that time of the local day of `at`: earlier or later; on an open clock the next open instant from there."""
    clock = read_time(time_of_day)
    day = at.astimezone(moment.zone).date()
    found = on_the_wall(day, clock, moment.zone)
    return found if moment.open_time is None else moment.open_time.next_open(found)


def read_time(text: str, path: str = "") -> time:
    """Return a time of day such as `09:30`. Rejected."""
    if _TIME.fullmatch(text) is None:
        raise Rejected(BAD_TIME.at(path, given=text))
    return time.fromisoformat(text)


def time_left(now: datetime, due_at: datetime, moment: Moment) -> timedelta:
    """Return how much is left on the clock: what to keep when it stops (waiting for the patient). Below 0 on the wall when late."""
    return due_at - now if moment.open_time is None else moment.open_time.between(now, due_at)


def resumed(now: datetime, left: timedelta, moment: Moment) -> datetime:
    """Return the due time of a clock that goes on `now` with so much left."""
    return now + left if moment.open_time is None else moment.open_time.add(now, max(left, timedelta()))


def _on_the_wall(start: datetime, months: int, days: int, zone: ZoneInfo) -> datetime:
    if not months and not days:
        return start.astimezone(UTC)
    local = start.astimezone(zone)
    day = add_months(local.date(), months) + timedelta(days=days)
    return on_the_wall(day, local.time(), zone)


def _in_open_time(start: datetime, span: Span, open_time: BusinessTime, zone: ZoneInfo) -> datetime:
    at = _on_the_wall(start, span.sign * span.months, 0, zone)
    if span.sign < 0:
        return open_time.back(open_time.back_days(at, span.days), span.time)
    return open_time.add(open_time.add_days(at, span.days), span.time)
