"""Public forms: a link with a token, no account, tiny rights."""

from typing import Annotated, Any

from fastapi import Body, Request, Response

from engine.access.actor import public_actor
from form_engine.client import client_plan
from server import api_types as t
from server.clinics import Clinic
from server.openapi import gives
from server.reading import api
from server.requests import asked, house_of
from server.responses import answer

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
    return answer({**told, "title": told["name"], "plan": made, "workspace": _face(clinic)})


def _face(clinic: Clinic) -> dict[str, Any]:
    brand = clinic.plan.app.manifest.get("brand")
    return {"key": clinic.key, "name": dict(clinic.workspace.info.name), "brand": brand}


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


@router.post("/forms/{form}/public-link")
@gives(t.PublicLink, 201)
def open_public_link(request: Request, form: str) -> Response:
    """Make a link to the public part of a form; it is shown once."""
    one = asked(request)
    token = one.clinic.public.open_link(one.actor, form)
    return answer({"token": token, "path": f"/f/{one.clinic.key}/{token}"}, 201)


@router.delete("/forms/{form}/public-link/{token}")
@gives()
def close_public_link(request: Request, form: str, token: str) -> Response:  # noqa: ARG001 - part of the address
    """Switch a link off."""
    one = asked(request)
    one.clinic.public.close_link(one.actor, token)
    return Response(status_code=204)
