"""What the names in a flow's formulas stand for, while a step runs."""

from collections.abc import Mapping
from datetime import date, datetime
from functools import cached_property
from typing import Any, Protocol

from msgspec import Struct

from engine.expressions.evaluator import Lookups
from engine.expressions.moments import DEFAULT_ZONE, local
from flow_engine.plan import SUBJECT, FlowPlan
from flow_engine.scope import FLOW, INPUT
from flow_engine.state import ROOT, Instance, Scope

MISSING = object()


class Setting(Struct, frozen=True):
    """Where a step runs: the branch's time zone, and who looks things up for formulas that look beyond records."""

    zone: str = DEFAULT_ZONE
    lookups: Lookups | None = None


class Room(Protocol):
    """What names are looked up in: the running step."""

    plan: FlowPlan
    now: datetime
    setting: Setting
    by: str | None
    instance: Instance
    scopes: dict[int, Scope]
    records: dict[tuple[str, str], dict[tuple[str, ...], Any]]


class Names:
    """The context that formulas of one scope run against."""

    record: Mapping[str, Any] = {}

    def __init__(
        self, room: Room, scope_id: int, given: Mapping[str, Any] | None = None, now: datetime | None = None
    ) -> None:
        self.room, self.scope_id, self.given = room, scope_id, given or {}
        self.now = now or room.now
        self.zone = room.setting.zone
        self.data = room.setting.lookups

    @cached_property
    def today(self) -> date:
        """The day in the branch's zone."""
        return local(self.now, self.zone).date()

    @cached_property
    def actor(self) -> Mapping[str, Any]:
        """Who makes the step happen."""
        return {"id": self.room.by, "branch_id": self.room.instance.branch_id}

    def value(self, path: tuple[str, ...]) -> Any:
        """Return what `path` stands for; what is not there is blank."""
        head = path[0]
        if head in self.given:
            return inside(self.given[head], path[1:])
        plan = self.room.plan
        kind = plan.names.get(head)
        if kind is None:
            return self._other(head, path)
        if kind.name == "record" and kind.form and "." in kind.form:
            return self._of_a_row(kind.form, head, path[1:])
        if kind.name == "record" and kind.form:
            record_id = self.record_id(head)
            if len(path) == 1 or record_id is None:
                return record_id
            return self.room.records.get((kind.form, record_id), {}).get(path[1:])
        return inside(self.variable(head), path[1:])

    def _of_a_row(self, form: str, name: str, path: tuple[str, ...]) -> Any:
        """Return what is in a row of a sub-table, or behind a link of it."""
        row = self.variable(name)
        target = self.room.plan.row_links.get((form, path[0])) if len(path) > 1 else None
        if target is None:
            return inside(row, path)
        return self.room.records.get((target, inside(row, path[:1])), {}).get(path[1:])

    def _other(self, head: str, path: tuple[str, ...]) -> Any:
        if head == FLOW and len(path) == 2:
            return flow_value(self.room.instance, path[1])
        if head == INPUT:
            return inside(self.variable(INPUT), path[1:])
        form, record_id = self.room.plan.subject, self.record_id(SUBJECT)
        if form is None or record_id is None:
            return None
        return self.room.records.get((form, record_id), {}).get(path)

    def variable(self, key: str) -> Any:
        """Return a variable of this scope or of one around it; None when there is none."""
        found = find(self.room.scopes, self.scope_id, key)
        return None if found is MISSING else found

    def record_id(self, name: str) -> str | None:
        """Return the record that `name` stands for."""
        instance = self.room.instance
        if name != SUBJECT:
            found = find(self.room.scopes, self.scope_id, name)
            if found is not MISSING:
                return found if isinstance(found, str) else None
        return instance.record_id if name in (SUBJECT, instance.form) else None


def find(scopes: Mapping[int, Scope], scope_id: int, key: str) -> Any:
    """Return a variable of a scope or of one around it; MISSING when there is none."""
    while True:
        scope = scopes.get(scope_id)
        if scope is None:
            return MISSING
        if key in scope.variables:
            return scope.variables[key]
        if scope_id == ROOT:
            return MISSING
        scope_id = scope.parent_id


def inside(value: Any, path: tuple[str, ...]) -> Any:
    """Return what `path` leads to in JSON."""
    for part in path:
        if isinstance(value, Mapping):
            value = value.get(part)
        elif isinstance(value, list | tuple):
            value = [inside(item, (part,)) for item in value]
        else:
            return None
    return value


def flow_value(instance: Instance, key: str) -> Any:
    """Return what `{flow.key}` stands for."""
    return {
        "id": instance.instance_id,
        "key": instance.flow,
        "title": instance.title,
        "branch_id": instance.branch_id,
        "started_at": instance.started_at,
        "started_by": instance.started_by,
    }.get(key)
