"""What should happen on which day for which record: the days after surgery, birthdays, long silence.

Each occurrence is a row before it is due. When the date moves, rows not yet started move with it; when a save was
missed (an import past the store, a restored backup, a new rule) the nightly reconciliation makes the rows that are
missing. A day that passed while nothing ran is still started: rows wait, they are not a window in time.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite

from engine.clock import business_day
from engine.ports import FlowRecords, Path
from engine.problems import Rejected
from engine.store.platform import from_instant, instant
from engine.store.unit import Cause, Unit
from engine.store.workspaces import Workspace
from flow_engine.calendar.span import read_span
from flow_engine.calendar.yearly import from_lunar, lunar_day, yearly
from flow_engine.commanding import FlowCommands
from flow_engine.tables import OCCURRENCES, SCHEDULE_CURSORS
from flow_engine.triggering import Facts, Listener, holds_when, once_paths

GRACE = timedelta(days=1)
"""How long before a record was written (or a rule came into force) a day may lie and still count."""
BEFORE, AHEAD = timedelta(days=400), timedelta(days=62)
"""Which returns of a yearly day have rows: those missed, and those that come soon."""
PAGE = 200
EXPECTED, STARTED, SKIPPED, CANCELLED = "expected", "started", "skipped", "cancelled"
BEFORE_RULE = "before_rule"
"""Why a row came to nothing: it was due before its rule came into force."""
NOT_MISSED = ("condition", BEFORE_RULE)
"""Reasons for which a skipped row counts as none that was missed."""
NEAR = {"yearly": timedelta(days=31), "lunar": timedelta(days=31), "monthly": timedelta(days=5)}
"""How near a corrected date may lie beyond the turn of the year (the month) to be the same return."""
RETURNING = frozenset(NEAR)
DATE_KINDS = ("date_field", "inactivity")


@dataclass(frozen=True, slots=True)
class Wanted:
    """One occurrence that should exist."""

    occurrence: str
    due_at: datetime


class Occurrences:
    """The ledger of date triggers of one workspace. `start` starts a flow and gives the verdict (`Starting.start`)."""

    def __init__(self, flows: FlowCommands) -> None:
        self._flows = flows
        self.starter: Any = None

    # One record.

    def reconsider(self, unit: Unit, listener: Listener, record_id: str, body: Mapping[str, Any]) -> None:
        """Bring the rows of a record up to date after a write that concerns it."""
        field = listener.config["field"]
        changed = body.get("changed")
        if changed is not None and field not in changed and "branch_id" not in changed:
            return
        form = str(listener.trigger.form)
        records = self._records(unit, listener)
        paths = frozenset({(field,), ("branch_id",), ("created_at",), ("id",)})
        values = records.read(form, record_id, paths)
        self.bring_up(unit, listener, record_id, values if values.get(("id",)) is not None else None)

    def bring_up(
        self, unit: Unit, listener: Listener, record_id: str, values: Mapping[Path, Any] | None
    ) -> int:
        """Make, move and cancel rows so that they are as they should be; return how many changed."""
        since = self.since(unit, listener)
        rows = self._rows(unit, listener, [record_id]).get(record_id, ())
        return self._put_right(unit, listener, record_id, values, since, rows)

    def _rows(
        self, unit: Unit, listener: Listener, record_ids: Sequence[str]
    ) -> dict[str, list[tuple[str, str, str]]]:
        """Return the rows of records: occurrence, when it is due, state."""
        c = OCCURRENCES.c
        mine = (c.trigger == listener.key) & c.record_id.in_(record_ids)
        found: dict[str, list[tuple[str, str, str]]] = {}
        for row in unit.connection.execute(select(c.record_id, c.occurrence, c.due_at, c.state).where(mine)):
            found.setdefault(row.record_id, []).append((row.occurrence, row.due_at, row.state))
        return found

    def _put_right(
        self,
        unit: Unit,
        listener: Listener,
        record_id: str,
        values: Mapping[Path, Any] | None,
        since: datetime,
        rows: Sequence[tuple[str, str, str]],
    ) -> int:
        wanted = (
            {}
            if values is None
            else {one.occurrence: one for one in self.wanted(unit, listener, values, since)}
        )
        c = OCCURRENCES.c
        mine = (c.trigger == listener.key) & (c.record_id == record_id)
        known = {occurrence: (due_at, state) for occurrence, due_at, state in rows}
        done = self._done_before(listener, rows, wanted)
        changes = 0
        for occurrence, one in wanted.items():
            row = known.get(occurrence)
            if row is None and _is_done(one, done, listener.config.get("repeat", "no")):
                continue
            if row is None:
                self._add(unit, listener, record_id, one)
                changes += 1
            elif self._is_to_come(unit, row, instant(one.due_at)):
                given = {
                    "due_at": instant(one.due_at),
                    "state": EXPECTED,
                    "reason": None,
                    "changed_at": unit.now_text,
                }
                unit.connection.execute(
                    update(OCCURRENCES).where(mine, c.occurrence == occurrence).values(given)
                )
                changes += 1
        for occurrence, _, state in rows:
            if state == EXPECTED and occurrence not in wanted:
                why = "deleted" if values is None else "moved"
                given = {"state": CANCELLED, "reason": why, "changed_at": unit.now_text}
                unit.connection.execute(
                    update(OCCURRENCES).where(mine, c.occurrence == occurrence).values(given)
                )
                changes += 1
        return changes

    @staticmethod
    def _done_before(
        listener: Listener, rows: Sequence[tuple[str, str, str]], wanted: Collection[str]
    ) -> Mapping[str, list[date]]:
        """Return by offset the days that came already by a date that was corrected since: they are not to come again."""
        found: dict[str, list[date]] = {}
        if listener.config.get("repeat") in RETURNING:
            for occurrence, _, state in rows:
                day, _, offset = occurrence.partition(":")
                if state == STARTED and occurrence not in wanted:
                    found.setdefault(offset, []).append(date.fromisoformat(day))
        return found

    @staticmethod
    def _is_to_come(unit: Unit, row: tuple[str, str], due_at: str) -> bool:
        """Tell whether an occurrence that has a row is expected, or expected anew, at this instant.

        What was skipped on its day comes after all where the day has been put off.
        """
        was_due, state = row
        if state == SKIPPED:
            return due_at != was_due and due_at > unit.now_text
        return state != STARTED and row != (due_at, EXPECTED)

    def _add(self, unit: Unit, listener: Listener, record_id: str, one: Wanted) -> None:
        make = postgresql.insert if unit.is_postgres else sqlite.insert
        values = {
            "trigger": listener.key,
            "record_id": record_id,
            "occurrence": one.occurrence,
            "flow": listener.plan.key,
            "form": listener.trigger.form,
            "due_at": instant(one.due_at),
            "state": EXPECTED,
            "made_at": unit.now_text,
            "changed_at": unit.now_text,
        }
        unit.connection.execute(make(OCCURRENCES).values(values).on_conflict_do_nothing())

    # Which occurrences a date has.

    def wanted(
        self, unit: Unit, listener: Listener, values: Mapping[Path, Any], since: datetime
    ) -> Iterator[Wanted]:
        """Yield what should exist for a record: not what lay in the past when it was written."""
        value = values.get((listener.config["field"],))
        branch = values.get(("branch_id",))
        if value is None or not isinstance(value, date):
            return
        created = values.get(("created_at",))
        floor = max(since, created) - GRACE if isinstance(created, datetime) else since - GRACE
        for occurrence, start, offset in self._starts(unit, listener, value, branch):
            due = self._due(unit, listener, start, offset, branch)
            if due >= floor:
                yield Wanted(occurrence, due)

    def _starts(
        self, unit: Unit, listener: Listener, value: date, branch: str | None
    ) -> Iterator[tuple[str, date, str]]:
        """Yield (occurrence, date or instant, offset)."""
        config = listener.config
        if listener.trigger.kind == "inactivity":
            yield value.isoformat(), value, config["after"]
            return
        repeat, offsets = config["repeat"], config["offsets"]
        if repeat == "no":
            yield from ((offset, value, offset) for offset in offsets)
            return
        if repeat == "each_date":
            yield from ((f"{value.isoformat()}:{offset}", value, offset) for offset in offsets)
            return
        day = business_day(value, self._zone(branch)) if isinstance(value, datetime) else value
        today = business_day(unit.now, self._zone(branch))
        for offset in offsets:
            for again in _returns(day, repeat, config["leap_day"], today):
                yield f"{again.isoformat()}:{offset}", again, offset

    def _due(self, unit: Unit, listener: Listener, start: date, offset: str, branch: str | None) -> datetime:
        at = listener.config.get("time")
        zone = ZoneInfo(self._zone(branch))
        if not isinstance(start, datetime):
            start = datetime.combine(start, time(0, 0), zone)
        if self._flows.ports.calendar is None:
            span = read_span(offset)
            found = start + span.sign * (timedelta(days=span.days + 30 * span.months) + span.time)
            if at is not None:
                found = datetime.combine(found.astimezone(zone).date(), time.fromisoformat(at), zone)
            return found
        clock = listener.config.get("clock", "wall")
        return self._flows.ports.calendar.due(unit, start, offset, clock, branch, None, at)

    def _zone(self, branch: str | None) -> str:
        return self._flows.ports.zone_of(branch)

    def _records(self, unit: Unit, listener: Listener) -> FlowRecords:
        actor = self._flows.ports.service_actor(listener.plan.key, listener.plan.definition)
        return self._flows.ports.records(unit, actor)

    # Since when a rule is in force.

    def since(self, unit: Unit, listener: Listener) -> datetime:
        """Return when the rule came into force: what was due before is not made up for."""
        c = SCHEDULE_CURSORS.c
        query = select(c.high_water).where(c.trigger == listener.key)
        found = unit.connection.execute(query).scalar()
        if found is not None:
            return from_instant(found)
        make = postgresql.insert if unit.is_postgres else sqlite.insert
        unit.connection.execute(
            make(SCHEDULE_CURSORS)
            .values(trigger=listener.key, high_water=unit.now_text)
            .on_conflict_do_nothing()
        )
        return unit.now

    # What is due.

    def start_due(self, workspace: Workspace, most: int = 500, records: Collection[str] | None = None) -> int:
        """Start what is due; return how many rows were settled. `records`: of these records only."""
        listeners = self._flows.plans.triggers.by_key
        settled = 0
        while settled < most:
            with workspace.write(Cause("system")) as unit:
                c = OCCURRENCES.c
                query = (
                    select(c.trigger, c.record_id, c.occurrence, c.form, c.due_at)
                    .where(c.state == EXPECTED, c.due_at <= unit.now_text)
                    .order_by(c.due_at)
                    .limit(20)
                    .with_for_update(skip_locked=True)
                )
                if records is not None:
                    query = query.where(c.record_id.in_(records))
                rows = unit.connection.execute(query).all()
                for row in rows:
                    self._settle(unit, listeners.get(row.trigger), row)
            settled += len(rows)
            if len(rows) < 20:
                break
        return settled

    def _settle(self, unit: Unit, listener: Listener | None, row: Any) -> None:
        state, reason, instance_id = self._verdict(unit, listener, row)
        c = OCCURRENCES.c
        mine = (c.trigger == row.trigger) & (c.record_id == row.record_id) & (c.occurrence == row.occurrence)
        given = {"state": state, "reason": reason, "instance_id": instance_id, "changed_at": unit.now_text}
        if state == EXPECTED and listener is not None:
            given["due_at"] = instant(self._next_window(unit, listener, row))
        unit.connection.execute(update(OCCURRENCES).where(mine).values(given))

    def _next_window(self, unit: Unit, listener: Listener, row: Any) -> datetime:
        """Return when what comes late happens: at its time of the day, or when the branch is open next."""
        records = self._records(unit, listener)
        branch = records.read(row.form, row.record_id, frozenset({("branch_id",)})).get(("branch_id",))
        zone, at = ZoneInfo(self._zone(branch)), listener.config.get("time")
        if at is not None:
            today = unit.now.astimezone(zone).date()
            days = (
                datetime.combine(today + timedelta(days=ahead), time.fromisoformat(at), zone)
                for ahead in (0, 1)
            )
            return next(day for day in days if day > unit.now)
        if self._flows.ports.calendar is None:
            return unit.now
        return self._flows.ports.calendar.due(unit, unit.now, "0m", "business", branch, None, None)

    def _verdict(self, unit: Unit, listener: Listener | None, row: Any) -> tuple[str, str | None, str | None]:
        if listener is None:
            return CANCELLED, "rule_gone", None
        late = unit.now - from_instant(row.due_at)
        policy = listener.config.get("late", {"do": "run"})
        if policy["do"] == "next_window" and late > timedelta(hours=1):
            return EXPECTED, "late", None
        is_dropped = late > timedelta(hours=1) and policy["do"] == "drop"
        if is_dropped or (policy["do"] == "within" and late > _length(policy.get("within", "1d"))):
            # Nothing was missed that was due before anybody had said that it should be.
            is_older = from_instant(row.due_at) < self.since(unit, listener)
            return SKIPPED, BEFORE_RULE if is_older else "late", None
        records = self._records(unit, listener)
        paths = frozenset({("id",), ("branch_id",)}) | listener.paths | once_paths(listener.plan)
        values = records.read(row.form, row.record_id, paths)
        if values.get(("id",)) is None:
            return CANCELLED, "deleted", None
        zone = self._zone(values.get(("branch_id",)))
        if not holds_when(listener, Facts(values, unit.now, zone)):
            return SKIPPED, "condition", None
        given = {"occurrence": row.occurrence, "due_at": row.due_at}
        occurrence = f"{row.record_id}:{row.occurrence}"
        about = (row.form, row.record_id)
        verdict, key = self.starter.start_once(unit, listener, about, values, given, occurrence)
        if verdict == "error":
            return SKIPPED, "error", None
        return STARTED, None if verdict == "started" else verdict, self._flows.instance_of_key(unit, key)

    # Every night.

    def reconcile(self, workspace: Workspace, listener: Listener) -> int:
        """Bring the rows of all records up to date; return how many were missing or wrong."""
        repaired, after = 0, None
        field = listener.config["field"]
        paths: frozenset[Path] = frozenset({(field,), ("branch_id",), ("created_at",)})
        while True:
            with workspace.write(Cause("system")) as unit:
                records = self._records(unit, listener)
                where = f"NOT ISBLANK({{{field}}})"
                page, after = records.scan(str(listener.trigger.form), where, paths, PAGE, after)
                since = self.since(unit, listener)
                rows = self._rows(unit, listener, [record_id for record_id, _ in page])
                for record_id, values in page:
                    known = rows.get(record_id, ())
                    repaired += self._put_right(unit, listener, record_id, values, since, known)
            if after is None:
                return repaired + self._close_orphans(workspace, listener)

    def _close_orphans(self, workspace: Workspace, listener: Listener) -> int:
        """Cancel what is expected of records whose date is blank now, or which are gone."""
        closed, last = 0, ""
        field = listener.config["field"]
        paths: frozenset[Path] = frozenset({(field,), ("id",)})
        c = OCCURRENCES.c
        while True:
            with workspace.write(Cause("system")) as unit:
                query = select(c.record_id).where(
                    c.trigger == listener.key, c.state == EXPECTED, c.record_id > last
                )
                ids: Sequence[str] = (
                    unit.connection.execute(query.distinct().order_by(c.record_id).limit(PAGE))
                    .scalars()
                    .all()
                )
                records = self._records(unit, listener)
                for record_id in ids:
                    values = records.read(str(listener.trigger.form), record_id, paths)
                    if values.get(("id",)) is None or values.get((field,)) is None:
                        closed += self.bring_up(unit, listener, record_id, None)
            if len(ids) < PAGE:
                return closed
            last = ids[-1]


def _returns(day: date, repeat: str, leap_day: str, today: date) -> Iterator[date]:
    """Yield the returns of a day that were missed or come soon."""
    first, last = today - BEFORE, today + AHEAD
    if repeat == "monthly":
        month = date(first.year, first.month, 1)
        while month <= last:
            yield from (one for one in (_in_month(day, month),) if first <= one <= last and one > day)
            month = (month + timedelta(days=32)).replace(day=1)
        return
    born = lunar_day(day) if repeat == "lunar" else None
    for year in range(first.year - 1, last.year + 1):
        try:
            one = (
                yearly(day, year, leap_day)
                if born is None
                else from_lunar(year, born.month, born.day, born.is_leap)
            )
        except Rejected:
            continue  # beyond the years that the lunar calendar is known for
        if first <= one <= last and one > day:
            yield one


def _is_done(one: Wanted, done: Mapping[str, list[date]], repeat: str) -> bool:
    """Tell whether a returning day came already this year (this month), by another date that the record then had."""
    text, _, offset = one.occurrence.partition(":")
    for before in done.get(offset, ()):
        day = date.fromisoformat(text)
        same = (
            (day.year, day.month) == (before.year, before.month)
            if repeat == "monthly"
            else day.year == before.year
        )
        if same or abs(day - before) <= NEAR[repeat]:
            return True
    return False


def _in_month(day: date, month: date) -> date:
    end = (month + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    return month.replace(day=min(day.day, end.day))


def _length(span: str) -> timedelta:
    found = read_span(span)
    return timedelta(days=found.days + 30 * found.months) + found.time
