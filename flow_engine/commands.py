"""Commands once each: the first under a key does its work, later ones get the same answer."""

from collections.abc import Mapping
from functools import lru_cache
from hashlib import blake2b
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect

from engine.problems import Code, Conflict
from engine.store.codec import decode_json, encode_json
from engine.store.unit import Unit
from flow_engine.tables import COMMANDS

OTHER_COMMAND = Code(
    "flow.other_command",
    zh="这个操作编号已用于另一个操作",
    en="This command key was used for another command already",
    hint_zh="刷新页面后再操作一次",
    hint_en="Reload the page and do it again",
)
MOST_KEY = 200


class _Texts:
    def __init__(self, dialect: Dialect) -> None:
        c = COMMANDS.c
        make = postgresql.insert if dialect.name == "postgresql" else sqlite.insert
        columns = (c.key, c.hash, c.instance_id, c.at)
        values: dict[Any, Any] = {column: bindparam(f"p{i}") for i, column in enumerate(columns)}
        self.claim = str(make(COMMANDS).values(values).on_conflict_do_nothing().compile(dialect=dialect))
        known = select(c.hash, c.answer).where(c.key == bindparam("p0"))
        self.known = str(known.compile(dialect=dialect))
        done = update(COMMANDS).values({c.answer: bindparam("v0")}).where(c.key == bindparam("p0"))
        self.done = str(done.compile(dialect=dialect))


@lru_cache(maxsize=8)
def _texts(dialect: Dialect) -> _Texts:
    return _Texts(dialect)


def print_of(what: Any) -> str:
    """Return the fingerprint of a command: the same for the same command, whenever it comes."""
    return blake2b(encode_json([type(what).__name__, what]), digest_size=16).hexdigest()


def claiming(unit: Unit, key: str, fingerprint: str, instance_id: str | None) -> tuple[str, tuple[Any, ...]]:
    """Return the statement that takes a key for a command: no row changed where the key was taken before.

    Somebody who is at the same command right now is waited for.
    """
    texts = _texts(unit.workspace.room.dialect)
    return texts.claim, (key[:MOST_KEY], fingerprint, instance_id, unit.now_text)


def known(unit: Unit, key: str, fingerprint: str) -> Mapping[str, Any]:
    """Return the answer that a command got before. Conflict for a key of another command."""
    unit.cursor.execute(_texts(unit.workspace.room.dialect).known, (key[:MOST_KEY],))
    before, answer = unit.cursor.fetchone()
    if before != fingerprint:
        raise Conflict(OTHER_COMMAND.at("/key"))
    return decode_json(answer) if answer else {}


def claim(unit: Unit, key: str, fingerprint: str, instance_id: str | None) -> Mapping[str, Any] | None:
    """Take a key for a command, or return the answer it got before. Conflict for a key of another command."""
    unit.cursor.execute(*claiming(unit, key, fingerprint, instance_id))
    return None if unit.cursor.rowcount == 1 else known(unit, key, fingerprint)


def answering(unit: Unit, key: str, answer: Mapping[str, Any]) -> tuple[str, list[tuple[Any, ...]]]:
    """Return the statement that keeps the answer to a command."""
    texts = _texts(unit.workspace.room.dialect)
    return texts.done, [(encode_json(answer).decode(), key[:MOST_KEY])]


def answered(unit: Unit, key: str, answer: Mapping[str, Any]) -> None:
    """Keep the answer to a command."""
    text, rows = answering(unit, key, answer)
    unit.many(text, rows)
