"""Time buckets and bands of numbers in SQL, the same on both databases."""

from decimal import ROUND_FLOOR, Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Date,
    DateTime,
    Integer,
    case,
    cast,
    func,
    literal,
    literal_column,
    type_coerce,
)

from engine.access.sources import Kind
from engine.expressions.moments import minutes_ahead
from report_engine.bins import Bins
from report_engine.buckets import BOUND_FISCAL, MONTHS, months_late
from report_engine.periods import Shift

YEARS = {12: "year", 3: "quarter"}


def bucket(column: ColumnElement[Any], grain: str, dialect: str, zone: str) -> ColumnElement[Any]:
    """Return the bucket of a day (of an instant, for hours) as SQL."""
    if grain in ("hour", "hour_of_day"):
        return _hours(column, grain, dialect, zone)
    return _postgresql(column, grain) if dialect == "postgresql" else _sqlite(column, grain)


def moved(column: ColumnElement[Any], grain: str, shift: Shift, dialect: str) -> ColumnElement[Any]:
    """Return a day of a comparison period as the day it stands beside, as far as its bucket needs it."""
    if grain in ("hour", "hour_of_day"):
        return column
    if shift.days:
        if dialect == "postgresql":
            return type_coerce(
                type_coerce(column, Date()) + literal_column(str(shift.days), Integer()), Date()
            )
        return func.date(column, f"{shift.days:+d} days")
    if shift.months and grain in MONTHS:
        if dialect == "postgresql":
            first = func.date_trunc("month", cast(column, DateTime()))
            return first + func.make_interval(literal_column("0"), literal_column(str(shift.months)))
        return func.date(func.substr(column, 1, 7).concat("-01"), f"{shift.months:+d} months")
    return column


def days_between(start: ColumnElement[Any], end: ColumnElement[Any], dialect: str) -> ColumnElement[Any]:
    """Return how many days lie between two days."""
    if dialect == "postgresql":
        return type_coerce(type_coerce(end, Date()) - type_coerce(start, Date()), Integer())
    return cast(func.julianday(end) - func.julianday(start), Integer())


def day_after(day: ColumnElement[Any], days: ColumnElement[Any], dialect: str) -> ColumnElement[Any]:
    """Return the day so many days after another."""
    if dialect == "postgresql":
        return type_coerce(type_coerce(day, Date()) + days, Date())
    return type_coerce(func.date(day, func.printf("+%d days", days)), Date())


def _postgresql(day: ColumnElement[Any], grain: str) -> ColumnElement[Any]:
    # Without a zone: a day is the same day everywhere.
    plain = cast(day, DateTime())
    if grain == "day":
        return day
    if grain in ("weekday", "month_of_year", "day_of_month"):
        part = {"weekday": "isodow", "month_of_year": "month", "day_of_month": "day"}[grain]
        return cast(func.date_part(part, day), Integer())
    if grain in BOUND_FISCAL:
        apart = func.make_interval(literal_column("0"), literal_column(str(months_late(grain))))
        return cast(func.date_trunc(YEARS[BOUND_FISCAL[grain]], plain - apart) + apart, Date())
    if grain in ("week", "month", "quarter", "year"):
        return cast(func.date_trunc(grain, plain), Date())
    if grain == "half":
        later = func.date_part("month", day) > literal_column("6")
        year = func.date_trunc("year", plain)
        return cast(
            case((later, year + func.make_interval(literal_column("0"), literal_column("6"))), else_=year),
            Date(),
        )
    step = case(
        (func.date_part("day", day) <= literal_column("10"), literal_column("0")),
        (func.date_part("day", day) <= literal_column("20"), literal_column("10")),
        else_=literal_column("20"),
    )
    return cast(func.date_trunc("month", plain), Date()) + step


