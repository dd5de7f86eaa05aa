"""Rows and back: an instance read from its few rows, and what a step changed written as row deltas.

Statements are built once a database and run as text on the bare driver: a step writes about ten rows, and building
a statement would cost more than running it.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from itertools import count
from operator import itemgetter
from typing import Any, NamedTuple

import msgspec
from msgspec.structs import replace
from sqlalchemy import (
    Column,
    ColumnElement,
    Table,
    Text,
    and_,
    bindparam,
    case,
    cast,
    delete,
    func,
    insert,
    literal_column,
    null,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect

from engine.problems import Code, NotFound
from engine.store.codec import decode_json, encode_json
from engine.store.connections import Held
from engine.store.platform import from_instant, instant
from engine.store.unit import Unit
from flow_engine.keeping import Kept, Known
from flow_engine.rows import pack, unpack
from flow_engine.state import ROOT, Instance, Scope, State, Subscription, Task, Timer, Token
from flow_engine.tables import (
    CANDIDATES,
    COMMANDS,
    HISTORY,
    INSTANCES,
    ROUNDS,
    SCOPES,
    SUBSCRIPTIONS,
    TASKS,
    TIMERS,
    TOKENS,
)

NO_INSTANCE = Code(
    "flow.no_instance",
    zh="没有这个流程实例",
    en="There is no such flow instance",
    hint_zh="它可能属于另一个工作区",
    hint_en="It may belong to another workspace",
)

INSTANCE_COLUMNS = (
    "instance_id", "flow", "version", "status", "started_at", "started_by", "key", "form", "record_id", "parent_id",
    "parent_token", "root_id", "ended_at", "outcome", "revision", "next_id", "next_seq", "branch_id", "title", "trigger", "move_to",
)  # fmt: skip
INSTANCE_MOVES = (
    "version", "status", "ended_at", "outcome", "revision", "next_id", "next_seq", "branch_id", "title", "parts", "stamp",
)  # fmt: skip
"""What a step may change of an instance."""
INSTANCE_COUNTS = ("revision", "next_id", "next_seq", "parts", "stamp")
"""What most steps change of it: no more is written then, since SQLite lays every index anew whose columns an UPDATE names."""
TOKEN_COLUMNS = ("instance_id", "token_id", "node", "scope_id", "round", "came_by", "wait", "since", "data")
SCOPE_COLUMNS = (
    "instance_id", "scope_id", "parent_id", "kind", "node", "token_id", "index", "variables", "is_closed", "data",
)  # fmt: skip
TASK_COLUMNS = (
    "instance_id", "task_id", "token_id", "node", "round", "kind", "state", "assignee", "candidates", "owner", "position",
    "weight", "parent_id", "action", "comment", "made_at", "due_at", "done_at", "done_by", "form", "record_id", "title",
    "data", "is_live",
)  # fmt: skip
USUAL_TASK_COLUMNS = (
    "instance_id", "task_id", "token_id", "node", "round", "kind", "state", "assignee", "position", "weight", "made_at",
    "due_at", "form", "record_id", "title", "data", "is_live",
)  # fmt: skip
"""What most new tasks say."""
TASK_ENDS = ("state", "assignee", "action", "comment", "done_at", "done_by", "data", "is_live")
"""What most tasks say at their end that they did not say before."""
TIMER_COLUMNS = ("instance_id", "token_id", "key", "at", "anchor", "anchor_record", "anchor_form", "data")
SUBSCRIPTION_COLUMNS = ("instance_id", "token_id", "name", "key")
HISTORY_COLUMNS = ("instance_id", "seq", "at", "kind", "node", "by", "data", "more", "last")
ROUND_COLUMNS = ("instance_id", "scope_id", "node", "round")
CANDIDATE_COLUMNS = ("user_id", "instance_id", "task_id")
HAS_SCOPES, HAS_TIMERS, HAS_SUBSCRIPTIONS, HAS_ROUNDS, HAS_COPIES = 1, 2, 4, 8, 16
"""What most instances have nothing of: regions or memories, timers …; tasks whose token is gone."""
PART_BITS = 5
_PARTS = (
    (TOKENS, TOKEN_COLUMNS, 0), (SCOPES, SCOPE_COLUMNS, HAS_SCOPES), (TASKS, TASK_COLUMNS, 0),
    (TIMERS, TIMER_COLUMNS, HAS_TIMERS), (SUBSCRIPTIONS, SUBSCRIPTION_COLUMNS, HAS_SUBSCRIPTIONS),
    (ROUNDS, ROUND_COLUMNS, HAS_ROUNDS),
)  # fmt: skip
CLAIMABLE = ("open", "waiting", "parked")


class Statements:
    """The texts of one database."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self.lock = self._select(INSTANCES, INSTANCE_COLUMNS, ("instance_id",), lock=True)
        self.instance = self._select(INSTANCES, INSTANCE_COLUMNS, ("instance_id",))
        self.add_instance = self._insert(INSTANCES, INSTANCE_COLUMNS, or_nothing=True)
        self.move_instance = self._update(INSTANCES, INSTANCE_MOVES, ("instance_id", "revision"))
        self.go_on = self._update(INSTANCES, INSTANCE_COUNTS, ("instance_id", "revision"))
        live = select(*(TASKS.c[k] for k in TASK_COLUMNS)).where(TASKS.c.instance_id == bindparam("p0"))
        own, mine = [INSTANCES.c[k] for k in INSTANCE_COLUMNS], INSTANCES.c.instance_id == bindparam("p1")
        self.parts = self._text(select(*self._parts()).where(mine))
        self.whole = self._text(select(self._done(), *own, *self._parts()).where(mine))
        self.still = self._text(select(self._done()).where(mine, _stands_as("p2", "p3")))
        self.hold = numbered(self._select(INSTANCES, ("instance_id",), ("instance_id",), lock=True))
        self.one = self._asked()
        self.touch = self._update(INSTANCES, ("parts", "stamp"), ("instance_id",))
        self.past = self._text(live.where(TASKS.c.done_at.is_not(None)).order_by(TASKS.c.task_id))
        self.add_token = self._insert(TOKENS, TOKEN_COLUMNS)
        self.change_token = self._update(TOKENS, TOKEN_COLUMNS[2:], ("instance_id", "token_id"))
        self.end_token = self._delete(TOKENS, ("instance_id", "token_id"))
        self.move_token = self._update(TOKENS, TOKEN_COLUMNS[1:], ("instance_id", "token_id"))
        self.add_scope = self._insert(SCOPES, SCOPE_COLUMNS)
        self.change_scope = self._update(SCOPES, SCOPE_COLUMNS[2:], ("instance_id", "scope_id"))
        self.end_scope = self._delete(SCOPES, ("instance_id", "scope_id"))
        self.add_task = self._insert(TASKS, TASK_COLUMNS)
        self.add_usual_task = self._insert(TASKS, USUAL_TASK_COLUMNS)
        self.change_task = self._update(TASKS, TASK_COLUMNS[2:], ("instance_id", "task_id"))
        self.finish_task = self._update(TASKS, TASK_ENDS, ("instance_id", "task_id"))
        self.add_timer = self._insert(TIMERS, TIMER_COLUMNS)
        self.change_timer = self._update(TIMERS, TIMER_COLUMNS[3:], ("instance_id", "token_id", "key"))
        self.end_timer = self._delete(TIMERS, ("instance_id", "token_id", "key"))
        self.add_subscription = self._insert(SUBSCRIPTIONS, SUBSCRIPTION_COLUMNS)
        self.end_subscription = self._delete(SUBSCRIPTIONS, SUBSCRIPTION_COLUMNS)
        self.add_history = self._insert(HISTORY, HISTORY_COLUMNS)
        self.add_candidate = self._insert(CANDIDATES, CANDIDATE_COLUMNS)
        self.end_candidates = self._delete(CANDIDATES, ("instance_id", "task_id"))

    def _text(self, statement: Any) -> str:
        return str(statement.compile(dialect=self._dialect))

    def _parts(self, as_one: bool = False) -> list[ColumnElement[Any]]:
        """Return all rows of an instance but its own, a JSON list of rows for each table: one statement instead of six.

        `as_one`: they become part of one JSON list.
        """
        lists, found = self._lists, list[ColumnElement[Any]]()
        for table, columns, bit in _PARTS:
            rows = lists(self._row(*(table.c[k] for k in columns)))
            query = select(rows if as_one else cast(rows, Text))
            query = query.where(table.c.instance_id == INSTANCES.c.instance_id)
            if table is TASKS:
                query = query.where(TASKS.c.is_live == literal_column("1"), TASKS.c.task_id > _first_token())
            part = query.correlate(INSTANCES).scalar_subquery()
            found.append(part if not bit else case((_lacks(bit), null()), else_=part))
        return found

    def _done(self, as_one: bool = False) -> ColumnElement[Any]:
        """Return what a command under a key came to, where it was done before."""
        done = self._row(COMMANDS.c.hash, COMMANDS.c.answer)
        found = select(done if as_one else cast(done, Text)).where(COMMANDS.c.key == bindparam("p0"))
        return found.scalar_subquery()

    def _asked(self) -> str:
        """Return what PostgreSQL is asked of an instance, one JSON list: what the command came to, then its row and its
        parts, or null where it still has the stamp and revision given.
        """
        c = INSTANCES.c
        whole = self._row(*(c[k] for k in INSTANCE_COLUMNS), *self._parts(as_one=True))
        rows = case((_stands_as("p1", "p2"), null()), else_=whole)
        query = select(cast(self._row(self._done(as_one=True), rows), Text))
        return numbered(self._text(query.where(c.instance_id == bindparam("p3"))))

    @property
    def _lists(self) -> Callable[..., Any]:
        return func.json_agg if self._dialect.name == "postgresql" else func.json_group_array

    @property
    def _row(self) -> Callable[..., Any]:
        return func.json_build_array if self._dialect.name == "postgresql" else func.json_array

    def _select(self, table: Table, columns: Sequence[str], by: Sequence[str], lock: bool = False) -> str:
        query = select(*(table.c[k] for k in columns))
        for i, k in enumerate(by):
            query = query.where(table.c[k] == bindparam(f"p{i}"))
        return self._text(query.with_for_update() if lock else query)

    def _insert(self, table: Table, columns: Sequence[str], or_nothing: bool = False) -> str:
        # SQLAlchemy writes columns in the table's order; the tuples above are in it.
        values: dict[Any, Any] = {table.c[k]: bindparam(f"p{i}") for i, k in enumerate(columns)}
        if not or_nothing:
            return self._text(insert(table).values(values))
        make = postgresql.insert if self._dialect.name == "postgresql" else sqlite.insert
        return self._text(make(table).values(values).on_conflict_do_nothing())

    def _update(self, table: Table, columns: Sequence[str], by: Sequence[str]) -> str:
        values: dict[Column[Any], Any] = {table.c[k]: bindparam(f"v{i}") for i, k in enumerate(columns)}
        statement = update(table).values(values)
        for i, k in enumerate(by):
            statement = statement.where(table.c[k] == bindparam(f"p{i}"))
        return self._text(statement)

    def _delete(self, table: Table, by: Sequence[str]) -> str:
        statement = delete(table)
        for i, k in enumerate(by):
            statement = statement.where(table.c[k] == bindparam(f"p{i}"))
        return self._text(statement)


