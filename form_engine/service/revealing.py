"""Showing one masked value: with the right, within the day's limit, and written down."""

from typing import Any

from engine.access.accounts import note_reveal
from engine.access.levels import Level
from engine.access.query import RecordQuery
from engine.clock import business_day
from engine.problems import Code, Forbidden, NotFound
from form_engine.service.desk import NO_RECORD, Desk

NO_REVEAL = Code("reveal.no_right", zh="您没有查看完整“{field}”的权限", en="You may not see the whole “{field}”",
                 hint_zh="请联系主管开通", hint_en="Ask your supervisor for the right")  # fmt: skip
DEFAULT_DAILY = 50


def reveal(desk: Desk, form: str, record_id: str, field: str) -> dict[str, Any]:
    """Return `{value, left}`: the value behind the mask and how many reveals are left today."""
    plan = desk.form(form)
    shape = plan.shape.fields.get(field)
    level = desk.rights.effective(form, field)
    if shape is None or level.ceiling is Level.NONE or shape.value_type == "rows":
        raise NotFound(NO_RECORD.at("/field"))
    if not desk.gate.page(RecordQuery(form, fields=("id",), ids=(record_id,), limit=1)).records:
        raise NotFound(NO_RECORD.at(""))
    right = desk.rights.right("reveal")
    if not right:
        raise Forbidden(NO_REVEAL.at("/field", field=shape.label))
    limit = right.get("daily", DEFAULT_DAILY) if isinstance(right, dict) else DEFAULT_DAILY
    unit, actor = desk.unit, desk.actor
    day = business_day(unit.now, actor.zone)
    left = note_reveal(unit.connection, actor.user_id, (form, record_id, field), day, limit, unit.now)
    unit.audit("reveal", form, record_id, {"field": field})
    found = desk.system_gate.page(RecordQuery(form, fields=(field,), ids=(record_id,), limit=1)).records
    return {"value": found[0].get(field), "left": left}
