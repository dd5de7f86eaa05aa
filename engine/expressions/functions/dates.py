"""Dates (日期): days and instants; an instant counts by its local day. A blank date gives a blank."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    Date,
    DateTime,
    Integer,
    Interval,
    Numeric,
    Time,
    and_,
    case,
    cast,
    func,
    literal,
    or_,
    type_coerce,
)

from engine.expressions.calendar_cn import (
    holidays,
    is_holiday,
    is_workday,
    lunar,
    makeup_workdays,
    solar_term,
)
from engine.expressions.formats import format_value
from engine.expressions.function import Function
from engine.expressions.functions._sql import whole
from engine.expressions.moments import add_months, days_in_month, instant, local, of_seconds, seconds
from engine.expressions.problems import BAD_DATE, BAD_UNIT, BAD_VALUE, Failure
from engine.expressions.sql_arithmetic import arithmetic
from engine.expressions.sql_builder import Builder
from engine.expressions.sql_parts import Refused, Sql
from engine.expressions.types import BOOL, DATE, DATETIME, DURATION, NUMBER, RANGE, TIME, ExprType, Range

UNITS = {
    "year": "year", "years": "year", "y": "year", "年": "year", "quarter": "quarter", "quarters": "quarter", "q": "quarter",
    "季": "quarter", "季度": "quarter", "month": "month", "months": "month", "m": "month", "月": "month", "week": "week",
    "weeks": "week", "w": "week", "周": "week", "day": "day", "days": "day", "d": "day", "天": "day", "日": "day",
    "hour": "hour", "hours": "hour", "h": "hour", "小时": "hour", "minute": "minute", "minutes": "minute", "min": "minute",
    "分": "minute", "分钟": "minute", "second": "second", "seconds": "second", "s": "second", "秒": "second",
}  # fmt: skip
_SECONDS = {"week": 604_800, "day": 86_400, "hour": 3_600, "minute": 60, "second": 1}
_MONTHS = {"year": 12, "quarter": 3, "month": 1}
_DIFFERENCES = frozenset({"y", "m", "d", "ym", "yd", "md"})


def unit_of(name: str) -> str:
    """Return the unit a word means, or raise Failure."""
    found = UNITS.get(name.strip().lower())
    if found is None:
        raise Failure(BAD_VALUE)
    return found


def _check_unit(at: int, extra: frozenset[str] = frozenset()) -> Callable[[Any], Any]:
    def check(call: Any) -> Any:
        if len(call.args) > at and call.args[at].kind == "lit" and isinstance(call.args[at].value, str):
            given = call.args[at].value.strip().lower()
            if given not in UNITS and given not in extra:
                known = ", ".join(
                    [*sorted(extra), "year", "quarter", "month", "week", "day", "hour", "minute", "second"]
                )
                yield BAD_UNIT, call.args[at].position, {"given": call.args[at].value, "known": known}

    return check


def day_of(c: Any, value: Any) -> date:
    """Return the local day of a date or instant."""
    return local(value, c.zone).date() if isinstance(value, datetime) else value


def _make_date(year: Any, month: Any, day: Any) -> date:
    whole_year = int(year)
    first = add_months(
        date(1, 1, 1),
        _bounded((whole_year + 1900 if 0 <= whole_year < 1900 else whole_year) * 12 - 12 + int(month) - 1),
    )
    try:
        return first + timedelta(days=_bounded(int(day)) - 1)
    except OverflowError:
        raise Failure(BAD_DATE) from None


def _bounded(count: int) -> int:
    if abs(count) > 4_000_000:
        raise Failure(BAD_DATE)
    return count


def _make_time(hour: Any, minute: Any, second: Any = 0) -> time:
    total = int(hour) * 3600 + int(minute) * 60 + int(second)
    if total < 0 or max(abs(int(hour)), abs(int(minute)), abs(int(second))) > 32_767:
        raise Failure(BAD_DATE)
    total %= 86_400
    return time(total // 3600, total // 60 % 60, total % 60)


def _make_datetime(
    c: Any, year: Any, month: Any, day: Any, hour: Any = 0, minute: Any = 0, second: Any = 0
) -> datetime:
    start = instant(_make_date(year, month, day), time(), c.zone)
    try:
        wall = local(start, c.zone).replace(tzinfo=None) + timedelta(
            hours=int(hour), minutes=int(minute), seconds=int(second)
        )
        return instant(wall.date(), wall.time(), c.zone)
    except OverflowError:
        raise Failure(BAD_DATE) from None


def _part(name: str) -> Callable[[Any, Any], Decimal]:
    return lambda c, value: Decimal(getattr(day_of(c, value), name))


def _clock_part(name: str) -> Callable[[Any, Any], Decimal]:
    def part(c: Any, value: Any) -> Decimal:
        if isinstance(value, datetime):
            value = local(value, c.zone)
        elif isinstance(value, date):
            return Decimal(0)
        if not isinstance(value, time | datetime):
            raise Failure(BAD_DATE)
        return Decimal(getattr(value, name))

    return part


def _weekday(c: Any, value: Any, kind: Any = 1) -> Decimal:
    monday_first = day_of(c, value).weekday()
    style = int(kind)
    if style == 3:
        return Decimal(monday_first)
    start = {1: 6, 2: 0, **{11 + n: n for n in range(7)}}.get(style)
    if start is None:
        raise Failure(BAD_VALUE)
    return Decimal((monday_first - start) % 7 + 1)


def _weeknum(c: Any, value: Any, kind: Any = 1) -> Decimal:
    day, style = day_of(c, value), int(kind)
    if style == 21:
        return Decimal(day.isocalendar().week)
    start = {1: 6, 2: 0, **{11 + n: n for n in range(7)}}.get(style)
    if start is None:
        raise Failure(BAD_VALUE)
    first = date(day.year, 1, 1)
    return Decimal(((day - first).days + (first.weekday() - start) % 7) // 7 + 1)


def _end_of_month(c: Any, value: Any, months: Any = 0) -> date:
    there = add_months(day_of(c, value).replace(day=1), _bounded(int(months)))
    return there.replace(day=days_in_month(there.year, there.month))


def _week_edge(last: bool) -> Callable[[Any, Any], date]:
    def edge(c: Any, value: Any) -> date:
        day = day_of(c, value)
        try:
            return day + timedelta(days=6 - day.weekday() if last else -day.weekday())
        except OverflowError:
            raise Failure(BAD_DATE) from None

    return edge


def shifted(c: Any, value: Any, count: Any, unit: str) -> Any:
    """Return a date or instant moved by so many units; an instant keeps its local time of day."""
    kind = unit_of(unit)
    try:
        if kind in ("hour", "minute", "second"):
            if not isinstance(value, datetime):
                raise Failure(BAD_VALUE)
            return value + of_seconds(Decimal(count) * _SECONDS[kind])
        whole_count = _bounded(int(count))
        if not isinstance(value, datetime):
            return _shifted_day(value, whole_count, kind)
        wall = local(value, c.zone)
        return instant(_shifted_day(wall.date(), whole_count, kind), wall.time(), c.zone)
    except OverflowError:
        raise Failure(BAD_DATE) from None


def _shifted_day(day: date, count: int, kind: str) -> date:
    if kind in _MONTHS:
        return add_months(day, count * _MONTHS[kind])
    return day + timedelta(days=count * (7 if kind == "week" else 1))


def full_months(start: date, end: date) -> int:
    """Return the completed months from start to end."""
    return (end.year - start.year) * 12 + end.month - start.month - (end.day < start.day)


def _difference(c: Any, start: Any, end: Any, unit: str) -> Decimal:
    name = unit.strip().lower()
    both_instants = isinstance(start, datetime) and isinstance(end, datetime)
    if both_instants and unit_of_or(name) in ("hour", "minute", "second"):
        if end < start:
            raise Failure(BAD_DATE)
        return Decimal(int(seconds(end - start) / _SECONDS[unit_of(name)]))
    first, last = day_of(c, start), day_of(c, end)
    if last < first:
        raise Failure(BAD_DATE)
    months = full_months(first, last)
    if name == "md":
        return Decimal((last - add_months(first, months)).days)
    if name == "yd":
        return Decimal((last - add_months(first, months // 12 * 12)).days)
    if name == "ym":
        return Decimal(months % 12)
    kind = unit_of(name)
    if kind in _MONTHS:
        return Decimal(months // _MONTHS[kind])
    days = (last - first).days
    return Decimal(days // 7 if kind == "week" else days * 86_400 // _SECONDS[kind])


def unit_of_or(name: str) -> str:
    """Return the unit a word means, or ""."""
    return UNITS.get(name, "")


def _days_between(c: Any, end: Any, start: Any) -> Decimal:
    return Decimal((day_of(c, end) - day_of(c, start)).days)


def _is_off(c: Any, days_off: Any) -> Callable[[date], bool]:
    if days_off is None:
        return lambda day: not is_workday(day, c.data)
    listed = frozenset(day_of(c, one) for one in days_off if one is not None)
    return lambda day: day.weekday() >= 5 or day in listed


def _workday(c: Any, start: Any, days: Any, days_off: Any = None) -> date | None:
    if start is None or days is None:
        return None
    off, left, day = _is_off(c, days_off), int(days), day_of(c, start)
    if abs(left) > 20_000:
        raise Failure(BAD_DATE)
    step = timedelta(days=1 if left > 0 else -1)
    try:
        while left:
            day += step
            if not off(day):
                left -= 1 if left > 0 else -1
    except OverflowError:
        raise Failure(BAD_DATE) from None
    return day


def _networkdays(c: Any, start: Any, end: Any, days_off: Any = None) -> Decimal | None:
    if start is None or end is None:
        return None
    first, last = sorted((day_of(c, start), day_of(c, end)))
    if (last - first).days > 40_000:
        raise Failure(BAD_DATE)
    off = _is_off(c, days_off)
    count = sum(1 for n in range((last - first).days + 1) if not off(first + timedelta(days=n)))
    return Decimal(count if day_of(c, start) <= day_of(c, end) else -count)


def years_old(birthday: date, at: date) -> int:
    """Return the completed years."""
    return at.year - birthday.year - ((at.month, at.day) < (birthday.month, birthday.day))


def _age(c: Any, birthday: Any, at: Any = None) -> Decimal | None:
    if birthday is None:
        return None
    born, now = day_of(c, birthday), c.today if at is None else day_of(c, at)
    if now < born:
        raise Failure(BAD_DATE)
    return Decimal(years_old(born, now))


def _age_text(c: Any, birthday: Any, at: Any = None) -> str | None:
    if birthday is None:
        return None
    born, now = day_of(c, birthday), c.today if at is None else day_of(c, at)
    if now < born:
        raise Failure(BAD_DATE)
    months = full_months(born, now)
    if months < 1:
        return f"{(now - born).days}天"
    if months < 12:
        return f"{months}个月"
    rest = f"{months % 12}个月" if months < 72 and months % 12 else ""
    return f"{months // 12}岁{rest}"


_TYPED = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")


def _date_value(given: str) -> date | None:
    cleaned = given.strip().translate(str.maketrans("０１２３４５６７８９", "0123456789"))
    if not cleaned:
        return None
    found = _TYPED.fullmatch(cleaned)
    if found is None:
        raise Failure(BAD_DATE)
    try:
        return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        raise Failure(BAD_DATE) from None


def _overlaps(one_start: Any, one_end: Any, other_start: Any, other_end: Any) -> bool:
    # days belong to both ends; of instants 9–10 and 10–11 do not overlap
    if isinstance(one_start, datetime):
        return bool(one_start < other_end and other_start < one_end)
    return bool(one_start <= other_end and other_start <= one_end)


def _duration(count: Any, unit: str) -> timedelta:
    kind = unit_of(unit)
    if kind not in _SECONDS:
        raise Failure(BAD_VALUE)
    return of_seconds(Decimal(count) * _SECONDS[kind])


def _minutes(start: Any, end: Any) -> Decimal:
    return Decimal(int(seconds(end - start) / 60))


def _next_occurrence(c: Any, value: Any, at: Any = None) -> date | None:
    if value is None:
        return None
    day, now = day_of(c, value), c.today if at is None else day_of(c, at)
    for year in (now.year, now.year + 1):
        if year > 9999:
            break
        there = date(year, day.month, min(day.day, days_in_month(year, day.month)))
        if there >= now:
            return there
    raise Failure(BAD_DATE)


def start_of(day: date, unit: str) -> date:
    """Return the first day of the year, quarter, month or week; a week begins on Monday."""
    kind = unit_of(unit)
    if kind == "year":
        return day.replace(month=1, day=1)
    if kind == "quarter":
        return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
    if kind == "month":
        return day.replace(day=1)
    if kind == "week":
        return day - timedelta(days=day.weekday())
    if kind == "day":
        return day
    raise Failure(BAD_VALUE)


def _bucket(c: Any, value: Any, unit: str) -> date:
    try:
        return start_of(day_of(c, value), unit)
    except OverflowError:
        raise Failure(BAD_DATE) from None


def period(today: date, count: int, unit: str, ahead: bool = False) -> Range:
    """Return the last (or next) so many whole units, the current one included."""
    kind = unit_of(unit)
    if not 1 <= count <= 10_000 or kind not in ("year", "quarter", "month", "week", "day"):
        raise Failure(BAD_VALUE)
    first = start_of(today, kind)
    if ahead:
        return Range(today if kind == "day" else first, _shifted_day(first, count, kind) - timedelta(days=1))
    return Range(_shifted_day(first, 1 - count, kind), _shifted_day(first, 1, kind) - timedelta(days=1))


# SQL


def _today(b: Builder) -> Sql:
    return b.clock("today", DATE)


def _as_day(b: Builder, part: Sql) -> Sql:
    return b.convert(part, DATE) if part.type == DATETIME else part


def _by_day(
    name: str,
    result: ExprType,
    use: Callable[..., Any],
    days: int = 1,
    today_at: int | None = None,
    fails: Any = None,
) -> Callable[[Builder, Sequence[Sql]], Sql]:
    """Return an SQL builder whose first `days` arguments are local days; `today_at` is filled in when left out."""

    def build(b: Builder, args: Sequence[Sql]) -> Sql:
        given = list(args)
        if today_at is not None and len(given) == today_at:
            given.append(_today(b))
        if b.is_sqlite:
            part: Sql = b.by_python(name, given, result, fails=fails is not None)
            return replace(part, keeps_blank=result == BOOL)
        exprs = [b.plain(_as_day(b, one)) if at < days else b.plain(one) for at, one in enumerate(given)]
        size = 3 * sum(a.size for a in given) + 2
        made = type_coerce(use(*exprs), b.native(result))
        return Sql(
            made, result, error=fails(*exprs) if fails else None, size=size, keeps_blank=result == BOOL
        )

    return build


def _extract(field: str) -> Callable[[Any], Any]:
    return lambda d: cast(func.extract(field, d), Numeric())


def _pg_weekday(d: Any, kind: Any = None) -> Any:
    style = literal(1) if kind is None else whole(kind)
    monday = cast(func.extract("isodow", d), Integer()) - 1
    start = case((style == 1, 6), (style == 2, 0), (and_(style >= 11, style <= 17), style - 11))
    return case((style == 3, monday), else_=func.mod(monday - start + 7, 7) + 1)


def _weekday_fails(d: Any, kind: Any = None) -> Any:
    if kind is None:
        return literal(False)
    style = whole(kind)
    return and_(d.is_not(None), ~or_(style.in_([1, 2, 3]), and_(style >= 11, style <= 17)))


def _month_index(d: Any, months: Any) -> Any:
    return func.extract("year", d) * 12 + func.extract("month", d) - 1 + func.trunc(months)


def _pg_date(b: Builder, year: Any, month: Any, day: Any) -> Any:
    full = case(
        (and_(func.trunc(year) >= 0, func.trunc(year) < 1900), func.trunc(year) + 1900),
        else_=func.trunc(year),
    )
    months = full * 12 - 12 + func.trunc(month) - 1
    start, last = (cast(literal(edge), Date()) for edge in ("0001-01-01", "9999-12-31"))
    first = cast(cast(start, DateTime()) + func.make_interval(0, whole(months), type_=Interval()), Date())
    days = func.trunc(day) - 1
    inside = and_(days >= start - first, days <= last - first)
    # one CASE in the other: the inner condition must not be worked out for months out of bounds
    return case((and_(months >= 0, months < 119_988), case((inside, first + whole(days)))))


def _in_calendar(d: Any, months: Any) -> Any:
    return and_(_month_index(d, months) >= 12, _month_index(d, months) < 120_000)


def _plus_months(d: Any, months: Any) -> Any:
    moved = cast(d, DateTime()) + func.make_interval(0, whole(months), type_=Interval())
    return case((_in_calendar(d, months), cast(moved, Date())))


def _month_end(d: Any, months: Any = None) -> Any:
    first = cast(func.date_trunc("month", cast(d, DateTime())), Date())
    count = literal(0, Numeric()) if months is None else months
    return case(
        (
            _in_calendar(d, count),
            cast(cast(first, DateTime()) + func.make_interval(0, whole(count) + 1, type_=Interval()), Date())
            - 1,
        )
    )


def _months_fail(d: Any, months: Any = None) -> Any:
    return (
        literal(False)
        if months is None
        else and_(d.is_not(None), months.is_not(None), ~_in_calendar(d, months))
    )


def _trunc(unit: str) -> Callable[[Any], Any]:
    return lambda d: cast(func.date_trunc(unit, cast(d, DateTime())), Date())


def _sql_unit(part: Sql, name: str) -> str:
    if not isinstance(part.value, str) or part.value.strip().lower() not in (UNITS.keys() | _DIFFERENCES):
        raise Refused(name)
    return part.value.strip().lower()


def _sql_bucket(b: Builder, args: Sequence[Sql]) -> Sql:
    unit = UNITS[_sql_unit(args[1], "BUCKET")]
    if unit not in ("year", "quarter", "month", "week", "day"):
        raise Refused("BUCKET")
    if b.is_sqlite:
        return b.by_python("BUCKET", args, DATE)
    return Sql(_trunc(unit)(_as_day(b, args[0]).expr), DATE, size=args[0].size + 2)


def _sql_dateadd(b: Builder, args: Sequence[Sql]) -> Sql:
    moment, count, unit_part = args
    unit = UNITS[_sql_unit(unit_part, "DATEADD")]
    if b.is_sqlite:
        return b.by_python("DATEADD", args, moment.type, fails=True)
    moved = _sql_moved(b, moment, count, unit_part, unit)
    # To add a blank is to leave a moment as it is; to move it by a blank number of days is no moment.
    return replace(moved, expr=case((count.expr.is_not(None), moved.expr))) if count.nullable else moved


def _sql_moved(b: Builder, moment: Sql, count: Sql, unit_part: Sql, unit: str) -> Sql:
    if moment.type == DATETIME:
        return _sql_instant_moved(b, moment, count, unit_part, unit)
    amount = b.number(count)
    size = 4 * (moment.size + count.size)
    if unit in _MONTHS:
        months = func.trunc(amount) * _MONTHS[unit]
        return Sql(
            _plus_months(moment.expr, months), DATE, error=_months_fail(moment.expr, months), size=size
        )
    if unit in ("day", "week"):
        days = (
            count
            if unit == "day"
            else arithmetic(b, "*", _whole_part(b, count), b.literal(Decimal(7), NUMBER))
        )
        return arithmetic(b, "+", moment, days)
    raise Refused("DATEADD")


def _sql_instant_moved(b: Builder, moment: Sql, count: Sql, unit_part: Sql, unit: str) -> Sql:
    """Move an instant on PostgreSQL: hours as they pass, days and months by the calendar, its local time of day kept."""
    if unit in ("hour", "minute", "second"):
        return arithmetic(b, "+", moment, _sql_duration(b, (count, unit_part)))
    day = _sql_dateadd(b, (b.convert(moment, DATE), replace(_whole_part(b, count), value=None), unit_part))
    wall = cast(day.expr, Date()) + cast(b.local(moment.expr), Time())
    return replace(
        day, expr=func.timezone(b.zone, cast(wall, DateTime())), type=DATETIME, value=None, size=2 * day.size
    )


def _whole_part(b: Builder, part: Sql) -> Sql:
    return (
        part
        if part.scale == 0
        else Sql(func.trunc(b.number(part), type_=Numeric()), NUMBER, size=part.size + 1)
    )


def _pg_months(first: Any, last: Any) -> Any:
    years = func.extract("year", last) - func.extract("year", first)
    months = func.extract("month", last) - func.extract("month", first)
    return years * 12 + months - case((func.extract("day", last) < func.extract("day", first), 1), else_=0)


def _sql_datedif(b: Builder, args: Sequence[Sql]) -> Sql:
    unit = _sql_unit(args[2], "DATEDIF")
    kind = UNITS.get(unit, "")
    if b.is_sqlite:
        return b.by_python("DATEDIF", args, NUMBER, fails=True)
    if unit in ("md", "yd") or kind in ("hour", "minute", "second"):
        raise Refused("DATEDIF")
    first, last = (_as_day(b, one).expr for one in args[:2])
    months = _pg_months(first, last)
    days = cast(last - first, Numeric())
    worked: Any
    if unit == "ym":
        worked = func.mod(months, 12)
    elif kind in _MONTHS:
        worked = func.trunc(months / _MONTHS[kind])
    else:
        worked = func.floor(days / 7) if kind == "week" else days
    size = 4 * (args[0].size + args[1].size)
    return Sql(type_coerce(case((last >= first, worked)), Numeric()), NUMBER, error=last < first, size=size)


def _sql_clock(field: str, name: str) -> Callable[[Builder, Sequence[Sql]], Sql]:
    def build(b: Builder, args: Sequence[Sql]) -> Sql:
        part = args[0]
        if part.type not in (DATETIME, TIME):
            raise Refused(name)
        if b.is_sqlite:
            return b.by_python(name, args, NUMBER)
        source = b.local(part.expr) if part.type == DATETIME else part.expr
        return Sql(cast(func.floor(func.extract(field, source)), Numeric()), NUMBER, size=part.size + 2)

    return build


def _sql_overlaps(b: Builder, args: Sequence[Sql]) -> Sql:
    one_start, one_end, other_start, other_end = (a.expr for a in args)
    if args[0].type == DATETIME:
        test = and_(one_start < other_end, other_start < one_end)
    else:
        test = and_(one_start <= other_end, other_start <= one_end)
    # a blank end makes the answer blank, not false
    full = and_(*[a.expr.is_not(None) for a in args])
    return Sql(case((full, test)), BOOL, size=3 * sum(a.size for a in args), keeps_blank=True)


def _sql_duration(b: Builder, args: Sequence[Sql]) -> Sql:
    unit = UNITS[_sql_unit(args[1], "DURATION")]
    if unit not in _SECONDS:
        raise Refused("DURATION")
    if b.is_sqlite:
        return b.by_python("DURATION", args, DURATION, fails=True)
    return Sql(
        func.round(b.number(args[0]) * _SECONDS[unit], 6, type_=Numeric()), DURATION, size=args[0].size + 2
    )


def _sql_minutes(b: Builder, args: Sequence[Sql]) -> Sql:
    if b.is_sqlite:
        return b.by_python("MINUTESBETWEEN", args, NUMBER)
    worked = func.trunc(func.extract("epoch", args[1].expr - args[0].expr) / 60)
    return Sql(cast(worked, BigInteger()), NUMBER, 0, 12, size=args[0].size + args[1].size + 3)


def _sql_period(b: Builder, args: Sequence[Sql], ahead: bool = False) -> Sql:
    count, unit = args[0].value, args[1].value
    if count is None or not isinstance(unit, str):
        raise Refused("LAST")
    try:
        span = period(b.scope.today, int(count), unit, ahead)
    except (Failure, OverflowError):
        raise Refused("LAST") from None
    ends = tuple(b.literal(one, DATE) for one in (span.start, span.end))
    return Sql(ends[0].expr, RANGE, nullable=False, items=ends)


def _sql_now(b: Builder, args: Sequence[Sql]) -> Sql:
    return b.clock("now", DATETIME)


def _years(born: Any, now: Any) -> Any:
    return func.trunc(_pg_months(born, now) / 12)


def _pg_next(day: Any, now: Any) -> Any:
    def there(year: Any) -> Any:
        # the 29th of February comes on the 28th in common years, as make_interval does
        return _plus_months(day, (year - func.extract("year", day)) * 12)

    this = func.extract("year", now)
    return case((there(this) >= now, there(this)), else_=there(this + 1))


def _pg_holiday(d: Any) -> Any:
    return d.in_(holidays())


def _pg_workday(d: Any) -> Any:
    return and_(~d.in_(holidays()), or_(func.extract("isodow", d) < 6, d.in_(makeup_workdays())))


_D = "value: moment -> number"
_DD = "value: moment -> date"


def _fn(
    name: str, alias: str, zh: str, en: str, signature: str, example: str, result: Any, body: Any, **more: Any
) -> Function:
    return Function(name, alias, zh, en, signature, example, result, body, **more)


_C: dict[str, Any] = {"needs_context": True}

FUNCTIONS = (
    _fn("TODAY", "今天", "今天的日期。", "The day today.", "-> date", "TODAY()", "2026-03-05", lambda c: c.today, is_volatile=True, clock="day", sql=lambda b, args: _today(b), **_C),
    _fn("NOW", "现在", "现在的日期时间。", "This moment.", "-> datetime", "NOW()", "2026-03-05T06:30:00Z", lambda c: c.now, is_volatile=True, clock="moment", sql=_sql_now, **_C),
    _fn("DATE", "日期", "由年月日得到日期；月和日可以超出，会进位。", "A date from year, month and day; months and days may run over.", "year: number, month: number, day: number -> date", "DATE(2026, 13, 1)", "2027-01-01", _make_date, pg=_pg_date, fails=lambda b, y, m, d: _pg_date(b, y, m, d).is_(None) & (func.num_nulls(y, m, d) == 0)),
    _fn("TIME", "时间", "由时分秒得到时间。", "A time of day from hour, minute and second.", "hour: number, minute: number, second?: number -> time", "TIME(9, 30)", "09:30", _make_time),
    _fn("DATETIME", "日期时间", "由年月日时分秒得到日期时间。", "An instant from year, month, day, hour, minute and second.", "year: number, month: number, day: number, hour?: number, minute?: number, second?: number -> datetime", "DATETIME(2026, 3, 1, 9)", "2026-03-01T01:00:00Z", _make_datetime, **_C),
    _fn("YEAR", "年", "年份。", "The year.", _D, 'YEAR("2026-03-01")', 2026, _part("year"), sql=_by_day("YEAR", NUMBER, _extract("year")), **_C),
    _fn("QUARTER", "季度", "季度，1 到 4。", "The quarter, 1 to 4.", _D, 'QUARTER("2026-05-01")', 2, lambda c, v: Decimal((day_of(c, v).month + 2) // 3), sql=_by_day("QUARTER", NUMBER, _extract("quarter")), **_C),
    _fn("MONTH", "月", "月份。", "The month.", _D, 'MONTH("2026-03-01")', 3, _part("month"), sql=_by_day("MONTH", NUMBER, _extract("month")), **_C),
    _fn("DAY", "日", "几号。", "The day of the month.", _D, 'DAY("2026-03-09")', 9, _part("day"), sql=_by_day("DAY", NUMBER, _extract("day")), **_C),
    _fn("HOUR", "时", "小时。", "The hour.", "value: any -> number", "HOUR(TIME(9, 30))", 9, _clock_part("hour"), sql=_sql_clock("hour", "HOUR"), **_C),
    _fn("MINUTE", "分", "分钟。", "The minute.", "value: any -> number", "MINUTE(TIME(9, 30))", 30, _clock_part("minute"), sql=_sql_clock("minute", "MINUTE"), **_C),
    _fn("SECOND", "秒", "秒。", "The second.", "value: any -> number", "SECOND(TIME(9, 30, 15))", 15, _clock_part("second"), sql=_sql_clock("second", "SECOND"), **_C),
    _fn("WEEKDAY", "星期几", "星期几；第二个参数为 1（默认）时周日是 1，为 2 时周一是 1，为 3 时周一是 0。", "The day of the week; kind 1 (unless told) counts from Sunday as 1, 2 from Monday as 1, 3 from Monday as 0.", "value: moment, kind?: number -> number", 'WEEKDAY("2026-03-05", 2)', 4, _weekday, sql=_by_day("WEEKDAY", NUMBER, _pg_weekday, fails=_weekday_fails), **_C),
    _fn("WEEKNUM", "第几周", "一年中的第几周；第二个参数 1 从周日起，2 从周一起，21 按国际标准。", "The week of the year; kind 1 starts on Sunday, 2 on Monday, 21 is the ISO week.", "value: moment, kind?: number -> number", 'WEEKNUM("2026-03-05", 2)', 10, _weeknum, **_C),
    _fn("ISOWEEK", "国际周", "国际标准的周数。", "The week by the international standard.", _D, 'ISOWEEK("2026-01-01")', 1, lambda c, v: Decimal(day_of(c, v).isocalendar().week), sql=_by_day("ISOWEEK", NUMBER, _extract("week")), **_C),
    _fn("EOMONTH", "月末", "若干月之后那个月的最后一天。", "The last day of the month so many months on.", "value: moment, months?: number -> date", 'EOMONTH("2024-01-15", 1)', "2024-02-29", _end_of_month, sql=_by_day("EOMONTH", DATE, _month_end, fails=_months_fail), **_C),
    _fn("SOMONTH", "月初", "当月第一天。", "The first day of the month.", _DD, 'SOMONTH("2026-03-15")', "2026-03-01", lambda c, v: day_of(c, v).replace(day=1), sql=_by_day("SOMONTH", DATE, _trunc("month")), **_C),
    _fn("SOWEEK", "周初", "当周的周一。", "The Monday of the week.", _DD, 'SOWEEK("2026-03-05")', "2026-03-02", _week_edge(False), sql=_by_day("SOWEEK", DATE, _trunc("week")), **_C),
    _fn("EOWEEK", "周末", "当周的周日。", "The Sunday of the week.", _DD, 'EOWEEK("2026-03-05")', "2026-03-08", _week_edge(True), sql=_by_day("EOWEEK", DATE, lambda d: _trunc("week")(d) + 6), **_C),
    _fn("EDATE", "加月", "若干月之后的同一天，超出月底则取月底。", "The same day so many months on, at most the end of its month.", "value: moment, months: number -> date", 'EDATE("2026-01-31", 1)', "2026-02-28", lambda c, v, n: add_months(day_of(c, v), _bounded(int(n))), sql=_by_day("EDATE", DATE, _plus_months, fails=_months_fail), **_C),
    _fn("DATEADD", "日期加减", "日期加上若干个单位（year、quarter、month、week、day、hour、minute、second）。", "A date moved by so many units (year, quarter, month, week, day, hour, minute, second).", "value: moment, count: number, unit: text -> moment", 'DATEADD("2026-03-01", 2, "week")', "2026-03-15", shifted, check=_check_unit(2), sql=_sql_dateadd, **_C),
    _fn("DATEDIF", "日期差", "两个日期之间完整的年 y、月 m、日 d（或 ym、yd、md、hour、minute）。", "Completed years y, months m or days d between two dates (or ym, yd, md, hour, minute).", "start: moment, end: moment, unit: text -> number", 'DATEDIF("2024-02-29", "2026-02-28", "y")', 1, _difference, check=_check_unit(2, _DIFFERENCES), sql=_sql_datedif, **_C),
    _fn("DAYS", "天数", "结束日期减开始日期的天数。", "Days from the second date to the first.", "end: moment, start: moment -> number", 'DAYS("2026-03-05", "2026-02-28")', 5, _days_between, sql=_by_day("DAYS", NUMBER, lambda e, s: cast(e - s, Numeric()), days=2), **_C),
    _fn("WORKDAY", "工作日后", "若干个工作日之后的日期；默认按中国法定节假日和调休，也可给出休息日列表（此时周末也休）。", "The day so many workdays on; by the Chinese public holidays and make-up days, or by a list of days off (weekends are off too).", "start: moment, days: number, days_off?: list of date -> date", 'WORKDAY("2026-02-13", 1)', "2026-02-14", _workday, blank="pass", **_C),
    _fn("NETWORKDAYS", "工作日数", "两个日期之间（含两端）的工作日天数；规则同 WORKDAY。", "Workdays between two days, both included; the same calendar as WORKDAY.", "start: moment, end: moment, days_off?: list of date -> number", 'NETWORKDAYS("2026-03-02", "2026-03-08")', 5, _networkdays, blank="pass", **_C),
    _fn("ISWORKDAY", "是否工作日", "是否上班（计入调休）。", "Whether people work on the day, make-up days included.", "value: moment -> bool", 'ISWORKDAY("2026-02-14")', True, lambda c, v: is_workday(day_of(c, v), c.data), sql=_by_day("ISWORKDAY", BOOL, _pg_workday), **_C),
    _fn("ISHOLIDAY", "是否节假日", "是否法定节假日。", "Whether the day is a public holiday.", "value: moment -> bool", 'ISHOLIDAY("2026-10-01")', True, lambda c, v: is_holiday(day_of(c, v), c.data), sql=_by_day("ISHOLIDAY", BOOL, _pg_holiday), **_C),
    _fn("AGE", "年龄", "周岁，默认到今天。", "Completed years of age, today unless told.", "birthday: moment, at?: moment -> number", 'AGE("1990-05-01", "2026-04-30")', 35, _age, blank="pass", is_volatile=True, clock="day", sql=_by_day("AGE", NUMBER, lambda d, n: case((n >= d, _years(d, n))), days=2, today_at=1, fails=lambda d, n: n < d), **_C),
    _fn("AGETEXT", "年龄文字", "年龄的写法：12天、5个月、3岁2个月、35岁。", "An age in words: days, months, years.", "birthday: moment, at?: moment -> text", 'AGETEXT("2023-01-05", "2026-03-05")', "3岁2个月", _age_text, blank="pass", is_volatile=True, clock="day", **_C),
    _fn("LUNAR", "农历", "农历月日。", "The lunar month and day.", "value: moment -> text", 'LUNAR("2026-02-17")', "正月初一", lambda c, v: lunar(day_of(c, v)), **_C),
    _fn("SOLARTERM", "节气", "当天的节气，没有则为空。", "The solar term that falls on the day, or blank.", "value: moment -> text", 'SOLARTERM("2026-02-04")', "立春", lambda c, v: solar_term(day_of(c, v)), **_C),
    _fn("DATEVALUE", "转日期", "把文字变成日期，如 2026-3-1、2026年3月1日。", "A text read as a date, such as 2026-3-1.", "text: text -> date", 'DATEVALUE("2026年3月1日")', "2026-03-01", _date_value),
    _fn("FORMATDATE", "日期格式", "按格式写日期，如 yyyy年m月d日。", "A date written in a form such as yyyy-mm-dd.", "value: moment, form: text -> text", 'FORMATDATE("2026-03-01", "yyyy年m月d日 aaaa")', "2026年3月1日 星期日", lambda c, v, f: format_value(v, f, c.zone), **_C),
    _fn("OVERLAPS", "时间重叠", "两段时间是否重叠。", "Whether two stretches of time overlap.", "start: T, end: T, other_start: T, other_end: T -> bool", "OVERLAPS(DATE(2026,3,1), DATE(2026,3,5), DATE(2026,3,5), DATE(2026,3,9))", True, _overlaps, sql=_sql_overlaps),
    _fn("DURATION", "时长", "若干个单位（week、day、hour、minute、second）的时长。", "A stretch of so many weeks, days, hours, minutes or seconds.", "count: number, unit: text -> duration", 'DURATION(90, "minute")', 5400, _duration, check=_check_unit(1), sql=_sql_duration),
    _fn("MINUTESBETWEEN", "相差分钟", "两个时刻之间完整的分钟数。", "Completed minutes from one instant to another.", "start: datetime, end: datetime -> number", "MINUTESBETWEEN(DATETIME(2026,3,1,9), DATETIME(2026,3,1,10,30))", 90, _minutes, sql=_sql_minutes),
    _fn("NEXTOCCURRENCE", "下次周年", "今天起下一个周年日（如生日）。", "The next return of the day, such as a birthday, from today on.", "value: moment, at?: moment -> date", 'NEXTOCCURRENCE("1990-03-01", "2026-03-05")', "2027-03-01", _next_occurrence, blank="pass", is_volatile=True, clock="day", sql=_by_day("NEXTOCCURRENCE", DATE, _pg_next, days=2, today_at=1), **_C),
    _fn("BUCKET", "时间分组", "所在年、季、月、周的第一天。", "The first day of the year, quarter, month or week.", "value: moment, unit: text -> date", 'BUCKET("2026-05-20", "quarter")', "2026-04-01", _bucket, check=_check_unit(1), sql=_sql_bucket, **_C),
    _fn("TIMEOFDAY", "时刻", "一个时刻的时间部分。", "The time of day of an instant.", "value: datetime -> time", "TIMEOFDAY(DATETIME(2026,3,1,9,30))", "09:30", lambda c, v: local(v, c.zone).time(), sql=lambda b, args: b.convert(args[0], TIME), **_C),
    _fn("LASTPERIOD", "最近", "最近若干个完整单位（含当前）的日期范围；写作 {日期} IN LAST(6, \"month\")。", "The last so many whole units, the current one included; written {date} IN LAST(6, \"month\").", "count: number, unit: text -> range", 'DATE(2026, 1, 1) IN LASTPERIOD(3, "month")', True, lambda c, n, u: period(c.today, int(n), u), is_volatile=True, clock="day", check=_check_unit(1), sql=_sql_period, **_C),
    _fn("NEXTPERIOD", "未来", "当前起若干个完整单位的日期范围；写作 {日期} IN NEXTPERIOD(7, \"day\")。", "The next so many whole units, the current one included.", "count: number, unit: text -> range", 'DATE(2026, 3, 11) IN NEXTPERIOD(7, "day")', True, lambda c, n, u: period(c.today, int(n), u, ahead=True), is_volatile=True, clock="day", check=_check_unit(1), sql=lambda b, args: _sql_period(b, args, ahead=True), **_C),
)  # fmt: skip