def _stands_as(stamp: str, revision: str) -> ColumnElement[bool]:
    """Tell whether an instance has the stamp and revision given."""
    c = INSTANCES.c
    is_same = c.stamp == bindparam(stamp, type_=c.stamp.type)
    return and_(is_same, c.revision == bindparam(revision, type_=c.revision.type))


def _lacks(bit: int) -> ColumnElement[bool]:
    """Tell whether an instance is known to have nothing of a kind: as its last step left it, and nobody has moved it since."""
    c = INSTANCES.c
    is_known = c.parts.bitwise_rshift(literal_column(str(PART_BITS))) == c.revision
    return and_(is_known, c.parts.bitwise_and(literal_column(str(bit))) == literal_column("0"))


def _first_token() -> ColumnElement[Any]:
    """Return the id of an instance's oldest token: its tasks have come after it, so the many old ones are not looked at."""
    oldest = select(func.min(TOKENS.c.token_id)).where(TOKENS.c.instance_id == INSTANCES.c.instance_id)
    oldest_id = oldest.correlate(INSTANCES).scalar_subquery()
    return case((_lacks(HAS_COPIES), oldest_id), else_=literal_column("0"))


def numbered(text: str) -> str:
    """Return a statement for psycopg's cursors as libpq takes it."""
    numbers = count(1)
    return re.sub("%s", lambda _: f"${next(numbers)}", text)


