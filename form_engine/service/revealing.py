"""Showing one masked value: with the right, within the day's limit, and written down."""

from typing import Any

from engine.access.accounts import note_reveal
from engine.access.query import RecordQuery
from engine.clock import business_day
from engine.problems import NotFound
from form_engine.desk import NO_RECORD, Desk


def reveal(desk: Desk, form: str, record_id: str, field: str) -> dict[str, Any]:
    """Return `{value, left}`: the value behind the mask and how many reveals are left today."""
    plan = desk.form(form)
    seen = RecordQuery(form, fields=("no",), ids=(record_id,), limit=1)
    if not desk.gate.page(seen).records:
        raise NotFound(NO_RECORD.at(""))
    whole = RecordQuery(form, ids=(record_id,), limit=1, python=True)
    record = desk.system_gate.page(whole).records[0]
    revealed = desk.gate.reveal(plan.key, record, field)
    unit, actor = desk.unit, desk.actor
    day = business_day(unit.now, actor.zone)
    left = note_reveal(
        unit.connection, actor.user_id, (form, record_id, field), day, revealed.daily, unit.now
    )
    unit.audit("reveal", form, record_id, {"field": field})
    return {"value": revealed.value, "left": left}
