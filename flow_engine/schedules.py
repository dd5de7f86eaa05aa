"""Times and segments: cron with what was missed made up for, and who came into a segment or left it.

A schedule keeps its high water: up to which instant it was served. Whatever lies between that and now was missed.
Membership is kept by trigger, so that only coming in and going out start anything.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite

from engine.store.platform import from_instant, instant
from engine.store.unit import Cause, Unit
from engine.store.workspaces import Workspace
from flow_engine import writing
from flow_engine.apart import apart
from flow_engine.calendar.cron import cron_times
from flow_engine.commanding import FlowCommands
from flow_engine.matching import matching
from flow_engine.tables import MEMBERS, SCHEDULE_CURSORS
from flow_engine.triggering import Listener, once_paths

MOST_MISSED = 1000
PAGE = 200
REFRESH: Mapping[str, timedelta] = {
    "live": timedelta(minutes=5),
    "hourly": timedelta(hours=1),
    "nightly": timedelta(days=1),
}
SEGMENT_KINDS = ("segment", "balance")


class Schedules:
    """Serves schedules and segments of one workspace. `starter.start` starts a flow (`Starting`)."""

    def __init__(self, flows: FlowCommands, starter: Any) -> None:
        self._flows, self._starter = flows, starter

    # Cron.

    def serve(self, workspace: Workspace) -> int:
        """Start what schedules ask for by now; return how many times were served."""
        listeners = self._flows.plans.triggers.of("schedule")
        return sum(
            apart(workspace, one.plan.key, one.key, partial(self._serve, workspace, one)) for one in listeners
        )

    def _serve(self, workspace: Workspace, listener: Listener) -> int:
        with workspace.write(Cause("system")) as unit:
            high = high_water(unit, listener.key)
            if high is None:
                return 0
            zone = ZoneInfo(self._flows.ports.zone_of(None))
            times: list[datetime] = []
            for at in islice(cron_times(listener.config["cron"], zone, high), MOST_MISSED + 1):
                if at > unit.now:
                    break
                times.append(at)
            if not times:
                return 0
            wanted = _caught_up(times, listener.config["catch_up"], unit.now)
            for at in wanted:
                self._start_at(unit, listener, at)
            move_high_water(unit, listener.key, times[-1])
        return len(wanted)

    def _start_at(self, unit: Unit, listener: Listener, at: datetime) -> None:
        key = f"{listener.key}:{instant(at)}"
        if listener.trigger.form is None:
            self._starter.start(unit, listener, None, {"at": at.isoformat()}, key)
            return
        writing.put_job(
            unit, "flow.each", {"trigger": listener.key, "at": instant(at)}, key=f"flow.each:{key}"
        )

    def start_each(self, workspace: Workspace, trigger: str, at: str) -> int:
        """Start a schedule's flow for each record for which its condition holds now; return how many started."""
        listener = self._flows.plans.triggers.by_key.get(trigger)
        if listener is None or listener.trigger.form is None:
            return 0
        started, after = 0, None
        form = listener.trigger.form
        where = listener.when.text if listener.when is not None else ""
        paths = once_paths(listener.plan) | {("branch_id",)}
        while True:
            with workspace.write(Cause("system")) as unit:
                records = self._records(unit, listener)
                page, after = records.scan(form, where, frozenset(paths), PAGE, after)
                for record_id, values in page:
                    about = (form, record_id)
                    verdict, _ = self._starter.start_once(
                        unit, listener, about, values, {"at": at}, f"{at}:{record_id}"
                    )
                    started += verdict == "started"
            if after is None:
                return started

    # Segments.

    def refresh(self, workspace: Workspace) -> int:
        """Look at the segments whose time has come; return how many records came or went."""
        found = 0
        for listener in self._flows.plans.triggers.of(*SEGMENT_KINDS):
            where = self._filter(listener)
            if where is not None and self._is_due(workspace, listener):
                look = partial(self._refresh, workspace, listener, where)
                found += apart(workspace, listener.plan.key, listener.key, look)
        return found

    def _filter(self, listener: Listener) -> str | None:
        """Return the condition for being in."""
        config = listener.config
        when = f" AND ({listener.when.text})" if listener.when is not None else ""
        if listener.trigger.kind == "balance":
            if not self._flows.plans.is_live(str(listener.trigger.form), config["field"]):
                return None  # written fields start it at the write
            return f"NOT ISBLANK({{{config['field']}}}) AND {{{config['field']}}} < {config['below']}{when}"
        segment = self._flows.plans.app.of("segments").get(config["segment"])
        if segment is None or segment.get("form") != listener.trigger.form:
            return None
        text = segment.get("filter")
        return f"({text}){when}" if text else when.removeprefix(" AND ") or None

    def _is_due(self, workspace: Workspace, listener: Listener) -> bool:
        segment = self._flows.plans.app.of("segments").get(listener.config.get("segment", ""), {})
        every = REFRESH[listener.config.get("refresh") or segment.get("refresh", "hourly")]
        with workspace.write(Cause("system")) as unit:
            high = high_water(unit, listener.key, first=unit.now - timedelta(days=3650))
            if high is None or high + every > unit.now:
                return False
            move_high_water(unit, listener.key, unit.now)
        return True

    def _refresh(self, workspace: Workspace, listener: Listener, where: str) -> int:
        inside = self._inside(workspace, listener, where)
        with workspace.read() as unit:
            rows = unit.connection.execute(
                select(MEMBERS.c.record_id, MEMBERS.c.is_in, MEMBERS.c.times).where(
                    MEMBERS.c.trigger == listener.key
                )
            ).all()
        known = {row.record_id: row for row in rows}
        is_first = not rows
        came = [one for one in inside if one not in known or not known[one].is_in]
        went = [row.record_id for row in rows if row.is_in and row.record_id not in inside]
        for at in range(0, len(came), PAGE):
            with workspace.write(Cause("system")) as unit:
                self._came(unit, listener, came[at : at + PAGE], known, is_first)
        for at in range(0, len(went), PAGE):
            with workspace.write(Cause("system")) as unit:
                self._went(unit, listener, went[at : at + PAGE], known)
        if is_first and not came:
            self._mark_seen(workspace, listener)
        return len(came) + len(went)

    def _inside(self, workspace: Workspace, listener: Listener, where: str) -> dict[str, None]:
        records = partial(self._records, listener=listener)
        pages = matching(workspace, records, str(listener.trigger.form), where)
        return dict.fromkeys(one for page in pages for one in page)

    def _came(
        self, unit: Unit, listener: Listener, ids: Sequence[str], known: Mapping[str, Any], is_first: bool
    ) -> None:
        make = postgresql.insert if unit.is_postgres else sqlite.insert
        times = {one: known[one].times + 1 if one in known else 1 for one in ids}
        upsert = make(MEMBERS).values(
            [
                {
                    "trigger": listener.key,
                    "record_id": one,
                    "is_in": 1,
                    "times": count,
                    "since": unit.now_text,
                }
                for one, count in times.items()
            ]
        )
        unit.connection.execute(
            upsert.on_conflict_do_update(
                index_elements=[MEMBERS.c.trigger, MEMBERS.c.record_id],
                set_={"is_in": 1, "times": upsert.excluded.times, "since": unit.now_text},
            )
        )
        starts = not is_first or bool(listener.config.get("existing"))
        if not starts or listener.config.get("direction", "enter") != "enter":
            return
        for record_id, count in times.items():
            if count == 1 or listener.config.get("again", True):
                self._start(unit, listener, record_id, f"in{count}")

    def _went(self, unit: Unit, listener: Listener, ids: Sequence[str], known: Mapping[str, Any]) -> None:
        for record_id in ids:
            mine = (MEMBERS.c.trigger == listener.key) & (MEMBERS.c.record_id == record_id)
            unit.connection.execute(update(MEMBERS).where(mine).values(is_in=0, since=unit.now_text))
            if listener.config.get("direction") == "leave":
                self._start(unit, listener, record_id, f"out{known[record_id].times}")

    def _start(self, unit: Unit, listener: Listener, record_id: str, occurrence: str) -> None:
        form = str(listener.trigger.form)
        values = self._records(unit, listener).read(
            form, record_id, once_paths(listener.plan) | {("branch_id",)}
        )
        self._starter.start_once(unit, listener, (form, record_id), values, {}, f"{record_id}:{occurrence}")

    def _mark_seen(self, workspace: Workspace, listener: Listener) -> None:
        """Remember that the segment was looked at and empty: whoever comes next has come in."""
        with workspace.write(Cause("system")) as unit:
            make = postgresql.insert if unit.is_postgres else sqlite.insert
            values = {
                "trigger": listener.key,
                "record_id": "-",
                "is_in": 0,
                "times": 0,
                "since": unit.now_text,
            }
            unit.connection.execute(make(MEMBERS).values(values).on_conflict_do_nothing())

    def _records(self, unit: Unit, listener: Listener) -> Any:
        actor = self._flows.ports.service_actor(listener.plan.key, listener.plan.definition)
        return self._flows.ports.records(unit, actor)


