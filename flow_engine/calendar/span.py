"""Spans as people write them: `2h`, `3d`, `15min`, `1 month`, `1d 4h`, `3天`, `2小时`."""

import re
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache

from engine.problems import Code, Rejected

UNREADABLE = Code(
    "calendar.span",
    zh="看不懂时长“{given}”",
    en="“{given}” is not a span of time",
    hint_zh="请写成 15min、2h、3d、1w、1 month 或 1 year，可以连写：1d 4h",
    hint_en="Write 15min, 2h, 3d, 1w, 1 month or 1 year; they may be joined: 1d 4h",
)
TOO_LONG = Code(
    "calendar.span_too_long",
    zh="时长“{given}”太长",
    en="“{given}” is too long",
    hint_zh="最长 50 年",
    hint_en="At most 50 years",
)

_UNITS = {
    "s": "seconds", "sec": "seconds", "second": "seconds", "seconds": "seconds", "秒": "seconds", "秒钟": "seconds",
    "m": "minutes", "min": "minutes", "mins": "minutes", "minute": "minutes", "minutes": "minutes", "分": "minutes", "分钟": "minutes",
    "h": "hours", "hour": "hours", "hours": "hours", "小时": "hours", "时": "hours",
    "d": "days", "day": "days", "days": "days", "天": "days", "日": "days",
    "w": "weeks", "week": "weeks", "weeks": "weeks", "周": "weeks", "星期": "weeks",
    "mo": "months", "month": "months", "months": "months", "月": "months", "个月": "months",
    "y": "years", "year": "years", "years": "years", "年": "years",
}  # fmt: skip
_PART = re.compile(r"\s*(\d{1,9})\s*([a-z]+|[一-鿿]+)")
_MOST_SECONDS = 50 * 366 * 86_400


@dataclass(frozen=True, slots=True)
class Span:
    """Whole months, whole days and exact time, added in that order. `sign` is 1, or -1 for “before”."""

    months: int = 0
    days: int = 0
    time: timedelta = timedelta()
    sign: int = 1

    def __bool__(self) -> bool:
        return bool(self.months or self.days or self.time)


@lru_cache(maxsize=512)
def read_span(text: str, path: str = "") -> Span:
    """Return the span a text means; a leading `-` means before. Rejected."""
    bare = text.strip().lower()
    sign = -1 if bare[:1] in ("-", "−") else 1
    at = 1 if bare[:1] in ("-", "−", "+") else 0
    sums: dict[str, int] = {}
    while at < len(bare) and len(bare) <= 60:
        part = _PART.match(bare, at)
        unit = _UNITS.get(part[2]) if part else None
        if part is None or unit is None:
            break
        sums[unit] = sums.get(unit, 0) + int(part[1])
        at = part.end()
    if not sums or bare[at:].strip():
        raise Rejected(UNREADABLE.at(path, given=text))
    months = sums.get("years", 0) * 12 + sums.get("months", 0)
    days = sums.get("weeks", 0) * 7 + sums.get("days", 0)
    seconds = sums.get("hours", 0) * 3600 + sums.get("minutes", 0) * 60 + sums.get("seconds", 0)
    if months * 31 * 86_400 + days * 86_400 + seconds > _MOST_SECONDS:
        raise Rejected(TOO_LONG.at(path, given=text))
    return Span(months, days, timedelta(seconds=seconds), sign)
