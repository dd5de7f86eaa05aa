"""Journeys: who is in them, why they ended, and what they changed against the control group."""

from typing import Any

from fastapi import Request, Response

from engine.problems import Forbidden
from flow_engine.journeys import JourneyRule
from flow_engine.tasks.viewing import MANAGERS, UNITS
from server.openapi import gives
from server.reading import api
from server.requests import Asked, asked
from server.responses import answer
from server.shapes import journeys as t

router = api()


@router.get("/journeys")
@gives(t.Journeys)
def journeys(request: Request) -> Response:
    """Return the journeys in force with their numbers; for those who manage flows."""
    one = _manager(request)
    flows = one.clinic.flows
    rules = sorted(flows.journeys.rules.items())
    with one.clinic.workspace.read() as unit:
        found = [{**_rule(one, rule), **flows.journey_numbers.numbers(unit, key)} for key, rule in rules]
    return answer({"journeys": found})


@router.get("/journeys/{journey}/estimate")
@gives(t.JourneyEstimate)
def estimate(request: Request, journey: str) -> Response:
    """Return how many would come in now, and why the others of the segment would not."""
    one = _manager(request)
    with one.clinic.workspace.read() as unit:
        counts = one.clinic.flows.journey_numbers.estimate(unit, journey)
    return answer({"counts": counts})


def _rule(one: Asked, rule: JourneyRule) -> dict[str, Any]:
    plans, forms = one.clinic.flows.plans, one.service.app.forms
    segment = plans.app.of("segments").get(rule.segment, {})
    return {
        "key": rule.key,
        "name": plans.current[rule.key].name,
        "form_name": forms[rule.form].name if rule.form in forms else {"zh": rule.form},
        "segment": segment.get("name") or {"zh": rule.segment, "en": rule.segment},
        "again": rule.again,
        "gap": _length(rule.gap),
        "most": rule.most,
        "leaves": rule.leaves,
        "percent": rule.control,
        "control_again": rule.control_again,
    }


def _length(span: str | None) -> dict[str, str] | None:
    """Return a span in words; one of several units as it was written."""
    if span is None:
        return None
    count, unit = span[:-1], span[-1:]
    if not count.isdigit() or unit not in UNITS:
        return {"zh": span, "en": span}
    return {lang: f"{count} {word}" for lang, word in zip(("zh", "en"), UNITS[unit], strict=True)}


def _manager(request: Request) -> Asked:
    one = asked(request)
    if not one.clinic.tasking.tasks.forms.is_manager(one.actor):
        raise Forbidden(MANAGERS.at(""))
    return one
