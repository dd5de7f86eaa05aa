"""What a step leaves behind, written in its transaction: row deltas, history, effects, calls, notices, events."""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import bindparam, delete, literal_column, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect

from engine.ids import new_id
from engine.problems import Problem
from engine.store.codec import encode_json
from engine.store.platform import JOBS, instant
from engine.store.sql import insert_events
from engine.store.unit import Unit
from flow_engine import commands, store
from flow_engine.keeping import new_stamp
from flow_engine.past import row_of
from flow_engine.result import NO_CHANGES, Step
from flow_engine.rows import pack
from flow_engine.state import State, Task
from flow_engine.tables import EFFECTS, INCIDENTS, ROUNDS, TASKS

MOST_TRIES = 1_000_000
"""Jobs of flows are never given up by count: what ends them is their own policy."""
TAKEN = "effect.taken"
Write = tuple[str, Sequence[Sequence[Any]]]
"""A statement and its rows."""


class _Texts:
    def __init__(self, dialect: Dialect) -> None:
        make = postgresql.insert if dialect.name == "postgresql" else sqlite.insert

        def insert(table: Any, *columns: str) -> str:
            values: dict[Any, Any] = {table.c[k]: bindparam(f"p{i}") for i, k in enumerate(columns)}
            return str(make(table).values(values).on_conflict_do_nothing().compile(dialect=dialect))

        self.job = insert(
            JOBS,
            "id",
            "kind",
            "body",
            "state",
            "unique_key",
            "run_at",
            "created_at",
            "created_by",
            "most_attempts",
        )
        self.effect = insert(
            EFFECTS, "key", "instance_id", "token_id", "node", "kind", "body", "policy", "waits", "state", "planned_at", "updated_at"
        )  # fmt: skip
        self.incident = insert(
            INCIDENTS,
            "incident_id",
            "instance_id",
            "token_id",
            "node",
            "flow",
            "kind",
            "problem",
            "at",
            "state",
        )
        c = TASKS.c
        over = update(TASKS).values({c.is_live: literal_column("0")})
        over = over.where(c.instance_id == bindparam("p0"), c.task_id == bindparam("p1"))
        self.tasks_over = str(over.compile(dialect=dialect))
        gone = delete(ROUNDS).where(
            ROUNDS.c.instance_id == bindparam("p0"), ROUNDS.c.scope_id == bindparam("p1")
        )
        self.rounds_over = str(gone.compile(dialect=dialect))
        self.rounds = str(
            make(ROUNDS)
            .values({ROUNDS.c[k]: bindparam(f"p{i}") for i, k in enumerate(store.ROUND_COLUMNS)})
            .on_conflict_do_update(
                index_elements=[ROUNDS.c.instance_id, ROUNDS.c.scope_id, ROUNDS.c.node],
                set_={"round": bindparam("v0")},
            )
            .compile(dialect=dialect)
        )
        cancel = update(EFFECTS).values(
            {EFFECTS.c.state: bindparam("v0"), EFFECTS.c.updated_at: bindparam("v1")}
        )
        cancel = cancel.where(
            EFFECTS.c.instance_id == bindparam("p0"), EFFECTS.c.token_id == bindparam("p1"), EFFECTS.c.state == literal_column("'planned'"), EFFECTS.c.waits == literal_column("1")
        )  # fmt: skip
        self.effects_over = str(cancel.compile(dialect=dialect))


@lru_cache(maxsize=8)
def _texts(dialect: Dialect) -> _Texts:
    return _Texts(dialect)


@lru_cache(maxsize=8)
def _apart(dialect: Dialect) -> frozenset[str]:
    """Return the statements of a step that never touch a row of another one.

    Timers are not among them: one may go and another come under its key.
    """
    rows, more = store.statements(dialect), _texts(dialect)
    places = (
        rows.move_token, rows.add_token, rows.change_token, rows.end_token, rows.change_scope, rows.add_scope, rows.end_scope,
        rows.change_task, rows.finish_task, rows.add_task, rows.add_usual_task, more.tasks_over, more.rounds,
        rows.move_instance, rows.go_on,
    )  # fmt: skip
    return frozenset((*places, rows.add_history, insert_events(dialect), commands.text_of(dialect), more.job))


@lru_cache(maxsize=8)
def _apart_with_timer(dialect: Dialect) -> frozenset[str]:
    """Return the same for a step of which timers only go."""
    return _apart(dialect) | {store.statements(dialect).end_timer}


