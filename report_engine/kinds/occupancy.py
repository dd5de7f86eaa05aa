"""Occupancy (时段利用率): of the minutes that could be booked at each hour of each weekday, how many were.

`measures`: what was booked (minutes of records that begin at `start`), then what could be (minutes of records of a day, from a time
`opens` to a time `closes`). `breaks`: a sub-table of the latter whose `break_opens` and `break_closes` are taken off. `where`: which of
them count. Every minute counts in its own hour.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import time
from fractions import Fraction
from typing import Any

from sqlalchemy import ColumnElement, func, select

from engine.access.sources import Source, Wanted
from engine.problems import Code, Problem, Rejected
from engine.schema import closed
from engine.text import Words
from engine.value_type import VALUE_TYPES
from report_engine.behind import NOTHING_BEHIND, Behind, of_fact, with_ids
from report_engine.binding import Bound, renamed
from report_engine.dataset import Datasets, Fact
from report_engine.desk import Desk
from report_engine.drawing.numbers import full
from report_engine.grains import bucket, minute_of_day
from report_engine.kind import Kind
from report_engine.measures import Measure
from report_engine.problems import EMPTY, NOT_FOR_KIND
from report_engine.query import rounded
from report_engine.table import Cell, Column, Table
from report_engine.tabled import condition, filters, path_of, rows_of, within

HOUR, DAY = 60, 1440
BAD_OCCUPANCY = Code(
    "report.bad_occupancy",
    zh="时段利用率需要两个度量：已占用的分钟和可约的分钟，settings 写明 start、opens、closes",
    en="Occupancy needs two measures, the minutes booked and those on offer, with start, opens and closes under settings",
    hint_zh='例如 "measures": ["appointment.booked_minutes", "roster.minutes"], "settings": {"start": "start_at", "opens": "start_at", "closes": "end_at"}',
    hint_en='For example "measures": ["appointment.booked_minutes", "roster.minutes"], "settings": {"start": "start_at", "opens": "start_at", "closes": "end_at"}',
)
Hours = dict[tuple[int, int], int]


class Occupancy(Kind):
    """Weekdays by hours, and how full they were."""

    def problems(self, report: Mapping[str, Any], data: Datasets) -> Iterable[Problem]:
        for name in ("by", "compare", "having", "pivot"):
            if report.get(name):
                yield NOT_FOR_KIND.at(f"/{name}", name=name)

    def table(self, bound: Bound, desk: Desk) -> Table:
        bases = [one for one in bound.measures if one.formula is None and one.fact is not None and one.of]
        if len(bound.measures) != 2 or len(bases) != 2 or bases[0].fact == bases[1].fact:
            raise Rejected(BAD_OCCUPANCY.at("/measures"))
        hours = _Hours(bound, desk)
        booked, offered = hours.booked(bases[0]), hours.offered(bases[1])
        rows: list[tuple[Cell, ...]] = []
        for key in sorted({*booked, *(one for one, minutes in offered.items() if minutes)}):
            busy, whole = booked.get(key, 0), offered.get(key, 0)
            share = rounded(Fraction(busy, whole), 6) if whole > 0 else None
            rows.append((*key, share, busy, whole))
        columns = (
            Column("weekday", {"zh": "星期", "en": "Weekday"}, "dimension", "weekday"),
            Column("hour", {"zh": "时段", "en": "Hour"}, "dimension", "hour_of_day"),
            Column("share", {"zh": "利用率", "en": "Occupied"}, "measure", "percent", "up", adds_up=False),
            Column("booked", {"zh": "已约分钟", "en": "Minutes booked"}, "measure", "integer"),
            Column("offered", {"zh": "可约分钟", "en": "Minutes on offer"}, "measure", "integer"),
        )
        return Table(columns, tuple(rows), as_of=bound.now, warnings=() if rows else (EMPTY.at(""),))

    def behind(self, bound: Bound, desk: Desk, dims: Mapping[str, Any], measure: str | None) -> Behind:
        """Return what was booked in an hour, or the duty that was on offer; of their share both."""
        if measure not in (None, "share", "booked", "offered") or len(bound.measures) != 2:
            raise Rejected(NOTHING_BEHIND.at("/measure"))
        hours, (booked, offered) = _Hours(bound, desk), bound.measures
        found = []
        if measure != "offered":
            found.append(replace(hours.booked_by(booked, dims), name=booked.name))
        if measure != "booked":
            found.append(replace(hours.offered_by(offered, dims), name=offered.name))
        return replace(found[0], also=tuple(one for one in found[1:] if one.count))

    def explained(self, bound: Bound, desk: Desk, dims: Mapping[str, Any]) -> tuple[Bound, Sequence[Words]]:
        """Return the question without its measures: what they are over all hours explains no single one."""
        given = [(dims[key], form) for key, form in FORMS.items() if isinstance(dims.get(key), int)]
        told = [{lang: full(value, form, lang) for lang in ("zh", "en")} for value, form in given]
        return replace(bound, measures=()), told


class _Hours:
    def __init__(self, bound: Bound, desk: Desk) -> None:
        self.bound, self.desk, self.dialect = bound, desk, desk.unit.dialect

    def booked(self, one: Measure) -> Hours:
        """Return the minutes of records that begin at an instant and take so long."""
        fact = self.bound.data.facts[str(one.fact)]
        start = self._path(fact, "start")
        source = self._source(
            fact, {"at": Wanted(start, at="/settings/start"), "minutes": Wanted(one.of)}, self._own(fact, one)
        )
        begin = minute_of_day(source.c["at"], self.dialect, self.desk.zone)
        found: Hours = defaultdict(int)
        for weekday, first, size, count in self._counted(source, begin, source.c.minutes, fact):
            for hour, minutes in _spread(int(first), int(first) + int(size)):
                found[int(weekday), hour] += minutes * int(count)
        return found

    def booked_by(self, one: Measure, dims: Mapping[str, Any]) -> Behind:
        """Return the records that book minutes of an hour."""
        fact = self.bound.data.facts[str(one.fact)]
        fields = {"at": Wanted(self._path(fact, "start"), at="/settings/start"), "minutes": Wanted(one.of)}
        source = self._source(fact, fields, self._own(fact, one))
        begin = minute_of_day(source.c["at"], self.dialect, self.desk.zone)
        rows = self._each(source, begin, source.c.minutes, fact)
        return _those(
            fact, ((rid, day, int(first), int(first) + int(size)) for rid, day, first, size in rows), dims
        )

    def offered_by(self, one: Measure, dims: Mapping[str, Any]) -> Behind:
        """Return the records that offer minutes of an hour."""
        fact = self.bound.data.facts[str(one.fact)]
        ends = [self._path(fact, name) for name in ("opens", "closes")]
        source = self._source(fact, {"a": Wanted(ends[0]), "b": Wanted(ends[1])}, self._offering(fact, one))
        read = VALUE_TYPES.get("time").reader(self.dialect, {}) or (lambda raw: raw)
        rows = self._each(source, source.c.a, source.c.b, fact)
        return _those(
            fact, ((rid, day, _minutes(read(a)), _minutes(read(b))) for rid, day, a, b in rows), dims
        )

    def _offering(self, fact: Fact, one: Measure) -> list[Wanted]:
        where = condition(self.bound, fact, self.bound.settings.get("where"), "/settings/where")
        return [*self._own(fact, one), *where]

    def offered(self, one: Measure) -> Hours:
        """Return the minutes between two times of a day, less breaks."""
        fact, settings = self.bound.data.facts[str(one.fact)], self.bound.settings
        where = self._offering(fact, one)
        found: Hours = defaultdict(int)
        for key, minutes in self._times(fact, ("opens", "closes"), where, 1):
            found[key] += minutes
        if settings.get("breaks"):
            rows = self.bound.data.facts.get(f"{fact.key}.{settings['breaks']}")
            if rows is None:
                raise Rejected(BAD_OCCUPANCY.at("/settings/breaks"))
            for key, minutes in self._times(
                rows, ("break_opens", "break_closes"), [_inner(one) for one in where], -1
            ):
                found[key] += minutes
        return found

    def _times(
        self, fact: Fact, names: tuple[str, str], where: list[Wanted], sign: int
    ) -> Iterator[tuple[tuple[int, int], int]]:
        ends = [self._path(fact, name) for name in names]
        source = self._source(fact, {"a": Wanted(ends[0]), "b": Wanted(ends[1])}, where)
        read = VALUE_TYPES.get("time").reader(self.dialect, {}) or (lambda raw: raw)
        for weekday, *raw, count in self._counted(source, source.c.a, source.c.b, fact):
            first, last = (_minutes(read(one)) for one in raw)
            for hour, minutes in _spread(first, last if last > first else first):
                yield (int(weekday), hour), sign * minutes * int(count)

    def _path(self, fact: Fact, name: str) -> str:
        given = self.bound.settings.get(name)
        if not given:
            raise Rejected(BAD_OCCUPANCY.at(f"/settings/{name}"))
        path = path_of(self.bound, fact, given, f"/settings/{name}")
        field = self.bound.data.field(fact, path)
        if field is None or field.value_type != ("datetime" if name == "start" else "time"):
            raise Rejected(BAD_OCCUPANCY.at(f"/settings/{name}"))
        return path

    def _own(self, fact: Fact, one: Measure) -> list[Wanted]:
        tests = [of_fact(self.bound, fact, text, f"{one.path}/filter") for text in one.filters]
        return [*filters(self.bound, fact), *(Wanted(formula=node, condition=True) for node in tests)]

    def _source(self, fact: Fact, fields: Mapping[str, Wanted], where: list[Wanted]) -> Source:
        day = Wanted(self.bound.data.day(fact, fact.date), at="/form")
        rid = Wanted("form.id" if fact.rows is not None else "id")
        return self.desk.gate.source(fact.key, {"rid": rid, "day": day, **fields}, where, name="o")

    def _each(self, source: Source, one: ColumnElement[Any], other: ColumnElement[Any], fact: Fact) -> Any:
        """Return every record with its weekday and its two ends, newest first."""
        weekday = bucket(source.c.day, "weekday", self.dialect, self.desk.zone)
        chosen = select(source.c.rid, weekday, one, other).where(*self._tests(source, one, other))
        return rows_of(self.desk, chosen.order_by(source.c.rid.desc()), [source], fact.key)

    def _tests(
        self, source: Source, one: ColumnElement[Any], other: ColumnElement[Any]
    ) -> list[ColumnElement[bool]]:
        filled = [source.c.day.is_not(None), one.is_not(None), other.is_not(None)]
        return [*filled, *within(self.bound, source.c.day)]

    def _counted(self, source: Source, one: ColumnElement[Any], other: ColumnElement[Any], fact: Fact) -> Any:
        weekday = bucket(source.c.day, "weekday", self.dialect, self.desk.zone).label("weekday")
        tests = self._tests(source, one, other)
        each = select(weekday, one.label("one"), other.label("other")).where(*tests).subquery("each")
        columns = (each.c.weekday, each.c.one, each.c.other)
        return rows_of(self.desk, select(*columns, func.count()).group_by(*columns), [source], fact.key)


def _those(fact: Fact, rows: Iterable[tuple[Any, Any, int, int]], dims: Mapping[str, Any]) -> Behind:
    """Return the records that have a minute in the hour of the weekday that `dims` names; without one, in any."""
    weekday, hour = dims.get("weekday"), dims.get("hour")
    found = [
        str(rid)
        for rid, day, first, last in rows
        if weekday in (None, int(day))
        and any(hour in (None, one) for one, _ in _spread(first, max(first, last)))
    ]
    return with_ids(fact.form.key, found)


def _inner(one: Wanted) -> Wanted:
    """Return a condition over a record as the rows of its sub-table say it."""
    if one.formula is None:
        return one
    names = {".".join(node.value) for node in one.formula.walk() if node.kind == "field"}
    return Wanted(
        formula=renamed(one.formula, {name: f"form.{name}" for name in names}), condition=True, at=one.at
    )


def _minutes(value: Any) -> int:
    return value.hour * HOUR + value.minute if isinstance(value, time) else 0


def _spread(first: int, last: int) -> Iterator[tuple[int, int]]:
    """Yield the hours between two minutes of a day, each with how many of its minutes lie between them."""
    last = min(last, DAY)
    for hour in range(first // HOUR, (last + HOUR - 1) // HOUR):
        inside = min(last, (hour + 1) * HOUR) - max(first, hour * HOUR)
        if inside > 0:
            yield hour, inside


FORMS = {"weekday": "weekday", "hour": "hour_of_day"}
NAME = {"type": "string", "minLength": 1, "maxLength": 200}
KIND = Occupancy(
    kind="occupancy",
    zh="时段利用率",
    en="Occupancy",
    needs=("measures",),
    settings_schema=closed(
        start=NAME, opens=NAME, closes=NAME, breaks=NAME, break_opens=NAME, break_closes=NAME,
        where={"type": "string", "maxLength": 2000},
    ),
)  # fmt: skip
