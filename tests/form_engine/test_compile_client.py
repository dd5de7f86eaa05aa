"""The browser gets of a form what this person may know, with every formula as a tree, and nothing else."""

import json

from engine.access.actor import Actor
from tests.form_engine.making import app, field, form, words

SECRET = "cost"
THING = form(
    "thing",
    field("name", visible_if="{kind} = \"a\""),
    field("kind", "select", options=[{"key": "a", "label": words("甲")}], required=True),
    field(SECRET, "money"),
    field("profit", "formula", formula="{price} - {cost}", format="money"),
    field("price", "money", required_if="{cost} > 1"),
    field("lines", "subtable", fields=[field("qty", "number"), field("secret"),
        field("sum", "formula", formula="{qty} * {form.price}")]),
    field("other_id", "link", to="other", filter="{name} = {form.name}"),
    rules=[
        {"key": "open", "check": "{price} > 0", "message": words("要大于零")},
        {"key": "closed", "check": "{price} > {cost}", "message": words("亏本")},
    ],
    layout=[{"key": "s", "section": words("基本"), "items": ["name", SECRET, "price"]}],
    views=[
        {"key": "all", "kind": "table", "name": words("全部"), "columns": ["name", SECRET], "sort": [f"-{SECRET}", "name"],
         "totals": {SECRET: "sum"}, "filter": "{cost} > 1", "color_if": {"red": "{cost} > 5", "blue": "{price} > 5"}},
        {"key": "boss", "kind": "table", "name": words("老板"), "roles": ["boss"]},
    ],
    page={"header": [SECRET, "name"], "tabs": [{"key": "o", "kind": "related", "form": "other"}],
          "actions": [{"key": "paper", "name": words("打印"), "print": True}]},
)  # fmt: skip
OTHER = form("other", field("name"), field("thing_id", "link", to="thing"))


def role(key, **grants):
    return {"key": key, "name": words(key), "grants": grants, "masks": {}}


PLAN = app(
    form("branch", field("name")),
    THING,
    OTHER,
    roles={
        "boss": role("boss", thing={"view": "all", "edit": "all", "print": "all", "fields": {"*": "write"}}, other={"view": "all"}),
        "clerk": role(
            "clerk", thing={"view": "own", "create": "branch", "edit": "own",
                            "fields": {"*": "write", SECRET: "none", "lines.secret": "none"}}
        ),
    },
)  # fmt: skip


def client(role_key):
    actor = Actor(
        workspace="w", user_id="u", login="u", name="u", roles=frozenset({role_key}), branch_id="b", branches=("b",),
    )  # fmt: skip
    return PLAN.forms["thing"].client(PLAN.policy.rights(actor))


def keys(items):
    return [item["key"] for item in items]


def test_who_may_see_all_gets_all():
    told = client("boss")
    assert keys(told["fields"]) == ["name", "kind", SECRET, "profit", "price", "lines", "other_id"]
    assert keys(told["rules"]) == ["open", "closed"]
    assert keys(told["views"]) == ["all", "boss"]


def test_a_hidden_field_is_nowhere_in_the_plan():
    told = client("clerk")
    assert SECRET not in json.dumps(told, default=dict)
    assert keys(told["rules"]) == ["open"]
    assert told["layout"][0]["items"] == ["name", "price"]
    assert told["page"]["header"] == ["name"]


def test_what_is_made_of_a_hidden_field_is_hidden_too():
    assert "profit" not in keys(client("clerk")["fields"])


def test_conditions_over_hidden_fields_stay_on_the_server():
    by_key = {one["key"]: one for one in client("clerk")["fields"]}
    assert "required_if" not in by_key["price"]
    assert by_key["name"]["visible_if"]


def test_columns_of_sub_tables_have_levels_of_their_own():
    lines = {one["key"]: one for one in client("clerk")["fields"]}["lines"]
    assert keys(lines["fields"]) == ["qty", "sum"]
    assert lines["fields"][1]["computed"]


def test_verbs_and_levels_are_told():
    told = client("clerk")
    assert told["verbs"]["create"] is True
    assert told["verbs"]["delete"] is False
    assert {one["key"]: one["level"] for one in told["fields"]}["price"] == "write"


def test_fields_nobody_placed_are_shown_at_the_end():
    assert client("boss")["layout"][-1]["items"] == ["kind", "profit", "lines", "other_id"]


def test_a_picker_knows_what_its_filter_depends_on():
    link = {one["key"]: one for one in client("boss")["fields"]}["other_id"]
    assert link["config"]["filter_reads"] == ["name"]
    assert "filter" not in link["config"]


def test_tabs_and_views_for_others_are_left_out():
    told = client("clerk")
    assert keys(told["views"]) == [], "the list of all filters by what a clerk cannot see"
    assert told["page"]["tabs"] == []


def test_the_plan_is_plain_json():
    json.dumps(client("boss"), default=dict)


def test_printing_is_offered_to_those_who_may_print():
    assert client("boss")["page"]["actions"] == [
        {"key": "paper", "name": words("打印"), "print": True, "sets": []}
    ]
    assert client("clerk")["page"]["actions"] == []
