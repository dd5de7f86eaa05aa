"""The tables of the bare server: the product's own visits, with the best index for each statement."""

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
    with database.bare() as connection:
        if database.url is None:
            connection.execute("ATTACH ? AS product", (str(source.folder / "clinic.db"),))
            names = [row[1] for row in connection.execute("PRAGMA product.table_info(f_visit)")]
            product = "product.f_visit"
        else:
            found = connection.execute(
                "SELECT column_name FROM information_schema.columns WHERE table_schema = %s AND table_name = 'f_visit'",
                (source.room.schema,),
            )
            names = [row[0] for row in found]
            product = f'"{source.room.schema}".f_visit'
        for table, columns in ((product, names), ("bare_record", list(COLUMNS))):
            _copy(connection, table, columns, times)
    analyse(database)
    if database.url is None:
        with database.bare() as connection:
            connection.execute("ATTACH ? AS product", (str(source.folder / "clinic.db"),))
            connection.execute("ANALYZE product")


def _copy(connection: Any, table: str, columns: list[str], times: int) -> None:
    listed = ", ".join(columns)
    connection.execute("BEGIN")
    connection.execute(
        f"CREATE TEMPORARY TABLE first_rows AS SELECT {listed} FROM {table} WHERE no IS NOT NULL"
    )
    for number in range(1, times):
        # Another first digit: as valid, and of a time that never was.
        changed = {
            "id": f"'{number}' || substr(id, 2)",
            "no": f"no || '-{number}'",
            "subject": f"subject || '-{number}'",
            "subject__u": f"subject__u || '-{number}'",
        }
        values = ", ".join(changed.get(name, name) for name in columns)
        connection.execute(f"INSERT INTO {table} ({listed}) SELECT {values} FROM first_rows")
    connection.execute("DROP TABLE first_rows")
    connection.execute("COMMIT")
