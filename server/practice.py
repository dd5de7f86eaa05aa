"""Practice mode: time can be put forward, so that a visitor sees what flows do within a day."""

import json
import time
from datetime import datetime, timedelta
from datetime import time as clock_time
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import func, select, update

from engine.access import accounts
from engine.clock import AheadClock
from engine.problems import Code, NotFound, Rejected
from engine.store.platform import JOBS, from_instant, instant
from engine.store.unit import Cause
from flow_engine.tables import INSTANCES, OCCURRENCES, OUTBOX, TASKS, TIMERS
from server.clinics import House

NO_PRACTICE = Code(
    "practice.none", zh="只有练习诊所可以拨快时间", en="Only a practice clinic can put its clock forward"
)
TOO_FAR = Code(
    "practice.hours",
    zh="一次可以拨快 1 到 {most} 小时",
    en="The clock can be put forward by 1 to {most} hours at a time",
)
MOST_HOURS = 24 * 31
LONGEST, SHORTEST = timedelta(hours=6), timedelta(minutes=10)
"""The clock goes from one due time to the next, so that things happen in their order and none is found late."""
PATIENCE_S = 20.0
"""How long a visitor waits at most for one step; what is not done by then is done behind."""
MORNING = clock_time(10, 40)
FILE = "practice-clock.json"


def practice_clock(home: Path) -> AheadClock:
    """Return the clock of a practice installation, as far ahead as it was left."""
    try:
        kept = json.loads((home / FILE).read_text("utf-8"))
        return AheadClock(timedelta(seconds=max(0, int(kept["ahead_s"]))))
    except (OSError, ValueError, KeyError, TypeError):
        return AheadClock()


def in_the_morning(house: House, zone: str) -> None:
    """Put the clock of a fresh practice installation forward to the middle of the morning, where that is still to come today.

    At night nobody waits and nothing is booked: a visitor would find the clinic asleep. The day stays the same.
    """
    clock = house.clock
    if not isinstance(clock, AheadClock) or clock.ahead:
        return
    now = clock.now().astimezone(ZoneInfo(zone))
    morning = datetime.combine(now.date(), MORNING, now.tzinfo)
    if now < morning:
        clock.advance(morning - now)
        _keep(house, clock)


def clock_of(house: House, workspace: str) -> AheadClock:
    """Return the clock that can be put forward. NotFound where this is no practice clinic."""
    clock = house.clock
    if not house.settings.practice or not isinstance(clock, AheadClock) or not house.demo_logins(workspace):
        raise NotFound(NO_PRACTICE.at(""))
    return clock


def advance(house: House, workspace: str, hours: int) -> dict[str, int]:
    """Put the clock of a practice installation forward and let happen what then is due. NotFound, Rejected.

    Return how many flows began meanwhile, tasks were made and messages were written.
    """
    clock = clock_of(house, workspace)
    if not 1 <= hours <= MOST_HOURS:
        raise Rejected(TOO_FAR.at("/hours", most=MOST_HOURS))
    left, before = timedelta(hours=hours), clock.now()
    clinic = house.clinic(workspace)
    clinic.is_put_forward = True
    try:
        while left > timedelta(0):
            step = min(left, _to_the_next(house, workspace, clock))
            _take_along(house, workspace, step)
            clock.advance(step)
            _keep(house, clock)
            left -= step
            until = time.monotonic() + PATIENCE_S
            while time.monotonic() < until and house.work_once():
                pass
    finally:
        clinic.is_put_forward = False
    # What reports say of the last night is worked out behind: nobody waits for it.
    house.wake()
    return _happened(house, workspace, before)


def _happened(house: House, workspace: str, since: datetime) -> dict[str, int]:
    """Count what flows have made since."""
    made = {"flows": INSTANCES.c.started_at, "tasks": TASKS.c.made_at, "messages": OUTBOX.c.planned_at}
    with house.installation.workspace(workspace).read() as unit:
        return {
            what: int(
                unit.connection.execute(
                    select(func.count()).select_from(at.table).where(at >= instant(since))
                ).scalar_one()
            )
            for what, at in made.items()
        }


def _take_along(house: House, workspace: str, step: timedelta) -> None:
    """See to it that the clock signs nobody out, and takes no job away from who is at work on it."""
    clinic = house.clinic(workspace)
    with clinic.workspace.write(Cause("system")) as unit:
        accounts.renew_all(unit.connection, unit.now, unit.now + step)
        held = select(JOBS.c.id, JOBS.c.lease_until).where(JOBS.c.state == "running")
        for job_id, until in unit.connection.execute(held).all():
            if until is not None:
                later = instant(from_instant(until) + step)
                unit.connection.execute(update(JOBS).where(JOBS.c.id == job_id).values(lease_until=later))
    clinic.people.forget()


def _to_the_next(house: House, workspace: str, clock: AheadClock) -> timedelta:
    """Return how long until the next timer or date that a flow waits for, within bounds."""
    now, o = clock.now(), OCCURRENCES.c
    queries = (
        select(func.min(TIMERS.c.at)).where(TIMERS.c.at > instant(now)),
        select(func.min(o.due_at)).where(o.state == "expected", o.due_at > instant(now)),
    )
    with house.installation.workspace(workspace).read() as unit:
        found = [unit.connection.execute(query).scalar() for query in queries]
    due = min((one for one in found if one), default=None)
    return LONGEST if due is None else max(SHORTEST, min(LONGEST, from_instant(due) - now))


def _keep(house: House, clock: AheadClock) -> None:
    path = Path(house.settings.home) / FILE
    path.write_text(json.dumps({"ahead_s": int(clock.ahead.total_seconds())}), "utf-8")
