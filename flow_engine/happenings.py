"""What can happen to an instance: the events of `step`. Each is plain data, stored in the history as it came."""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct, field


class Started(Struct, frozen=True, gc=False):
    """The instance begins at its start node. `values`: variables given by the trigger or the caller."""

    values: Mapping[str, Any] = field(default_factory=dict)


class TaskAction(Struct, frozen=True, gc=False):
    """Somebody does something with a task: `action` is a kind of `flow_engine/actions` (complete, transfer, return …)."""

    task_id: int
    action: str
    by: str
    round: int | None = None
    """The round the person saw; another one now means the click is stale."""
    values: Mapping[str, Any] = field(default_factory=dict)
    """Settings of the action: `{"way": "approved"}`, `{"to": user}` …"""
    comment: str | None = None


class TimerFired(Struct, frozen=True, gc=False):
    """A timer of a token has come."""

    token_id: int
    key: str


class MessageCame(Struct, frozen=True, gc=False):
    """A message with a correlation key was received by a subscription of a token."""

    token_id: int
    name: str
    body: Mapping[str, Any] = field(default_factory=dict)


class RecordChanged(Struct, frozen=True, gc=False):
    """A record that a token watches, or from which a timer takes its time, was changed or deleted."""

    form: str
    record_id: str
    is_gone: bool = False


class EffectEnded(Struct, frozen=True, gc=False):
    """What left the house came to an end: with a result, or an error the effect's policy gave up on."""

    token_id: int
    key: str
    result: Any = None
    error: str | None = None


class ChildEnded(Struct, frozen=True, gc=False):
    """A called flow ended."""

    token_id: int
    child_id: str
    outcome: str
    result: Mapping[str, Any] = field(default_factory=dict)


class Resumed(Struct, frozen=True, gc=False):
    """A step that was cut short for its length (500 moves) goes on."""


class InstanceAction(Struct, frozen=True, gc=False):
    """Somebody does something with the instance: `action`: cancel withdraw pause resume jump retry skip reopen; of one token
    (`values["token_id"]`): pick add close complete (regions), and what its node understands besides."""

    action: str
    by: str | None
    values: Mapping[str, Any] = field(default_factory=dict)
    comment: str | None = None


class BodyEnded(Struct, frozen=True, gc=False):
    """A region that a token runs came to its end. Only within a step; never from outside."""

    token_id: int
    scope_id: int
    index: int
    outcome: str | None = None
    variables: Mapping[str, Any] = field(default_factory=dict)
    """What the region's own variables held."""


class Looked(Struct, frozen=True, gc=False):
    """The clock has turned on which a condition hangs: it is looked at as if a record had changed. Only within a step."""


class Turn(Struct, frozen=True, gc=False):
    """Everything stands still: a token that waits for its turn (`wait="turn"`) may look again. Only within a step.

    `is_last`: nothing moved at the last look, so what only waits for other joins need not be waited for.
    """

    is_last: bool = False


Happening = (
    Started
    | TaskAction
    | TimerFired
    | MessageCame
    | RecordChanged
    | EffectEnded
    | ChildEnded
    | Resumed
    | InstanceAction
    | BodyEnded
    | Looked
    | Turn
)
