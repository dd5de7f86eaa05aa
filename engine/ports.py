"""Where strangers meet: what one room needs of another that it may not import. `server` hands the objects in."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from engine.access.actor import Actor


class Records(Protocol):
    """Reads and writes records by all the rules of their forms; flows and jobs get it from the form engine."""

    def create(self, actor: Actor, form: str, values: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the new record as the actor may see it. Rejected."""

    def get(self, actor: Actor, form: str, record_id: str) -> Mapping[str, Any]:
        """Return a record as the actor may see it. NotFound."""

    def update(
        self, actor: Actor, form: str, record_id: str, values: Mapping[str, Any], revision: int | None
    ) -> Mapping[str, Any]:
        """Return the record as it is now; `revision` None writes over whatever changed meanwhile. Conflict."""

    def delete(self, actor: Actor, form: str, record_id: str) -> None:
        """Move a record to the recycle bin."""


class Jobs(Protocol):
    """Puts work into the queue; what leaves the house goes this way, under one key."""

    def enqueue(
        self,
        kind: str,
        body: Mapping[str, Any],
        *,
        run_at: datetime | None = None,
        unique_key: str | None = None,
    ) -> str:
        """Return the job's id; the same `unique_key` never makes a second one."""
