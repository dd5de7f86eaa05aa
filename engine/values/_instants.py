"""Reading days, instants and times of day from text."""

import re
from datetime import UTC, date, datetime, time
from typing import Any

from engine.problems import Rejected
from engine.text import fold
from engine.values._checks import NO_ZONE, NOT_A_DATE, NOT_A_TIME, NOT_AN_INSTANT, shown, wrong_type

_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(?:\.(\d{1,6}))?)?")


def read_day(raw: Any, path: str) -> date:
    """Return the day of `2026-03-01`; a datetime or its text is refused."""
    if isinstance(raw, date) and not isinstance(raw, datetime):
        return raw
    if not isinstance(raw, str):
        raise wrong_type("date", path)
    if _ISO_DAY.fullmatch(raw):
        try:
            return date.fromisoformat(raw)
        except ValueError:
            pass
    raise Rejected(NOT_A_DATE.at(path, given=shown(raw)))


def read_typed_day(text: str, path: str) -> date:
    """Return the day of a text as people type it: 2026/3/1, 2026.3.1, 2026年3月1日."""
    found = _DAY.fullmatch(fold(text[:40]).replace(" ", ""))
    if found:
        try:
            return date(int(found[1]), int(found[2]), int(found[3]))
        except ValueError:
            pass
    raise Rejected(NOT_A_DATE.at(path, given=shown(text)))


def read_instant(raw: Any, path: str) -> datetime:
    """Return the instant of an ISO text with a zone, in UTC."""
    if isinstance(raw, datetime):
        found: datetime | None = raw
    elif isinstance(raw, str):
        found = _iso_instant(raw)
    else:
        raise wrong_type("datetime", path)
    if found is None:
        raise Rejected(NOT_AN_INSTANT.at(path, given=shown(raw)))
    if found.tzinfo is None:
        raise Rejected(NO_ZONE.at(path, given=shown(str(raw))))
    try:
        return found.astimezone(UTC)
    except OverflowError:
        raise Rejected(NOT_AN_INSTANT.at(path, given=shown(str(raw)))) from None


def _iso_instant(text: str) -> datetime | None:
    if not 16 <= len(text) <= 40 or text[10] not in "T ":
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def read_time(raw: Any, path: str) -> time:
    """Return the time of day of `09:30` or `09:30:15`."""
    if isinstance(raw, time):
        return raw
    if not isinstance(raw, str):
        raise wrong_type("time", path)
    found = _TIME.fullmatch(fold(raw[:20]))
    if not found:
        raise Rejected(NOT_A_TIME.at(path, given=shown(raw)))
    micro = int((found[4] or "0").ljust(6, "0"))
    return time(int(found[1]), int(found[2]), int(found[3] or 0), micro)


def instant_json(value: datetime) -> str:
    """Return `2026-03-01T01:00:00Z`; fractions of a second only where there are some."""
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def time_json(value: time) -> str:
    """Return `09:30`, with seconds only where there are some."""
    return value.isoformat("minutes") if not value.second and not value.microsecond else value.isoformat()