def texts(unit: Unit) -> _Texts:
    """Return the texts for the unit's database."""
    return _texts(unit.workspace.room.dialect)


def put_job(
    unit: Unit, kind: str, body: Mapping[str, Any], key: str | None = None, run_at: str | None = None
) -> None:
    """Put a job into the queue; a second one of the same key is not made."""
    unit.many(*_job(unit, kind, body, key, run_at))


def _job(unit: Unit, kind: str, body: Mapping[str, Any], key: str | None, run_at: str | None) -> Write:
    row = (
        new_id(), kind, pack(body) or "{}", "waiting", key, run_at or unit.now_text, unit.now_text, unit.cause.by, MOST_TRIES,
    )  # fmt: skip
    unit.has_news = unit.has_news or run_at is None
    return texts(unit).job, [row]


def write_step(unit: Unit, old: State, step: Step, also: Iterable[Write] = ()) -> int:
    """Write what a step changed, and `also`; return the stamp of it. The instance's row exists and is locked."""
    dialect, instance = unit.workspace.room.dialect, step.state.instance
    rows, instance_id = store.statements(dialect), instance.instance_id
    writes: list[Write] = [*also]
    _write_tokens(unit, writes, rows, instance_id, old, step)
    _write_tasks(unit, writes, rows, instance_id, old, step)
    if step.timers is not NO_CHANGES:
        changed = [store.turned(store.timer_row(instance_id, one), 3) for one in step.timers.changed]
        writes += [
            (rows.end_timer, [(instance_id, *key) for key in step.timers.removed]),
            (rows.change_timer, changed),
            (rows.add_timer, [store.timer_row(instance_id, one) for one in step.timers.added]),
        ]
    if step.subscriptions is not NO_CHANGES:
        given = step.subscriptions
        gone = [(instance_id, one.token_id, one.name, one.key) for one in given.removed]
        new = [(instance_id, one.token_id, one.name, one.key) for one in given.added]
        writes += [(rows.end_subscription, gone), (rows.add_subscription, new)]
    if step.rounds:
        counts = [
            (instance_id, scope_id, node, count, count) for (scope_id, node), count in step.rounds.items()
        ]
        writes.append((texts(unit).rounds, counts))
    if step.history:
        writes.append((rows.add_history, [row_of(instance_id, unit.now_text, step.history)]))
    _write_effects(unit, writes, instance_id, step)
    writes += unit.events_so_far()
    stamp = new_stamp()
    place, row = store.moved(rows, old.instance, step.state, stamp)
    writes.append((place, [row]))
    some = [one for one in writes if one[1]]
    new_timers = step.timers.added or step.timers.changed
    apart = (_apart if new_timers else _apart_with_timer)(dialect)
    if unit.batch(some, apart) != 1:
        # The row is locked, so this cannot happen; if it does, nothing of the step may stand.
        raise RuntimeError(f"instance {instance_id} moved beside revision {instance.revision}")
    if old.instance.status == "failed":
        _settle_incidents(unit, instance_id, step)
    _write_incidents(unit, step)
    return stamp


def _write_tokens(
    unit: Unit, writes: list[Write], rows: store.Statements, instance_id: str, old: State, step: Step
) -> None:
    given = step.tokens
    if given:
        gone, new = given.removed, [store.token_row(instance_id, one) for one in given.added]
        for token_id in gone:
            if token_id in old.tokens and old.tokens[token_id].wait == "effect":
                over = ("cancelled", unit.now_text, instance_id, token_id)
                writes.append((texts(unit).effects_over, [over]))
        if len(gone) == len(new) == 1:
            # Nearly always a token goes on to the next node: its row becomes the next one's.
            writes.append((rows.move_token, [(*new[0][1:], instance_id, gone[0])]))
        else:
            writes.append((rows.end_token, [(instance_id, token_id) for token_id in gone]))
        if given.changed:
            changed = [store.turned(store.token_row(instance_id, one), 2) for one in given.changed]
            writes.append((rows.change_token, changed))
        if len(gone) != 1 or len(new) != 1:
            writes.append((rows.add_token, new))
    if step.scopes is not NO_CHANGES:
        ended = [(instance_id, scope_id) for scope_id in step.scopes.removed]
        regions = [store.turned(store.scope_row(instance_id, one), 2) for one in step.scopes.changed]
        writes += [
            (rows.end_scope, ended),
            (texts(unit).rounds_over, ended),
            (rows.change_scope, regions),
            (rows.add_scope, [store.scope_row(instance_id, one) for one in step.scopes.added]),
        ]


