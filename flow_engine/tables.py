"""The tables of the flow engine, `cc_flow_*`, one set in every workspace. Times are text as in all platform tables.

An instance is one row and a few small rows around it, so that a step costs the same however long the instance is.
Nothing is ever deleted but what no longer stands: tokens, closed regions, timers, subscriptions.
"""

from typing import Any

from sqlalchemy import Column, Index, Integer, MetaData, Table, Text, text

FLOW_TABLES = MetaData()
GUARDED = {"append_only": True}
LEAN: dict[str, Any] = {"sqlite_with_rowid": False}
"""Rows in the tree of their key alone: SQLite would else keep a second one, and write both."""


def _some(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    """Return an index over the few rows for which `where` holds."""
    return Index(name, *columns, unique=unique, sqlite_where=text(where), postgresql_where=text(where))


VERSIONS = Table(
    "cc_flow_versions",
    FLOW_TABLES,
    Column("flow", Text, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("checksum", Text, nullable=False),
    Column("definition", Text, nullable=False),
    Column("app_version", Integer, nullable=False),
    Column("at", Text, nullable=False),
    info=GUARDED,
)
"""Every version of a flow that was ever in force. `checksum` tells whether a new app version changed it."""

INSTANCES = Table(
    "cc_flow_instances",
    FLOW_TABLES,
    Column("instance_id", Text, primary_key=True),
    Column("flow", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("status", Text, nullable=False),
    Column("started_at", Text, nullable=False),
    Column("started_by", Text),
    Column("key", Text, nullable=False),
    Column("form", Text),
    Column("record_id", Text),
    Column("parent_id", Text),
    Column("parent_token", Integer),
    Column("root_id", Text),
    Column("ended_at", Text),
    Column("outcome", Text),
    Column("revision", Integer, nullable=False),
    Column("next_id", Integer, nullable=False),
    Column("next_seq", Integer, nullable=False),
    Column("branch_id", Text),
    Column("title", Text, nullable=False),
    Column("trigger", Text),
    Column("move_to", Integer),
    Column("parts", Integer),
    Column("stamp", Integer),
    Index("ux_cc_flow_instances_key", "key", unique=True),
    Index("ix_cc_flow_instances_record", "record_id", "form"),
    Index("ix_cc_flow_instances_flow", "flow", "status", "started_at"),
    _some("ix_cc_flow_instances_live", "instance_id", where="status = 'running'"),
    _some("ix_cc_flow_instances_parent", "parent_id", where="parent_id IS NOT NULL"),
    **LEAN,
)
"""See `state.Instance`. `trigger`: what started it, `<flow>.<trigger>`; `move_to`: the version it takes at its next wait;
`parts`: which of its tables hold anything of it, and at which revision that was so (`store.parts_of`); `stamp`: drawn anew
whenever any of its rows changes, so that a process knows whether what it has kept of it still holds (`keeping.Kept`)."""

TOKENS = Table(
    "cc_flow_tokens",
    FLOW_TABLES,
    Column("instance_id", Text, primary_key=True),
    Column("token_id", Integer, primary_key=True, autoincrement=False),
    Column("node", Text, nullable=False),
    Column("scope_id", Integer, nullable=False),
    Column("round", Integer, nullable=False),
    Column("came_by", Text),
    Column("wait", Text),
    Column("since", Text),
    Column("data", Text),
    **LEAN,
)

SCOPES = Table(
    "cc_flow_scopes",
    FLOW_TABLES,
    Column("instance_id", Text, primary_key=True),
    Column("scope_id", Integer, primary_key=True, autoincrement=False),
    Column("parent_id", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("node", Text, nullable=False),
    Column("token_id", Integer, nullable=False),
    Column("index", Integer, nullable=False),
    Column("variables", Text),
    Column("is_closed", Integer, nullable=False),
    Column("data", Text),
    **LEAN,
)

ROUNDS = Table(
    "cc_flow_rounds",
    FLOW_TABLES,
    Column("instance_id", Text, primary_key=True),
    Column("scope_id", Integer, primary_key=True, autoincrement=False),
    Column("node", Text, primary_key=True),
    Column("round", Integer, nullable=False),
    **LEAN,
)
"""How often each node was entered; read one by one, since a long instance has many."""

TASKS = Table(
    "cc_flow_tasks",
    FLOW_TABLES,
    Column("instance_id", Text, primary_key=True),
    Column("task_id", Integer, primary_key=True, autoincrement=False),
    Column("token_id", Integer, nullable=False),
    Column("node", Text, nullable=False),
    Column("round", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("assignee", Text),
    Column("candidates", Text),
    Column("owner", Text),
    Column("position", Integer, nullable=False),
    Column("weight", Integer, nullable=False),
    Column("parent_id", Integer),
    Column("action", Text),
    Column("comment", Text),
    Column("made_at", Text),
    Column("due_at", Text),
    Column("done_at", Text),
    Column("done_by", Text),
    Column("form", Text),
    Column("record_id", Text),
    Column("title", Text, nullable=False),
    Column("data", Text),
    Column("is_live", Integer, nullable=False),
    _some("ix_cc_flow_tasks_mine", "assignee", "due_at", where="state IN ('open', 'parked')"),
    _some("ix_cc_flow_tasks_done", "done_by", "done_at", where="done_by IS NOT NULL"),
    _some("ix_cc_flow_tasks_record", "record_id", where="record_id IS NOT NULL"),
    **LEAN,
)
"""See `state.Task`. `is_live`: its token still stands, so a decision may count it. Ended tasks stay for good."""

CANDIDATES = Table(
    "cc_flow_candidates",
    FLOW_TABLES,
    Column("user_id", Text, primary_key=True),
    Column("instance_id", Text, primary_key=True),
    Column("task_id", Integer, primary_key=True, autoincrement=False),
    Index("ix_cc_flow_candidates_task", "instance_id", "task_id"),
    **LEAN,
)
"""Who may claim a task that nobody has: the way from a person to it."""

TIMERS = Table(
    "cc_flow_timers",
    FLOW_TABLES,
    Column("instance_id", Text, primary_key=True),
    Column("token_id", Integer, primary_key=True, autoincrement=False),
    Column("key", Text, primary_key=True),
    Column("at", Text, nullable=False),
    Column("anchor", Text),
    Column("anchor_record", Text),
    Column("anchor_form", Text),
    Column("data", Text),
    Index("ix_cc_flow_timers_at", "at"),
    _some("ix_cc_flow_timers_anchor", "anchor_record", "anchor_form", where="anchor_record IS NOT NULL"),
    **LEAN,
)

SUBSCRIPTIONS = Table(
    "cc_flow_subscriptions",
    FLOW_TABLES,
    Column("instance_id", Text, primary_key=True),
    Column("token_id", Integer, primary_key=True, autoincrement=False),
    Column("name", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Index("ix_cc_flow_subscriptions_name", "name", "key"),
    **LEAN,
)

HISTORY = Table(
    "cc_flow_history",
    FLOW_TABLES,
    Column("instance_id", Text, primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("node", Text),
    Column("by", Text),
    Column("data", Text),
    Column("more", Text),
    Column("last", Integer),
    info=GUARDED,
    **LEAN,
)
"""What happened to an instance, numbered without gaps: a row for each step, `past.row_of`. `more`: what the step noted after
its first entry, up to number `last`. Where `last` is blank the row is one entry, as an earlier release wrote it."""

COMMANDS = Table(
    "cc_flow_commands",
    FLOW_TABLES,
    Column("key", Text, primary_key=True),
    Column("hash", Text, nullable=False),
    Column("instance_id", Text),
    Column("at", Text, nullable=False),
    Column("answer", Text),
    **LEAN,
)
"""Every command once: asked again under its key, the stored answer is given."""

EFFECTS = Table(
    "cc_flow_effects",
    FLOW_TABLES,
    Column("key", Text, primary_key=True),
    Column("instance_id", Text, nullable=False),
    Column("token_id", Integer, nullable=False),
    Column("node", Text),
    Column("kind", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("policy", Text),
    Column("waits", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("planned_at", Text, nullable=False),
    Column("updated_at", Text, nullable=False),
    Column("provider_ref", Text),
    Column("response", Text),
    Column("error", Text),
    Index("ix_cc_flow_effects_instance", "instance_id", "token_id"),
    Index("ix_cc_flow_effects_state", "state", "updated_at"),
    **LEAN,
)
"""The ledger of what leaves the house. `state`: planned, sending, sent, unknown, failed, dropped, cancelled."""

INBOX = Table(
    "cc_flow_inbox",
    FLOW_TABLES,
    Column("source", Text, primary_key=True),
    Column("message_id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("received_at", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("taken_at", Text),
    Column("taken_by", Text),
    Index("ix_cc_flow_inbox_open", "name", "key", "state"),
)
"""Messages from outside, each once. `state`: waiting until somebody takes it, taken. `taken_by`: an instance or a flow."""

INCIDENTS = Table(
    "cc_flow_incidents",
    FLOW_TABLES,
    Column("incident_id", Text, primary_key=True),
    Column("instance_id", Text),
    Column("token_id", Integer),
    Column("node", Text),
    Column("flow", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("problem", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("resolution", Text),
    Column("resolved_at", Text),
    Column("resolved_by", Text),
    Index("ix_cc_flow_incidents_instance", "instance_id"),
    Index("ix_cc_flow_incidents_state", "state", "at"),
)
"""What needs a look. `kind`: node, effect, trigger, stuck, version. `problem`: JSON as the API gives problems."""

OCCURRENCES = Table(
    "cc_flow_occurrences",
    FLOW_TABLES,
    Column("trigger", Text, primary_key=True),
    Column("record_id", Text, primary_key=True),
    Column("occurrence", Text, primary_key=True),
    Column("flow", Text, nullable=False),
    Column("form", Text, nullable=False),
    Column("due_at", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("instance_id", Text),
    Column("made_at", Text, nullable=False),
    Column("changed_at", Text, nullable=False),
    Column("reason", Text),
    Index("ix_cc_flow_occurrences_due", "state", "due_at"),
    Index("ix_cc_flow_occurrences_record", "record_id"),
    **LEAN,
)
"""What should happen for which record on which day. `state`: expected, started, skipped, cancelled."""

MEMBERS = Table(
    "cc_flow_members",
    FLOW_TABLES,
    Column("trigger", Text, primary_key=True),
    Column("record_id", Text, primary_key=True),
    Column("is_in", Integer, nullable=False),
    Column("times", Integer, nullable=False),
    Column("since", Text, nullable=False),
    _some("ix_cc_flow_members_in", "trigger", where="is_in = 1"),
)
"""Who is in a segment or fulfils a condition, by trigger: only coming in and going out start anything."""

ENROLMENTS = Table(
    "cc_flow_enrolments",
    FLOW_TABLES,
    Column("journey", Text, primary_key=True),
    Column("contact_id", Text, primary_key=True),
    Column("rotation", Integer, primary_key=True, autoincrement=False),
    Column("instance_id", Text),
    Column("state", Text, nullable=False),
    Column("entered_at", Text, nullable=False),
    Column("ended_at", Text),
    Column("exit_reason", Text),
    Index("ix_cc_flow_enrolments_contact", "contact_id"),
)

CONTACT_LEDGER = Table(
    "cc_flow_contact_ledger",
    FLOW_TABLES,
    Column("key", Text, primary_key=True),
    Column("contact_id", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("state", Text, nullable=False),
    Index("ix_cc_flow_contact_ledger_contact", "contact_id", "channel", "at"),
)

POOL_ITEMS = Table(
    "cc_flow_pool_items",
    FLOW_TABLES,
    Column("pool", Text, primary_key=True),
    Column("record_id", Text, primary_key=True),
    Column("owner", Text),
    Column("entered_at", Text, nullable=False),
    Column("claimed_at", Text),
    Column("protect_until", Text),
    Column("last_owner", Text),
    Column("cooldown_until", Text),
    Column("reason", Text),
    Column("revision", Integer, nullable=False),
    Index("ix_cc_flow_pool_items_owner", "pool", "owner"),
)

POOL_MOVES = Table(
    "cc_flow_pool_moves",
    FLOW_TABLES,
    Column("id", Text, primary_key=True),
    Column("pool", Text, nullable=False),
    Column("record_id", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("by", Text),
    Column("from_owner", Text),
    Column("to_owner", Text),
    Column("reason", Text),
    Index("ix_cc_flow_pool_moves_record", "record_id", "pool"),
    Index("ix_cc_flow_pool_moves_by", "pool", "by", "at"),
    info=GUARDED,
)
"""The ledger of pools. `kind`: entered, claimed, recycled, warned, settled."""

ASSIGN_CURSORS = Table(
    "cc_flow_assign_cursors",
    FLOW_TABLES,
    Column("rule", Text, primary_key=True),
    Column("state", Text, nullable=False),
    Column("revision", Integer, nullable=False),
)
"""Where a rotation stands. `state`: JSON, as the routing rule wants it."""

SCHEDULE_CURSORS = Table(
    "cc_flow_schedule_cursors",
    FLOW_TABLES,
    Column("trigger", Text, primary_key=True),
    Column("high_water", Text, nullable=False),
)
"""Up to which instant a schedule was served; what lies between it and now was missed."""

TRIGGER_LOG = Table(
    "cc_flow_trigger_log",
    FLOW_TABLES,
    Column("id", Text, primary_key=True),
    Column("at", Text, nullable=False),
    Column("event", Text, nullable=False),
    Column("form", Text),
    Column("record_id", Text),
    Column("verdicts", Text, nullable=False),
    Index("ix_cc_flow_trigger_log_record", "record_id", "id"),
)
"""Why a flow started or not: one row an event, JSON `[[trigger, verdict, params]…]`. The oldest rows give way."""

CALENDAR_DAYS = Table(
    "cc_flow_calendar_days",
    FLOW_TABLES,
    Column("branch_id", Text, primary_key=True),
    Column("day", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("opens", Text),
    Column("name", Text),
)
"""Days on which a branch (or `*`) keeps other hours. `kind`: closed, open. `opens`: JSON `[[from, to]…]`."""

PROXIES = Table(
    "cc_flow_proxies",
    FLOW_TABLES,
    Column("proxy_id", Text, primary_key=True),
    Column("owner", Text, nullable=False),
    Column("proxy", Text, nullable=False),
    Column("from_day", Text, nullable=False),
    Column("until_day", Text, nullable=False),
    Column("flows", Text),
    Column("most_amount", Text),
    Column("made_at", Text, nullable=False),
    Column("made_by", Text),
    Column("ended_at", Text),
    _some("ix_cc_flow_proxies_owner", "owner", "until_day", where="ended_at IS NULL"),
)
"""Who decides for whom while they are away (委托代理). `flows`: JSON list of keys, null for all; `most_amount`: up to this."""

HANDOVERS = Table(
    "cc_flow_handovers",
    FLOW_TABLES,
    Column("handover_id", Text, primary_key=True),
    Column("at", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("from_user", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("undone_at", Text),
    Index("ix_cc_flow_handovers_from", "from_user", "at"),
)
"""What was handed over when somebody left (离职交接). `body`: JSON `{tasks: [[instance, task, to]…], batches: [batch of records…]}`."""

OUTBOX = Table(
    "cc_outbox",
    FLOW_TABLES,
    Column("key", Text, primary_key=True),
    Column("planned_at", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("channel", Text),
    Column("to_kind", Text, nullable=False),
    Column("to_form", Text),
    Column("to_id", Text, nullable=False),
    Column("to_name", Text),
    Column("address", Text),
    Column("lang", Text),
    Column("subject", Text),
    Column("text", Text),
    Column("template", Text),
    Column("data", Text),
    Column("form", Text),
    Column("record_id", Text),
    Column("log_id", Text),
    Column("state", Text, nullable=False),
    Column("reason", Text),
    Column("due_at", Text),
    Column("sent_at", Text),
    Column("reference", Text),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("held", Text),
    Index("ix_cc_outbox_state", "state", "planned_at"),
    Index("ix_cc_outbox_planned", "planned_at", "key"),
    Index("ix_cc_outbox_to", "to_id", "planned_at"),
    Index("ix_cc_outbox_record", "record_id"),
)
"""Every message to a person, exactly as it leaves. `state`: waiting (until `due_at`), sending, sent, outbox (kept here:
the channel has no credentials), failed, unknown, dropped. `kind`: safety, care, service, marketing, staff. `address`
is masked, `log_id` is its record of the form message_log, `held` every time that the contact gate held it back
(`[{"at", "reason", "until"}]`), kept when it has gone out."""
