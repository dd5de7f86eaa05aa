"""What a step gives back: the next state, what changed in it, and what the shell has to do."""

from collections.abc import Mapping
from typing import Any, Generic, TypeVar

from msgspec import Struct, field

from engine.problems import Problem
from flow_engine.acts import Effect
from flow_engine.outcome import Call, Notice
from flow_engine.state import Scope, State, Subscription, Task, Timer, Token

K = TypeVar("K")
V = TypeVar("V")


class Changes(Struct, Generic[K, V], frozen=True, gc=False):
    """What became of one part of the state: rows to insert, to write anew, to delete."""

    added: tuple[V, ...] = ()
    changed: tuple[V, ...] = ()
    removed: tuple[K, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.removed)


NO_CHANGES: Changes[Any, Any] = Changes()
"""Most parts of the state do not change in most steps."""


class Entry(Struct, frozen=True, gc=False):
    """One line of the instance's history.

    `kind`: what happened (started, task, timer, message, record, effect, child, action) or what came of it: waits, passed,
    ended, boundary, withdrawn, raised, retry, incident, finished.
    """

    seq: int
    kind: str
    node: str | None = None
    by: str | None = None
    token_id: int | None = None
    data: Mapping[str, Any] = field(default_factory=dict)


class Incident(Struct, frozen=True, gc=False):
    """A node could not go on and nobody has said what to do then: the token stands until somebody decides."""

    token_id: int
    node: str
    problem: Problem


class NewCall(Struct, frozen=True, gc=False):
    """A flow to start by a job of its own. `key` is steady: the same call never starts two."""

    token_id: int
    key: str
    call: Call


class Step(Struct, frozen=True, gc=False):
    """One step. Everything below `state` says how it differs from the state before."""

    state: State
    tokens: Changes[int, Token] = NO_CHANGES
    scopes: Changes[int, Scope] = NO_CHANGES
    tasks: Changes[int, Task] = NO_CHANGES
    """Never removed: ended ones are changed, and leave the state with their token (their rows stay)."""
    timers: Changes[tuple[int, str], Timer] = NO_CHANGES
    subscriptions: Changes[Subscription, Subscription] = NO_CHANGES
    rounds: Mapping[tuple[int, str], int] = field(default_factory=dict)
    """Those that are new or have grown."""
    effects: tuple[Effect, ...] = ()
    calls: tuple[NewCall, ...] = ()
    dropped_calls: tuple[int, ...] = ()
    """Tokens that waited for a called flow and are gone: their children are to be cancelled."""
    history: tuple[Entry, ...] = ()
    notices: tuple[Notice, ...] = ()
    incidents: tuple[Incident, ...] = ()
    problems: tuple[Problem, ...] = ()
    result: Mapping[str, Any] = field(default_factory=dict)
    """What the caller gets, once the instance has ended."""
    is_unfinished: bool = False
    """Cut short after 500 moves: the shell lets it go on by a job (`happenings.Resumed`)."""
    moves: int = 0

    @property
    def has_ended(self) -> bool:
        """Whether the instance is over."""
        return self.state.instance.ended_at is not None
