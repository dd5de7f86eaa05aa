"""When a place is open: windows of a day, from weekly hours, public holidays, make-up days and days of its own."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from engine.expressions.calendar_cn import is_holiday, is_workday
from engine.expressions.moments import DEFAULT_ZONE, zone_of

Stretch = tuple[time, time]
"""Opening and closing on the wall; a closing not later than the opening is the next day's."""


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of open time, in UTC; `start` before `end`."""

    start: datetime
    end: datetime


class Windows(Protocol):
    """Open time by local day. Windows of a day are in order, apart from one another, and belong to the day they start on."""

    @property
    def zone(self) -> ZoneInfo: ...

    def of(self, day: date) -> tuple[Window, ...]: ...


@dataclass(frozen=True)
class Hours:
    """The opening hours of a branch. `days` (a branch's own closed and extra days) win over everything else.

    `weekly`: 0 (Monday) to 6 → stretches. On a public holiday the branch is closed, unless `keeps_holidays` is
    false. A make-up workday (调休) on which the branch is closed by its week has the hours of a Monday.
    """

    weekly: Mapping[int, tuple[Stretch, ...]]
    zone_name: str = DEFAULT_ZONE
    days: Mapping[date, tuple[Stretch, ...]] = field(default_factory=dict)
    keeps_holidays: bool = True
    holiday: Callable[[date], bool] = is_holiday
    workday: Callable[[date], bool] = is_workday
    _known: dict[date, tuple[Window, ...]] = field(default_factory=dict, repr=False, compare=False)

    @property
    def zone(self) -> ZoneInfo:
        return zone_of(self.zone_name)

    @property
    def is_always(self) -> bool:
        """Tell whether it never closes."""
        return self.weekly is ALWAYS and not self.days and not self.keeps_holidays

    def of(self, day: date) -> tuple[Window, ...]:
        """Return the open windows that start on a local day."""
        known = self._known.get(day)
        if known is None:
            known = self._known[day] = windows_of(day, self._stretches(day), self.zone)
        return known

    def _stretches(self, day: date) -> tuple[Stretch, ...]:
        own = self.days.get(day)
        if own is not None:
            return own
        if self.keeps_holidays and self.holiday(day):
            return ()
        usual = self.weekly.get(day.weekday(), ())
        if not usual and day.weekday() >= 5 and self.workday(day):
            return next((self.weekly[n] for n in range(5) if self.weekly.get(n)), ())
        return usual


@dataclass(frozen=True)
class Shifts:
    """The working time of a person: the roster where it says something of the day, else the branch's hours."""

    shifts: Mapping[date, tuple[Stretch, ...]]
    branch: Windows

    @property
    def zone(self) -> ZoneInfo:
        return self.branch.zone

    def of(self, day: date) -> tuple[Window, ...]:
        """Return the windows in which the person works."""
        own = self.shifts.get(day)
        return self.branch.of(day) if own is None else windows_of(day, own, self.zone)


def windows_of(day: date, stretches: Sequence[Stretch], zone: ZoneInfo) -> tuple[Window, ...]:
    """Return stretches of a day as windows, in order; those that meet or overlap become one."""
    spans: list[tuple[datetime, datetime]] = []
    for opens, closes in stretches:
        last = day if closes > opens else day + timedelta(days=1)
        start, end = on_the_wall(day, opens, zone), on_the_wall(last, closes, zone)
        if start < end:
            spans.append((start, end))
    merged: list[tuple[datetime, datetime]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(Window(start, end) for start, end in merged)


def on_the_wall(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """Return the instant at which the clock on the wall shows this, in UTC.

    A time that a change to summer time leaves out is the moment of the change; of a time that comes twice it is the
    first, unless `clock.fold` says the second.
    """
    wall = datetime.combine(day, clock)
    found = wall.replace(tzinfo=zone).astimezone(UTC)
    if found.astimezone(zone).replace(tzinfo=None) == wall:
        return found
    early, late = (wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (1, 0))
    while late - early > timedelta(seconds=1):  # the change lies between the two readings
        middle = (early + (late - early) / 2).replace(microsecond=0)
        is_after = middle.astimezone(zone).replace(tzinfo=None) > wall
        early, late = (early, middle) if is_after else (middle, late)
    return late


def without(stretches: Sequence[Stretch], breaks: Sequence[Stretch]) -> tuple[Stretch, ...]:
    """Return a shift less its breaks; shifts here do not cross midnight, or have no breaks."""
    left = list(stretches)
    for start, end in breaks:
        cut: list[Stretch] = []
        for opens, closes in left:
            if closes <= opens or end <= opens or start >= closes:
                cut.append((opens, closes))
                continue
            if opens < start:
                cut.append((opens, start))
            if end < closes:
                cut.append((end, closes))
        left = cut
    return tuple(left)


ALWAYS: Mapping[int, tuple[Stretch, ...]] = {day: ((time(), time()),) for day in range(7)}
"""Open day and night: where a branch says nothing of its hours."""
