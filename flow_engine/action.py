"""What people do with a task besides looking at it. One file in `flow_engine/actions/` holding `ACTION`.

An action is as pure as a node: it yields acts and answers with the outcome for the task's token.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.problems import Problem
from engine.registry import Registry
from engine.schema import Schema, closed
from flow_engine.happenings import TaskAction
from flow_engine.node import Answer, NodeContext
from flow_engine.state import Task

WHOSE = ("holder", "candidate", "waiting", "other", "starter", "manager")
"""Who does it: whoever has the task (or may claim it), may claim it, waits for helpers, does not have it, started the
flow, or manages flows (the service asks for that right before it lets anybody try)."""


@dataclass(frozen=True)
class Action:
    """A kind of action: complete, transfer, delegate, add_signers, remove_signers, send_back, take_back, urge, claim, park …"""

    kind: str
    zh: str
    en: str
    whose: frozenset[str] = frozenset({"holder"})
    kinds: frozenset[str] | None = None
    """Kinds of tasks it is for; None: all but copies."""
    is_optional: bool = False
    """Whether a node may leave it out (`without`)."""
    config_schema: Schema = field(default_factory=closed)
    """What comes with it: `TaskAction.values`."""
    sample: Mapping[str, Any] = field(default_factory=dict)

    def offered(self, ctx: NodeContext, task: Task, by: str) -> bool:
        """Tell whether `by` may do it now; the task page shows what is offered."""
        if task.kind == "cc" or (self.kinds is not None and task.kind not in self.kinds):
            return False
        if self.is_optional and self.kind in ctx.config.get("without", ()):
            return False
        return self.concerns(ctx, task, by)

    def concerns(self, ctx: NodeContext, task: Task, by: str) -> bool:
        """Tell whether it is for `by`, as the task stands."""
        return any(_STANDS[one](ctx, task, by) for one in self.whose)

    def noted(self, action: TaskAction) -> Mapping[str, Any]:
        """Return what the history keeps of the settings: what went into a record stands in the record's own history."""
        return action.values

    def refusals(self, ctx: NodeContext, task: Task, action: TaskAction) -> Iterator[Problem]:
        """Yield why it cannot be done as asked."""
        return iter(())

    def apply(self, ctx: NodeContext, task: Task, action: TaskAction) -> Answer:
        """Answer with what becomes of the task's token."""
        raise NotImplementedError


def holds(task: Task, by: str) -> bool:
    """Tell whether `by` has the task, or may take it because nobody has."""
    return task.assignee == by or (task.assignee is None and by in task.candidates)


_LIVE = ("open", "parked", "waiting")
_STANDS: Mapping[str, Callable[[NodeContext, Task, str], bool]] = {
    "holder": lambda _ctx, task, by: task.state in ("open", "parked") and holds(task, by),
    "candidate": lambda _ctx, task, by: (
        task.state == "open" and task.assignee is None and by in task.candidates
    ),
    "waiting": lambda _ctx, task, by: task.state == "waiting" and task.assignee == by,
    "other": lambda _ctx, task, by: task.state in _LIVE and not holds(task, by),
    "starter": lambda ctx, task, by: task.state in _LIVE and ctx.instance.started_by == by,
    "manager": lambda _ctx, task, _by: task.state in _LIVE,
}

ACTIONS: Registry[Action] = Registry("flow_engine.actions", "ACTION", {"zh": "操作", "en": "action"})
