"""Every view of every form opens for everybody who has it, and at the size of the demo each shows something."""

from typing import Any

import pytest

from engine.problems import Rejected
from tests.templates.conftest import Practice
from tests.templates.test_roles import ROLES

EMPTY_AT_FIRST = {
    # Written when it happens, by people or by flows; a clinic starts without.
    "handover", "automation_log", "export_log", "reveal_log", "privacy_request",
    # Of later releases of the app: their flows and reports come first.
    "finance_voucher", "message_template", "retention_rule",
    # Too rare in a story as small as this one.
    "card_use",
}  # fmt: skip

LISTED = {"columns", "card"}


def views_of(practice: Practice, role: str) -> list[tuple[str, str]]:
    rights = practice.plan.policy.rights(practice.actor(role))
    return [
        (form.key, view["key"])
        for form in practice.plan.forms.values()
        if not form.is_off and rights.verb(form.key, "view")
        for view in form.client(rights)["views"]
    ]


@pytest.mark.parametrize("role", ROLES)
def test_every_view_a_role_has_opens(practice: Practice, role: str) -> None:
    actor = practice.actor(role)
    refused = []
    for form, view in views_of(practice, role):
        try:
            practice.service.query(actor, form, {"view": view, "limit": 5})
        except Rejected as wrong:
            refused.append((form, view, [p.message("en") for p in wrong.problems]))
    assert refused == []


@pytest.mark.parametrize("role", ROLES)
def test_every_tab_shows_a_role_more_than_names(practice: Practice, role: str) -> None:
    rights = practice.plan.policy.rights(practice.actor(role))
    bare = []
    for page in practice.plan.pages.values():
        for tab in page.definition.get("tabs", ()) if offered(page.definition, role) else ():
            if not offered(tab, role) or not rights.verb(tab["form"], "view"):
                continue
            form = practice.plan.forms[tab["form"]]
            view = next((one for one in form.client(rights)["views"] if one["key"] == tab.get("view")), None)
            said = form.views[tab["view"]].definition if "view" in tab else {}
            if said and (
                view is None or any(len(view[part]) < 2 <= len(said[part]) for part in LISTED & said.keys())
            ):
                bare.append((page.key, tab["key"]))
    assert bare == []


def offered(made: dict[str, Any], role: str) -> bool:
    return not made.get("roles") or role in made["roles"]


def test_every_list_shows_something(practice: Practice) -> None:
    admin = practice.actor("group_admin")
    empty: list[Any] = [
        form.key
        for form in practice.plan.forms.values()
        if not form.is_off and not practice.service.query(admin, form.key, {"limit": 1})["records"]
    ]
    assert set(empty) <= EMPTY_AT_FIRST
