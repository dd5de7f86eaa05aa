"""The platform tables `cc_*`, one set in every workspace. All times are text `YYYY-MM-DD HH:MM:SS.ffffff`, UTC.

Histories, audit and chain are append-only: on PostgreSQL the workspace's role has no right to change or delete
them, on SQLite triggers refuse it.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, Column, Index, Integer, MetaData, Table, Text, inspect, text
from sqlalchemy.engine import Connection
from sqlalchemy.schema import CreateColumn

from engine.access.account_tables import ACCOUNTS
from engine.definitions.versions import VERSIONS

PLATFORM = MetaData()

HISTORY = Table(
    "cc_history",
    PLATFORM,
    Column("id", Text, primary_key=True),
    Column("form", Text, nullable=False),
    Column("record_id", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("by", Text),
    Column("cause", Text, nullable=False),
    Column("request_id", Text),
    Column("batch_id", Text),
    Column("changes", Text, nullable=False),
    Index("ix_cc_history_record", "record_id", "revision"),
    Index(
        "ix_cc_history_batch",
        "batch_id",
        "id",
        sqlite_where=text("batch_id IS NOT NULL"),
        postgresql_where=text("batch_id IS NOT NULL"),
    ),
)
"""One row a change set. `kind`: create, update, delete, restore, purge. `changes`: JSON object, field → `[old, new]`;
for create field → new. Values as in the API; sensitive ones sealed."""

AUDIT = Table(
    "cc_audit",
    PLATFORM,
    Column("seq", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),
    Column("at", Text, nullable=False),
    Column("by", Text),
    Column("cause", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("form", Text),
    Column("record_id", Text),
    Column("request_id", Text),
    Column("details", Text),
    Column("hash", Text, nullable=False),
    Index("ix_cc_audit_record", "record_id", "seq"),
    Index("ix_cc_audit_by", "by", "seq"),
)
"""Who did what. `hash` is the keyed hash of the row and the hash before it; `seq` has no gaps."""

CHAIN = Table(
    "cc_chain",
    PLATFORM,
    Column("id", Integer, primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Column("hash", Text, nullable=False),
)
"""The head of the audit chain: one row, locked last in a transaction."""

EVENTS = Table(
    "cc_events",
    PLATFORM,
    Column("id", Text, primary_key=True),
    Column("at", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("form", Text),
    Column("record_id", Text),
    Column("body", Text, nullable=False),
    Column("taken_at", Text),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("error", Text),
    sqlite_with_rowid=False,
)
"""The outbox: written with the record, gone once all have heard it; one set aside stays, with `taken_at` and its error."""

JOBS = Table(
    "cc_jobs",
    PLATFORM,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("unique_key", Text),
    Column("run_at", Text, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("created_by", Text),
    Column("attempt", Integer, nullable=False, server_default="0"),
    Column("most_attempts", Integer, nullable=False),
    Column("lease_until", Text),
    Column("worker", Text),
    Column("done", BigInteger, nullable=False, server_default="0"),
    Column("total", BigInteger),
    Column("note", Text),
    Column("result", Text),
    Column("error", Text),
    Column("finished_at", Text),
    Index("ix_cc_jobs_due", "state", "run_at"),
    Index(
        "ux_cc_jobs_key",
        "unique_key",
        unique=True,
        sqlite_where=text("unique_key IS NOT NULL"),
        postgresql_where=text("unique_key IS NOT NULL"),
    ),
)
"""Background work. `state`: waiting, running, done, failed, cancelled. `attempt` fences a worker whose lease ran out."""

FILES = Table(
    "cc_files",
    PLATFORM,
    Column("id", Text, primary_key=True),
    Column("sha256", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("mime", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("width", Integer),
    Column("height", Integer),
    Column("has_thumbnail", Integer, nullable=False, server_default="0"),
    Column("created_at", Text, nullable=False),
    Column("created_by", Text),
    Index("ix_cc_files_sha256", "sha256"),
)

FILE_USES = Table(
    "cc_file_uses",
    PLATFORM,
    Column("file_id", Text, primary_key=True),
    Column("form", Text, primary_key=True),
    Column("record_id", Text, primary_key=True),
    Column("field", Text, primary_key=True),
)
"""Which record's field holds which file: bytes leave only through a reference the reader may see."""

COUNTERS = Table(
    "cc_counters",
    PLATFORM,
    Column("series", Text, primary_key=True),
    Column("scope", Text, primary_key=True),
    Column("value", BigInteger, nullable=False),
)

