"""What people do with a task besides looking at it. One file in `flow_engine/actions/` holding `ACTION`.

An action is as pure as a node: it yields acts and answers with the outcome for the task's token.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.problems import Problem
from engine.registry import Registry
from engine.schema import Schema, closed
from flow_engine.happenings import TaskAction
from flow_engine.node import Answer, NodeContext
from flow_engine.state import Task


@dataclass(frozen=True)
class Action:
    """A kind of action: complete, transfer, delegate, add_signers, remove_signers, send_back, withdraw, take_back, urge, claim, park …"""

    kind: str
    zh: str
    en: str
    config_schema: Schema = field(default_factory=closed)
    """What comes with it: `TaskAction.values`."""
    sample: Mapping[str, Any] = field(default_factory=dict)

    def offered(self, ctx: NodeContext, task: Task, by: str) -> bool:
        """Tell whether `by` may do it now; the task page shows what is offered."""
        raise NotImplementedError

    def refusals(self, ctx: NodeContext, task: Task, action: TaskAction) -> Iterator[Problem]:
        """Yield why it cannot be done as asked."""
        return iter(())

    def apply(self, ctx: NodeContext, task: Task, action: TaskAction) -> Answer:
        """Answer with what becomes of the task's token."""
        raise NotImplementedError


ACTIONS: Registry[Action] = Registry("flow_engine.actions", "ACTION", {"zh": "操作", "en": "action"})
