"""Open time as a table: what `engine.access.spans` reckons durations in SQL with, of the very windows that due times go by."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

from engine.access.spans import ALWAYS_OPEN, STRETCHES
from flow_engine.calendar.hours import Hours

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DAY_S = 86_400
Stretches = list[tuple[int, int]]
"""Seconds since 1970, in order, apart from one another."""


def open_table(branches: Mapping[str, Hours], first: date, last: date) -> str:
    """Return the open time of branches from one day to another, as JSON. Branches with the same hours share a calendar."""
    calendars: dict[str, int] = {}
    numbers: dict[str, int] = {}
    days: list[list[int]] = []
    for branch, hours in branches.items():
        mark = repr(
            (sorted(hours.weekly.items()), hours.zone_name, sorted(hours.days.items()), hours.keeps_holidays)
        )
        if mark not in numbers:
            numbers[mark] = len(numbers)
            days += _days(numbers[mark], hours, first, last)
        calendars[branch] = numbers[mark]
    return json.dumps({"of": calendars, "days": days}, separators=(",", ":")) if calendars else ALWAYS_OPEN


def _days(number: int, hours: Hours, first: date, last: date) -> list[list[int]]:
    """Return a row for each day (UTC): what was open before it, and its own stretches."""
    by_day: dict[int, Stretches] = {}
    reached = 0
    for at in range(-1, (last - first).days + 2):
        for window in hours.of(first + timedelta(days=at)):
            start = max(_seconds(window.start), reached)
            end = _seconds(window.end)
            reached = max(reached, end)
            while start < end:
                day = start // DAY_S
                until = min(end, (day + 1) * DAY_S)
                by_day.setdefault(day, []).append((start - day * DAY_S, until - day * DAY_S))
                start = until
    rows: list[list[int]] = []
    before = 0
    begin = (datetime.combine(first, datetime.min.time(), UTC) - EPOCH).days
    for day in range(begin, begin + (last - first).days + 1):
        own = _joined(by_day.get(day, ()))
        flat = [one for stretch in own for one in stretch]
        rows.append([number, day, before, *flat, *([0, 0] * (STRETCHES - len(own)))])
        before += sum(end - start for start, end in own)
    return rows


def _joined(given: Sequence[tuple[int, int]]) -> Stretches:
    """Return stretches without breaks of no length, and without the shortest breaks where there are too many."""
    found: Stretches = []
    for start, end in given:
        if found and found[-1][1] == start:
            found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
    while len(found) > STRETCHES:
        at = min(range(1, len(found)), key=lambda n: found[n][0] - found[n - 1][1])
        found[at - 1 : at + 1] = [(found[at - 1][0], found[at][1])]
    return found


def _seconds(at: datetime) -> int:
    return int((at - EPOCH).total_seconds())


__all__ = ["open_table"]
