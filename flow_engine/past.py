"""What happened to an instance, read back: a step is one row, its first entry in the columns and the others behind it."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import select

from engine.store.unit import Unit
from flow_engine.result import Entry
from flow_engine.rows import pack, pack_rows, unpack
from flow_engine.tables import HISTORY


class Past(NamedTuple):
    """One thing that happened. `at`: an instant as platform tables write it; numbers of an instance have no gaps."""

    seq: int
    at: str
    kind: str
    node: str | None
    by: str | None
    data: dict[str, Any]


def row_of(instance_id: str, at: str, notes: Sequence[Entry]) -> tuple[Any, ...]:
    """Return the row of what one step noted, in the order of `store.HISTORY_COLUMNS`; there is something."""
    (kind, node, by, data), *others = [(one.kind, one.node, one.by, _said(one)) for one in notes]
    first = notes[0].seq
    return instance_id, first, at, kind, node, by, pack(data), pack_rows(others), first + len(others)


def _said(note: Entry) -> Any:
    return note.data if note.token_id is None else {**note.data, "token": note.token_id}


def past(unit: Unit, instance_id: str) -> Iterator[Past]:
    """Yield what happened to an instance, oldest first."""
    c = HISTORY.c
    columns = c.seq, c.at, c.kind, c.node, c.by, c.data, c.more
    query = select(*columns).where(c.instance_id == instance_id).order_by(c.seq)
    for seq, at, kind, node, by, data, more in unit.connection.execute(query):
        yield Past(seq, at, kind, node, by, unpack(data))
        for after, (kind_, node_, by_, data_) in enumerate(unpack(more) if more else (), seq + 1):
            yield Past(after, at, kind_, node_, by_, data_)
