"""The tables of the bare server: the product's own visits, with the best index for each statement."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any

from benchmarks.databases import Database

COLUMNS = (
    "id", "no", "client_id", "doctor_id", "subject", "note", "status", "kind", "topics", "price", "qty", "discount",
    "score", "is_new", "day", "start_at", "minutes", "amount", "is_large", "end_at", "month", "level", "owner_id",
    "created_by", "branch_id",
)  # fmt: skip
SHOWN = "v.id, v.no, v.client_id, v.doctor_id, v.subject, v.status, v.kind, v.price, v.qty, v.amount, v.day"
JOINS = "JOIN bare_client c ON c.id = v.client_id JOIN bare_doctor d ON d.id = v.doctor_id"


@dataclass(frozen=True, slots=True)
class Bare:
    """What to ask the bare server: statement and values of each page."""

    admin: dict[str, Any]
    member: dict[str, Any]


def prepare(database: Database, source: Any, member: str) -> Bare:
    """Copy the visits into bare tables with the best indexes; `source` is the product's workspace."""
    names = ", ".join(COLUMNS)
    with database.bare() as connection:
        if database.url is None:
            connection.execute("ATTACH ? AS product", (str(source.folder / "clinic.db"),))
            schema = "product."
        else:
            schema = f'"{source.room.schema}".'
        connection.execute(f"CREATE TABLE bare_record AS SELECT {names} FROM {schema}f_visit")
        connection.execute(f"CREATE TABLE bare_client AS SELECT id, name FROM {schema}f_client")
        connection.execute(f"CREATE TABLE bare_doctor AS SELECT id, name FROM {schema}f_doctor")
        connection.execute("CREATE TABLE bare_audit (record_id text, what text)")
        for table in ("record", "client", "doctor"):
            connection.execute(f"CREATE UNIQUE INDEX bare_{table}_id ON bare_{table} (id)")
        for key, first in (("all", ""), ("owner", "owner_id, "), ("author", "created_by, ")):
            connection.execute(
                f"CREATE INDEX bare_{key} ON bare_record ({first}status, kind, day DESC, id DESC)"
            )
    analyse(database)
    mark = database.mark
    condition = f"v.status = {mark} AND v.kind = {mark}"
    end = "ORDER BY v.day DESC, v.id DESC LIMIT 51"
    shown = f"{SHOWN}, c.name AS client, d.name AS doctor"
    mine = "v.id, v.day"
    # Each side walks its own index in order; sixty ids or so are then looked up.
    ids = " UNION ALL ".join(
        f"SELECT * FROM (SELECT {mine} FROM bare_record v WHERE {scope} AND {condition} {end}) {name}"
        for name, scope in (
            ("a", f"v.owner_id = {mark}"),
            ("b", f"v.created_by = {mark} AND (v.owner_id IS NULL OR v.owner_id <> {mark})"),
        )
    )
    own = (
        f"WITH mine AS (SELECT id FROM ({ids}) both_sides ORDER BY day DESC, id DESC LIMIT 51) "
        f"SELECT {shown} FROM mine JOIN bare_record v ON v.id = mine.id {JOINS} ORDER BY v.day DESC, v.id DESC"
    )
    return Bare(
        {
            "sql": f"SELECT {shown} FROM bare_record v {JOINS} WHERE {condition} {end}",
            "values": ["open", "first"],
        },
        {"sql": own, "values": [member, "open", "first", member, member, "open", "first"]},
    )


def analyse(database: Database) -> None:
    """Let the database count its rows, as it does by itself in time."""
    with database.bare() as connection:
        connection.execute("ANALYZE" if database.url is None else "VACUUM ANALYZE")


def grow(database: Database, source: Any, times: int) -> None:
    """Make `times` as many visits by copies with ids and numbers of their own, product and calibration alike."""
    with _product(database, source) as connection:
        _copy(connection, database, _schema(source), "f_visit", times)
    with database.bare() as connection:
        _copy(connection, database, "public", "bare_record", times)
    analyse(database)


@contextmanager
def _product(database: Database, source: Any) -> Iterator[Any]:
    if database.url is None:
        with closing(sqlite3.connect(source.folder / "clinic.db", isolation_level=None)) as connection:
            yield connection
            connection.execute("ANALYZE")
    else:
        with database.bare() as connection:
            yield connection


def _schema(source: Any) -> str:
    return str(source.room.schema or "main")


def _copy(connection: Any, database: Database, schema: str, table: str, times: int) -> None:
    place = table if database.url is None else f'"{schema}".{table}'
    columns = [column[0] for column in connection.execute(f"SELECT * FROM {place} LIMIT 0").description]
    listed = ", ".join(columns)
    # Filled without indexes and given them back at the end: minutes less, and the same trees.
    indexes = _indexes(connection, database, schema, table)
    connection.execute("BEGIN")
    for name, _ in indexes:
        connection.execute(f"DROP INDEX {name}")
    connection.execute(
        f"CREATE TEMPORARY TABLE first_rows AS SELECT {listed} FROM {place} WHERE no IS NOT NULL"
    )
    for number in range(1, times):
        # Another first digit: as valid, and of a time that never was.
        changed = {
            "id": f"'{number}' || substr(id, 2)",
            "no": f"no || '-{number}'",
            "subject": f"subject || '-{number}'",
        }
        values = ", ".join(changed.get(name, name) for name in columns)
        connection.execute(f"INSERT INTO {place} ({listed}) SELECT {values} FROM first_rows ORDER BY id")
    connection.execute("DROP TABLE first_rows")
    for _, made in indexes:
        connection.execute(made)
    connection.execute("COMMIT")


def _indexes(connection: Any, database: Database, schema: str, table: str) -> list[tuple[str, str]]:
    """Return (name, statement) of every index but that of the primary key."""
    if database.url is None:
        found = connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = ? AND sql IS NOT NULL",
            (table,),
        )
        return [(row[0], row[1]) for row in found]
    found = connection.execute(
        "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = %s AND tablename = %s", (schema, table)
    )
    return [(f'"{schema}".{row[0]}', row[1]) for row in found if not row[0].endswith("_pkey")]
