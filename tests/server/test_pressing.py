"""Buttons of flows on many records: by name or by filter, at once or in the background, each record judged by itself."""

from collections.abc import Iterator

import pytest

from engine.ids import new_id
from server.pressing import AT_ONCE, PORTION
from tests.installations import BOTH, pg_database
from tests.server.conftest import Town, new_customer, problems, town_with

__all__ = ["pg_database"]

ASK = {
    "key": "call",
    "name": {"zh": "安排回访", "en": "Plan a call"},
    "trigger": {"kind": "button", "form": "customer", "where": "list", "roles": ["admin", "clerk"], "needs": "edit",
                "when": '{stage} <> "won"', "ask": ["why"]},
    "variables": [{"key": "why", "type": "text", "name": {"zh": "为什么", "en": "Why"}, "given": True}],
    "start": "ring",
    "nodes": [{"key": "ring", "kind": "task", "who": "{customer.created_by}", "title": "CONCAT({customer.name}, {why})", "to": "end"},
              {"key": "end", "kind": "end"}],
}  # fmt: skip


@pytest.fixture(scope="module", params=BOTH)
def town(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    def change(files):
        files["flows/call"] = ASK
        # A clerk sees everybody's customers and may change their own.
        files["roles/clerk"]["grants"]["customer"]["view"] = "all"

    with town_with(request, tmp_path_factory, change) as made:
        yield made


def many(client, count: int, note: str, **values) -> list[str]:
    return [new_customer(client, name=f"客{at}", note=note, **values)["id"] for at in range(count)]


def noted(note: str) -> dict:
    return {"filter": {"op": "and", "items": [{"field": "note", "op": "eq", "value": note}]}}


def press(client, key: str | None = None, **chosen):
    body = {"form": "customer", "key": key or new_id(), "values": {"why": "：复查"}, **chosen}
    return client.post("/api/flows/call/start", json=body)


def running(client, ids) -> int:
    """Return how many of these records a flow is about."""
    found = [client.get(f"/api/forms/customer/records/{one}/flows").json()["instances"] for one in ids]
    return sum(len(some) for some in found)


def test_a_button_of_lists_stands_on_lists_only(town):
    ann = town.sign_in("ann")
    offered = ann.get("/api/forms/customer/flows").json()
    assert [(one["flow"], [asked["key"] for asked in one["ask"]]) for one in offered] == [("call", ["why"])]
    one = new_customer(ann)["id"]
    assert ann.get(f"/api/forms/customer/records/{one}/flows").json()["buttons"] == []
    assert town.sign_in("nobody").get("/api/forms/customer/flows").json() == []


def test_a_few_are_started_while_one_waits_and_what_is_refused_says_why(town):
    ann, ben = town.sign_in("ann"), town.sign_in("ben")
    mine, won, theirs = many(ann, 2, "few"), new_customer(ann)["id"], new_customer(ben)["id"]
    path = f"/api/forms/customer/records/{won}"
    for stage in ("open", "won"):
        revision = ann.get(path).json()["record"]["revision"]
        assert ann.patch(path, json={"revision": revision, "values": {"stage": stage}}).status_code == 200
    told = press(ann, ids=[*mine, won, theirs, new_id(), "x"]).json()
    assert len(told["started"]) == 2
    why = {one["record_id"]: one["problems"][0]["code"] for one in told["failed"]}
    assert (why[won], why[theirs]) == ("flow.not_for_record", "flow.record_not_mine")
    assert len(why) == 4
    again = press(ann, ids=mine[:1]).json()
    assert [one["problems"][0]["code"] for one in again["failed"]] == ["flow.runs_already"]


def test_all_of_a_filter_are_started_in_the_background_each_judged_by_itself(town):
    ann, ben = town.sign_in("ann"), town.sign_in("ben")
    mine, theirs = many(ann, AT_ONCE + PORTION + 3, "all"), many(ben, 4, "all")
    told = press(ann, **noted("all"))
    assert told.status_code == 202, told.text
    total = len(mine) + len(theirs)
    assert told.json()["total"] == total
    path = f"/api/flow-starts/{told.json()['job']}"
    before = ann.get(path).json()
    assert (before["state"], before["done"], before["total"], before["started"]) == ("waiting", 0, total, 0)
    while town.run_jobs():
        pass
    after = ann.get(path).json()
    assert (after["state"], after["done"], after["started"]) == ("done", total, len(mine))
    assert [(one["problems"][0]["code"], one["count"]) for one in after["refused"]] == [
        ("flow.record_not_mine", len(theirs))
    ]
    assert {one["id"] for one in after["refused"][0]["records"]} == set(theirs)
    assert all(one["title"].startswith("客") for one in after["refused"][0]["records"])
    assert running(ann, mine[:5]) == 5
    assert running(ann, theirs) == 0
    drawer = ann.get("/api/notifications").json()["items"]
    assert next(one for one in drawer if one["kind"] == "flow.pressed")["body"]["press"] == told.json()["job"]


def test_the_same_press_twice_is_one(town):
    ann, key = town.sign_in("ann"), new_id()
    ids = many(ann, AT_ONCE + 2, "twice")
    first, second = press(ann, key, ids=ids).json(), press(ann, key, ids=ids).json()
    assert first["job"] == second["job"]
    while town.run_jobs():
        pass
    assert running(ann, ids) == len(ids)


def test_how_far_it_is_is_told_to_whoever_pressed_and_to_nobody_else(town):
    ann = town.sign_in("ann")
    job = press(ann, ids=many(ann, AT_ONCE + 1, "own")).json()["job"]
    told = town.sign_in("boss").get(f"/api/flow-starts/{job}")
    assert told.status_code == 404
    assert problems(told)[0]["code"] == "jobs.no_job"
    assert ann.get("/api/flow-starts/none").status_code == 404


@pytest.mark.parametrize(
    ("chosen", "status", "code"),
    [
        ({}, 422, "bulk.nothing"),
        ({"ids": []}, 422, "bulk.nothing"),
        ({"ids": [1]}, 422, None),
        ({"filter": {"op": "and", "items": [{"field": "nothing", "op": "eq", "value": 1}]}}, 422, None),
        ({"formula": "{name"}, 422, None),
        ({"ids": ["x"], "trigger": "other"}, 404, "flow.no_button"),
        ({"ids": ["x"], "form": "talk"}, 404, "flow.no_button"),
    ],
)
def test_nothing_chosen_and_nonsense_are_refused(town, chosen, status, code):
    told = press(town.sign_in("ann"), **chosen)
    assert told.status_code == status, told.text
    assert code in (None, problems(told)[0]["code"])


def test_a_filter_reaches_nothing_that_one_does_not_see(town):
    ben = town.sign_in("ben")
    told = press(town.sign_in("nobody"), **noted("all"))
    assert told.status_code in (403, 404)
    hidden = {"filter": {"op": "and", "items": [{"field": "diagnosis", "op": "eq", "value": "x"}]}}
    assert press(ben, **hidden).status_code in (403, 422)
