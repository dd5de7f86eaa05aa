"""The tables of reports, `cc_report_*`, one set in every workspace. Times are text as in all platform tables."""

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, MetaData, Table, Text

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
    Column("robot", Text),
    Index("ix_cc_report_subscriptions_user", "user_id"),
    Index("ix_cc_report_subscriptions_next", "next_at"),
)
"""What people have sent to them. `problem`: why the last one failed, as JSON; `next_at` None: not any more;
`robot`: the chat group it goes to instead of its reader."""

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

TOLD = Table(
    "cc_report_told",
    REPORT_TABLES,
    Column("told_id", Text, primary_key=True),
    Column("look", Text, nullable=False),
    Column("rule_id", Text, nullable=False),
    Column("user_id", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("lines", Text, nullable=False),
    Column("at", Text, nullable=False),
    Index("ix_cc_report_told_at", "at"),
)
"""What alerts told whom: one look at a rule may tell several. `kind`: told or over; `lines` as this recipient may see them."""

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
    Column("key", Text, primary_key=True),
    Column("as_of", Text, nullable=False),
    Column("rows", LargeBinary, nullable=False),
    Index("ix_cc_report_nights_as_of", "as_of"),
)
"""What a statement of a nightly report gave. `key`: of its text and parameters, which hold the asker's scope."""

STATES = Table(
    "cc_report_states",
    REPORT_TABLES,
    Column("key", Text, primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Column("as_of", Text, nullable=False),
    Column("rows", LargeBinary, nullable=False),
    Index("ix_cc_report_states_as_of", "as_of"),
)
"""What a statement gave about all days up to the end of a month that is over. `seq`: the last line of the audit that it knows of."""

ROLLUPS = Table(
    "cc_report_rollups",
    REPORT_TABLES,
    Column("key", Text, primary_key=True),
    Column("form", Text, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("as_of", Text, nullable=False),
    Column("rows", LargeBinary, nullable=False),
    Index("ix_cc_report_rollups_form", "form"),
    Index("ix_cc_report_rollups_as_of", "as_of"),
)
"""What a statement gave for one month. `seq`: the last line of the audit that it knows of."""
