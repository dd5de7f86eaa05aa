"""Reckoning in open time. The closing instant of a window still counts as open: a deadline may fall on it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

from engine.problems import Code, Rejected
from flow_engine.calendar.hours import Window, Windows, on_the_wall

NEVER_OPEN = Code(
    "calendar.never_open",
    zh="从 {day} 起一年内没有营业时间，无法推算期限",
    en="There is no open time within a year of {day}, so no deadline can be worked out",
    hint_zh="请在分院的“营业时间”和休息日里检查，或把时钟改为自然时间",
    hint_en="Check the branch's opening hours and days off, or count by the wall clock",
)

HORIZON_DAYS = 400
MOST_DAYS = 20_000


@dataclass(frozen=True, slots=True)
class BusinessTime:
    """Adds and measures time over the windows of a branch or a person. All instants are aware; answers are UTC."""

    windows: Windows

    def is_open(self, at: datetime) -> bool:
        """Tell whether `at` lies in a window, its ends included."""
        return any(window.start <= at <= window.end for window in self._near(at))

    def next_open(self, at: datetime) -> datetime:
        """Return `at` when it is open, else the next opening. Rejected when there is none within a year."""
        for window in self._from(at):
            return max(at.astimezone(UTC), window.start)
        raise Rejected(NEVER_OPEN.at("", day=self._day(at)))

    def add(self, start: datetime, span: timedelta) -> datetime:
        """Return the instant when `span` of open time has gone by since `start`."""
        left, at = span, self.next_open(start)
        for window in self._from(at):
            there = max(at, window.start)
            if left <= window.end - there:
                return there + left
            left -= window.end - there
        raise Rejected(NEVER_OPEN.at("", day=self._day(at)))

    def back(self, end: datetime, span: timedelta) -> datetime:
        """Return the instant from which `span` of open time goes by until `end`."""
        left, at = span, self.last_open(end)
        for window in self._back_from(at):
            there = min(at, window.end)
            if left <= there - window.start:
                return there - left
            left -= there - window.start
        raise Rejected(NEVER_OPEN.at("", day=self._day(at)))

    def last_open(self, at: datetime) -> datetime:
        """Return `at` when it is open, else the last closing before it."""
        for window in self._back_from(at):
            return min(at.astimezone(UTC), window.end)
        raise Rejected(NEVER_OPEN.at("", day=self._day(at)))

    def add_days(self, start: datetime, days: int) -> datetime:
        """Return the same time of the clock so many open days on, moved into that day's windows.

        A start in closed time counts from the next opening, so a call that came at night on Monday and is due in
        one day is due on Wednesday at opening.
        """
        return self._days(self.next_open(start), days, 1)

    def back_days(self, start: datetime, days: int) -> datetime:
        """Return the same time of the clock so many open days before, moved into that day's windows."""
        return self._days(self.last_open(start), days, -1)

    def _days(self, at: datetime, days: int, step: int) -> datetime:
        if days <= 0:
            return at
        origin = self._home(at)
        left, quiet, day = min(days, MOST_DAYS), 0, origin
        while left:
            day += timedelta(days=step)
            quiet += 1
            if self.windows.of(day):
                left, quiet = left - 1, 0
            elif quiet > HORIZON_DAYS:
                raise Rejected(NEVER_OPEN.at("", day=day))
        wall = at.astimezone(self.windows.zone).replace(tzinfo=None) + (day - origin)
        return _into(on_the_wall(wall.date(), wall.time(), self.windows.zone), self.windows.of(day))

    def between(self, start: datetime, end: datetime) -> timedelta:
        """Return the open time from `start` to `end`; nothing when `end` is not later."""
        total = timedelta()
        if end <= start:
            return total
        for window in self._until(start, end):
            total += max(timedelta(), min(end, window.end) - max(start, window.start))
        return total

    def _day(self, at: datetime) -> date:
        return at.astimezone(self.windows.zone).date()

    def _home(self, at: datetime) -> date:
        """The day whose window holds `at`: a night shift belongs to the evening it began."""
        day = self._day(at)
        for window in self.windows.of(day - timedelta(days=1)):
            if window.start <= at <= window.end:
                return day - timedelta(days=1)
        return day

    def _near(self, at: datetime) -> Iterator[Window]:
        day = self._day(at)
        for one in (day - timedelta(days=1), day):
            yield from self.windows.of(one)

    def _until(self, start: datetime, end: datetime) -> Iterator[Window]:
        """Windows of all days from `start` to `end`, none overlapping another."""
        day, last, reached = self._day(start) - timedelta(days=1), self._day(end), None
        while day <= last:
            for window in self.windows.of(day):
                if reached is not None and window.start < reached:
                    if window.end <= reached:
                        continue
                    window = Window(reached, window.end)  # noqa: PLW2901 - last night's shift runs into this morning
                reached = window.end
                yield window
            day += timedelta(days=1)

    def _from(self, at: datetime) -> Iterator[Window]:
        """Windows that end at or after `at`, in order, until a year without any."""
        reached, day, quiet = at.astimezone(UTC), self._day(at) - timedelta(days=1), 0
        while quiet <= HORIZON_DAYS:
            quiet += 1
            for window in self.windows.of(day):
                if window.end >= reached:
                    start = max(window.start, reached)
                    quiet = 0
                    if start <= window.end:
                        yield Window(start, window.end)
                        reached = window.end
            day += timedelta(days=1)

    def _back_from(self, at: datetime) -> Iterator[Window]:
        """Open time at or before `at`, the latest first, day by day, until a year without any."""
        reached, day, quiet = at.astimezone(UTC), self._day(at), 0
        while quiet <= HORIZON_DAYS:
            quiet += 1
            for window in reversed(self._within(day)):
                if window.start <= reached:
                    quiet = 0
                    yield Window(window.start, min(window.end, reached))
            day -= timedelta(days=1)

    def _within(self, day: date) -> list[Window]:
        """Open time between the midnights of a day, what runs over from the day before included, nothing twice."""
        zone = self.windows.zone
        first, last = on_the_wall(day, time(), zone), on_the_wall(day + timedelta(days=1), time(), zone)
        both = (*self.windows.of(day - timedelta(days=1)), *self.windows.of(day))
        found: list[Window] = []
        for window in sorted(both, key=lambda one: one.start):
            start, end = max(window.start, first), min(window.end, last)
            if start >= end:
                continue
            if found and start <= found[-1].end:
                found[-1] = Window(found[-1].start, max(found[-1].end, end))
            else:
                found.append(Window(start, end))
        return found


def _into(wanted: datetime, windows: tuple[Window, ...]) -> datetime:
    """Return `wanted` moved into the windows of its day: up to an opening, down to the last closing."""
    if wanted <= windows[0].start:
        return windows[0].start
    for before, after in pairwise(windows):
        if before.end < wanted < after.start:
            return after.start
    return min(wanted, windows[-1].end)
