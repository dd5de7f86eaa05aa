"""The calendar of a workspace: opening hours from the branch form, days of its own from `cc_flow_calendar_days`, shifts from the roster."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import delete, select

from engine.access.spans import ALWAYS_OPEN
from engine.expressions.moments import zone_of
from engine.ports import FlowRecords, Path
from engine.problems import Rejected
from engine.store.unit import Unit
from flow_engine.calendar.business import BusinessTime
from flow_engine.calendar.due import BAD_CLOCK, CLOCKS, Moment, due, read_time, resumed, time_left
from flow_engine.calendar.hours import ALWAYS, Hours, Shifts, Stretch, Window, Windows, without
from flow_engine.calendar.table import open_table
from flow_engine.tables import CALENDAR_DAYS

EVERYWHERE = "*"
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
BLOCK_DAYS = 21
TABLE_BACK, TABLE_AHEAD = timedelta(days=8 * 366), timedelta(days=31)


@dataclass(frozen=True, slots=True)
class Places:
    """Where an app keeps its hours: the field names of the templates' branch and roster."""

    branch: str = "branch"
    hours: str = "business_hours"
    weekday: str = "weekday"
    opens: str = "open"
    closes: str = "close"
    roster: str = "roster"
    person: tuple[str, ...] = ("staff_id", "user_id")
    day: str = "work_date"
    shift: str = "shift"
    day_off: str = "off"
    starts: str = "start_at"
    ends: str = "end_at"
    breaks: str = "break_ranges"
    break_starts: str = "start"
    break_ends: str = "end"


class RecordCalendar:
    """Port `Calendar` over records. What was read is kept for one unit only, so a change counts from the next on."""

    def __init__(self, records: Callable[[Unit], FlowRecords], places: Places | None = None) -> None:
        self._records = records
        self._places = places or Places()
        self._kept: WeakKeyDictionary[Unit, dict[tuple[str, str | None], Windows]] = WeakKeyDictionary()

    def due(
        self,
        unit: Unit,
        start: datetime,
        after: str,
        clock: str = "wall",
        branch_id: str | None = None,
        person: str | None = None,
        time: str | None = None,
    ) -> datetime:
        """Return the due time in UTC. Rejected: a span, clock or time that cannot be read, a branch that never opens."""
        return due(start, after, self.moment(unit, clock, branch_id, person), time)

    def left(
        self,
        unit: Unit,
        due_at: datetime,
        clock: str = "wall",
        branch_id: str | None = None,
        person: str | None = None,
    ) -> timedelta:
        """Return what is left on the clock now."""
        return time_left(unit.now, due_at, self.moment(unit, clock, branch_id, person))

    def resumed(
        self,
        unit: Unit,
        left: timedelta,
        clock: str = "wall",
        branch_id: str | None = None,
        person: str | None = None,
    ) -> datetime:
        """Return the due time of a clock that goes on now."""
        return resumed(unit.now, left, self.moment(unit, clock, branch_id, person))

    def is_open(self, unit: Unit, at: datetime, branch_id: str | None = None) -> bool:
        """Tell whether the branch is open at an instant."""
        return BusinessTime(self.hours(unit, branch_id)).is_open(at)

    def moment(
        self, unit: Unit, clock: str, branch_id: str | None = None, person: str | None = None
    ) -> Moment:
        """Return what due times on a clock are reckoned with."""
        if clock not in CLOCKS:
            raise Rejected(BAD_CLOCK.at("", given=clock))
        if clock == "wall":
            return Moment(zone_of(unit.workspace.zone_of(branch_id)))
        hours = self.hours(unit, branch_id)
        if clock == "person" and person is not None:
            return Moment(hours.zone, BusinessTime(self.shifts(unit, person, hours)))
        return Moment(hours.zone, BusinessTime(hours))

    def hours(self, unit: Unit, branch_id: str | None) -> Windows:
        """Return the open time of a branch; open day and night where nothing is known of its hours."""
        kept = self._kept.setdefault(unit, {})
        known = kept.get(("branch", branch_id))
        if known is None:
            zone = unit.workspace.zone_of(branch_id)
            weekly = self._weekly(unit, branch_id)
            days = _own_days(unit, branch_id)
            known = Hours(weekly or ALWAYS, zone, days, keeps_holidays=weekly is not None)
            kept["branch", branch_id] = known
        return known

    def table(self, unit: Unit) -> str:
        """Return the open time of all branches from eight years ago to a month ahead, as `engine.access.spans` reads it."""
        records, p = self._records(unit), self._places
        if not records.knows(p.branch, (p.hours,)):
            return ALWAYS_OPEN
        branches = {one: self.hours(unit, one) for one in records.find(p.branch, "TRUE", {})}
        told = {
            one: hours for one, hours in branches.items() if isinstance(hours, Hours) and not hours.is_always
        }
        return open_table(told, unit.now.date() - TABLE_BACK, unit.now.date() + TABLE_AHEAD)

    def shifts(self, unit: Unit, person: str, branch: Windows) -> Windows:
        """Return the working time of a person: the roster's shifts, elsewhere the branch's hours."""
        records, p = self._records(unit), self._places
        if not records.knows(p.roster, p.person) or not records.knows(p.roster, (p.day,)):
            return branch
        kept = self._kept.setdefault(unit, {})
        known = kept.get(("person", person))
        if known is None:
            known = kept["person", person] = _Rostered(records, p, person, branch)
        return known

    def _weekly(self, unit: Unit, branch_id: str | None) -> Mapping[int, tuple[Stretch, ...]] | None:
        records, p = self._records(unit), self._places
        if branch_id is None or not records.knows(p.branch, (p.hours,)):
            return None
        columns = tuple((p.hours, one) for one in (p.weekday, p.opens, p.closes))
        found = records.read(p.branch, branch_id, frozenset(columns))
        weekly: dict[int, tuple[Stretch, ...]] = {}
        rows = zip(*(found.get(column) or () for column in columns), strict=False)
        for weekday, opens, closes in rows:
            if weekday in WEEKDAYS and opens is not None and closes is not None:
                number = WEEKDAYS.index(weekday)
                weekly[number] = (*weekly.get(number, ()), (opens, closes))
        return weekly or None