@lru_cache(maxsize=8)
def statements(dialect: Dialect) -> Statements:
    """Return the texts for a database, built once."""
    return Statements(dialect)


def of(unit: Unit) -> Statements:
    """Return the texts for the unit's database."""
    return statements(unit.workspace.room.dialect)


# Values in and out.

_read_rows = msgspec.json.Decoder(list[list[Any]]).decode
_second = itemgetter(1)
_NOTHING: frozenset[Subscription] = frozenset()
PLAIN_ROOT = Scope(ROOT, ROOT, "root", "", 0)
"""The scope of an instance that remembers nothing."""
_OWN = len(INSTANCE_COLUMNS)


_instant = lru_cache(maxsize=256)(instant)
"""The same few instants are written again and again: now, and when a task was made."""


def at_text(at: datetime | None) -> str | None:
    return None if at is None else _instant(at)


_moment = lru_cache(maxsize=256)(from_instant)


def from_at(text: str | None) -> datetime | None:
    return None if text is None else _moment(text)


# Reading.


class Asked(NamedTuple):
    """What a unit was opened with for an instance. `known`: how this process left it; `held`: what PostgreSQL was asked."""

    known: Known | None
    held: Held | None


def asking(dialect: Dialect, kept: Kept, instance_id: str, key: str | None = None) -> Asked | None:
    """Return what `take` asks of PostgreSQL; None on SQLite.

    Two statements: only what starts after the lock is held sees what its last holder did.
    """
    if dialect.name != "postgresql":
        return None
    texts, known = statements(dialect), kept.get(instance_id)
    stamp, revision = (-1, -1) if known is None else (known[0], known[1].instance.revision)
    values = (key or "", str(stamp), str(revision), instance_id)
    return Asked(known, Held(texts.hold, (instance_id,), texts.one, values))


