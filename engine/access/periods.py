"""Days by name: this week, last 7 days, birthdays soon."""

from collections.abc import Mapping
from datetime import date, timedelta

Days = tuple[date | None, date | None]
"""First day, and the day after the last; None: open."""
ONE = timedelta(days=1)
MOST = 36_600


def period(given: object, today: date) -> Days | None:
    """Return the days of `{"period": "last_n_days", "n": 7}`; None when there is no such period.

    Weeks begin on Monday. The last 7 days end with today, the next 7 begin with it: today counts in both.
    """
    if not isinstance(given, Mapping) or set(given) - {"period", "n"}:
        return None
    name, n = given.get("period"), given.get("n", 0)
    if not isinstance(name, str) or not isinstance(n, int) or isinstance(n, bool) or not 0 <= n <= MOST:
        return None
    if name in NAMED:
        shift, unit = NAMED[name]
        return _unit(unit, today, shift)
    days = timedelta(days=n)
    counted: Mapping[str, Days] = {
        "last_n_days": (today - days + ONE, today + ONE),
        "next_n_days": (today, today + days),
        "n_days_ago": (today - days, today - days + ONE),
        "n_days_ahead": (today + days, today + days + ONE),
        "over_n_days_ago": (None, today - days),
        "past": (None, today),
        "future": (today + ONE, None),
    }
    return counted.get(name)


NAMED: Mapping[str, tuple[int, str]] = {
    "today": (0, "day"),
    "yesterday": (-1, "day"),
    "tomorrow": (1, "day"),
} | {
    f"{word}_{unit}": (shift, unit)
    for unit in ("week", "month", "quarter", "year")
    for word, shift in (("this", 0), ("last", -1), ("next", 1))
}


def _unit(unit: str, today: date, shift: int) -> Days:
    if unit == "day":
        return today + shift * ONE, today + (shift + 1) * ONE
    if unit == "week":
        monday = today - today.weekday() * ONE + shift * 7 * ONE
        return monday, monday + 7 * ONE
    months = {"month": 1, "quarter": 3, "year": 12}[unit]
    first = (today.year * 12 + today.month - 1) // months * months + shift * months
    return _month(first), _month(first + months)


def _month(count: int) -> date:
    return date(count // 12, count % 12 + 1, 1)


def anniversary_days(first: date, days: int) -> tuple[str, ...]:
    """Return `MMDD` of a day and the `days` after it. 29 February is kept on the 28th in other years."""
    found = {f"{day:%m%d}": None for day in (first + n * ONE for n in range(min(days, 366) + 1))}
    if "0228" in found and not _has_leap_day(first, days):
        found["0229"] = None
    return tuple(found)


def _has_leap_day(today: date, days: int) -> bool:
    years = {today.year, (today + days * ONE).year}
    return any(year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) for year in years)
