"""Notes on charts: what people write beside a number, for everybody of their branch who looks at it."""

from typing import Any

from sqlalchemy import Column, Index, MetaData, Table, Text, or_, select

from engine.access.actor import Actor
from engine.ids import new_id
from engine.problems import Code, NotFound, Rejected
from engine.store.platform import from_instant, instant
from engine.store.unit import Unit

NOTE_TABLES = MetaData()
NOTES = Table(
    "cc_dashboard_notes",
    NOTE_TABLES,
    Column("note_id", Text, primary_key=True),
    Column("dashboard", Text, nullable=False),
    Column("cell", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("branch_id", Text),
    Column("by", Text, nullable=False),
    Column("by_name", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("removed_at", Text),
    Index("ix_cc_dashboard_notes_dashboard", "dashboard", "cell", "at"),
)
"""`branch_id` is where its author works; none: for every branch, as written by those who work in all."""

EMPTY = Code("note.empty", zh="备注不能为空，最长 {most} 字", en="A note needs words, {most} at most",
             hint_zh="请修改后再保存", hint_en="Change it and save again")  # fmt: skip
TOO_MANY = Code("note.too_many", zh="这张图的备注已有 {most} 条", en="This chart has {most} notes already",
                hint_zh="先删除过时的备注", hint_en="Delete those out of date first")  # fmt: skip
NOT_YOURS = Code("note.none", zh="没有这条备注，或不是您写的", en="There is no such note, or you did not write it",
                 hint_zh="请刷新看板", hint_en="Reload the dashboard")  # fmt: skip

MOST_LETTERS = 500
MOST_NOTES = 50
_N = NOTES.c


def of_dashboard(unit: Unit, actor: Actor, dashboard: str) -> list[dict[str, Any]]:
    """Return the notes on a dashboard that this person may read, newest first."""
    query = select(NOTES).where(_N.dashboard == dashboard, _N.removed_at.is_(None), _readable(actor))
    rows = unit.connection.execute(query.order_by(_N.at.desc(), _N.note_id)).mappings()
    return [
        {
            "id": row["note_id"],
            "cell": row["cell"],
            "text": row["text"],
            "by": row["by"],
            "by_name": row["by_name"],
            "at": from_instant(row["at"]),
            "is_mine": row["by"] == actor.user_id,
        }
        for row in rows
    ]


def _readable(actor: Actor) -> Any:
    return or_(
        _N.branch_id.is_(None), _N.by == actor.user_id, _N.branch_id.in_(actor.facts["region_branches"])
    )


def write(unit: Unit, actor: Actor, dashboard: str, cell: str, text: str) -> str:
    """Put a note on a chart; return its id. Rejected: no words, too long, too many."""
    words = text.strip()
    if not words or len(words) > MOST_LETTERS:
        raise Rejected(EMPTY.at("/text", most=MOST_LETTERS))
    mine = select(_N.note_id).where(_N.dashboard == dashboard, _N.cell == cell, _N.removed_at.is_(None))
    if len(unit.connection.execute(mine.limit(MOST_NOTES)).all()) >= MOST_NOTES:
        raise Rejected(TOO_MANY.at("/text", most=MOST_NOTES))
    note_id = new_id()
    unit.connection.execute(
        NOTES.insert().values(
            note_id=note_id,
            dashboard=dashboard,
            cell=cell,
            text=words,
            branch_id=actor.branch_id,
            by=actor.user_id,
            by_name=actor.name,
            at=instant(unit.now),
        )
    )
    return note_id


def remove(unit: Unit, actor: Actor, note_id: str) -> None:
    """Take away a note of one's own. NotFound for one that is not."""
    own = (_N.note_id == note_id) & (_N.by == actor.user_id) & _N.removed_at.is_(None)
    done = unit.connection.execute(NOTES.update().where(own).values(removed_at=instant(unit.now)))
    if done.rowcount == 0:
        raise NotFound(NOT_YOURS.at(""))
