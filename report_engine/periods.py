"""Periods of reports: phrases and LAST(…) bound to days, and the periods they are compared with."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from engine.expressions.calendar_cn import lunar
from engine.problems import Code, Rejected
from report_engine.buckets import (
    CALENDAR,
    MONTHS,
    ONE,
    Bucket,
    all_buckets,
    fiscal,
    floor_day,
    month_of,
    months,
    plus_months,
)

BAD_PERIOD = Code(
    "report.bad_period",
    zh="看不懂时间范围“{given}”",
    en="The period “{given}” cannot be read",
    hint_zh="可写：today、this month、last month、last 6 months、previous 30 days、this year to date、this fiscal year、2026-01-01..2026-03-31",
    hint_en="Write: today, this month, last month, last 6 months, previous 30 days, this year to date, this fiscal year, 2026-01-01..2026-03-31",
)
UNITS = {
    "day": "day",
    "week": "week",
    "xun": "xun",
    "month": "month",
    "quarter": "quarter",
    "half": "half",
    "year": "year",
}
PHRASES = re.compile(
    r"^(?:(?P<day>today|yesterday|all)|(?P<which>this|last|next) (?P<unit>day|week|xun|month|quarter|half|year|fiscal year|fiscal quarter)(?P<to> to date)?"
    r"|(?P<how>last|previous|next) (?P<n>[1-9][0-9]{0,4}) (?P<units>days?|weeks?|months?|quarters?|years?)"
    r"|(?P<from>[0-9]{4}-[0-9]{2}-[0-9]{2})\.\.(?P<until>[0-9]{4}-[0-9]{2}-[0-9]{2}))$"
)


@dataclass(frozen=True, slots=True)
class Period:
    """Days from `start` up to, not with, `end`; None: open. `unit` and `count`: what it is made of."""

    start: date | None
    end: date | None
    unit: str = "day"
    count: int = 1

    @property
    def is_open(self) -> bool:
        return self.start is None or self.end is None

    def until(self, day: date) -> "Period":
        """Return the part of it before `day`."""
        end = day if self.end is None else min(self.end, day)
        return Period(self.start, end if self.start is None else max(end, self.start), self.unit, self.count)

    def to_json(self) -> dict[str, Any]:
        """Return `{"from", "to"}` with the last day, not the day after."""
        last = self.end - ONE if self.end is not None else None
        return {"from": self.start and self.start.isoformat(), "to": last and last.isoformat()}


def read_period(given: object, today: date, path: str = "/period", year_starts: int = 1) -> Period:
    """Return the period that a phrase or `{"from", "to"}` means. Rejected otherwise. `year_starts`: month of the fiscal year."""
    if isinstance(given, Mapping):
        return _between(given.get("from"), given.get("to"), given, path)
    found = PHRASES.match(given.strip().lower()) if isinstance(given, str) else None
    if found is None:
        raise Rejected(BAD_PERIOD.at(path, given=str(given)))
    if found["day"] == "all":
        return Period(None, None)
    if found["day"]:
        start = today if found["day"] == "today" else today - ONE
        return Period(start, start + ONE)
    if found["from"]:
        return _between(found["from"], found["until"], given, path)
    if found["which"]:
        shift = {"this": 0, "last": -1, "next": 1}[found["which"]]
        size = fiscal(found["unit"].replace(" ", "_"), year_starts)
        whole = units_from(today, size, shift, 1)
        return whole.until(_same_day(today, size, shift) + ONE) if found["to"] else whole
    unit, count = found["units"].removesuffix("s"), int(found["n"])
    try:
        if found["how"] == "next":
            return units_from(today, unit, 0, count)
        first = 1 - count if found["how"] == "last" else -count
        return units_from(today, unit, first, count)
    except (ValueError, OverflowError):
        raise Rejected(BAD_PERIOD.at(path, given=str(given))) from None


def _same_day(today: date, unit: str, shift: int) -> date:
    """Return the day of an earlier or later unit that stands where today stands in its own."""
    if unit in MONTHS:
        return plus_months(today, shift * MONTHS[unit])
    if unit == "xun":
        here, there = floor_day(today, unit), units_from(today, unit, shift, 1)
        return min(there.start + (today - here), there.end - ONE) if there.start and there.end else today
    return today + shift * (7 if unit == "week" else 1) * ONE


def _between(start: Any, end: Any, given: Any, path: str) -> Period:
    try:
        first = date.fromisoformat(start) if start else None
        last = date.fromisoformat(end) + ONE if end else None
    except (ValueError, TypeError, OverflowError):
        raise Rejected(BAD_PERIOD.at(path, given=str(given))) from None
    if first is not None and last is not None and last <= first:
        raise Rejected(BAD_PERIOD.at(path, given=str(given)))
    if first is None or last is None:
        return Period(first, last)
    if first.day == 1 and last.day == 1:
        return Period(first, last, "month", months(last) - months(first))
    return Period(first, last, "day", (last - first).days)


def units_from(today: date, unit: str, first: int, count: int) -> Period:
    """Return `count` whole units, the first of them `first` units after the one that holds `today`."""
    here = floor_day(today, unit)
    if unit in MONTHS:
        start = month_of(months(here) + first * MONTHS[unit])
        return Period(start, month_of(months(start) + count * MONTHS[unit]), unit, count)
    if unit == "xun":
        start = here
        end = here
        for _ in range(abs(first)):
            start = floor_day(start - ONE, "xun") if first < 0 else _after(start)
        end = start
        for _ in range(count):
            end = _after(end)
        return Period(start, end, unit, count)
    size = 7 if unit == "week" else 1
    start = here + first * size * ONE
    return Period(start, start + count * size * ONE, unit, count)


def _after(start: date) -> date:
    return start.replace(day=start.day + 10) if start.day < 21 else month_of(months(start) + 1)


@dataclass(frozen=True, slots=True)
class Shift:
    """How to get from days of a comparison period to those of the period itself, and back."""

    months: int = 0
    days: int = 0

    def back(self, day: date) -> date:
        """Return the day that `day` is compared with."""
        return plus_months(day, -self.months) - self.days * ONE

    def forth(self, bucket: Bucket | None, grain: str | None) -> Bucket | None:
        """Return the bucket that the shown bucket of the comparison stands beside."""
        if not isinstance(bucket, date) or grain is None:
            return bucket
        if isinstance(bucket, datetime):
            moved = plus_months(bucket.date(), self.months) + self.days * ONE
            return bucket.replace(year=moved.year, month=moved.month, day=moved.day)
        moved = plus_months(bucket, self.months) + self.days * ONE
        return floor_day(moved, grain)


@dataclass(frozen=True, slots=True)
class Beside:
    """Days that are shown (`of`) and the earlier ones that stand beside them (`then`), with the shift between the two."""

    of: Period
    then: Period
    shift: Shift


def compared(
    name: str, period: Period, today: date, grain: str | None, baseline: Period | None = None
) -> list[Beside]:
    """Return what a period is compared with, part by part; nothing where it is open.

    A period that is not over yet is compared with the same part of the other one. Most comparisons have one part; by
    Spring Festival each bucket is shifted by itself, and buckets shifted alike are one part. `baseline`: the days of
    the comparison "baseline".
    """
    if period.start is None or period.end is None:
        return []
    end = min(period.end, max(today + ONE, period.start + ONE)) if period.end > today + ONE else period.end
    if name == BASELINE:
        return _with_baseline(period, end, grain, baseline)
    if name == "spring_festival":
        return list(_by_festival(period, period.start, end, grain))
    shift = SHIFTS[name](period, grain)
    start, until = shift.back(period.start), shift.back(end - ONE) + ONE
    if end == period.end and shift.months and period.unit in MONTHS:
        # Whole months against whole months: February is compared with all of January.
        until = shift.back(period.end)
    return [Beside(period, Period(start, until, period.unit, period.count), shift)]


def _with_baseline(period: Period, end: date, grain: str | None, baseline: Period | None) -> list[Beside]:
    """Return the days somebody chose, first beside first; by time no more of them than there are days to stand beside."""
    assert period.start is not None
    if baseline is None or baseline.start is None or baseline.end is None:
        return []
    is_whole = end == period.end
    apart = months(period.start) - months(baseline.start)
    by_months = period.start.day == baseline.start.day == 1 and apart and grain != "week"
    shift = Shift(months=apart) if by_months else Shift(days=(period.start - baseline.start).days)
    last = shift.back(end) if by_months and end.day == 1 else shift.back(end - ONE) + ONE
    until = baseline.end if is_whole and grain is None else min(baseline.end, last)
    return [Beside(period, Period(baseline.start, max(until, baseline.start + ONE)), shift)]


def _by_festival(period: Period, start: date, end: date, grain: str | None) -> Iterator[Beside]:
    """Yield the buckets around a Spring Festival beside as many days around the one before, all others beside last year's.

    Without buckets of the calendar the whole period is one.
    """
    size = None if grain not in CALENDAR else "day" if grain == "hour" else grain
    firsts = [start] if size is None else [max(start, one) for one in _begins(size, start, end)]
    ends = [*firsts[1:], end]
    parts: list[tuple[date, date, Shift]] = []
    for first, until in zip(firsts, ends, strict=True):
        shift = _festive(first, until) or _year(period, grain)
        if parts and parts[-1][2] == shift:
            parts[-1] = (parts[-1][0], until, shift)
        else:
            parts.append((first, until, shift))
    for first, until, shift in parts:
        last = shift.back(until) if shift.months and until.day == 1 else shift.back(until - ONE) + ONE
        of = Period(first, until, period.unit, period.count)
        yield Beside(of, Period(shift.back(first), last, period.unit, period.count), shift)


def _begins(size: str, start: date, end: date) -> Iterator[date]:
    return (one for one in all_buckets(size, start, end) if isinstance(one, date))


def _festive(start: date, end: date) -> Shift | None:
    """Return the shift from one festival to the one before, for days whose middle lies in its season."""
    middle = start + (end - ONE - start) // 2
    for year in (middle.year, middle.year + 1):
        festival = spring_festival(year)
        if festival - BEFORE_FESTIVAL <= middle <= festival + AFTER_FESTIVAL:
            return Shift(days=(festival - spring_festival(year - 1)).days)
    return None


def _previous(period: Period, grain: str | None) -> Shift:
    assert period.start is not None
    assert period.end is not None
    if period.unit in MONTHS and period.start.day == 1 and grain != "week":
        return Shift(months=max(1, period.count) * MONTHS[period.unit])
    if period.unit == "week":
        return Shift(days=7 * max(1, period.count))
    if grain == "week":
        return Shift(days=-(-(period.end - period.start).days // 7) * 7)
    return Shift(days=(period.end - period.start).days)


def _year(period: Period, grain: str | None) -> Shift:
    # Weeks are compared with weeks, so that weekends stand beside weekends.
    return Shift(days=364) if grain == "week" or period.unit == "week" else Shift(months=12)


SHIFTS: Mapping[str, Callable[[Period, str | None], Shift]] = {
    "previous_period": _previous,
    "previous_month": lambda _p, g: Shift(days=28) if g == "week" else Shift(months=1),
    "previous_year": _year,
    "same_weekdays": lambda _p, _g: Shift(days=364),
}
BASELINE = "baseline"
COMPARISONS = frozenset({*SHIFTS, "spring_festival", BASELINE})
BEFORE_FESTIVAL, AFTER_FESTIVAL = 56 * ONE, 42 * ONE
"""The season of a Spring Festival: eight weeks before it and six after."""


@lru_cache(maxsize=256)
def spring_festival(year: int) -> date:
    """Return the first day of the Chinese year that begins in `year`."""
    day = date(year, 1, 20)
    while lunar(day) != "正月初一":
        day += timedelta(days=1)
        if day > date(year, 2, 22):
            raise ValueError(year)
    return day


def days_of(given: Any) -> int | None:
    """Return the days of `"90d"`, `"12w"`, `"3m"`; None for none."""
    if not given:
        return None
    size = {"d": 1, "w": 7, "m": 30, "y": 365}
    return int(str(given)[:-1]) * size.get(str(given)[-1], 1)
