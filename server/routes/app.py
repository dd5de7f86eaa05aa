"""The app as the signed-in person sees it: menu, forms, their plans and JSON Schemas, own settings."""

from typing import Annotated, Any

from fastapi import Body, Request, Response

from engine.access.policy import Rights
from form_engine.client import client_plan
from form_engine.plan import AppPlan, FormPlan, PagePlan
from server.openapi import gives
from server.reading import api, given
from server.requests import asked
from server.responses import answer
from server.shapes import forms as form_shapes
from server.shapes import pages as t

router = api()

VERBS = ("view", "create", "edit", "delete", "export", "print")


@router.get("/app")
@gives(t.AppPlan)
def app_plan(request: Request) -> Response:
    """Return pages with the tabs this person may open, and the forms they may use."""
    one = asked(request)
    plan = one.clinic.plan
    rights = plan.policy.rights(one.known.actor)
    pages = (_page(plan, rights, page) for page in plan.pages.values())
    shown = sorted((page for page in pages if page), key=lambda page: (page.get("order", 1000), page["key"]))
    forms = [_card(form, rights) for form in plan.forms.values() if form.parent is None]
    return answer({"pages": shown, "forms": [form for form in forms if form], "lists": plan.lists})


def _page(plan: AppPlan, rights: Rights, page: PagePlan) -> dict[str, Any] | None:
    made = dict(page.definition)
    held = {role.key for role in rights.roles}
    if made.get("roles") and not held & set(made["roles"]):
        return None
    for part in ("tabs", "today", "numbers"):
        if part in made:
            made[part] = [
                item
                for item in made[part]
                if rights.verb(item["form"], "view") and (not item.get("roles") or held & set(item["roles"]))
            ]
    if made["kind"] == "views" and not made.get("tabs"):
        return None
    if made["kind"] == "views":
        made["tabs"] = [{**tab, "name": tab.get("name") or _view_name(plan, tab)} for tab in made["tabs"]]
    return made


def _view_name(plan: AppPlan, tab: dict[str, Any]) -> Any:
    form = plan.forms[tab["form"]]
    view = form.views.get(tab.get("view", ""))
    return (view.definition.get("name") if view else None) or form.name


def verbs_of(form: str, rights: Rights) -> dict[str, bool]:
    """Return which verbs the person may use on at least some record of the form."""
    verbs = {verb: rights.verb(form, verb) for verb in VERBS}
    return {
        **verbs,
        "import": verbs["create"] and bool(rights.right("import")),
        "export": verbs["export"] and bool(rights.right("export")),
        "bulk_edit": verbs["edit"] and bool(rights.right("bulk_edit")),
        "restore": verbs["delete"] or bool(rights.right("restore")),
    }


def _card(form: FormPlan, rights: Rights) -> dict[str, Any] | None:
    verbs = verbs_of(form.key, rights)
    if not (verbs["view"] or verbs["create"]):
        return None
    return {"key": form.key, "name": form.name, "icon": form.definition.get("icon"), "verbs": verbs}


@router.get("/forms/{form}")
@gives(form_shapes.FormPlan)
def form_plan(request: Request, form: str) -> Response:
    """Return the form's plan as this person may see it."""
    one = asked(request)
    rights = one.clinic.plan.policy.rights(one.actor)
    with one.service.reading(one.actor) as desk:
        made = client_plan(desk.form(form), rights)
    return answer({**made, "verbs": verbs_of(form, rights)})


@router.get("/forms/{form}/schema")
@gives(dict[str, Any])
def form_schema(request: Request, form: str) -> Response:
    """Return the JSON Schema (2020-12) of a submission."""
    one = asked(request)
    with one.service.reading(one.actor) as desk:
        return answer(desk.form(form).json_schema())


@router.get("/prefs/{key}")
@gives(t.Pref)
def pref(request: Request, key: str) -> Response:
    """Return a setting of mine: `{value}`, null where there is none."""
    one = asked(request)
    return answer({"value": one.service.preference(one.actor, key)})


@router.put("/prefs/{key}")
@gives(takes=t.Pref)
def put_pref(request: Request, key: str, values: Annotated[dict[str, Any], Body()]) -> Response:
    """Keep a setting of mine."""
    one = asked(request)
    one.service.keep(one.actor, key, values.get("value"))
    return Response(status_code=204)


@router.get("/forms/{form}/saved-views")
@gives(list[dict[str, Any]])
def saved_views(request: Request, form: str) -> Response:
    """Return my own views of a form."""
    one = asked(request)
    return answer(one.service.saved_views(one.actor, form))


@router.put("/forms/{form}/saved-views")
@gives(takes=t.SavedViews)
def put_saved_views(request: Request, form: str, values: Annotated[dict[str, Any], Body()]) -> Response:
    """Keep my own views of a form."""
    one = asked(request)
    one.service.keep_views(one.actor, form, given(values, "views", list) or [])
    return Response(status_code=204)
