"""Tells people what has been handed to them: a line in the drawer of whoever became responsible for a record."""

from engine.access import accounts
from engine.access.actor import system_actor
from engine.access.query import RecordQuery
from engine.events import Event
from engine.store.unit import Unit
from form_engine.plan import FormPlan
from form_engine.service import RecordService
from form_engine.service.personal import notify
from server.people import known_person

RESPONSIBLE = ("owner_id", "assignee_id", "handler_id", "consultant_id")
"""Fields that name who has to see to a record."""


class Notices:
    """A listener over one version of an app. What a person may not see, they are not told of."""

    def __init__(self, service: RecordService) -> None:
        self._service = service

    def __call__(self, unit: Unit, event: Event) -> None:
        plan = self._service.app.forms.get(event.form or "")
        if plan is None or event.record_id is None or event.kind not in ("record.created", "record.updated"):
            return
        # A whole batch is told by the one who started it, not line by line.
        if event.body.get("batch") or event.body.get("cause") not in ("user", "flow", "public", "api"):
            return
        for user_id in self._responsible(unit, plan, event):
            self._tell(unit, plan, event, user_id)

    def _responsible(self, unit: Unit, plan: FormPlan, event: Event) -> set[str]:
        named = [key for key in RESPONSIBLE if self._is_person(plan, key)]
        if event.kind == "record.updated":
            named = [key for key in named if key in event.body.get("changed", ())]
        if not named:
            return set()
        workspace = self._service.workspace
        desk = self._service.desk(unit, system_actor(workspace.key, zone=workspace.zone))
        query = RecordQuery(plan.key, fields=tuple(named), ids=(str(event.record_id),), limit=1)
        found = {record[key] for record in desk.gate.page(query).records for key in named if record.get(key)}
        return found - {event.body.get("by"), "system", "public"}

    def _is_person(self, plan: FormPlan, key: str) -> bool:
        shape = plan.shape.field(key)
        return shape is not None and shape.value_type == "person"

    def _tell(self, unit: Unit, plan: FormPlan, event: Event, user_id: str) -> None:
        account = accounts.account_of(unit.connection, user_id)
        if account is None or not account.is_active:
            return
        session = accounts.Session(account, account.branch_id, unit.now)
        actor = known_person(self._service.workspace, unit, self._service.app, session).actor
        gate = self._service.desk(unit, actor).gate
        record_id = str(event.record_id)
        rights = self._service.app.policy.rights(actor)
        query = RecordQuery(plan.key, fields=("id",), ids=(record_id,), limit=1)
        if not rights.verb(plan.key, "view") or not gate.page(query).records:
            return
        title = gate.labels(plan.key, (record_id,)).get(record_id, "")
        words = {
            "zh": f"{plan.name.get('zh', '')} {title} 交给了您",
            "en": f"{plan.name.get('en', plan.name.get('zh', ''))} {title} is now yours",
        }
        notify(unit, [user_id], "assigned", {"title": words}, plan.key, record_id)
