"""What the browser is told of a form."""

import pytest

from engine.access.actor import Actor, system_actor
from form_engine.client import client_plan
from tests.form_engine.making import app, field, form, words

PLANS = [
    {"key": "none", "label": words("无")},
    {"key": "d7", "label": words("第 1、7 天")},
]
BRANCH = form("branch", field("name"))
ITEM = form("item", field("plan", "select", options=PLANS))
VISIT = form(
    "visit", field("item_id", "link", to="item"), field("plan", "lookup", path="item_id.plan"), title="{no}"
)


def test_a_choice_that_is_looked_up_comes_with_its_words():
    plan = app(BRANCH, ITEM, VISIT)
    told = client_plan(plan.forms["visit"], plan.policy.rights(system_actor("w")))
    (looked_up,) = (one for one in told["fields"] if one["key"] == "plan")
    assert [one["label"]["zh"] for one in looked_up["config"]["options"]] == ["无", "第 1、7 天"]


@pytest.mark.parametrize(
    ("of", "group"), [("day", "D"), ("at", "D"), ("cost", "N"), ("way", "S"), ("who", "U"), ("note", "T"), ("yes", "B")]
)  # fmt: skip
def test_what_is_looked_up_is_filtered_by_as_what_it_is(of, group):
    kinds = {
        "day": "date",
        "at": "datetime",
        "cost": "money",
        "who": "user",
        "note": "text",
        "yes": "boolean",
    }
    target = [field(key, kind) for key, kind in kinds.items()] + [field("way", "select", options=PLANS)]
    found = field("found", "lookup", path=f"item_id.{of}")
    plan = app(
        BRANCH, form("item", *target), form("visit", field("item_id", "link", to="item"), found, title="{no}")
    )
    told = client_plan(plan.forms["visit"], plan.policy.rights(system_actor("w")))
    (looked_up,) = (one for one in told["fields"] if one["key"] == "found")
    assert looked_up["operator_group"] == group


def test_a_condition_names_the_form_it_is_about_to_those_who_may_see_that_form():
    group = form("group", field("rule", "filter", of="item", open=True), title="{no}")
    grants = {"boss": {"*": {"view": "all"}}, "clerk": {"group": {"view": "all", "edit": "all"}}}
    plan = app(BRANCH, ITEM, group, roles={key: {"key": key, "name": words(key), "grants": one} for key, one in grants.items()})  # fmt: skip
    for role, told in (("boss", "item"), ("clerk", None)):
        rights = plan.policy.rights(Actor("w", "u", "u", "u", frozenset({role})))
        (rule,) = (one for one in client_plan(plan.forms["group"], rights)["fields"] if one["key"] == "rule")
        assert rule["config"].get("of") == told


PRINTS, NEVER = {"grants": {"*": {"view": "all", "print": "all"}}}, {"grants": {"*": {"view": "all"}}}
MARKS = {**PRINTS, "rights": {"print": {"marked": True}}}


@pytest.mark.parametrize(
    ("page", "roles", "told"),
    [
        ({}, {"clerk": PRINTS}, "plain"),
        ({}, {"guest": NEVER}, None),
        ({}, {"agent": MARKS}, "marked"),
        ({}, {"agent": MARKS, "guest": NEVER}, "marked"),
        # The widest right of several roles counts, as everywhere.
        ({}, {"agent": MARKS, "boss": {**PRINTS, "rights": {"print": True}}}, "plain"),
        ({"marked": True}, {"boss": {**PRINTS, "rights": {"print": True}}}, "marked"),
        ({"marked": True}, {"guest": NEVER}, None),
    ],
)
def test_paper_is_marked_where_the_form_or_the_role_says_so(page, roles, told):
    given = {key: {"key": key, "name": words(key), **role} for key, role in roles.items()}
    plan = app(form("leaflet", field("name"), page=page), roles=given)
    reader = Actor("w", "u", "u", "u", frozenset(roles))
    assert client_plan(plan.forms["leaflet"], plan.policy.rights(reader))["page"].get("print") == told


@pytest.mark.parametrize(
    ("grants", "is_told"),
    [
        ({"patient": {"view": "all"}, "visit": {"view": "all", "fields": {"vitals": "read"}}}, True),
        ({"patient": {"view": "all"}, "visit": {"view": "all", "fields": {"vitals": "masked"}}}, False),
        ({"patient": {"view": "all"}}, False),
    ],
)
def test_what_another_forms_records_would_show_is_told_to_whom_may_see_them(grants, is_told):
    trend = field("trend", "vitals_trend", form="visit", by="patient_id", field="vitals")
    tab = {"key": "signs", "kind": "fields", "items": ["trend"]}
    plan = app(
        form("patient", field("name"), trend, page={"tabs": [tab]}),
        form("visit", field("patient_id", "link", to="patient"), field("vitals", "vitals")),
        roles={"one": {"key": "one", "name": words("one"), "grants": grants}},
    )
    told = client_plan(
        plan.forms["patient"], plan.policy.rights(Actor("w", "u", "u", "u", frozenset({"one"})))
    )
    assert ("trend" in [one["key"] for one in told["fields"]]) is is_told
    assert [one["key"] for one in told["page"]["tabs"]] == (["signs"] if is_told else [])
