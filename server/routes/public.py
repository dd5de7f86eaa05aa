"""Public forms: a link with a token, no account, tiny rights."""

from typing import Annotated, Any

from fastapi import Body, Request, Response

from engine.access.actor import public_actor
from form_engine.client import client_plan
from form_engine.public_links import Link
from server.clinics import Clinic
from server.openapi import gives
from server.reading import api
from server.requests import asked, house_of
from server.responses import answer
from server.shapes import public as t

router = api()


@router.get("/public/{workspace}/{token}")
@gives(t.PublicForm, is_public=True)
def public_form(request: Request, workspace: str, token: str) -> Response:
    """Return what a visitor fills in; nothing of what is in the house."""
    clinic = house_of(request).clinic(workspace)
    told = clinic.public.plan(token)
    plan = clinic.plan.forms[told["form"]]
    rights = clinic.plan.policy.rights(public_actor(clinic.key, plan.key, frozenset(told["fields"])))
    made = client_plan(plan, rights)
    made = {key: made[key] for key in ("key", "name", "icon", "fields", "rules", "layout") if key in made}
    made["fields"] = [clinic.public.worded(plan, one) for one in made["fields"]]
    return answer({**told, "plan": made, "workspace": _face(clinic)})


def _face(clinic: Clinic) -> dict[str, Any]:
    app = clinic.plan.app
    brand = app.manifest.get("brand") or {}
    name = dict(clinic.workspace.info.name)
    # A clinic that was never given a name of its own is called by its brand: "Dental CRM" says nothing outside.
    shown = brand.get("name", name) if name == dict(app.name) else name
    return {"key": clinic.key, "name": shown, "brand": brand or None}


@router.post("/public/{workspace}/{token}")
@gives(t.PublicReceived, 201, takes=t.PublicSubmission, is_public=True)
def submit_public_form(
    request: Request, workspace: str, token: str, values: Annotated[dict[str, Any], Body()]
) -> Response:
    """Take in one record."""
    clinic = house_of(request).clinic(workspace)
    sender = request.client.host if request.client else ""
    lang = "en" if values.get("lang") == "en" else "zh"
    return answer(clinic.public.submit(token, values.get("values", {}), sender, lang), 201)


@router.get("/forms/{form}/public-links")
@gives(t.PublicLinks)
def public_links(request: Request, form: str) -> Response:
    """Return the living links to the public part of a form."""
    one = asked(request)
    found, labels = one.clinic.links.found(one.actor, form)
    return answer({"links": [_link(one.clinic, link, name) for link, name in found], "labels": labels})


@router.post("/forms/{form}/public-links")
@gives(t.PublicLink, 201, takes=t.PublicLinkRequest)
def open_public_link(request: Request, form: str, body: Annotated[dict[str, Any], Body()]) -> Response:
    """Make a link to the public part of a form."""
    one = asked(request)
    link = one.clinic.links.open(one.actor, form, body.get("values") or {}, body.get("name") or "")
    return answer(_link(one.clinic, link, one.actor.name), 201)


@router.delete("/forms/{form}/public-links/{link_id}")
@gives()
def close_public_link(request: Request, form: str, link_id: str) -> Response:
    """Switch a link off."""
    one = asked(request)
    one.clinic.links.close(one.actor, form, link_id)
    return Response(status_code=204)


def _link(clinic: Clinic, link: Link, by_name: str) -> dict[str, Any]:
    token = clinic.links.token(link)
    return {**link.to_json(), "token": token, "path": f"/f/{clinic.key}/{token}", "by_name": by_name}
