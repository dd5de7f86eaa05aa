"""The contact policy: when the house may write to people, what holds it back, and what was held back."""

from typing import Any

from fastapi import Request, Response

from engine.problems import Code, Forbidden, NotFound
from flow_engine.tasks.viewing import MANAGERS
from server.openapi import gives
from server.reading import api
from server.requests import Asked, asked
from server.responses import answer
from server.shapes import contacts as t

router = api()

NO_CONTACT = Code("contact.not_found", zh="没有这个人，或您无权查看", en="There is no such person, or they are not yours to see",
                  hint_zh="请重新搜索", hint_en="Search again")  # fmt: skip


@router.get("/contact-policy")
@gives(t.ContactPolicy)
def contact_policy(request: Request) -> Response:
    """Return quiet hours, caps, distances, and what holds messages back; for those who manage flows."""
    one = _manager(request)
    found = one.clinic.outside.contacts.rules()
    forms, flows = one.service.app.forms, one.clinic.flows
    names = flows.plans.current
    journeys = [(key, rule.cap) for key, rule in sorted(flows.journeys.rules.items()) if rule.cap is not None]
    return answer({
        **found,
        "holds": [{**hold, "form_name": forms[hold["form"]].name} for hold in found["holds"] if hold["form"] in forms],
        "forms": [{"form": form, "name": forms[form].name} for form in found["forms"] if form in forms],
        "journeys": [{"flow": key, "name": names[key].name, "most": most, "days": days} for key, (most, days) in journeys],
    })  # fmt: skip


@router.get("/contact-policy/held")
@gives(t.HeldBack)
def held_back(request: Request, reason: str = "", q: str = "", offset: int = 0, limit: int = 50) -> Response:
    """Return what was held back in the last thirty days and why."""
    one = _manager(request)
    with one.clinic.workspace.read() as unit:
        found = one.clinic.outside.contacts.held_back(unit, reason, q, "", offset, limit)
    return answer(found)


@router.get("/contact-policy/people/{form}/{record_id}")
@gives(t.ContactPerson)
def contact_person(request: Request, form: str, record_id: str) -> Response:
    """Return what the gate says of one person now, class by class; of those only whom one may see."""
    one = _manager(request)
    forms, contacts = one.clinic.tasking.tasks.forms, one.clinic.outside.contacts
    with one.clinic.workspace.read() as unit:
        found: dict[str, Any] | None = None
        if form in contacts.rules()["forms"] and forms.read(unit, one.actor, form, record_id) is not None:
            found = contacts.person(unit, form, record_id)
        if found is None or forms.read(unit, one.actor, found["form"], found["record_id"]) is None:
            raise NotFound(NO_CONTACT.at(""))
    return answer(found)


def _manager(request: Request) -> Asked:
    one = asked(request)
    if not one.clinic.tasking.tasks.forms.is_manager(one.actor):
        raise Forbidden(MANAGERS.at(""))
    return one
