"""A known person turns up again: no second record, but a touch on the one there is, and word to its owner."""

from collections.abc import Mapping
from typing import Any

from engine.problems import Rejected
from form_engine.desk import Desk
from form_engine.plan import FormPlan
from form_engine.service import clashes, personal, records


def parsed(plan: FormPlan, values: Any) -> dict[str, Any]:
    """Return the Python values of what was given, as far as it can be read."""
    found: dict[str, Any] = {}
    for key, raw in values.items() if isinstance(values, Mapping) else ():
        one = plan.field(key)
        if one is None or not one.is_written or one.rows is not None:
            continue
        try:
            value = one.parse(raw, "")
            found[key] = None if value is None else one.control.normalise(value, one.config)
        except Rejected:
            continue
    return found


def instead(desk: Desk, form: str, values: Any, error: Rejected) -> dict[str, Any] | None:
    """Note a touch of the record whose value was taken, where the form's unique rule says so; else None."""
    plan = desk.form(form)
    given = parsed(plan, values)
    for problem in error.problems:
        fields = problem.params.get("fields") or ()
        rule = next((one for one in clashes.unique_sets(plan) if set(one[0]) == set(fields)), None)
        if rule is None or rule[3] != "touch":
            continue
        other = clashes.find(desk, plan, {key: given.get(key) for key in fields})
        if other is not None:
            note(desk, plan, other, given)
            seen = records.after_save(desk, form, other)
            return {**seen, "touched": True, "message": rule[2]}
    return None


def note(desk: Desk, plan: FormPlan, record_id: str, given: Mapping[str, Any]) -> str | None:
    """Write the touch record that the form's import section describes, and tell the owner."""
    section = plan.definition.get("import", {}).get("touch")
    touch_id = None
    if section is not None and section["form"] in desk.app.forms:
        target = desk.app.forms[section["form"]]
        values: dict[str, Any] = {section["by"]: record_id, **section.get("values", {})}
        for key, value in given.items():
            # What was said this time goes along where the touch has the like place for it.
            one, said = target.field(key), plan.shape.field(key)
            if value is None or one is None or said is None or one.shape is None or not one.is_written:
                continue
            if key != section["by"] and one.shape.value_type == said.value_type:
                values.setdefault(key, one.shape.type.to_json(value, one.shape.config))
        touch_id = records.create_unchecked(desk, target.key, values)
    owner = desk.related.value(plan.key, record_id, ("owner_id",))
    if owner and owner != desk.actor.user_id:
        body = {"title": {"zh": "老线索再次触达", "en": "A known contact turned up again"}}
        personal.notify(desk.unit, [owner], "touch", body, plan.key, record_id)
    return touch_id