@dataclass
class _Rostered:
    """Shifts read from the roster in blocks of three weeks, as far as somebody asks."""

    records: FlowRecords
    places: Places
    person: str
    branch: Windows
    _blocks: dict[int, Shifts] = field(default_factory=dict)

    @property
    def zone(self) -> Any:
        return self.branch.zone

    def of(self, day: date) -> tuple[Window, ...]:
        block = day.toordinal() // BLOCK_DAYS
        if block not in self._blocks:
            first = date.fromordinal(block * BLOCK_DAYS)
            self._blocks[block] = Shifts(self._read(first), self.branch)
        return self._blocks[block].of(day)

    def _read(self, first: date) -> Mapping[date, tuple[Stretch, ...]]:
        p = self.places
        who = ".".join(p.person)
        ids = self.records.find(
            p.roster,
            f"AND({{{who}}} = {{form.person}}, {{{p.day}}} >= {{form.first}}, {{{p.day}}} <= {{form.last}})",
            {
                "person": self.person,
                "first": first,
                "last": first + timedelta(days=BLOCK_DAYS - 1),
            },
        )
        found: dict[date, tuple[Stretch, ...]] = {}
        paths: set[Path] = {(p.day,), (p.shift,), (p.starts,), (p.ends,)}
        breaks = ((p.breaks, p.break_starts), (p.breaks, p.break_ends))
        paths.update(path for path in breaks if self.records.knows(p.roster, path))
        for one in ids:
            values = self.records.read(p.roster, one, frozenset(paths))
            day = values[p.day,]
            shift = _stretch(values.get((p.starts,)), values.get((p.ends,)))
            is_off = values.get((p.shift,)) == p.day_off or shift is None
            worked: tuple[Stretch, ...] = () if is_off or shift is None else (shift,)
            pauses = zip(*(values.get(path) or () for path in breaks), strict=False)
            worked = without(worked, [(a, b) for a, b in pauses if a is not None and b is not None])
            found[day] = (*found.get(day, ()), *worked)
        return found


def _stretch(starts: time | None, ends: time | None) -> Stretch | None:
    return None if starts is None or ends is None else (starts, ends)


def _own_days(unit: Unit, branch_id: str | None) -> Mapping[date, tuple[Stretch, ...]]:
    c = CALENDAR_DAYS.c
    rows = unit.connection.execute(
        select(c.branch_id, c.day, c.kind, c.opens).where(
            c.branch_id.in_((EVERYWHERE, branch_id or EVERYWHERE))
        )
    ).all()
    # the branch's own word after that of the house, so that it wins
    ordered = sorted(rows, key=lambda row: row.branch_id != EVERYWHERE)
    return {
        date.fromisoformat(row.day): () if row.kind == "closed" else _read_opens(row.opens) for row in ordered
    }


def _read_opens(text: str | None) -> tuple[Stretch, ...]:
    pairs = json.loads(text) if text else [["00:00", "00:00"]]
    return tuple((read_time(opens), read_time(closes)) for opens, closes in pairs)


def keep_day(
    unit: Unit,
    day: date,
    branch_id: str | None,
    opens: tuple[tuple[str, str], ...] | None,
    name: str | None = None,
) -> None:
    """Note that a branch (None: all) is closed on a day (`opens` None), or open at these hours. Rejected."""
    forget_day(unit, day, branch_id)
    for index, pair in enumerate(opens or ()):
        for text in pair:
            read_time(text, f"/opens/{index}")
    unit.connection.execute(
        CALENDAR_DAYS.insert().values(
            branch_id=branch_id or EVERYWHERE,
            day=day.isoformat(),
            kind="closed" if opens is None else "open",
            opens=None if opens is None else json.dumps(opens),
            name=name,
        )
    )
    unit.audit("calendar.day", None, None, {"day": day.isoformat(), "branch_id": branch_id, "opens": opens})


def forget_day(unit: Unit, day: date, branch_id: str | None) -> None:
    """Take such a note away: the week and the public holidays count again."""
    c = CALENDAR_DAYS.c
    unit.connection.execute(
        delete(CALENDAR_DAYS).where(c.branch_id == (branch_id or EVERYWHERE), c.day == day.isoformat())
    )


__all__ = ["EVERYWHERE", "Places", "RecordCalendar", "forget_day", "keep_day"]
