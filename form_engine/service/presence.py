"""Presence: what a field says by a code or a name is there in another form, and fit to be used."""

from collections.abc import Mapping
from typing import Any

from engine.access.query import RecordQuery
from engine.problems import Rejected
from form_engine.desk import Desk
from form_engine.plan import FormPlan, RulePlan
from form_engine.submit import RULE


def guard(
    desk: Desk, plan: FormPlan, record: Mapping[str, Any], changed: frozenset[str] | None = None
) -> None:
    """Refuse what names a record that is not there. `changed`: only where one of these keys matters; None: a new record.

    Looked up whatever the asker may see; only that there is none is told. Blank fields name nothing.
    """
    broken = [
        rule
        for rule in plan.rules
        if rule.found is not None and _is_broken(desk, plan, rule, record, changed)
    ]
    if broken:
        raise Rejected([_problem(rule) for rule in broken])


def _is_broken(
    desk: Desk, plan: FormPlan, rule: RulePlan, record: Mapping[str, Any], changed: frozenset[str] | None
) -> bool:
    spec = rule.found or {}
    other = desk.app.forms.get(spec["in"])
    held = {key: record.get(key) for key in spec["by"]}
    if other is None or other.is_off or (changed is not None and not changed & held.keys()):
        return False
    if any(value is None for value in held.values()):
        return False
    if rule.when is not None:
        query = RecordQuery(plan.key, ("id",), formulas=(rule.when.text,), ids=(record["id"],), limit=1)
        if not desk.system_gate.page(query).records:
            return False
    same = [{"field": there, "op": "eq", "value": held[key]} for key, there in spec["by"].items()]
    formulas = (rule.where.text,) if rule.where is not None else ()
    wanted = RecordQuery(other.key, ("id",), {"op": "and", "items": same}, formulas, limit=1)
    return not desk.system_gate.page(wanted).records


def _problem(rule: RulePlan) -> Any:
    at = rule.at or next(iter((rule.found or {})["by"]))
    return RULE.at(f"/values/{at}", message=rule.message, rule=rule.key)