def take(
    unit: Unit, kept: Kept, instance_id: str, key: str | None = None, asked: Asked | None = None
) -> tuple[State, tuple[str, str | None] | None]:
    """Return an instance that nobody else may move until the unit ends, all of it; and where a command was done under
    `key` before, its fingerprint and answer. NotFound.

    `asked`: what the unit was opened with, for the same instance and key.
    """
    if not unit.is_postgres:
        # A writing unit is alone: there is nothing to wait for.
        return _taken_alone(unit, kept, instance_id, key or "")
    known, held = asked or asking(unit.workspace.room.dialect, kept, instance_id, key) or (None, None)
    found = None if held is None else unit.first_text_behind(held)
    if found is None:
        raise NotFound(NO_INSTANCE.at("/instance"))
    before, row = decode_json(found)
    if row is None and known is not None:
        return known[1], before
    return state_of(instance_of(row), row[_OWN:]), before


def _taken_alone(
    unit: Unit, kept: Kept, instance_id: str, key: str
) -> tuple[State, tuple[str, str | None] | None]:
    texts, known, execute = of(unit), kept.get(instance_id), unit.cursor.execute
    if known is not None:
        row = execute(texts.still, (key, instance_id, known[0], known[1].instance.revision)).fetchone()
        if row is not None:
            return known[1], None if row[0] is None else decode_json(row[0])
    row = execute(texts.whole, (key, instance_id)).fetchone()
    if row is None:
        raise NotFound(NO_INSTANCE.at("/instance"))
    state = state_of(instance_of(row[1:]), row[1 + _OWN :])
    return state, None if row[0] is None else decode_json(row[0])


def lock(unit: Unit, instance_id: str) -> Instance:
    """Return an instance that nobody else may move until the unit ends. NotFound."""
    unit.cursor.execute(of(unit).lock, (instance_id,))
    return _found(unit.cursor)


def load(unit: Unit, instance: Instance) -> State:
    """Return the state of an instance; lock it first to move it."""
    unit.cursor.execute(of(unit).parts, (instance.instance_id,))
    return state_of(instance, unit.cursor.fetchone())


def look(unit: Unit, instance_id: str) -> Instance:
    """Return an instance as it stands. NotFound."""
    unit.cursor.execute(of(unit).instance, (instance_id,))
    return _found(unit.cursor)


