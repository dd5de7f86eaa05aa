"""Spans: how long something took, in seconds: from one instant of a record to another, on the wall or in open time.

An end is an instant of the record, or the moment when it first came to a stage. Open time is that of the record's
branch. It comes as one parameter (`open_hours`), so statements stay the same when somebody changes the hours:

    {"of": {branch id: number of a calendar}, "days": [[calendar, day, before, opens, closes, opens, closes, …], …]}

`day` counts from 1970 (UTC), `before` are the open seconds before that day since the table begins, stretches are seconds of the day;
every day has `STRETCHES` of them, those that are not needed empty. A branch without a calendar is always open.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Date,
    DateTime,
    FromClause,
    Integer,
    Text,
    and_,
    case,
    cast,
    func,
    literal_column,
    select,
    true,
    type_coerce,
)
from sqlalchemy.dialects.postgresql import JSONB

from engine.access.binds import bound
from engine.access.stays import LOG, mentions, seconds_of, value_in

OPEN_HOURS = "open_hours"
STRETCHES = 4
"""Stretches of open time that one day may have; of more the shortest breaks are left out."""
DAY_S = 86_400
FENCE: ColumnElement[int] = literal_column("0")
"""Makes the databases read the parameter once, and look days up by an index of their own making."""
ALWAYS_OPEN = '{"of":{},"days":[]}'


@dataclass(frozen=True, slots=True)
class End:
    """One end of a span: the instant at `path`, or when the record first came to `stage` of the field `history`."""

    path: str = ""
    stage: str = ""
    history: str = ""


@dataclass(frozen=True, slots=True)
class Between:
    """From one end to the other; `is_open`: in open time. Blank where an end is missing, or the second one earlier."""

    start: End
    end: End
    is_open: bool = False


Lookup = tuple[FromClause, ColumnElement[bool]]


def seconds_at(column: ColumnElement[Any], value_type: str, dialect: str) -> ColumnElement[Any]:
    """Return the seconds since 1970 of an instant, or of the midnight (UTC) that begins a day."""
    if dialect == "postgresql":
        kind = Date() if value_type == "date" else DateTime(timezone=True)
        return cast(func.floor(func.date_part("epoch", cast(column, kind))), BigInteger())
    return cast(func.strftime("%s", column), BigInteger())


def arrival(
    record_id: ColumnElement[Any], form: str, end: End, since: ColumnElement[Any] | None, dialect: str
) -> ColumnElement[Any]:
    """Return when a record first came to a stage, at or after `since` where that is given."""
    log = LOG.alias()
    at = seconds_of(log.c.at, dialect)
    # Records keep their ids in another collation than the history, whose index is asked for by its own.
    own = record_id.collate("default") if dialect == "postgresql" else record_id
    tests = [
        log.c.record_id == own,
        mentions(log, form, end.history),
        value_in(log, end.history, dialect) == end.stage,
    ]
    if since is not None:
        tests.append(at >= since)
    return select(func.min(at)).select_from(log).where(*tests).correlate_except(log).scalar_subquery()


def wall(start: ColumnElement[Any], end: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return the seconds from one instant to a later one."""
    return type_coerce(case((end >= start, end - start)), BigInteger())


def open_time(
    start: ColumnElement[Any], end: ColumnElement[Any], branch: ColumnElement[Any], dialect: str, number: int
) -> tuple[ColumnElement[Any], list[Lookup]]:
    """Return the open seconds from one instant to a later one, and what must be joined (outer) for it, in order."""
    given = bound(OPEN_HOURS, Text(), ALWAYS_OPEN)
    places = _calendars(given, dialect).alias(f"place{number}")
    joins: list[Lookup] = [(places, places.c.branch == branch)]
    sides = []
    for name, at in (("from", start), ("to", end)):
        days = _days(given, dialect).alias(f"{name}{number}")
        joins.append((days, and_(days.c.calendar == places.c.calendar, days.c.day == _whole(at, DAY_S))))
        sides.append(_until(days, at - _whole(at, DAY_S) * DAY_S, dialect))
    reached = case((places.c.calendar.is_(None), end - start), else_=sides[1] - sides[0])
    return type_coerce(case((end >= start, reached)), BigInteger()), joins


def _whole(at: ColumnElement[Any], size: int) -> ColumnElement[Any]:
    return at.op("/", precedence=8)(literal_column(str(size)))


def _until(days: FromClause, at: ColumnElement[Any], dialect: str) -> ColumnElement[Any]:
    """Return the open seconds from the beginning of the table to an instant of a day."""
    least, greatest = (
        (func.least, func.greatest) if dialect == "postgresql" else (func.min, func.max)
    )  # with several arguments SQLite's are of one row
    nothing: ColumnElement[Any] = literal_column("0")
    made: ColumnElement[Any] = days.c.before
    for n in range(STRETCHES):
        opens, closes = days.c[f"o{n}"], days.c[f"c{n}"]
        made = made + least(greatest(at - opens, nothing), closes - opens)
    return made


def _calendars(given: ColumnElement[Any], dialect: str) -> Any:
    if dialect == "postgresql":
        each = func.jsonb_each_text(cast(given, JSONB)["of"]).table_valued("key", "value").render_derived()
    else:
        each = func.json_each(given, "$.of").table_valued("key", "value")
    made = select(
        type_coerce(each.c.key, Text()).label("branch"), cast(each.c.value, Integer()).label("calendar")
    )
    return made.offset(FENCE).subquery()


def _days(given: ColumnElement[Any], dialect: str) -> Any:
    names = ("calendar", "day", "before", *(f"{end}{n}" for n in range(STRETCHES) for end in "oc"))
    columns: list[ColumnElement[Any]]
    if dialect == "postgresql":
        each = func.jsonb_array_elements(cast(given, JSONB)["days"]).table_valued("value").render_derived()
        row = type_coerce(each.c.value, JSONB())
        columns = [cast(row[at].astext, BigInteger()) for at in range(len(names))]
    else:
        each = func.json_each(given, "$.days").table_valued("value")
        columns = [func.json_extract(each.c.value, f"$[{at}]") for at in range(len(names))]
    made = [type_coerce(one, BigInteger()).label(name) for one, name in zip(columns, names, strict=True)]
    chosen = select(*made)
    if dialect == "sqlite":
        # SQLite takes every such table for 25 rows long, too few to be worth an index: lists of one item, crossed, make
        # it seem longer.
        for n in range(2):
            chosen = chosen.join_from(
                each, func.json_each("[1]").table_valued("value", name=f"one{n}"), true()
            )
    return chosen.offset(FENCE).subquery()


__all__ = [
    "ALWAYS_OPEN",
    "OPEN_HOURS",
    "STRETCHES",
    "Between",
    "End",
    "arrival",
    "open_time",
    "seconds_at",
    "wall",
]
