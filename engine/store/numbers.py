"""Counters: fast ones that never make anyone wait, and gapless ones for receipts and invoices.

Fast: on PostgreSQL a sequence for each series and scope, made when first asked for by `cc_next` (the workspace's role
may make nothing itself); on SQLite a row, since writers take turns anyway. Gapless: always a row, so a failed save
gives its number back and the next one waits.
"""

from functools import lru_cache
from typing import TYPE_CHECKING

from sqlalchemy import bindparam
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect

from engine.store.platform import COUNTERS

if TYPE_CHECKING:
    from engine.store.unit import Unit


def fast(unit: "Unit", series: str, scope: str, count: int) -> list[int]:
    """Return `count` new numbers, rising; the first of a series is 1."""
    if unit.is_postgres:
        unit.cursor.execute(
            "SELECT cc_next(%s, %s) FROM generate_series(1, %s::INTEGER)", (series, scope, count)
        )
        return [number for (number,) in unit.cursor.fetchall()]
    last = _add(unit, series, scope, count)
    return list(range(last - count + 1, last + 1))


def gapless(unit: "Unit", series: str, scope: str) -> int:
    """Return the next number; it is given back when the unit rolls back."""
    return _add(unit, f"{series}:gapless", scope, 1)


def raise_to(unit: "Unit", series: str, scope: str, at_least: int) -> None:
    """Make the next fast number be above `at_least`: numbers that came with an import stay unique."""
    if unit.is_postgres:
        unit.cursor.execute("SELECT cc_raise(%s, %s, %s)", (series, scope, at_least))
    else:
        unit.cursor.execute(_raising(unit.workspace.room.dialect), (series, scope, at_least))


def _add(unit: "Unit", series: str, scope: str, count: int) -> int:
    unit.cursor.execute(_adding(unit.workspace.room.dialect), (series, scope, count))
    (value,) = unit.cursor.fetchone()
    return int(value)


@lru_cache(maxsize=8)
def _adding(dialect: Dialect) -> str:
    make = sqlite.insert if dialect.name == "sqlite" else postgresql.insert
    statement = make(COUNTERS).values({c: bindparam(f"p{i}") for i, c in enumerate(COUNTERS.columns)})
    added = statement.on_conflict_do_update(
        index_elements=["series", "scope"], set_={"value": COUNTERS.c.value + statement.excluded.value}
    )
    return str(added.returning(COUNTERS.c.value).compile(dialect=dialect))


@lru_cache(maxsize=8)
def _raising(dialect: Dialect) -> str:
    statement = sqlite.insert(COUNTERS).values(
        {c: bindparam(f"p{i}") for i, c in enumerate(COUNTERS.columns)}
    )
    raised = statement.on_conflict_do_update(
        index_elements=["series", "scope"],
        set_={"value": statement.excluded.value},
        where=COUNTERS.c.value < statement.excluded.value,
    )
    return str(raised.compile(dialect=dialect))


FUNCTIONS = (
    """
    CREATE OR REPLACE FUNCTION cc_next(series text, scope text) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
    DECLARE name text := 'cc_seq_' || md5(series || chr(31) || scope);
    BEGIN
      IF to_regclass(name) IS NULL THEN
        -- IF NOT EXISTS alone lets two of them make it at once.
        PERFORM pg_advisory_xact_lock(hashtextextended(name, 0));
        EXECUTE format('CREATE SEQUENCE IF NOT EXISTS %I', name);
      END IF;
      RETURN nextval(name::regclass);
    END $$
    """,
    """
    CREATE OR REPLACE FUNCTION cc_raise(series text, scope text, at_least bigint) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
    DECLARE name text := 'cc_seq_' || md5(series || chr(31) || scope);
    BEGIN
      IF to_regclass(name) IS NULL THEN
        -- IF NOT EXISTS alone lets two of them make it at once.
        PERFORM pg_advisory_xact_lock(hashtextextended(name, 0));
        EXECUTE format('CREATE SEQUENCE IF NOT EXISTS %I', name);
      END IF;
      IF at_least >= 1 AND nextval(name::regclass) <= at_least THEN
        PERFORM setval(name::regclass, at_least);
      END IF;
    END $$
    """,
)
"""Made once in each PostgreSQL workspace, by its owner."""
