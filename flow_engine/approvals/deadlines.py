"""When a task is due, and what happens when it is late: settings, and the timers they make."""

from collections.abc import Generator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from engine.schema import FORMULA, KEY, Schema, array, closed, one_of
from engine.store.platform import from_instant, instant
from flow_engine.acts import Act, Due, Left
from flow_engine.approvals.people import PEOPLE
from flow_engine.node import NodeContext
from flow_engine.outcome import NewTimer, TaskChange
from flow_engine.settings import CLOCK, PLAIN_SPAN, TIME
from flow_engine.state import Task

LATE: Schema = closed(
    after=PLAIN_SPAN,
    before=PLAIN_SPAN,
    every=PLAIN_SPAN,
    times={"type": "integer", "minimum": 1, "maximum": 100},
    remind={"anyOf": [one_of("who"), PEOPLE]},
    hand_to=PEOPLE,
    add=PEOPLE,
    do=KEY,
)
"""One rung of the ladder: `after` the due time (or `before` it) somebody is reminded, the task goes to others (`hand_to`),
others may decide too (`add`), or it is decided by itself (`do`: a way). `every`, `times`: the rung comes again."""

DUE: Schema = closed(
    **{"in": PLAIN_SPAN},
    at=TIME,
    on=FORMULA,
    clock=CLOCK,
    branch=FORMULA,
    late=array(LATE, maxItems=20),
)
"""`in`: so long from now; `on`: a formula giving a day or an instant; `at`: a time of that day (of today, else tomorrow)."""

DUE_KEY, LATE_KEY = "due", "late."
"""Keys of timers. What a task remembers of its clock lies in its data under `clock`: `stood` seconds, `since` and `due` while it
stands still, `late_of` whose it was when its time was up (`engine.access.deadlines` reads it for reports)."""


def due_at(ctx: NodeContext, person: str | None) -> Generator[Act, Any, datetime | None]:
    """Return when what is asked now must be done, reckoned on the clock the settings name; None without a deadline."""
    due = ctx.config.get("due")
    if not due:
        return None
    clock = yield from _clock(ctx, due, person)
    start = ctx.now
    if "on" in due:
        day = yield from ctx.work_out("due/on")
        if isinstance(day, datetime):
            start = day
        elif isinstance(day, date):
            start = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
            clock = {**clock, "time": due.get("at", "18:00")}
        else:
            return None
        then: datetime = yield Due(
            start, due.get("in", "0h"), **{**clock, "time": clock.get("time", due.get("at"))}
        )
        return then
    if "at" not in due:
        if "in" not in due:
            return None
        whole: datetime = yield Due(start, due["in"], **clock)
        return whole
    found: datetime = yield Due(start, due.get("in", "0d"), **clock, time=due["at"])
    if found <= start:
        found = yield Due(start, "1d", **clock, time=due["at"])
    return found


def timer_keys(ctx: NodeContext) -> tuple[str, ...]:
    """Return the keys of the timers that a deadline has."""
    rungs = ctx.config.get("due", {}).get("late", ())
    return (DUE_KEY, *(f"{LATE_KEY}{index}" for index in range(len(rungs))))


def ladder(ctx: NodeContext, due: datetime, person: str | None) -> Generator[Act, Any, tuple[NewTimer, ...]]:
    """Return a timer for each rung of the ladder that lies ahead, and one for the moment the task is late."""
    settings = ctx.config["due"]
    clock = yield from _clock(ctx, settings, person)
    timers = [NewTimer(DUE_KEY, due)]
    for index, rung in enumerate(settings.get("late", ())):
        at: datetime = due
        if "after" in rung:
            at = yield Due(due, rung["after"], **clock)
        elif "before" in rung:
            at = yield Due(due, "-" + rung["before"], **clock)
        if at > ctx.now:
            timers.append(NewTimer(f"{LATE_KEY}{index}", at, data={"times": 1}))
    return tuple(timers)


def again(
    ctx: NodeContext, index: int, times: int, person: str | None
) -> Generator[Act, Any, tuple[NewTimer, ...]]:
    """Return the next timer of a rung that repeats itself; none when it came often enough."""
    rung = ctx.config["due"]["late"][index]
    if "every" not in rung or times >= rung.get("times", 100):
        return ()
    clock = yield from _clock(ctx, ctx.config["due"], person)
    at = yield Due(ctx.now, rung["every"], **clock)
    return (NewTimer(f"{LATE_KEY}{index}", at, data={"times": times + 1}),)


def stopped(ctx: NodeContext, due: datetime, person: str | None) -> Generator[Act, Any, timedelta]:
    """Return what is left on the clock now, which stops."""
    clock = yield from _clock(ctx, ctx.config.get("due", {}), person)
    left: timedelta = yield Left(due, **clock)
    return left


def went_on(ctx: NodeContext, left: timedelta, person: str | None) -> Generator[Act, Any, datetime]:
    """Return the due time of a clock that goes on now with so much left."""
    clock = yield from _clock(ctx, ctx.config.get("due", {}), person)
    found: datetime = yield Due(ctx.now, "0h", **clock, left=left)
    return found


def stop(task: Task, now: datetime) -> TaskChange:
    """Return the change by which a task is due at no time while its clock stands still. It remembers until when it was to be done."""
    assert task.due_at is not None
    clock = {"stood": 0, **task.data.get("clock", {}), "due": instant(task.due_at), "since": instant(now)}
    return TaskChange(task.task_id, {"due_at": None, "data": {**task.data, "clock": clock}})


def has_stopped(task: Task) -> bool:
    """Tell whether the clock of a task stands still."""
    return "since" in task.data.get("clock", ())


def go_on(task: Task, due: datetime, now: datetime) -> TaskChange:
    """Return the change by which a clock goes on; the task remembers for how many seconds it stood."""
    clock = dict(task.data["clock"])
    del clock["due"]
    stood = now - from_instant(clock.pop("since"))
    clock["stood"] += int(stood.total_seconds())
    return TaskChange(task.task_id, {"due_at": due, "data": {**task.data, "clock": clock}})


def answers(task: Task, now: datetime) -> Mapping[str, Any]:
    """Return the data of a task that is about to go to somebody else: who had it when its time was up answers for it."""
    clock = task.data.get("clock", {})
    if task.due_at is None or now < task.due_at or "late_of" in clock:
        return task.data
    return {**task.data, "clock": {**clock, "late_of": task.assignee or ""}}


def _clock(
    ctx: NodeContext, due: Mapping[str, Any], person: str | None
) -> Generator[Act, Any, dict[str, Any]]:
    branch = ctx.instance.branch_id
    if "branch" in due:
        given = yield from ctx.work_out("due/branch")
        branch = given if isinstance(given, str) else branch
    return {"clock": due.get("clock", "wall"), "branch_id": branch, "person": person}
