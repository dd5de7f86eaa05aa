"""What people are told of the contact gate is what the gate does."""

from datetime import UTC, datetime, timedelta

import pytest

from flow_engine.messages import ContactDesk
from tests.flow_engine.installations import *  # noqa: F403
from tests.flow_engine.messages.test_sending import NOON, Clinic

NIGHT = datetime(2026, 3, 5, 15, tzinfo=UTC)


@pytest.fixture
def house(clinic, clock):
    clock.at = NOON
    return Clinic(clinic)


def person(house, record_id="c1"):
    with house.workspace.read() as unit:
        return ContactDesk(house.house).person(unit, "customer", record_id)


def held(house, **asked):
    with house.workspace.read() as unit:
        return ContactDesk(house.house).held_back(unit, **asked)


def answers(house):
    return {one["kind"]: (one["answer"], one["reason"]) for one in person(house)["may"]}


def test_the_rules_are_those_of_the_house(house):
    told = ContactDesk(house.house).rules()
    assert (told["quiet_from"], told["quiet_to"]) == ("21:00", "08:30")
    assert told["caps"] == [
        {"kind": "service", "most": 6, "days": 1},
        {"kind": "marketing", "most": 2, "days": 7},
    ]
    assert [(one["key"], one["stops"]) for one in told["holds"]] == [
        ("complaint", ["marketing"]),
        ("adverse_event", ["service", "marketing"]),
        ("pregnancy", ["marketing"]),
    ]


def test_by_day_everything_may_go(house):
    assert answers(house) == dict.fromkeys(("safety", "care", "service", "marketing"), ("go", None))


def test_at_night_only_safety_goes(house, clock):
    clock.at = NIGHT
    assert person(house)["is_quiet"]
    assert answers(house)["safety"] == ("go", None)
    assert {answers(house)[kind] for kind in ("care", "service", "marketing")} == {("later", "quiet_hours")}


def test_a_cap_that_is_used_up_is_told(house):
    for key in ("k1", "k2"):
        house.go("offer", key, values={"offer": "x"})
    found = person(house)
    assert answers(house)["marketing"] == ("never", "cap")
    assert {"kind": "marketing", "used": 2, "most": 2, "days": 7} in found["caps"]
    assert [one["message"]["zh"] for one in found["lines"]] == ["提醒", "提醒"]


def test_a_hold_says_which_classes_it_stops(house):
    house.records.when("NOT({status} IN", lambda record, names: record["customer_id"] == names["contact"])
    house.records.forms["complaint"]["x"] = {"customer_id": "c1"}
    assert [(one["key"], one["stops"]) for one in person(house)["holds"]] == [("complaint", ["marketing"])]
    assert answers(house)["marketing"] == ("never", "hold:complaint")
    assert answers(house)["service"] == ("go", None)


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"optout_at": NOON}, "opted_out"),
        ({"marketing_optin": []}, "no_consent"),
        ({"status": "merged"}, "closed"),
    ],
)
def test_what_a_person_wants_is_told(house, facts, reason):
    house.records.forms["customer"]["c1"] = {**house.records.forms["customer"]["c1"], **facts}
    assert answers(house)["marketing"] == ("never", reason)


def test_nobody_is_found_where_there_is_nobody(house):
    assert person(house, "nobody") is None


def test_looking_writes_nothing(house):
    person(house)
    assert house.rows() == {}


def test_what_was_held_back_is_counted_by_reason(house, clock):
    for number in range(4):
        house.go("offer", f"k{number}", values={"offer": "x"})
    clock.at = NIGHT
    house.go("reminder", "night")
    found = held(house)
    assert {one["reason"]: (one["dropped"], one["waiting"]) for one in found["reasons"]} == {
        "cap": (2, 0),
        "quiet_hours": (0, 1),
    }
    newest = found["held"][0]
    assert (newest["state"], newest["reason"], newest["name"]) == ("waiting", "quiet_hours", "张三")
    assert newest["due_at"] > NIGHT
    assert [one["key"] for one in held(house, reason="cap")["held"]] == ["k3", "k2"]
    assert [one["key"] for one in held(house, limit=1)["held"]] == ["night"]
    assert held(house, limit=1)["more"]
    assert held(house, q="李四")["held"] == []


def test_what_is_older_than_thirty_days_is_not_told(house, clock):
    for number in range(3):
        house.go("offer", f"k{number}", values={"offer": "x"})
    clock.at = NOON + timedelta(days=31)
    assert held(house)["held"] == []
