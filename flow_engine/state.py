"""The state of one flow instance, as plain values: what is stored as rows, and what `step` works on.

All of it is JSON but instants, which are aware UTC. Ids are small whole numbers, unique within the instance and
given in order, so that the same events always make the same state.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct, field

ROOT = 0
"""The scope of the instance itself; its variables are the instance's."""


class Instance(Struct, frozen=True, gc=False):
    """One run of one version of a flow. `status`: running, done, cancelled, failed (an incident is open), paused."""

    instance_id: str
    flow: str
    version: int
    status: str
    started_at: datetime
    started_by: str | None
    key: str
    """What this run is for (trigger, record, occurrence); never twice in a workspace."""
    form: str | None = None
    record_id: str | None = None
    parent: tuple[str, int] | None = None
    """(instance id, token id) that called this flow and waits for it."""
    root_id: str | None = None
    ended_at: datetime | None = None
    outcome: str | None = None
    revision: int = 0
    next_id: int = 1
    """The next id of a token, scope or task of this instance."""
    next_seq: int = 1
    """The next number in its history; no gaps."""
    branch_id: str | None = None
    title: str = ""
    move_to: int | None = None
    """The version it is to move to as soon as it stands where it can."""


class Token(Struct, frozen=True, gc=False):
    """One place where the instance stands. `wait`: task, timer, message, effect, child, join, body, record; None while
    it moves. `data`: the node's own memory while it waits."""

    token_id: int
    node: str
    scope_id: int
    round: int
    """How often this node was entered in this scope, from 1: an old click names an old round. A token is one stay at one
    node: moving on ends it and makes a new one."""
    came_by: str | None = None
    """The edge it came by, `<node>.<way>`; joins count them."""
    wait: str | None = None
    since: datetime | None = None
    data: Mapping[str, Any] = field(default_factory=dict)


class Scope(Struct, frozen=True, gc=False):
    """A region with variables of its own: an item of a loop, an embedded block, the watch of a boundary."""

    scope_id: int
    parent_id: int
    kind: str
    node: str
    token_id: int
    """The token outside that waits for this scope."""
    index: int = 0
    variables: Mapping[str, Any] = field(default_factory=dict)
    is_closed: bool = False
    data: Mapping[str, Any] = field(default_factory=dict)


class Task(Struct, frozen=True, gc=False):
    """What one person (or one of several) must do. `state`: open, waiting (its turn or a helper's answer comes first), parked,
    done, cancelled, handed_on. `kind`: approve, fill, task, checklist, cc."""

    task_id: int
    token_id: int
    node: str
    round: int
    kind: str
    state: str
    assignee: str | None
    candidates: tuple[str, ...] = ()
    """Who may claim it, while nobody has."""
    owner: str | None = None
    """Whose it is in truth, while a delegate or proxy has it: it comes back, or counts for, the owner."""
    position: int = 0
    """Its turn, where people decide one after another."""
    weight: int = 1
    parent_id: int | None = None
    """The task it was added to (加签) or handed on from."""
    action: str | None = None
    comment: str | None = None
    made_at: datetime | None = None
    due_at: datetime | None = None
    done_at: datetime | None = None
    done_by: str | None = None
    form: str | None = None
    record_id: str | None = None
    title: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)


class Timer(Struct, frozen=True, gc=False):
    """When something is to happen to a token. `key`: due, remind.1, wait, boundary.<key> … One of each per token."""

    token_id: int
    key: str
    at: datetime
    anchor: Mapping[str, Any] | None = None
    """`{"form", "record_id", "field", "plus", "time", "clock", "branch_id", "late"}`: where the time comes from, so
    that it moves when the field moves."""
    data: Mapping[str, Any] = field(default_factory=dict)


class Subscription(Struct, frozen=True, gc=False):
    """What a token listens for: a message with a correlation key, or changes of a record (`record:<form>`, its id)."""

    token_id: int
    name: str
    key: str


class State(Struct, frozen=True, gc=False):
    """All there is of an instance between two steps. Immutable: `step` returns the next one."""

    instance: Instance
    tokens: Mapping[int, Token] = field(default_factory=dict)
    scopes: Mapping[int, Scope] = field(default_factory=dict)
    """Always holds ROOT."""
    tasks: Mapping[int, Task] = field(default_factory=dict)
    """Open, waiting and parked ones, and all ended ones of tokens that still stand (a decision counts them)."""
    timers: Mapping[tuple[int, str], Timer] = field(default_factory=dict)
    subscriptions: frozenset[Subscription] = frozenset()
    rounds: Mapping[tuple[int, str], int] = field(default_factory=dict)
    """(scope, node) → how often entered; only of nodes that can be entered again (loops, jumps), 1 where absent."""