def _sqlite(day: ColumnElement[Any], grain: str) -> ColumnElement[Any]:
    month = cast(func.substr(day, 6, 2), Integer())
    date_ = cast(func.substr(day, 9, 2), Integer())
    year = func.substr(day, 1, 4)
    made: ColumnElement[Any]
    if grain == "day":
        return day
    if grain == "month":
        made = func.substr(day, 1, 7).concat("-01")
    elif grain == "year":
        made = year.concat("-01-01")
    elif grain in BOUND_FISCAL:
        late, size = months_late(grain), BOUND_FISCAL[grain]
        since = cast(year, Integer()) * 12 + month - 1 - late
        whole = since.op("/", precedence=8)(literal_column(str(size))) * size + late
        made = func.printf("%04d-%02d-01", whole.op("/", precedence=8)(literal_column("12")), whole % 12 + 1)
        made = case((day.is_not(None), made))
    elif grain in ("quarter", "half"):
        size = 3 if grain == "quarter" else 6
        first = (month - 1).op("/", precedence=8)(literal_column(str(size))) * literal_column(str(size)) + 1
        made = year.concat(func.printf("-%02d-01", first))
    elif grain == "xun":
        step = case((date_ <= 10, "-01"), (date_ <= 20, "-11"), else_="-21")
        made = func.substr(day, 1, 7).concat(step)
    elif grain == "week":
        made = func.date(day, "-6 days", "weekday 1")
    elif grain == "weekday":
        sunday = cast(func.strftime("%w", day), Integer())
        return (sunday + 6) % 7 + 1
    else:
        return month if grain == "month_of_year" else date_
    # A blank day gives a blank bucket: every way to one is made of the day itself.
    return made


def _hours(moment: ColumnElement[Any], grain: str, dialect: str, zone: str) -> ColumnElement[Any]:
    if dialect == "postgresql":
        local = func.timezone(zone, moment)
        if grain == "hour":
            return func.date_trunc("hour", local)
        return cast(func.date_part("hour", local), Integer())
    shift = f"{minutes_ahead(zone):+d} minutes"
    if grain == "hour":
        return func.strftime("%Y-%m-%d %H:00:00", moment, shift)
    return cast(func.strftime("%H", moment, shift), Integer())


def minute_of_day(moment: ColumnElement[Any], dialect: str, zone: str) -> ColumnElement[Any]:
    """Return how many minutes of its local day are over at an instant."""
    if dialect == "postgresql":
        local = func.timezone(zone, moment)
        return cast(func.date_part("hour", local) * 60 + func.date_part("minute", local), Integer())
    shift = f"{minutes_ahead(zone):+d} minutes"
    hour, minute = (cast(func.strftime(part, moment, shift), Integer()) for part in ("%H", "%M"))
    return hour * 60 + minute


def banded(column: ColumnElement[Any], bins: Bins, kind: Kind, dialect: str) -> ColumnElement[Any]:
    """Return the number of a value's band: 0 is the first; below the first edge is -1 where bands have edges."""
    scale = Decimal(10) ** kind.units
    raw = type_coerce(column, BigInteger())
    if bins.width is not None:
        width, start = bins.width * scale, bins.start * scale
        if kind.units or dialect == "sqlite" or kind.value_type == "integer":
            return _whole_bands(raw, width, start)
        exact = (column - literal(start)) / literal(width)
        return cast(func.floor(exact), BigInteger())
    cases: list[tuple[ColumnElement[bool], ColumnElement[Any]]] = []
    for at, edge in enumerate(bins.edges):
        limit = (
            _limit(edge * scale)
            if kind.units or kind.value_type == "integer" or dialect == "sqlite"
            else literal(edge)
        )
        cases.append((raw < limit, literal_column(str(at)) - literal_column("1")))
    return case((column.is_(None), None), *cases, else_=literal_column(str(len(bins.edges) - 1)))


def _limit(edge: Decimal) -> ColumnElement[Any]:
    # Whole units below an edge are those below the next whole unit.
    whole = edge.to_integral_value(ROUND_FLOOR)
    return literal(int(whole if whole == edge else whole + 1), BigInteger())


def _whole_bands(raw: ColumnElement[Any], width: Decimal, start: Decimal) -> ColumnElement[Any]:
    # A width of part of a unit (0.5 of whole numbers) is brought to whole ones on both sides.
    factor = 1
    while (width * factor) % 1 or (start * factor) % 1:
        factor *= 10
    moved = raw * factor - int(start * factor)
    size = int(width * factor)
    wide = literal(size, BigInteger())
    down = case(((moved < 0) & (moved % wide != 0), literal_column("1")), else_=literal_column("0"))
    return moved.op("/", precedence=8)(wide) - down


__all__ = ["banded", "bucket", "day_after", "days_between", "minute_of_day", "moved"]
