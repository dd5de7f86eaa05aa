"""The outbox: events written with their records, handed to those who listen after the commit.

A listener runs in the transaction that takes the event out, so what it writes happens exactly once; whatever
leaves the house it puts into a job. A listener that fails is tried again, then the event is set aside with its error.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import bindparam, delete, func, literal_column, select, update
from sqlalchemy.engine import Dialect

from engine.problems import Rejected
from engine.store import Cause, Unit, Workspace
from engine.store.codec import decode_json
from engine.store.platform import EVENTS, from_instant

MOST_ATTEMPTS = 5
PORTION = 20
"""Events in one transaction: a commit costs more than most listeners do."""
_COLUMNS = ("id", "at", "kind", "form", "record_id", "body", "attempts")
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened. `kind`: record.created, record.updated, record.deleted, record.restored,
    records.created (many at once: `body["ids"]`) or what a flow emits."""

    event_id: str
    at: datetime
    kind: str
    form: str | None
    record_id: str | None
    body: Mapping[str, Any]


Listener = Callable[[Unit, Event], None]


def dispatch(workspace: Workspace, listeners: Sequence[Listener], limit: int = 100, since: str = "") -> int:
    """Hand up to `limit` waiting events to every listener, oldest first; return how many were taken up.

    Several processes may do this at once: each event goes to one of them. `since`: only those with a later id.
    """
    taken = 0
    while taken < limit:
        most = min(PORTION, limit - taken)
        done, over = _dispatch_some(workspace, listeners, most, since)
        taken += over
        if done < most or over < done:
            break
    return taken


def waiting(unit: Unit) -> int:
    """Return how many events nobody has taken up yet."""
    return unit.connection.execute(select(func.count()).where(EVENTS.c.taken_at.is_(None))).scalar_one()


def failed(unit: Unit, limit: int = 100) -> list[tuple[Event, str]]:
    """Return the events that were set aside, newest first, each with its error."""
    c = EVENTS.c
    query = select(*(c[key] for key in _COLUMNS), c.error).where(
        c.error.is_not(None), c.taken_at.is_not(None)
    )
    rows = unit.connection.execute(query.order_by(c.id.desc()).limit(limit))
    return [(_event(row), row.error) for row in rows]


def _dispatch_some(
    workspace: Workspace, listeners: Sequence[Listener], most: int, since: str
) -> tuple[int, int]:
    """Hand over some events in one transaction; return how many, and how many of them are over."""
    with workspace.write(Cause("system")) as unit:
        texts = _texts(workspace.room.dialect)
        unit.cursor.execute(texts.oldest, (since, most))
        events = [(_event(row), int(row[-1])) for row in unit.cursor.fetchall()]
        if not events:
            return 0, 0
        # Nearly always all goes well, and one savepoint will do; else each by itself, to tell who failed.
        if _all_handed_over(unit, [event for event, _ in events], listeners):
            ids = [event.event_id for event, _ in events]
            unit.late(texts.taken, (*ids, *ids[-1:] * (PORTION - len(ids))))
            return len(events), len(events)
        over = 0
        for event, before in events:
            error = _handed_over(unit, event, listeners)
            attempts = before + (error is not None)
            is_over = error is None or attempts >= MOST_ATTEMPTS
            over += is_over
            mine = EVENTS.c.id == event.event_id
            aside = unit.now_text if is_over else None
            unit.connection.execute(
                delete(EVENTS).where(mine)
                if error is None
                else update(EVENTS).where(mine).values(taken_at=aside, attempts=attempts, error=error)
            )
    return len(events), over


class _Texts:
    def __init__(self, dialect: Dialect) -> None:
        c = EVENTS.c
        oldest = select(*(c[key] for key in _COLUMNS)).where(c.taken_at.is_(None), c.id > bindparam("p0"))
        # The offset is there for SQLite, for which it would be one more parameter.
        oldest = oldest.order_by(c.id).limit(bindparam("p1")).offset(literal_column("0"))
        oldest = oldest.with_for_update(skip_locked=True)
        self.oldest = str(oldest.compile(dialect=dialect))
        some: list[Any] = [bindparam(f"i{at}") for at in range(PORTION)]
        self.taken = str(delete(EVENTS).where(c.id.in_(some)).compile(dialect=dialect))


@lru_cache(maxsize=8)
def _texts(dialect: Dialect) -> _Texts:
    return _Texts(dialect)


def _all_handed_over(unit: Unit, events: Sequence[Event], listeners: Sequence[Listener]) -> bool:
    """Hand over events; where one fails nothing of any of them stands."""
    try:
        with unit.savepoint():
            for event in events:
                for listener in listeners:
                    listener(unit, event)
    except Exception:
        return False  # told when it is tried by itself
    return True


def _handed_over(unit: Unit, event: Event, listeners: Sequence[Listener]) -> str | None:
    """Run the listeners; return the error of the first that failed, its writes and the others' taken back."""
    try:
        with unit.savepoint():
            for listener in listeners:
                listener(unit, event)
    except Rejected as refused:
        return str(refused)
    except Exception as error:
        # One broken listener must not stop the clinic: the error is kept with the event and shown to the director.
        log.exception("event %s of %s failed", event.event_id, event.kind)
        return f"{type(error).__name__}: {error}"
    return None


def _event(row: Sequence[Any]) -> Event:
    """Return the event of a row in the order of `_COLUMNS`."""
    return Event(row[0], from_instant(row[1]), row[2], row[3], row[4], decode_json(row[5]))
