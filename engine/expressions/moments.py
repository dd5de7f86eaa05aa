"""Days and instants as formulas reckon with them: in the zone of the context, errors as error values."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from engine.expressions.numbers import plain
from engine.expressions.problems import BAD_DATE, BAD_VALUE, Failure

DEFAULT_ZONE = "Asia/Shanghai"


@lru_cache(maxsize=256)
def zone_of(name: str) -> ZoneInfo:
    """Return the zone, kept at hand."""
    return ZoneInfo(name)


@lru_cache(maxsize=64)
def minutes_ahead(name: str) -> int:
    """Return how far a zone is ahead of UTC, for databases that know fixed offsets only: of one with summer time its winter's."""
    known, first = zone_of(name), datetime(1992, 1, 1, tzinfo=UTC)
    days = range(0, (datetime(2080, 1, 1, tzinfo=UTC) - first).days, 30)
    ahead = ((first + timedelta(days=day)).astimezone(known).utcoffset() or timedelta() for day in days)
    return min(int(one.total_seconds()) // 60 for one in ahead)


def local(instant: datetime, zone: str) -> datetime:
    """Return the instant as the clock on the wall in `zone` shows it, aware."""
    return instant.astimezone(zone_of(zone))


def instant(day: date, clock: time, zone: str) -> datetime:
    """Return the instant of a local day and time, in UTC."""
    try:
        return datetime.combine(day, clock, zone_of(zone)).astimezone(UTC)
    except OverflowError:
        raise Failure(BAD_DATE) from None


def read_local(text: str) -> datetime:
    """Return the instant of an ISO text; without a zone it is left naive, to be placed by `placed`. Raise ValueError."""
    found = datetime.fromisoformat(text)
    return found if found.tzinfo is None else found.astimezone(UTC)


def placed(value: datetime, zone: str) -> datetime:
    """Return an aware instant: a naive one is local to `zone`."""
    return value if value.tzinfo is not None else instant(value.date(), value.time(), zone)


def add_months(day: date, months: int) -> date:
    """Return the day so many months on, cut to the last day of its month."""
    count = day.year * 12 + day.month - 1 + months
    year, month = divmod(count, 12)
    if not 1 <= year <= 9999:
        raise Failure(BAD_DATE)
    return date(year, month + 1, min(day.day, days_in_month(year, month + 1)))


def days_in_month(year: int, month: int) -> int:
    """Return 28 to 31."""
    if month == 2:
        return 29 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 28
    return 30 if month in (4, 6, 9, 11) else 31


def add_days(value: Any, days: Any) -> Any:
    """Return a date or instant moved by `days`; an instant also takes parts of a day, a date whole days only."""
    try:
        if isinstance(value, datetime):
            return value + timedelta(microseconds=int(Decimal(days) * 86_400_000_000))
        return value + timedelta(days=int(days))
    except OverflowError:
        raise Failure(BAD_DATE) from None


def seconds(value: timedelta) -> Decimal:
    """Return the exact seconds of a duration."""
    micro = (value.days * 86_400 + value.seconds) * 1_000_000 + value.microseconds
    return Decimal(micro) / 1_000_000 if value.microseconds else Decimal(micro // 1_000_000)


def of_seconds(count: Any) -> timedelta:
    """Return the duration of so many seconds."""
    try:
        return timedelta(microseconds=int((Decimal(count) * 1_000_000).to_integral_value()))
    except (OverflowError, ArithmeticError):
        raise Failure(BAD_DATE) from None


def text_of(value: Any, zone: str) -> str:
    """Return a value as `&` and text functions see it. Instants show local time to the minute."""
    kind = type(value)
    if kind is str:
        return value  # type: ignore[no-any-return]
    if value is None:
        return ""
    if kind is bool:
        return "TRUE" if value else "FALSE"
    if isinstance(value, Decimal | int):
        return plain(value)
    if isinstance(value, datetime):
        shown = local(value, zone)
        return (
            shown.strftime("%Y-%m-%d %H:%M:%S").rjust(19, "0")
            if shown.second
            else shown.strftime("%Y-%m-%d %H:%M").rjust(16, "0")
        )
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return value.isoformat("seconds" if value.second else "minutes")
    if isinstance(value, timedelta):
        return plain(seconds(value))
    raise Failure(BAD_VALUE)