def _found(cursor: Any) -> Instance:
    row = cursor.fetchone()
    if row is None:
        raise NotFound(NO_INSTANCE.at("/instance"))
    return instance_of(row)


def instance_of(row: Sequence[Any]) -> Instance:
    """Return the instance of a row in the order of INSTANCE_COLUMNS."""
    parent = None if row[9] is None else (row[9], row[10])
    return Instance(
        row[0], row[1], row[2], row[3], _moment(row[4]), row[5], row[6], row[7], row[8], parent, row[11], from_at(row[12]),
        row[13], row[14], row[15], row[16], row[17], row[18], row[20],
    )  # fmt: skip


def state_of(instance: Instance, parts: Sequence[Any]) -> State:
    """Return the state of an instance and the lists of `Statements.parts`, as text or read."""
    tokens, scopes, tasks, timers, subscriptions, rounds = [
        _read_rows(part) if type(part) is str else part for part in parts
    ]
    if tasks and len(tasks) > 1:
        tasks.sort(key=_second)
    return State(
        instance,
        {row[1]: token_of(row) for row in tokens} if tokens else {},
        {row[1]: scope_of(row) for row in scopes} if scopes else {ROOT: PLAIN_ROOT},
        {row[1]: task_of(row) for row in tasks} if tasks else {},
        {(row[1], row[2]): timer_of(row) for row in timers} if timers else {},
        frozenset([Subscription(*row[1:]) for row in subscriptions]) if subscriptions else _NOTHING,
        {(row[1], row[2]): row[3] for row in rounds} if rounds else {},
    )


def parts_of(state: State) -> int:
    """Return what `Statements.parts` need not look for in vain, marked with the state's revision."""
    tokens, scopes = state.tokens, state.scopes
    parts = state.instance.revision << PART_BITS
    if len(scopes) > 1 or scopes[ROOT] != PLAIN_ROOT:
        parts |= HAS_SCOPES
    if state.timers:
        parts |= HAS_TIMERS
    if state.subscriptions:
        parts |= HAS_SUBSCRIPTIONS
    if state.rounds:
        parts |= HAS_ROUNDS
    for task in state.tasks.values():
        if task.token_id not in tokens:
            parts |= HAS_COPIES
            break
    return parts


def token_of(row: Sequence[Any]) -> Token:
    return Token(row[1], row[2], row[3], row[4], row[5], row[6], from_at(row[7]), unpack(row[8]))


def scope_of(row: Sequence[Any]) -> Scope:
    return Scope(row[1], row[2], row[3], row[4], row[5], row[6], unpack(row[7]), bool(row[8]), unpack(row[9]))


def task_of(row: Sequence[Any]) -> Task:
    """Return the task of a row in the order of TASK_COLUMNS."""
    candidates = tuple(decode_json(row[8])) if row[8] else ()
    return Task(
        row[1], row[2], row[3], row[4], row[5], row[6], row[7], candidates, row[9], row[10], row[11], row[12], row[13], row[14],
        from_at(row[15]), from_at(row[16]), from_at(row[17]), row[18], row[19], row[20], row[21], unpack(row[22]),
    )  # fmt: skip


def timer_of(row: Sequence[Any]) -> Timer:
    anchor = unpack(row[4]) if row[4] else None
    return Timer(row[1], row[2], from_instant(row[3]), anchor, unpack(row[7]))


def past_tasks(unit: Unit, instance_id: str) -> list[Task]:
    """Return the ended tasks of an instance, oldest first."""
    return [task_of(row) for row in unit.cursor.execute(of(unit).past, (instance_id,)).fetchall()]


# Writing.


def token_row(instance_id: str, one: Token) -> tuple[Any, ...]:
    return (
        instance_id, one.token_id, one.node, one.scope_id, one.round, one.came_by, one.wait, at_text(one.since), pack(one.data),
    )  # fmt: skip


def scope_row(instance_id: str, one: Scope) -> tuple[Any, ...]:
    return (
        instance_id, one.scope_id, one.parent_id, one.kind, one.node, one.token_id, one.index, pack(one.variables),
        int(one.is_closed), pack(one.data),
    )  # fmt: skip


