"""Tables of accounts and sessions, one set in every workspace; made with the other platform tables."""

from sqlalchemy import Column, Index, Integer, MetaData, Table, Text

ACCOUNTS = MetaData()

USERS = Table(
    "cc_users",
    ACCOUNTS,
    Column("id", Text, primary_key=True),
    Column("login", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("password", Text),
    Column("roles", Text, nullable=False),
    Column("branches", Text, nullable=False),
    Column("branch_id", Text),
    Column("staff_id", Text),
    Column("supervisor_id", Text),
    Column("dept", Text),
    Column("lang", Text, nullable=False),
    Column("theme", Text, nullable=False),
    Column("is_active", Integer, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("locked_until", Text),
    Column("password_at", Text),
    Column("created_at", Text, nullable=False),
    Index("ix_cc_users_supervisor", "supervisor_id"),
)
"""`roles`, `branches`: JSON arrays of role keys and branch record ids. `password`: argon2id, null before it is set."""

SESSIONS = Table(
    "cc_sessions",
    ACCOUNTS,
    Column("token_hash", Text, primary_key=True),
    Column("user_id", Text, nullable=False),
    Column("branch_id", Text),
    Column("created_at", Text, nullable=False),
    Column("seen_at", Text, nullable=False),
    Column("expires_at", Text, nullable=False),
    Column("agent", Text),
    Index("ix_cc_sessions_user", "user_id"),
)
"""Open sessions. Only the SHA-256 of the token is kept: a copy of the database signs nobody in."""

REVEALS = Table(
    "cc_reveals",
    ACCOUNTS,
    Column("id", Text, primary_key=True),
    Column("user_id", Text, nullable=False),
    Column("day", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("form", Text, nullable=False),
    Column("record_id", Text, nullable=False),
    Column("field", Text, nullable=False),
    Index("ix_cc_reveals_user_day", "user_id", "day"),
)
"""Which masked value was shown to whom; counted against the day's limit."""

RULE_VERSION = Table(
    "cc_rule_version",
    ACCOUNTS,
    Column("id", Integer, primary_key=True),
    Column("version", Integer, nullable=False),
)
"""One row. It moves whenever a person, a role or a branch changes, so that nothing decided before it is used after."""