def high_water(unit: Unit, trigger: str, first: datetime | None = None) -> datetime | None:
    """Return up to when a schedule was served, locked; None when somebody else is at it, or it was just begun."""
    c = SCHEDULE_CURSORS.c
    query = select(c.high_water).where(c.trigger == trigger)
    found = unit.connection.execute(query.with_for_update(skip_locked=True)).scalar()
    if found is not None:
        return from_instant(found)
    make = postgresql.insert if unit.is_postgres else sqlite.insert
    begun = instant(first or unit.now)
    done = unit.connection.execute(
        make(SCHEDULE_CURSORS)
        .values(trigger=trigger, high_water=begun)
        .on_conflict_do_nothing()
        .returning(c.trigger)
    )
    return first if done.first() is not None else None


def move_high_water(unit: Unit, trigger: str, to: datetime) -> None:
    """Note up to when a schedule was served."""
    c = SCHEDULE_CURSORS.c
    unit.connection.execute(
        update(SCHEDULE_CURSORS).where(c.trigger == trigger).values(high_water=instant(to))
    )


def _caught_up(times: Sequence[datetime], policy: str, now: datetime) -> Sequence[datetime]:
    """Return which of the times that have come are served."""
    if policy == "all":
        return times
    if policy == "latest":
        return times[-1:]
    return [at for at in times if now - at < timedelta(minutes=5)]
