"""What the browser is told of a form."""

from engine.access.actor import system_actor
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
