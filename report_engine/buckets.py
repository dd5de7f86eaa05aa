"""Buckets of time: what day belongs to which hour, week, 旬, month … and which buckets a stretch of days has.

A bucket of the calendar is known by its first day (an hour by its first minute, local time); a bucket of the clock
(weekday 1–7 from Monday, hour of day 0–23, month of year 1–12) by its number.
"""

from calendar import monthrange
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, time, timedelta

PLAIN = ("hour", "day", "week", "xun", "month", "quarter", "half", "year")
CLOCK = ("weekday", "hour_of_day", "month_of_year", "day_of_month")
FISCAL: Mapping[str, int] = {"fiscal_year": 12, "fiscal_quarter": 3}
"""Buckets of a clinic's own year; once bound they say in which month it starts: `fiscal_year_4`."""
BOUND_FISCAL: Mapping[str, int] = {
    f"{name}_{month}": size for name, size in FISCAL.items() for month in range(2, 13)
}
CALENDAR = (*PLAIN, *FISCAL, *BOUND_FISCAL)
GRAINS = (*PLAIN, *FISCAL, *CLOCK)
ONE = timedelta(days=1)
MONTHS: Mapping[str, int] = {"month": 1, "quarter": 3, "half": 6, "year": 12, **FISCAL, **BOUND_FISCAL}
DAYS: Mapping[str, int] = {"day": 1, "week": 7}
Bucket = date | datetime | int


def month_of(count: int) -> date:
    """Return the first day of the month so many months after year 0; beyond the calendar its first or last day."""
    if not 12 <= count < 120_000:
        return date.min if count < 12 else date.max
    return date(count // 12, count % 12 + 1, 1)


def months(day: date) -> int:
    """Return how many months after year 0 a day lies."""
    return day.year * 12 + day.month - 1


def fiscal(grain: str, starts: int) -> str:
    """Return a bucket of a year that starts in a month; all others stay what they are."""
    if grain not in FISCAL:
        return grain
    return grain.removeprefix("fiscal_") if starts == 1 else f"{grain}_{starts}"


def months_late(grain: str) -> int:
    """Return how many months after January the year of a bucket starts."""
    return int(grain.rpartition("_")[2]) - 1 if grain in BOUND_FISCAL else 0


def plus_months(day: date, count: int) -> date:
    """Return the same day so many months on, at most the end of its month."""
    first = month_of(months(day) + count)
    return first.replace(day=min(day.day, monthrange(first.year, first.month)[1]))


def floor_day(day: date, grain: str) -> date:
    """Return the first day of the calendar bucket that holds `day`."""
    if grain in MONTHS:
        size, late = MONTHS[grain], months_late(grain)
        return month_of((months(day) - late) // size * size + late)
    if grain == "week":
        return day - day.weekday() * ONE
    if grain == "xun":
        return day.replace(day=1 if day.day <= 10 else 11 if day.day <= 20 else 21)
    return day


def next_bucket(start: date, grain: str) -> date:
    """Return the first day of the bucket after the one that begins on `start`."""
    if grain in MONTHS:
        return month_of(months(start) + MONTHS[grain])
    if grain == "xun":
        return start.replace(day=start.day + 10) if start.day < 21 else month_of(months(start) + 1)
    step = DAYS.get(grain, 1) * ONE
    return start + step if start <= date.max - step else date.max


def number_of(moment: date, hour: int, grain: str) -> int:
    """Return the number of a clock bucket."""
    numbers: Mapping[str, Callable[[], int]] = {
        "weekday": moment.isoweekday,
        "hour_of_day": lambda: hour,
        "month_of_year": lambda: moment.month,
        "day_of_month": lambda: moment.day,
    }
    return numbers[grain]()


def all_buckets(grain: str, start: date, end: date) -> Iterator[Bucket]:
    """Yield every bucket that has a day from `start` up to, not with, `end`; clock buckets are always the same."""
    if grain in CLOCK:
        low, high = {
            "weekday": (1, 8),
            "hour_of_day": (0, 24),
            "month_of_year": (1, 13),
            "day_of_month": (1, 32),
        }[grain]
        yield from range(low, high)
        return
    if grain == "hour":
        moment = datetime.combine(start, time())
        while moment.date() < end:
            yield moment
            moment += timedelta(hours=1)
        return
    here = floor_day(start, grain)
    while here < end:
        yield here
        after = next_bucket(here, grain)
        if after <= here:
            return
        here = after