def task_row(instance_id: str, one: Task, is_live: bool) -> tuple[Any, ...]:
    candidates = encode_json(one.candidates).decode() if one.candidates else None
    return (
        instance_id, one.task_id, one.token_id, one.node, one.round, one.kind, one.state, one.assignee, candidates, one.owner,
        one.position, one.weight, one.parent_id, one.action, one.comment, at_text(one.made_at), at_text(one.due_at),
        at_text(one.done_at), one.done_by, one.form, one.record_id, one.title, pack(one.data), int(is_live),
    )  # fmt: skip


def task_added(texts: Statements, instance_id: str, one: Task, is_live: bool) -> tuple[str, tuple[Any, ...]]:
    """Return the statement that writes a new task, and its values."""
    if (
        one.candidates
        or one.owner is not None
        or one.parent_id is not None
        or one.action is not None
        or one.comment is not None
        or one.done_at is not None
        or one.done_by is not None
    ):
        return texts.add_task, task_row(instance_id, one, is_live)
    return texts.add_usual_task, (
        instance_id, one.task_id, one.token_id, one.node, one.round, one.kind, one.state, one.assignee, one.position,
        one.weight, at_text(one.made_at), at_text(one.due_at), one.form, one.record_id, one.title, pack(one.data),
        int(is_live),
    )  # fmt: skip


def task_changed(
    texts: Statements, instance_id: str, old: Task | None, one: Task, is_live: bool
) -> tuple[str, tuple[Any, ...]]:
    """Return the statement that writes a changed task, and its values: most have only come to their end."""
    if old is None or one != replace(
        old, state=one.state, assignee=one.assignee, action=one.action, comment=one.comment, done_at=one.done_at,
        done_by=one.done_by, data=one.data,
    ):  # fmt: skip
        return texts.change_task, turned(task_row(instance_id, one, is_live), 2)
    return texts.finish_task, (
        one.state, one.assignee, one.action, one.comment, at_text(one.done_at), one.done_by, pack(one.data), int(is_live),
        instance_id, one.task_id,
    )  # fmt: skip


def timer_row(instance_id: str, one: Timer) -> tuple[Any, ...]:
    anchor = one.anchor or {}
    place = anchor.get("record_id"), anchor.get("form")
    return (
        instance_id, one.token_id, one.key, instant(one.at), pack(one.anchor), *place, pack(one.data),
    )  # fmt: skip


def instance_row(one: Instance, trigger: str | None = None) -> tuple[Any, ...]:
    """Return the row of a new instance."""
    parent = one.parent or (None, None)
    return (
        one.instance_id, one.flow, one.version, one.status, instant(one.started_at), one.started_by, one.key, one.form,
        one.record_id, *parent, one.root_id, at_text(one.ended_at), one.outcome, one.revision, one.next_id, one.next_seq,
        one.branch_id, one.title, trigger, one.move_to,
    )  # fmt: skip


def moved(texts: Statements, old: Instance, state: State, stamp: int) -> tuple[str, tuple[Any, ...]]:
    """Return the statement that moves an instance on, and its values: the new ones, the id and the revision before."""
    one, parts = state.instance, parts_of(state)
    # What the first step of an instance finds was not all written when its row was made.
    if (
        old.revision > 0
        and old.status == one.status
        and old.ended_at is one.ended_at is None
        and old.version == one.version
        and old.outcome == one.outcome
        and old.branch_id == one.branch_id
        and old.title == one.title
    ):
        return texts.go_on, (
            one.revision,
            one.next_id,
            one.next_seq,
            parts,
            stamp,
            one.instance_id,
            one.revision - 1,
        )
    return texts.move_instance, (
        one.version, one.status, at_text(one.ended_at), one.outcome, one.revision, one.next_id, one.next_seq, one.branch_id,
        one.title, parts, stamp, one.instance_id, one.revision - 1,
    )  # fmt: skip


def touch(unit: Unit, instance_id: str) -> None:
    """Tell that rows of an instance were changed beside a step: nothing that is known of them holds any more."""
    unit.cursor.execute(of(unit).touch, (None, None, instance_id))


def turned(row: Sequence[Any], keys: int) -> tuple[Any, ...]:
    """Return a row as an update takes it: values first, then its `keys` key columns."""
    return (*row[keys:], *row[:keys])


def many(unit: Unit, text: str, rows: Iterable[Sequence[Any]]) -> None:
    """Run one statement for each row."""
    unit.many(text, list(rows))
