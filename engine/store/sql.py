"""The store's own statements: built with SQLAlchemy once, run as text on the bare driver."""

import hmac
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Table, bindparam, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.sql import ClauseElement

from engine.store.codec import encode_json
from engine.store.platform import AUDIT, CHAIN, EVENTS, FILE_USES, HISTORY, IMPORT_ROWS

EVENT_COLUMNS = ("id", "at", "kind", "form", "record_id", "body")
AUDIT_COLUMNS = ("seq", "at", "by", "cause", "action", "form", "record_id", "request_id", "details", "hash")


def text_of(statement: ClauseElement, dialect: Dialect) -> str:
    """Return the text of a statement for the bare driver; parameters in the order they stand in it."""
    return str(statement.compile(dialect=dialect))


def insert_text(table: Table, columns: Sequence[str], dialect: Dialect) -> str:
    """Return `INSERT INTO table (columns) VALUES (…)`, parameters in that order."""
    return text_of(
        insert(table).values({table.c[k]: bindparam(f"p{i}") for i, k in enumerate(columns)}), dialect
    )


@lru_cache(maxsize=8)
def insert_events(dialect: Dialect) -> str:
    return insert_text(EVENTS, EVENT_COLUMNS, dialect)


@lru_cache(maxsize=8)
def insert_audit(dialect: Dialect) -> str:
    return insert_text(AUDIT, AUDIT_COLUMNS, dialect)


@lru_cache(maxsize=8)
def insert_history(dialect: Dialect) -> str:
    return insert_text(HISTORY, [c.name for c in HISTORY.columns], dialect)


def copy_text(table: Table, dialect: Dialect) -> str:
    """Return `COPY table (columns) FROM STDIN`, as PostgreSQL takes it."""
    names = ", ".join(dialect.identifier_preparer.quote(c.name) for c in table.columns)
    return f"COPY {table.name} ({names}) FROM STDIN"


@lru_cache(maxsize=8)
def copy_history(dialect: Dialect) -> str:
    return copy_text(HISTORY, dialect)


@lru_cache(maxsize=8)
def copy_import_rows(dialect: Dialect) -> str:
    return copy_text(IMPORT_ROWS, dialect)


@lru_cache(maxsize=8)
def insert_import_rows(dialect: Dialect) -> str:
    return insert_text(IMPORT_ROWS, [c.name for c in IMPORT_ROWS.columns], dialect)


@lru_cache(maxsize=8)
def use_file(dialect: Dialect) -> str:
    make = sqlite.insert if dialect.name == "sqlite" else postgresql.insert
    values: dict[Any, Any] = {c: bindparam(f"p{i}") for i, c in enumerate(FILE_USES.columns)}
    return text_of(make(FILE_USES).values(values).on_conflict_do_nothing(), dialect)


@lru_cache(maxsize=8)
def unuse_files(dialect: Dialect) -> str:
    c = FILE_USES.c
    statement = delete(FILE_USES).where(c.form == bindparam("p0"), c.record_id == bindparam("p1"))
    return text_of(statement.where(c.field == bindparam("p2")), dialect)


@lru_cache(maxsize=8)
def lock_head(dialect: Dialect) -> str:
    return text_of(select(CHAIN.c.seq, CHAIN.c.hash).with_for_update(), dialect)


@lru_cache(maxsize=8)
def move_head(dialect: Dialect) -> str:
    values: dict[Any, Any] = {CHAIN.c.seq: bindparam("p0"), CHAIN.c.hash: bindparam("p1")}
    return text_of(update(CHAIN).values(values), dialect)


def chain_hash(key: bytes, before: str, row: Sequence[Any]) -> str:
    """Return the keyed hash that links an audit row (without its hash) to the one before it."""
    return hmac.digest(key, before.encode() + b"\n" + encode_json(row), "sha256").hex()
