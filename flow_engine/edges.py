"""Triggers whose condition comes true without a write of its record: `{next_visit} < TODAY()` with time, a sum by what is summed.

For each such trigger is kept for which records its condition holds. A write changes that at once; the clock changes it
when the day turns, or every few minutes where the condition hangs on the time of day: one question to the database finds
what holds now. Whoever comes in starts the flow, by a write or by the clock, once. What holds already when a condition
comes into force has not become true, and starts nothing.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from engine.clock import business_day
from engine.expressions import holds
from engine.ids import new_id
from engine.ports import FlowRecords, Path
from engine.store.codec import encode_json
from engine.store.unit import Cause, Unit
from engine.store.workspaces import Workspace
from flow_engine.apart import apart
from flow_engine.clockwork import MOMENT, next_look
from flow_engine.commanding import FlowCommands
from flow_engine.matching import matching
from flow_engine.schedules import high_water, move_high_water
from flow_engine.tables import MEMBERS, TRIGGER_LOG
from flow_engine.triggering import Facts, Listener, Moment, holds_when

PAGE = 200
EVERY = timedelta(minutes=5)
"""How often conditions are looked at that hang on the time of day."""
OUT, IN, GONE = 0, 1, 2
"""Whether a condition holds for a record; of one that is gone it is no longer asked: when it is back it has not come true anew."""
CLOCK = "clock"
"""The event by which the clock is named in the log of triggers."""
CAME_TRUE, NOT_YET, HELD = "came_true", "not_yet", "held_before"
MOST_TURNS = 1000
M = MEMBERS.c


class Edges:
    """Serves the triggers of one workspace whose condition hangs on more than its record. `starter.start` starts a flow (`Starting`)."""

    def __init__(self, flows: FlowCommands) -> None:
        self._flows = flows
        self.starter: Any = None

    def listeners(self) -> list[Listener]:
        """Return the triggers that the clock can start."""
        return [one for one in self._flows.plans.triggers.by_key.values() if one.trigger.clocks]

    # By a write.

    def noted(self, unit: Unit, listener: Listener, record_id: str, moment: Moment) -> str | None:
        """Keep whether the condition holds after a write; return why that starts nothing, or None: it came true."""
        if moment.seen is None:
            return "no_record"
        row = self._row(unit, listener, record_id)
        if not holds_when(listener, moment.seen):
            if row is not None and row.is_in:
                self._set(unit, listener, [record_id], OUT)
            return NOT_YET
        if self._is_known(unit, listener):
            held = row is not None and row.is_in != OUT
        else:
            # Its first round by the clock is still to come, so that nothing is known but what the write tells.
            held = moment.was is not None and holds_when(listener, moment.was)
        self._came_in(unit, listener, [record_id])
        return HELD if held else None

    # By the clock.

    def refresh(self, workspace: Workspace) -> int:
        """Look at the triggers whose time has come; return how many records came in or went out."""
        found = 0
        for listener in self.listeners():
            if self._is_due(workspace, listener):
                look = partial(self._refresh, workspace, listener)
                found += apart(workspace, listener.plan.key, listener.key, look)
        return found

    def _is_due(self, workspace: Workspace, listener: Listener) -> bool:
        zone = self._flows.ports.zone_of(None)
        with workspace.write(Cause("system")) as unit:
            high = high_water(unit, listener.key, first=unit.now - timedelta(days=3650))
            if high is None:
                return False
            if MOMENT in listener.trigger.clocks:
                is_due = high + EVERY <= unit.now
            else:
                is_due = business_day(high, zone) < business_day(unit.now, zone)
            # A condition that has just come into force is looked at without waiting: what holds now has not come true.
            if not is_due and self._is_known(unit, listener):
                return False
            move_high_water(unit, listener.key, unit.now)
        return True

    def _refresh(self, workspace: Workspace, listener: Listener) -> int:
        inside = self._inside(workspace, listener)
        with workspace.read() as unit:
            rows = unit.connection.execute(
                select(M.record_id, M.is_in).where(M.trigger == listener.key, M.is_in != OUT)
            ).all()
            is_first = not self._is_known(unit, listener)
        known = {row.record_id for row in rows}
        came = [one for one in inside if one not in known]
        back = [row.record_id for row in rows if row.is_in == GONE and row.record_id in inside]
        went = [row.record_id for row in rows if row.is_in == IN and row.record_id not in inside]
        for page in _pages(came):
            with workspace.write(Cause("system")) as unit:
                for record_id, times in self._came_in(unit, listener, page):
                    if not is_first:
                        self._start(unit, listener, record_id, times)
        for page in _pages(back):
            with workspace.write(Cause("system")) as unit:
                self._set(unit, listener, page, IN)
        for page in _pages(went):
            with workspace.write(Cause("system")) as unit:
                self._went(unit, listener, page)
        if is_first:
            self._make_known(workspace, listener)
        return len(came) + len(went)

    def _inside(self, workspace: Workspace, listener: Listener) -> dict[str, None]:
        """Return the records for which the condition holds now."""
        where = listener.when.text if listener.when is not None else ""
        records = partial(self._records, listener=listener)
        pages = matching(workspace, records, str(listener.trigger.form), where)
        return dict.fromkeys(one for page in pages for one in page)

    def _went(self, unit: Unit, listener: Listener, ids: Sequence[str]) -> None:
        records, form = self._records(unit, listener), str(listener.trigger.form)
        gone = [one for one in ids if records.read(form, one, frozenset({("id",)})).get(("id",)) is None]
        self._set(unit, listener, gone, GONE)
        self._set(unit, listener, [one for one in ids if one not in set(gone)], OUT)

    def _start(self, unit: Unit, listener: Listener, record_id: str, times: int) -> None:
        form = str(listener.trigger.form)
        values = self._records(unit, listener).read(form, record_id, listener.needed | {("branch_id",)})
        about = (form, record_id)
        verdict, _ = self.starter.start_once(unit, listener, about, values, {}, f"{record_id}:in{times}")
        said = encode_json([(listener.key, CAME_TRUE if verdict == "started" else verdict)]).decode()
        row = (new_id(), unit.now_text, CLOCK, form, record_id, said)
        names = ("id", "at", "event", "form", "record_id", "verdicts")
        unit.connection.execute(TRIGGER_LOG.insert().values(dict(zip(names, row, strict=True))))

    # In a trial: a few records, looked at when something turns for them.

    def look(self, unit: Unit, form: str, record_id: str) -> int:
        """Start what has come true for one record since it was last looked at; return how many flows."""
        return sum(self._looked(unit, listener, record_id) for listener in self._of(form))

    def summed(self, unit: Unit, listener: Listener, record_ids: Iterable[str]) -> int:
        """Start what has come true for records by what was written below them; return how many flows."""
        return sum(self._looked(unit, listener, one) for one in record_ids)

    def _looked(self, unit: Unit, listener: Listener, record_id: str) -> int:
        facts = self._facts(unit, listener, record_id)
        if facts is None:
            return 0
        row = self._row(unit, listener, record_id)
        is_in = holds_when(listener, facts)
        if row is None and not self._is_known(unit, listener):
            self._keep(unit, listener, [record_id], IN if is_in else OUT)
        elif is_in:
            for _, times in self._came_in(unit, listener, [record_id]):
                self._start(unit, listener, record_id, times)
                return 1
        elif row is not None and row.is_in != OUT:
            self._set(unit, listener, [record_id], OUT)
        return 0

    def next_turn(self, unit: Unit, form: str, record_id: str) -> datetime | None:
        """Return when a condition has to be looked at again for a record; None where none hangs on the clock."""
        looks = []
        for listener in self._of(form):
            facts = self._facts(unit, listener, record_id)
            if facts is not None:
                looks.append(_next(listener, facts, unit.now))
        return min(looks, default=None)

    def first_turn(
        self, unit: Unit, flow: str, form: str, record_id: str, until: datetime
    ) -> datetime | None:
        """Return when a flow starts by the clock about a record that stays as it is; None where it is not foreseen by then."""
        found = []
        for listener in self._of(form):
            facts = self._facts(unit, listener, record_id)
            if listener.plan.key == flow and listener.trigger.is_foreseen and facts is not None:
                coming = turns(listener, facts.values, facts.zone, unit.now, until)
                found += [at for at in coming if at > unit.now][:1]
        return min(found, default=None)

    def _of(self, form: str) -> Iterator[Listener]:
        return (one for one in self.listeners() if one.trigger.form == form)

    def _facts(self, unit: Unit, listener: Listener, record_id: str) -> Facts | None:
        form = str(listener.trigger.form)
        paths = listener.paths | {("id",), ("branch_id",)}
        values = self._records(unit, listener).read(form, record_id, paths)
        if values.get(("id",)) is None:
            return None
        return Facts(values, unit.now, self._flows.ports.zone_of(values.get(("branch_id",))), form=form)

    # What is kept.

    def _row(self, unit: Unit, listener: Listener, record_id: str) -> Any:
        mine = (M.trigger == listener.key) & (M.record_id == record_id)
        return unit.connection.execute(select(M.is_in).where(mine).with_for_update()).first()

    def _came_in(self, unit: Unit, listener: Listener, record_ids: Iterable[str]) -> list[tuple[str, int]]:
        """Keep that the condition holds for records; return those for which that is new, with how often it has come true."""
        return self._keep(unit, listener, record_ids, IN)

    def _keep(
        self, unit: Unit, listener: Listener, record_ids: Iterable[str], state: int
    ) -> list[tuple[str, int]]:
        make = postgresql.insert if unit.is_postgres else sqlite.insert
        rows = [
            {
                "trigger": listener.key,
                "record_id": one,
                "is_in": state,
                "times": state,
                "since": unit.now_text,
            }
            for one in record_ids
        ]
        if not rows:
            return []
        upsert = make(MEMBERS).values(rows)
        again = upsert.on_conflict_do_update(
            index_elements=[M.trigger, M.record_id],
            set_={"is_in": IN, "times": M.times + 1, "since": unit.now_text},
            where=(M.is_in == OUT) & (upsert.excluded.is_in == IN),
        )
        found = unit.connection.execute(again.returning(M.record_id, M.times))
        return [(row.record_id, row.times) for row in found]

    def _set(self, unit: Unit, listener: Listener, record_ids: Sequence[str], state: int) -> None:
        mine = (M.trigger == listener.key) & M.record_id.in_(record_ids)
        unit.connection.execute(update(MEMBERS).where(mine).values(is_in=state, since=unit.now_text))

    def _is_known(self, unit: Unit, listener: Listener) -> bool:
        """Tell whether the condition, as it reads now, has been looked at by the clock before."""
        mine = (M.trigger == listener.key) & (M.record_id == _mark(listener))
        return unit.connection.execute(select(M.times).where(mine)).first() is not None

    def _make_known(self, workspace: Workspace, listener: Listener) -> None:
        with workspace.write(Cause("system")) as unit:
            old = (M.trigger == listener.key) & M.record_id.like("-%") & (M.record_id != _mark(listener))
            unit.connection.execute(delete(MEMBERS).where(old))
            self._keep(unit, listener, [_mark(listener)], OUT)

    def _records(self, unit: Unit, listener: Listener) -> FlowRecords:
        actor = self._flows.ports.service_actor(listener.plan.key, listener.plan.definition)
        return self._flows.ports.records(unit, actor)


def turns(
    listener: Listener, values: Mapping[Path, Any], zone: str, since: datetime, until: datetime
) -> Iterator[datetime]:
    """Yield when the condition of a trigger comes true within a time, for a record that stays as it is."""
    at, before = since, False
    for _ in range(MOST_TURNS):
        facts = Facts(values, at, zone, form=listener.trigger.form)
        is_true = holds_when(listener, facts)
        if is_true and not before:
            yield at
        before = is_true
        at = _next(listener, facts, at)
        if at > until:
            return


def _next(listener: Listener, facts: Facts, now: datetime) -> datetime:
    """Return when the condition of a trigger has to be looked at next."""

    def at(moment: datetime) -> bool:
        later = Facts(facts.values, moment, facts.zone, form=facts.form)
        return listener.when is not None and holds(listener.when, later)

    return next_look(listener.trigger.clocks, listener.trigger.is_foreseen, at, now, facts.zone)


def _pages(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    return (ids[at : at + PAGE] for at in range(0, len(ids), PAGE))


def _mark(listener: Listener) -> str:
    """Return the row that says of a condition that it was looked at; another condition has another."""
    text = listener.when.text if listener.when is not None else ""
    return f"-{sha256(text.encode()).hexdigest()[:24]}"


__all__ = ["CAME_TRUE", "NOT_YET", "Edges", "turns"]
