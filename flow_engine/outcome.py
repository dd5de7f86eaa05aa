"""What a node answers when it is entered or woken: where to go, or what to wait for."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct, field

from engine.problems import Problem

RETURNS = ("back_to", "back_scope", "back_data")
"""What a token remembers that is to come straight back to where it was sent from: the node, its scope, and what the one there
remembers of the kind."""


class Notice(Struct, frozen=True, gc=False):
    """A line for people's drawers, written in the same transaction. `kind`: task, remind, urge, late, cc, decided, comment."""

    kind: str
    to: tuple[str, ...]
    body: Mapping[str, Any] = field(default_factory=dict)
    task_id: int | None = None


class NewTask(Struct, frozen=True, gc=False):
    """A task to open; see `state.Task`."""

    kind: str
    assignee: str | None
    candidates: tuple[str, ...] = ()
    owner: str | None = None
    state: str = "open"
    position: int = 0
    weight: int = 1
    parent_id: int | None = None
    due_at: datetime | None = None
    form: str | None = None
    record_id: str | None = None
    title: str = ""
    action: str | None = None
    """The way it was decided, where it comes decided (`state` done): somebody who agreed before, an empty chair."""
    comment: str | None = None
    data: Mapping[str, Any] = field(default_factory=dict)


class TaskChange(Struct, frozen=True, gc=False):
    """New properties of a task."""

    task_id: int
    values: Mapping[str, Any]


class NewTimer(Struct, frozen=True, gc=False):
    """A timer of the token, in place of one with the same key."""

    key: str
    at: datetime
    anchor: Mapping[str, Any] | None = None
    data: Mapping[str, Any] = field(default_factory=dict)


class NewEffect(Struct, frozen=True, gc=False):
    """Something to leave the house; the core gives it its key."""

    kind: str
    body: Mapping[str, Any]
    waits: bool = True
    policy: Mapping[str, Any] = field(default_factory=dict)


class Body(Struct, frozen=True, gc=False):
    """A region to run within the token: enters `start` in a new scope with these variables."""

    start: str
    variables: Mapping[str, Any] = field(default_factory=dict)
    index: int = 0
    data: Mapping[str, Any] = field(default_factory=dict)
    """`{"lock": name}`: no other region with this lock may be open beside it."""


class Call(Struct, frozen=True, gc=False):
    """Another flow to start by a job of its own; `waits`: the token waits for its end."""

    flow: str
    form: str | None = None
    record_id: str | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    waits: bool = True
    index: int = 0


class Raised(Struct, frozen=True, gc=False):
    """What a region tells those around it. `kind`: error, escalation, cancel; boundaries of that kind and code listen."""

    kind: str
    code: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)


class Go(Struct, frozen=True, gc=False):
    """Leave by one way. Open and waiting tasks, timers and subscriptions of the token end.

    A node whose `to` is one key leaves by it, whatever the way; a way that leads nowhere ends the token. `variables` are
    set where they are declared, else in the token's scope. `tasks`: copies (抄送) that bind nobody; they stay open when the
    token leaves. `changes` are made before.
    """

    way: str = "to"
    variables: Mapping[str, Any] = field(default_factory=dict)
    tasks: tuple[NewTask, ...] = ()
    changes: tuple[TaskChange, ...] = ()
    notices: tuple[Notice, ...] = ()
    effects: tuple[NewEffect, ...] = ()
    calls: tuple[Call, ...] = ()
    take: tuple[int, ...] = ()
    """Other tokens that are used up with this one: what a join has waited for."""
    memory: Mapping[str, Any] | None = None
    """What the node remembers in this scope from now on (`NodeContext.memory`); None leaves it."""
    withdraw: frozenset[str] = frozenset()
    """Nodes of this scope whose tokens are taken away, with all that hangs on them."""
    forget: str = ""
    """What has been taken back: a node's key, or `*` for all of this scope."""
    raised: tuple[Raised, ...] = ()


class Fork(Struct, frozen=True, gc=False):
    """Leave by several ways at once, a token each."""

    ways: tuple[str, ...]
    variables: Mapping[str, Any] = field(default_factory=dict)


class Jump(Struct, frozen=True, gc=False):
    """Leave for a node that no edge names: 退回, 拿回. The token's own tasks and timers end.

    `data` is the memory the token arrives with (`Token.data` when the node is entered); `gone`: other tokens that are
    taken away with all that is theirs, as `NodeContext.way_back` told; `scope_id`: where it goes on, None for its own scope.
    """

    to: str
    data: Mapping[str, Any] = field(default_factory=dict)
    gone: tuple[int, ...] = ()
    scope_id: int | None = None
    variables: Mapping[str, Any] = field(default_factory=dict)
    changes: tuple[TaskChange, ...] = ()
    notices: tuple[Notice, ...] = ()


class Hold(Struct, frozen=True, gc=False):
    """Stay (or begin to wait) here. Everything named is added; nothing said leaves things as they are."""

    wait: str
    data: Mapping[str, Any] | None = None
    tasks: tuple[NewTask, ...] = ()
    changes: tuple[TaskChange, ...] = ()
    timers: tuple[NewTimer, ...] = ()
    no_timers: tuple[str, ...] = ()
    """Keys of timers to take away."""
    subscriptions: tuple[tuple[str, str], ...] = ()
    effects: tuple[NewEffect, ...] = ()
    bodies: tuple[Body, ...] = ()
    calls: tuple[Call, ...] = ()
    end_scopes: tuple[int, ...] = ()
    """Regions to stop, with all that stands in them."""
    notices: tuple[Notice, ...] = ()
    variables: Mapping[str, Any] = field(default_factory=dict)
    memory: Mapping[str, Any] | None = None
    """See `Go.memory`."""
    raised: tuple[Raised, ...] = ()
    """What is told to boundaries while the token stays: the late steps of a task."""
    forks: tuple[str, ...] = ()
    """Ways that get a token now, while this one stays: the flow goes on and the rest runs out."""


class End(Struct, frozen=True, gc=False):
    """The token is used up. `kind`: token (end of its way), body (the region is done), all (end everything), swallow (a join took it)."""

    kind: str = "token"
    outcome: str | None = None
    result: Mapping[str, Any] = field(default_factory=dict)
    """What the caller of the flow gets."""
    memory: Mapping[str, Any] | None = None
    """See `Go.memory`."""
    raised: Raised | None = None
    """An error or a cancellation that ends the token's way."""


class Fail(Struct, frozen=True, gc=False):
    """The node cannot go on: its error way or boundary is taken, else an incident is opened and the token stays."""

    problem: Problem


Outcome = Go | Fork | Jump | Hold | End | Fail
