"""Tasks and the forms they are about: what the flow engine asks of forms, and records that change hands."""

from collections.abc import Mapping, Sequence
from typing import Any

from engine.access.actor import Actor, system_actor
from engine.access.query import RecordQuery
from engine.ids import is_id, new_id
from engine.problems import NotFound, Rejected
from engine.store.unit import Unit
from flow_engine.commanding import FlowCommands
from flow_engine.tasks import TaskService
from flow_engine.tasks.handing_over import HandingOver
from flow_engine.tasks.viewing import FlowViews
from form_engine.service import RecordService, records

MANAGING = ("flows", "design", "publish")
"""Rights of which one makes somebody manage flows."""
HANDED = ("lead", "customer")
"""Forms whose records belong to somebody who looks after them, and go to others when that person leaves."""


class ClinicForms:
    """What tasks ask of forms (`TaskForms`)."""

    def __init__(self, service: RecordService) -> None:
        self._service = service

    def read(self, unit: Unit, actor: Actor, form: str, record_id: str) -> Mapping[str, Any] | None:
        """Return the record as the actor may see it; None where they may not, or where it is gone."""
        if not is_id(record_id):
            return None
        desk = self._service.desk(unit, actor)
        try:
            return records.read(desk, form, record_id)
        except NotFound:
            return None
        except Rejected:
            return None

    def is_manager(self, actor: Actor) -> bool:
        """Tell whether the actor manages flows."""
        rights = self._service.app.policy.rights(actor)
        return any(rights.right(one) for one in MANAGING)


class Tasking:
    """Everything routes need of tasks, for the app version in force."""

    def __init__(self, flows: FlowCommands, service: RecordService) -> None:
        self.service = service
        self.tasks = TaskService(flows, ClinicForms(service))
        self.views = FlowViews(flows, self.tasks.forms, self.tasks)
        self.handing_over = HandingOver(self.tasks)

    def move_records(self, actor: Actor, from_user: str, to: Sequence[str]) -> list[dict[str, Any]]:
        """Give the records somebody looks after to others, in turns; one batch a form and receiver, to be undone."""
        moved = []
        for form in HANDED:
            ids = self._owned(form, from_user)
            for index, receiver in enumerate(to):
                share = ids[index :: len(to)]
                if not share:
                    continue
                batch = new_id()
                with self.service.writing(actor, "user", batch) as desk:
                    for record_id in share:
                        records.update(desk, form, record_id, {"owner_id": receiver}, None)
                moved.append({"form": form, "to": receiver, "count": len(share), "batch": batch})
        return moved

    def owned(self, from_user: str) -> list[dict[str, Any]]:
        """Return how many records of each form would change hands."""
        return [
            {"form": form, "count": len(self._owned(form, from_user))}
            for form in HANDED
            if form in self.service.app.forms
        ]

    def _owned(self, form: str, user_id: str) -> list[str]:
        if form not in self.service.app.forms:
            return []
        workspace = self.service.workspace
        found: list[str] = []
        after: str | None = None
        with workspace.read() as unit:
            gate = self.service.desk(unit, system_actor(workspace.key, zone=workspace.zone)).gate
            where = {"op": "and", "items": [{"field": "owner_id", "op": "eq", "value": user_id}]}
            while True:
                page = gate.page(RecordQuery(form, fields=("id",), where=where, limit=500, after=after))
                found += [str(one["id"]) for one in page.records]
                after = page.cursor
                if after is None:
                    return found
