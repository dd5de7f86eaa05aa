"""The outbox: events written with their records, handed to those who listen after the commit.

A listener runs in the transaction that marks the event as taken, so what it writes happens exactly once; whatever
leaves the house it puts into a job. A listener that fails is tried again, then the event is set aside with its error.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select, update

from engine.problems import Rejected
from engine.store import Cause, Unit, Workspace
from engine.store.codec import decode_json
from engine.store.platform import EVENTS, from_instant

MOST_ATTEMPTS = 5
PORTION = 20
"""Events in one transaction: a commit costs more than most listeners do."""
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
    query = select(EVENTS).where(EVENTS.c.error.is_not(None), EVENTS.c.taken_at.is_not(None))
    rows = unit.connection.execute(query.order_by(EVENTS.c.id.desc()).limit(limit))
    return [(_event(row), row.error) for row in rows]


def _dispatch_some(
    workspace: Workspace, listeners: Sequence[Listener], most: int, since: str
) -> tuple[int, int]:
    """Hand over some events in one transaction; return how many, and how many of them are over."""
    oldest = select(EVENTS).where(EVENTS.c.taken_at.is_(None)).order_by(EVENTS.c.id).limit(most)
    if since:
        oldest = oldest.where(EVENTS.c.id > since)
    with workspace.write(Cause("system")) as unit:
        rows = unit.connection.execute(oldest.with_for_update(skip_locked=True)).all()
        if not rows:
            return 0, 0
        # Nearly always all goes well, and one savepoint will do; else each by itself, to tell who failed.
        if _all_handed_over(unit, [_event(row) for row in rows], listeners):
            _mark(unit, [row.id for row in rows])
            return len(rows), len(rows)
        over = 0
        for row in rows:
            error = _handed_over(unit, _event(row), listeners)
            attempts = row.attempts + (error is not None)
            is_over = error is None or attempts >= MOST_ATTEMPTS
            over += is_over
            unit.connection.execute(
                update(EVENTS)
                .where(EVENTS.c.id == row.id)
                .values(taken_at=unit.now_text if is_over else None, attempts=attempts, error=error)
            )
    return len(rows), over


def _mark(unit: Unit, ids: list[str]) -> None:
    """Note that events were taken up by all who listen."""
    taken = update(EVENTS).where(EVENTS.c.id.in_(ids)).values(taken_at=unit.now_text, error=None)
    unit.connection.execute(taken)


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


def _event(row: Row[Any]) -> Event:
    return Event(row.id, from_instant(row.at), row.kind, row.form, row.record_id, decode_json(row.body))
