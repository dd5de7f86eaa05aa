"""Days that come every year: birthdays (29 February too), lunar birthdays, solar terms."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from engine.expressions.calendar_cn import LUNAR_YEARS, solar_term
from engine.problems import Code, Rejected

NO_TERM = Code(
    "calendar.solar_term",
    zh="没有名为“{given}”的节气",
    en="There is no solar term “{given}”",
    hint_zh="请写二十四节气之一，如 立春、冬至",
    hint_en="Take one of the 24 solar terms, such as 立春 or 冬至",
)
OUT_OF_YEARS = Code(
    "calendar.lunar_years",
    zh="农历只推算 1900 到 2100 年",
    en="Lunar dates are known from 1900 to 2100",
)

TERMS = (
    "小寒", "大寒", "立春", "雨水", "惊蛰", "春分", "清明", "谷雨", "立夏", "小满", "芒种", "夏至",
    "小暑", "大暑", "立秋", "处暑", "白露", "秋分", "寒露", "霜降", "立冬", "小雪", "大雪", "冬至",
)  # fmt: skip
_FIRST_TERM = timedelta(days=5)
_TERM_STEP = 15.22


@dataclass(frozen=True, slots=True)
class LunarDay:
    """A day of the lunar calendar. `month` 1 to 12; a leap month repeats the number of the month before it."""

    year: int
    month: int
    day: int
    is_leap: bool = False


def yearly(anchor: date, year: int, leap_day: str = "feb28") -> date:
    """Return the day of `anchor` in `year`; 29 February falls on the 28th in common years, or, by `leap_day` "mar1", on 1 March."""
    if anchor.month == 2 and anchor.day == 29 and not _is_leap(year):
        return date(year, 3, 1) if leap_day == "mar1" else date(year, 2, 28)
    return anchor.replace(year=year)


def next_yearly(anchor: date, on_or_after: date, leap_day: str = "feb28") -> date:
    """Return the first yearly return of `anchor` on or after a day."""
    found = yearly(anchor, on_or_after.year, leap_day)
    return found if found >= on_or_after else yearly(anchor, on_or_after.year + 1, leap_day)


@lru_cache(maxsize=256)
def _months_of(year: int) -> dict[int, tuple[date, int]]:
    """Return the months of a lunar year (a leap month below nought) with their first day and how many days they have."""
    from lunar_python import LunarYear, Solar

    found = {}
    for one in LunarYear.fromYear(year).getMonthsInYear():
        first = Solar.fromJulianDay(one.getFirstJulianDay())
        day = date(first.getYear(), first.getMonth(), first.getDay())
        found[one.getMonth()] = (day, one.getDayCount())
    return found


@lru_cache(maxsize=8192)
def lunar_day(day: date) -> LunarDay:
    """Return a day in the lunar calendar. Rejected outside 1900 to 2100."""
    if day.year not in LUNAR_YEARS:
        raise Rejected(OUT_OF_YEARS.at(""))
    # The lunar year begins in January or February.
    year = day.year if _months_of(day.year)[1][0] <= day else day.year - 1
    months = _months_of(year)
    month = max((one for one in months if months[one][0] <= day), key=lambda one: months[one][0])
    return LunarDay(year, abs(month), (day - months[month][0]).days + 1, month < 0)


@lru_cache(maxsize=8192)
def from_lunar(year: int, month: int, day: int, is_leap: bool = False) -> date:
    """Return the day on which a lunar date falls in a lunar year, in the way birthdays are kept.

    Who was born in a leap month keeps it in the ordinary month of years without that leap month; who was born on
    the 30th keeps the 29th when the month has no more.
    """
    if year not in LUNAR_YEARS:
        raise Rejected(OUT_OF_YEARS.at(""))
    months = _months_of(year)
    first, days = months[-month if is_leap and -month in months else month]
    return first + timedelta(days=min(day, days) - 1)


def next_lunar(anchor: date, on_or_after: date) -> date:
    """Return the first return, on or after a day, of the lunar date of `anchor` (a birthday as the sun counts it)."""
    born = lunar_day(anchor)
    for year in range(on_or_after.year - 1, on_or_after.year + 2):
        found = from_lunar(year, born.month, born.day, born.is_leap)
        if found >= on_or_after:
            return found
    raise Rejected(OUT_OF_YEARS.at(""))


@lru_cache(maxsize=2048)
def solar_term_day(year: int, name: str) -> date:
    """Return the day of a solar term in a year. Rejected."""
    if name not in TERMS:
        raise Rejected(NO_TERM.at("", given=name))
    if year not in LUNAR_YEARS:
        raise Rejected(OUT_OF_YEARS.at(""))
    about = date(year, 1, 1) + _FIRST_TERM + timedelta(days=round(TERMS.index(name) * _TERM_STEP))
    near = (about + timedelta(days=shift) for shift in range(-4, 5))
    return next(day for day in near if solar_term(day) == name)


def next_solar_term(name: str, on_or_after: date) -> date:
    """Return the first day of a solar term on or after a day."""
    found = solar_term_day(on_or_after.year, name)
    return found if found >= on_or_after else solar_term_day(on_or_after.year + 1, name)


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
