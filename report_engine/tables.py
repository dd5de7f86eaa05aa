"""The tables of reports, `cc_report_*`, one set in every workspace. Times are text as in all platform tables."""

from sqlalchemy import BigInteger, Column, Index, Integer, MetaData, Table, Text

REPORT_TABLES = MetaData()

SUBSCRIPTIONS = Table(
    "cc_report_subscriptions",
    REPORT_TABLES,
    Column("subscription_id", Text, primary_key=True),
    Column("user_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("format", Text, nullable=False),
    Column("filters", Text, nullable=False),
    Column("cron", Text, nullable=False),
    Column("next_at", Text),
    Column("paused", Integer, nullable=False),
    Column("last_sent_at", Text),
    Column("problem", Text),
    Column("created_at", Text, nullable=False),
    Index("ix_cc_report_subscriptions_user", "user_id"),
    Index("ix_cc_report_subscriptions_next", "next_at"),
)
"""What people have sent to them. `problem`: why the last one failed, as JSON; `next_at` None: not any more."""

STANDINGS = Table(
    "cc_report_standings",
    REPORT_TABLES,
    Column("rule_id", Text, primary_key=True),
    Column("user_id", Text, primary_key=True),
    Column("groups", Text, nullable=False),
    Column("words", Text, nullable=False),
    Column("checked_at", Text, nullable=False),
    Column("problem", Text),
)
"""How an alert stands with one recipient: `groups` as `report_engine.alerts.standing` keeps them, `words` of the open ones."""

CURSORS = Table(
    "cc_report_cursors",
    REPORT_TABLES,
    Column("key", Text, primary_key=True),
    Column("next_at", Text, nullable=False),
    Column("cron", Text, nullable=False),
)
"""When a rule or a nightly table is looked at next."""

NIGHTS = Table(
    "cc_report_nights",
    REPORT_TABLES,
    Column("name", Text, primary_key=True),
    Column("signature", Text, nullable=False),
    Column("as_of", Text, nullable=False),
    Column("day", Text, nullable=False),
    Column("rows", BigInteger, nullable=False),
    Column("problem", Text),
)
"""What was worked out at night: for which question (`signature`), of which moment and day."""

CLASSES = Table(
    "cc_report_classes",
    REPORT_TABLES,
    Column("name", Text, primary_key=True),
    Column("month", Text, primary_key=True),
    Column("customer_id", Text, primary_key=True),
    Column("group", Text, nullable=False),
    Column("r", Integer, nullable=False),
    Column("f", Integer, nullable=False),
    Column("m", Integer, nullable=False),
    Column("recency", Integer, nullable=False),
    Column("frequency", Integer, nullable=False),
    Column("money", Text, nullable=False),
    Index("ix_cc_report_classes_customer", "customer_id", "name", "month"),
)
"""RFM classes as of the end of each month, and of the last night in the running one. `month`: its first day."""
