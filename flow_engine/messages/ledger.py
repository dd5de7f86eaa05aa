"""The ledger of contacts and the outbox of messages, as rows."""

import zlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.engine import RowMapping

from engine.store.codec import decode_json, encode_json
from engine.store.platform import from_instant, instant
from engine.store.unit import Unit
from flow_engine.messages.contact_gate import Sent
from flow_engine.tables import CONTACT_LEDGER, OUTBOX

LOOK_BACK = timedelta(days=62)
MOST_HELD = 50


def lock_contact(unit: Unit, contact_id: str) -> None:
    """Let nobody else decide about this contact until the unit closes. On SQLite writers take turns anyway."""
    if unit.is_postgres:
        number = zlib.crc32(contact_id.encode())
        unit.connection.execute(select(func.pg_advisory_xact_lock(0x63636D, number - 2**31)))


def lines_of(unit: Unit, contact_id: str) -> list[Sent]:
    """Return what went to a contact in the last two months, and what waits."""
    c = CONTACT_LEDGER.c
    rows = unit.connection.execute(
        select(c.key, c.at, c.kind, c.channel, c.state).where(
            c.contact_id == contact_id, c.at > instant(unit.now - LOOK_BACK), c.state.in_(("sent", "waiting"))
        )
    ).all()
    return [Sent(row.key, from_instant(row.at), row.kind, row.channel, row.state) for row in rows]


def write_line(
    unit: Unit, key: str, contact_id: str, channel: str, kind: str, at: datetime, state: str
) -> None:
    """Write, or write over, the line of a message. `state`: sent (it counts), waiting, dropped."""
    c = CONTACT_LEDGER.c
    values = {"channel": channel, "kind": kind, "at": instant(at), "state": state}
    done = unit.connection.execute(update(CONTACT_LEDGER).where(c.key == key).values(**values))
    if done.rowcount == 0:
        unit.connection.execute(CONTACT_LEDGER.insert().values(key=key, contact_id=contact_id, **values))


def take_back_line(unit: Unit, key: str) -> None:
    """Let a message that surely did not go out count no longer."""
    c = CONTACT_LEDGER.c
    unit.connection.execute(update(CONTACT_LEDGER).where(c.key == key).values(state="dropped"))


def outbox_row(unit: Unit, key: str) -> RowMapping | None:
    """Return a row of the outbox."""
    return unit.connection.execute(select(OUTBOX).where(OUTBOX.c.key == key)).mappings().first()


def write_outbox(unit: Unit, key: str, values: Mapping[str, Any]) -> None:
    """Write, or write over, a message's row of the outbox."""
    plain = {name: _plain(value) for name, value in values.items()}
    done = unit.connection.execute(update(OUTBOX).where(OUTBOX.c.key == key).values(**plain))
    if done.rowcount == 0:
        unit.connection.execute(OUTBOX.insert().values(key=key, planned_at=unit.now_text, **plain))


def note_held(unit: Unit, key: str, reason: str, until: datetime) -> None:
    """Remember for good that a message was held back: since when, why, until when."""
    row = outbox_row(unit, key)
    known = held_of(row["held"]) if row is not None else []
    more = {"at": unit.now_text, "reason": reason, "until": instant(until)}
    text = encode_json([*known, more][-MOST_HELD:]).decode()
    unit.connection.execute(update(OUTBOX).where(OUTBOX.c.key == key).values(held=text))


def held_of(text: str | None) -> list[dict[str, str]]:
    """Return every time that a message was held back, oldest first."""
    return decode_json(text) if text else []


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return instant(value)
    return encode_json(value).decode() if isinstance(value, dict) else value
