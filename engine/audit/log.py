"""The audit: who did what, append-only, each line chained to the one before by a keyed hash.

Lines are written by `Unit.audit` in the transaction they speak of; here they are read and proved.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select

from engine.store import Unit
from engine.store.codec import decode_json
from engine.store.platform import AUDIT, CHAIN, from_instant
from engine.store.sql import chain_hash

PORTION = 2000


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One line. `seq` counts without gaps in each workspace."""

    seq: int
    at: datetime
    by: str | None
    cause: str
    action: str
    form: str | None
    record_id: str | None
    request_id: str | None
    details: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What `verify` found. `broken_at`: seq of the first line that is changed, missing or added; None: whole."""

    checked: int
    broken_at: int | None = None
    why: str | None = None
    """changed, missing or cut_off."""

    @property
    def is_whole(self) -> bool:
        return self.broken_at is None


def read_audit(
    unit: Unit,
    *,
    form: str | None = None,
    record_id: str | None = None,
    by: str | None = None,
    action: str | None = None,
    before: int | None = None,
    limit: int = 100,
) -> list[AuditLine]:
    """Return matching lines, newest first; `before` a seq to page on. Whoever calls checks the right to read it."""
    query: Select[Any] = select(AUDIT).order_by(AUDIT.c.seq.desc()).limit(min(limit, 1000))
    wanted = {"form": form, "record_id": record_id, "by": by, "action": action}
    for key, value in wanted.items():
        if value is not None:
            query = query.where(AUDIT.c[key] == value)
    if before is not None:
        query = query.where(AUDIT.c.seq < before)
    return [_line(row) for row in unit.connection.execute(query)]


def verify(unit: Unit) -> Verdict:
    """Recompute the whole chain and compare it with what is stored, head included."""
    key = unit.workspace.keys.chain
    seq, head = 0, ""
    for row in _rows(unit):
        *line, stored = row
        if line[0] != seq + 1:
            return Verdict(seq, seq + 1, "missing")
        head = chain_hash(key, head, line)
        if head != stored:
            return Verdict(seq, line[0], "changed")
        seq += 1
    last = unit.connection.execute(select(CHAIN.c.seq, CHAIN.c.hash)).one()
    if (last.seq, last.hash) != (seq, head):
        return Verdict(seq, seq + 1, "cut_off")
    return Verdict(seq)


def _rows(unit: Unit) -> Iterator[tuple[Any, ...]]:
    after = 0
    while True:
        query = select(AUDIT).where(AUDIT.c.seq > after).order_by(AUDIT.c.seq).limit(PORTION)
        rows = unit.connection.execute(query).all()
        yield from (tuple(row) for row in rows)
        if len(rows) < PORTION:
            return
        after = rows[-1].seq


def _line(row: Any) -> AuditLine:
    details: dict[str, Any] = decode_json(row.details) if row.details else {}
    return AuditLine(
        row.seq,
        from_instant(row.at),
        row.by,
        row.cause,
        row.action,
        row.form,
        row.record_id,
        row.request_id,
        details,
    )
