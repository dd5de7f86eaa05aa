"""Commands once each: the first under a key does its work, later ones get the same answer."""

from collections.abc import Mapping
from functools import lru_cache
from hashlib import blake2b
from typing import Any

from sqlalchemy import bindparam, insert
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


@lru_cache(maxsize=8)
def text_of(dialect: Dialect) -> str:
    """Return the statement that keeps a command."""
    c = COMMANDS.c
    values: dict[Any, Any] = {
        column: bindparam(f"p{i}") for i, column in enumerate((c.key, c.hash, c.instance_id, c.at, c.answer))
    }
    return str(insert(COMMANDS).values(values).compile(dialect=dialect))


def short(key: str) -> str:
    """Return a key as it is kept."""
    return key[:MOST_KEY]


def print_of(what: Any) -> str:
    """Return the fingerprint of a command: the same for the same command, whenever it comes."""
    return blake2b(encode_json([type(what).__name__, what]), digest_size=16).hexdigest()


def same(before: tuple[str, str | None], fingerprint: str) -> Mapping[str, Any]:
    """Return the answer that a command got before. Conflict for a key of another command."""
    if before[0] != fingerprint:
        raise Conflict(OTHER_COMMAND.at("/key"))
    return decode_json(before[1]) if before[1] else {}


def noting(
    unit: Unit, key: str, fingerprint: str, instance_id: str, answer: Mapping[str, Any]
) -> tuple[str, list[tuple[Any, ...]]]:
    """Return the statement that keeps a command with its answer.

    Whoever comes second under the key has waited for the instance, and finds it; a key used for two instances at once
    is refused by the table.
    """
    row = (short(key), fingerprint, instance_id, unit.now_text, encode_json(answer).decode())
    return text_of(unit.workspace.room.dialect), [row]