ARCHIVED = Table(
    "cc_archived",
    PLATFORM,
    Column("id", Text, primary_key=True),
    Column("form", Text, nullable=False),
    Column("field", Text),
    Column("table_name", Text, nullable=False),
    Column("column_name", Text),
    Column("kind", Text, nullable=False),
    Column("shape", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("by", Text),
    Column("restored_at", Text),
    Column("purged_at", Text),
    Index("ix_cc_archived_form", "form", "field"),
)
"""Columns and tables set aside by changes of a form. `kind`: removed, retyped, form."""

UNCONVERTED = Table(
    "cc_unconverted",
    PLATFORM,
    Column("archived_id", Text, primary_key=True),
    Column("record_id", Text, primary_key=True),
    Column("value", Text, nullable=False),
)
"""Values that a retype could not convert, as text (sealed where the field is sensitive)."""

IMPORTS = Table(
    "cc_imports",
    PLATFORM,
    Column("id", Text, primary_key=True),
    Column("form", Text, nullable=False),
    Column("layout_key", Text, nullable=False),
    Column("file_name", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("settings", Text, nullable=False),
    Column("counts", Text, nullable=False),
    Column("next_row", BigInteger, nullable=False, server_default="0"),
    Column("total", BigInteger),
    Column("batch_id", Text),
    Column("job_id", Text),
    Column("created_at", Text, nullable=False),
    Column("created_by", Text),
    Column("finished_at", Text),
    Index("ix_cc_imports_by", "created_by", "created_at"),
    Index("ix_cc_imports_layout", "form", "layout_key", "created_at"),
)
"""Uploaded sheets. `state`: new, checking, checked, running, done, failed, undone. `next_row` is where a run goes on
after a crash: it moves in the transaction that wrote the rows before it."""

IMPORT_ROWS = Table(
    "cc_import_rows",
    PLATFORM,
    Column("import_id", Text, primary_key=True),
    Column("run", Integer, primary_key=True),
    Column("row", BigInteger, primary_key=True),
    Column("outcome", Text, nullable=False),
    Column("record_id", Text),
    Column("problems", Text),
    sqlite_with_rowid=False,
)
"""What became of each row of a sheet. `run`: 0 the dry run, 1 the import. `outcome`: created, merged, skipped, rejected."""

PREFS = Table(
    "cc_prefs",
    PLATFORM,
    Column("user_id", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("value", Text, nullable=False),
    Column("updated_at", Text, nullable=False),
)
"""What a person set for themselves: saved views, column widths, remembered mappings. `value`: JSON."""

NOTIFICATIONS = Table(
    "cc_notifications",
    PLATFORM,
    Column("id", Text, primary_key=True),
    Column("user_id", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("form", Text),
    Column("record_id", Text),
    Column("body", Text, nullable=False),
    Column("read_at", Text),
    Index("ix_cc_notifications_user", "user_id", "id"),
    Index(
        "ix_cc_notifications_unread",
        "user_id",
        sqlite_where=text("read_at IS NULL"),
        postgresql_where=text("read_at IS NULL"),
    ),
)
"""The drawer of each person. `body`: JSON with words in both languages."""

META = Table(
    "cc_meta", PLATFORM, Column("key", Text, primary_key=True), Column("value", Text, nullable=False)
)

for _table in (*ACCOUNTS.tables.values(), *VERSIONS.tables.values()):
    _table.to_metadata(PLATFORM)

APPEND_ONLY = ("cc_history", "cc_audit", "cc_versions")


def instant(at: datetime) -> str:
    """Return the text of an instant in platform tables."""
    return (at if at.tzinfo is UTC else at.astimezone(UTC)).isoformat(" ", "microseconds")[:26]


def from_instant(text_: str) -> datetime:
    """Return the instant of its text."""
    return datetime.fromisoformat(text_ + "+00:00")


def append_only(more: Sequence[MetaData] = ()) -> tuple[str, ...]:
    """Return the tables whose rows may only be added; among `more` those that say so in their `info`."""
    said = (table.name for tables in more for table in tables.sorted_tables if table.info.get("append_only"))
    return (*APPEND_ONLY, *said)


def missing_columns(
    connection: Connection, schema: str | None, more: Sequence[MetaData] = ()
) -> list[Column[Any]]:
    """Return the columns that existing tables of `PLATFORM` and `more` lack: those a newer release brought."""
    found = inspect(connection).get_multi_columns(schema=schema)
    known = {name: {column["name"] for column in columns} for (_, name), columns in found.items()}
    return [
        column
        for tables in (PLATFORM, *more)
        for table in tables.tables.values()
        for column in table.columns
        if table.name in known and column.name not in known[table.name]
    ]


def _add_columns(connection: Connection, columns: Sequence[Column[Any]]) -> None:
    """Add columns, and the indexes that their tables lack; older releases go on beside, so nothing is ever taken away or narrowed."""
    for column in columns:
        table = column.table
        if not column.nullable and column.server_default is None:
            raise RuntimeError(
                f"{table.name}.{column.name} is new: it must be nullable or have a server default"
            )
        spec = CreateColumn(column).compile(dialect=connection.dialect)
        connection.exec_driver_sql(f"ALTER TABLE {table.name} ADD COLUMN {spec}")
    for table in {column.table.name: column.table for column in columns}.values():
        for index in table.indexes:
            index.create(connection, checkfirst=True)


def create_platform(connection: Connection, more: Sequence[MetaData] = ()) -> None:
    """Create the platform tables and columns that are missing in the current schema, with their guards against rewriting the past.

    `more`: tables that parts above the store keep in every workspace.
    """
    _add_columns(connection, missing_columns(connection, None, more))
    for tables in (PLATFORM, *more):
        tables.create_all(connection)
    if connection.dialect.name == "sqlite":
        for table in append_only(more):
            for verb in ("update", "delete"):
                connection.exec_driver_sql(
                    f"CREATE TRIGGER IF NOT EXISTS {table}_no_{verb} BEFORE {verb.upper()} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
                )
    if connection.execute(CHAIN.select()).first() is None:
        connection.execute(CHAIN.insert().values(id=1, seq=0, hash=""))
