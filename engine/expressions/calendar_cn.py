"""The Chinese calendar: statutory holidays, make-up workdays, lunar dates and solar terms.

Holidays: notices of the State Council, 2004 to 2026; beyond, a workday is Monday to Friday.
"""

import csv
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from engine.expressions.problems import BAD_DATE, Failure

LUNAR_YEARS = range(1900, 2101)


@lru_cache(maxsize=1)
def _days() -> tuple[dict[date, str], frozenset[date]]:
    source = Path(__file__).parent / "data" / "cn_holidays.csv"
    with source.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    holidays = {date.fromisoformat(r["date"]): r["holiday_zh"] for r in rows if r["kind"] == "holiday"}
    return holidays, frozenset(date.fromisoformat(r["date"]) for r in rows if r["kind"] == "makeup_workday")


def holidays() -> list[date]:
    """Return all known statutory days off."""
    return sorted(_days()[0])


def makeup_workdays() -> list[date]:
    """Return all known weekend days that are worked."""
    return sorted(_days()[1])


def is_holiday(day: date, data: Any = None) -> bool:
    """Return whether the day is a statutory day off, or one of the clinic's own if `data` knows."""
    own = data.is_holiday(day) if data is not None else None
    return day in _days()[0] if own is None else bool(own)


def is_workday(day: date, data: Any = None) -> bool:
    """Return whether people work: Monday to Friday and make-up days, but not holidays."""
    if is_holiday(day, data):
        return False
    return day.weekday() < 5 or day in _days()[1]


@lru_cache(maxsize=4096)
def lunar(day: date) -> str:
    """Return the lunar month and day: 2026-02-17 is 正月初一."""
    found = _lunar(day)
    return f"{found.getMonthInChinese()}月{found.getDayInChinese()}"


@lru_cache(maxsize=4096)
def solar_term(day: date) -> str:
    """Return the solar term that falls on the day, or ""."""
    return str(_lunar(day).getJieQi())


def _lunar(day: date) -> Any:
    if day.year not in LUNAR_YEARS:
        raise Failure(BAD_DATE)
    # Loaded where it is asked for: most servers never are, and it takes a while.
    from lunar_python import Solar

    return Solar.fromYmd(day.year, day.month, day.day).getLunar()