def _write_tasks(
    unit: Unit, writes: list[Write], rows: store.Statements, instance_id: str, old: State, step: Step
) -> None:
    given, live = step.tasks, step.state.tasks
    written = {one.task_id for one in given.changed}
    over = [task_id for task_id in old.tasks if task_id not in live and task_id not in written]
    if over:
        writes.append((texts(unit).tasks_over, [(instance_id, task_id) for task_id in over]))
    by_text: dict[str, list[tuple[Any, ...]]] = {}
    for one in given.changed:
        before, is_live = old.tasks.get(one.task_id), one.task_id in live
        text, row = store.task_changed(rows, instance_id, before, one, is_live)
        by_text.setdefault(text, []).append(row)
    for one in given.added:
        text, row = store.task_added(rows, instance_id, one, one.task_id in live)
        by_text.setdefault(text, []).append(row)
    writes += by_text.items()
    had = [task_id for task_id in written if task_id in old.tasks and old.tasks[task_id].candidates]
    if had:
        writes.append((rows.end_candidates, [(instance_id, task_id) for task_id in sorted(had)]))
    for one in (*given.changed, *given.added):
        if one.candidates and is_offered(one):
            people = [(user, instance_id, one.task_id) for user in dict.fromkeys(one.candidates)]
            writes.append((rows.add_candidate, people))


def is_offered(task: Task) -> bool:
    """Tell whether several people may still claim a task."""
    return bool(task.candidates) and task.assignee is None and task.state in store.CLAIMABLE


def _write_effects(unit: Unit, writes: list[Write], instance_id: str, step: Step) -> None:
    for one in step.effects:
        node = one.key.split(":")[2] if one.key.count(":") >= 3 else None
        row = (
            one.key, instance_id, one.token_id, node, one.kind, pack(one.body) or "{}", pack(one.policy),
            int(one.waits), "planned", unit.now_text, unit.now_text,
        )  # fmt: skip
        writes.append((texts(unit).effect, [row]))
        writes.append(_job(unit, "flow.effect", {"key": one.key}, f"flow.effect:{one.key}", None))


def _settle_incidents(unit: Unit, instance_id: str, step: Step) -> None:
    """Settle incidents whose place nobody stands at any more: the flow has gone on, or ended."""
    c = INCIDENTS.c
    mine = (c.instance_id == instance_id) & (c.state == "open") & (c.kind == "node")
    standing = [token.token_id for token in step.state.tokens.values() if token.wait == "incident"]
    settled = {
        "state": "settled",
        "resolution": "moved_on",
        "resolved_at": unit.now_text,
        "resolved_by": unit.cause.by,
    }
    unit.connection.execute(update(INCIDENTS).where(mine, c.token_id.not_in(standing)).values(settled))


def _write_incidents(unit: Unit, step: Step) -> None:
    instance = step.state.instance
    for one in step.incidents:
        open_incident(unit, instance.flow, "node", one.problem, instance.instance_id, one.token_id, one.node)


def has_open_incident(unit: Unit, instance_id: str, token_id: int | None, kind: str) -> bool:
    """Tell whether such an incident waits for somebody already."""
    c = INCIDENTS.c
    query = select(c.incident_id).where(c.instance_id == instance_id, c.kind == kind, c.state == "open")
    if token_id is not None:
        query = query.where(c.token_id == token_id)
    return unit.connection.execute(query.limit(1)).first() is not None


def open_incident(
    unit: Unit,
    flow: str,
    kind: str,
    problem: Problem | Mapping[str, Any],
    instance_id: str | None = None,
    token_id: int | None = None,
    node: str | None = None,
) -> str:
    """Write down something that needs a look; return its id."""
    incident_id = new_id()
    said = problem.to_json() if isinstance(problem, Problem) else problem
    row = (
        incident_id, instance_id, token_id, node, flow, kind, encode_json(said).decode(), unit.now_text, "open",
    )  # fmt: skip
    unit.cursor.execute(texts(unit).incident, row)
    body = {
        "flow": flow,
        "instance": instance_id,
        "node": node,
        "kind": kind,
        "problem": said,
        "incident": incident_id,
    }
    unit.emit("flow.incident", flow, instance_id or incident_id, body)
    return incident_id


__all__ = ["instant", "is_offered", "open_incident", "put_job", "texts", "write_step"]
