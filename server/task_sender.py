"""The effect `hand_over` of flows: everything that waits for somebody goes to others, in turns."""

from collections.abc import Callable, Mapping
from typing import Any

from engine.access.actor import system_actor
from engine.ports import Delivery
from engine.problems import Rejected
from engine.store.unit import Unit
from engine.store.workspaces import Workspace
from server.tasking import Tasking


class TaskSender:
    """Sender of effects of kind `hand_over`: `{"from": user, "to": [user, …]}`. Doing it twice moves what is left, so nothing is lost or doubled."""

    def __init__(self, workspace: Workspace, tasking: Callable[[], Tasking]) -> None:
        self._workspace, self._tasking = workspace, tasking

    def prepare(self, unit: Unit, key: str, body: Mapping[str, Any]) -> Mapping[str, Any] | Delivery:
        """Return the effect as it is: there is nothing to work out."""
        return body

    def send(self, key: str, ready: Mapping[str, Any]) -> Delivery:
        """Move the tasks, each by its own command."""
        actor = system_actor(self._workspace.key, zone=self._workspace.zone)
        try:
            done = self._tasking().handing_over.hand_over(
                actor, str(ready["from"]), list(ready["to"]), None, key, None
            )
        except Rejected as refused:
            return Delivery("failed", error=refused.problems[0].message("zh"))
        return Delivery("sent", str(done["id"]), {"moved": done["moved"], "failed": len(done["failed"])})

    def ask(self, key: str, reference: str | None) -> Delivery:
        """Let it be done again: what has moved already is no longer there."""
        return Delivery("failed", error="not begun")

    def ended(self, unit: Unit, key: str, delivery: Delivery) -> None:
        """Note nothing: the hand-over is written down by itself."""
