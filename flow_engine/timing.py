"""Timers that are due: claimed, handled and gone in one transaction.

What is claimed is the instance, not the timer: commands take the same lock first, so neither ever waits for the other
in a circle. An instance that somebody else holds is left for the next round.
"""

import logging
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

import psycopg
from sqlalchemy import bindparam, literal_column, select, update
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import OperationalError

from engine.problems import Code, Problem, Rejected
from engine.store.platform import from_instant, instant
from engine.store.unit import Cause, Unit
from engine.store.workspaces import Workspace
from flow_engine import store, writing
from flow_engine.commanding import FlowCommands
from flow_engine.happenings import TimerFired
from flow_engine.tables import INSTANCES, TIMERS

BROKEN_TIMER = Code(
    "flow.timer_failed",
    zh="到时间了，但流程没能继续：{why}",
    en="The time came, but the flow could not go on: {why}",
    hint_zh="在“异常”里查看原因；系统会稍后再试",
    hint_en="Look at the cause in the list of incidents; it is tried again later",
)
PORTION = 100
"""Timers in one transaction, where many are overdue: a commit costs more than a step."""
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=6)
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class DueTimer:
    """A timer whose time has come."""

    instance_id: str
    token_id: int
    key: str
    at: datetime
    flow: str
    version: int


class _Texts:
    def __init__(self, dialect: Dialect) -> None:
        t, i = TIMERS.c, INSTANCES.c
        columns = (t.instance_id, t.token_id, t.key, t.at, i.flow, i.version)
        due = (
            select(*columns)
            .select_from(TIMERS.join(INSTANCES, i.instance_id == t.instance_id))
            .where(
                t.at <= bindparam("p0"),
                i.status.in_((literal_column("'running'"), literal_column("'failed'"))),
            )
            .order_by(t.at)
            .limit(bindparam("p1", type_=t.token_id.type))
            .offset(literal_column("0"))
            .with_for_update(of=INSTANCES, skip_locked=True)
        )
        self.due = str(due.compile(dialect=dialect))
        later = update(TIMERS).values({t.at: bindparam("v0")})
        later = later.where(
            t.instance_id == bindparam("p0"), t.token_id == bindparam("p1"), t.key == bindparam("p2")
        )
        self.later = str(later.compile(dialect=dialect))


@lru_cache(maxsize=8)
def _texts(dialect: Dialect) -> _Texts:
    return _Texts(dialect)


def claim_due(unit: Unit, most: int) -> list[DueTimer]:
    """Return timers that are due, oldest first; their instances are locked until the unit ends."""
    text = _texts(unit.workspace.room.dialect).due
    rows = unit.cursor.execute(text, (unit.now_text, most)).fetchall()
    return [DueTimer(row[0], row[1], row[2], from_instant(row[3]), row[4], row[5]) for row in rows]


def due_of(unit: Unit, instances: Collection[str]) -> list[DueTimer]:
    """Return the timers of some instances that are due, oldest first; for trials, where nobody else is."""
    t, i = TIMERS.c, INSTANCES.c
    query = select(t.instance_id, t.token_id, t.key, t.at, i.flow, i.version)
    query = query.select_from(TIMERS.join(INSTANCES, i.instance_id == t.instance_id))
    mine = (t.instance_id.in_(instances)) & (t.at <= unit.now_text) & i.status.in_(("running", "failed"))
    rows = unit.connection.execute(query.where(mine).order_by(t.at))
    return [DueTimer(row[0], row[1], row[2], from_instant(row[3]), row[4], row[5]) for row in rows]


class Timing:
    """Fires the timers of one workspace."""

    def __init__(self, flows: FlowCommands) -> None:
        self._flows = flows

    def drain(self, workspace: Workspace, most: int = 2000) -> int:
        """Fire up to `most` due timers; return how many."""
        fired, portion = 0, 1
        while fired < most:
            try:
                done = self._portion(workspace, portion)
            except (psycopg.OperationalError, OperationalError):
                if portion == 1:
                    raise
                # Broken off for the sake of another transaction: nothing of the portion stands, one by one it will do.
                portion = 1
                continue
            fired += done
            if done < portion:
                break
            portion = min(portion * 2, PORTION)
        return fired

    def _portion(self, workspace: Workspace, most: int) -> int:
        with workspace.write(Cause("system")) as unit:
            due = claim_due(unit, most)
            # A first timer may take its instance elsewhere: the others of it are looked at anew in the next round.
            firsts = list({timer.instance_id: timer for timer in reversed(due)}.values())[::-1]
            # Nearly always all goes well, and one savepoint will do; else each by itself, to tell which failed.
            if not (len(firsts) > 1 and self._all_fired(unit, firsts)):
                for timer in firsts:
                    self.fire(unit, timer)
        return len(due)

    def _all_fired(self, unit: Unit, timers: list[DueTimer]) -> bool:
        """Fire timers; where one fails nothing of any of them stands."""
        try:
            with unit.savepoint():
                for timer in timers:
                    self._move(unit, timer)
        except psycopg.OperationalError:
            raise
        except Exception:
            return False  # told when it is tried by itself
        return True

    def _move(self, unit: Unit, timer: DueTimer) -> None:
        actor = self._flows.actor_of(unit, timer.flow, timer.version)
        self._flows.handle_in(unit, actor, timer.instance_id, TimerFired(timer.token_id, timer.key))

    def fire(self, unit: Unit, timer: DueTimer) -> None:
        """Fire one timer; where it fails it is put off and told."""
        try:
            with unit.savepoint():
                self._move(unit, timer)
        except Rejected as refused:
            self._put_off(unit, timer, refused.problems[0])
        except psycopg.OperationalError:
            raise
        except Exception as error:
            # One broken instance must not stop all clocks: it is told, and tried again later.
            log.exception("timer %s of %s failed", timer.key, timer.instance_id)
            self._put_off(unit, timer, BROKEN_TIMER.at("", why=f"{type(error).__name__}: {error}"[:300]))

    def _put_off(self, unit: Unit, timer: DueTimer, problem: Problem) -> None:
        """Try a timer again later, ever more seldom, and say so once."""
        late = max(unit.now - timer.at, timedelta(0))
        wait = min(max(FIRST_WAIT, late), LONGEST_WAIT)
        text = _texts(unit.workspace.room.dialect).later
        given: tuple[Any, ...] = (instant(unit.now + wait), timer.instance_id, timer.token_id, timer.key)
        unit.cursor.execute(text, given)
        store.touch(unit, timer.instance_id)
        if not writing.has_open_incident(unit, timer.instance_id, timer.token_id, "timer"):
            writing.open_incident(unit, timer.flow, "timer", problem, timer.instance_id, timer.token_id)
