"""Running instances go along to a new version, or stay and are told why; and everything can say what it does and why."""

from datetime import timedelta
from typing import Any

import pytest

from engine.jobs import work
from engine.problems import Rejected
from tests.flow_engine.shell.house import END, House, Maker, flow
from tests.flow_engine.shell.test_starting import noted
from tests.flow_engine.shell.test_timing import days

ASK = {"key": "ask", "kind": "approve", "who": '"ben"', "to": {"approved": "end", "rejected": "end"}}
OLD = flow("ask", ASK, END)
LONGER = flow(
    "ask",
    {**ASK, "to": {"approved": "note", "rejected": "end"}},
    {"key": "note", "kind": "create", "form": "call", "set": {"what": '"after"'}, "to": "end"},
    END,
)
RENAMED = flow("ask", {**ASK, "key": "decide"}, END)


def test_instances_move_and_go_on_in_the_new_version(make_house: Maker):
    house = make_house(OLD)
    first, second = house.start("ask"), house.start("ask")
    house.take_up(LONGER)
    assert [(one["is_possible"], one["to"]) for one in house.service.moving.outlook("ask")] == [
        (True, 2),
        (True, 2),
    ]
    assert house.service.moving.move_many(house.actor(), [first], 2) == []
    for instance in (first, second):
        house.act(house.tasks(instance)[0], way="approved")
    assert house.calls() == ["after"]
    house.no_orphans()


def test_what_cannot_move_stays_and_says_why(make_house: Maker):
    house = make_house(OLD)
    instance = house.start("ask")
    house.take_up(RENAMED)
    [told] = house.service.moving.outlook("ask")
    assert (told["is_possible"], told["problems"][0]["code"]) == (False, "migration.node_left_out")
    [(stays, problems)] = house.service.moving.move_many(house.actor(), [instance], 2)
    assert (stays, problems[0].code) == (instance, "migration.node_left_out")
    assert house.instances()[0]["version"] == 1
    house.service.moving.move(house.actor(), instance, 2, {"ask": "decide"})
    assert house.tasks(instance)[0]["node"] == "decide"


def test_a_move_can_be_taken_back(make_house: Maker):
    house = make_house(OLD)
    instance = house.start("ask")
    house.take_up(RENAMED)
    house.service.moving.move(house.actor(), instance, 2, {"ask": "decide"})
    assert house.service.moving.undo(house.actor(), [instance]) == []
    assert (house.instances()[0]["version"], house.tasks(instance)[0]["node"]) == (1, "ask")
    house.act(house.tasks(instance)[0], way="approved")
    house.no_orphans()


def test_what_cannot_move_now_moves_later(make_house: Maker):
    two = flow("ask", {**ASK, "to": {"approved": "second", "rejected": "end"}}, {**ASK, "key": "second"}, END)
    house = make_house(two)
    instance = house.start("ask")
    house.take_up(flow("ask", {**ASK, "key": "second"}, END))
    house.service.moving.move_many(house.actor(), [instance], 2, later=True)
    house.pass_time(hours=2)
    assert house.instances()[0]["version"] == 1
    house.act(house.tasks(instance)[0], way="approved")
    house.pass_time(hours=2)
    assert house.instances()[0]["version"] == 2
    house.no_orphans()


def test_what_is_to_move_later_moves_at_the_wait_where_it_can(make_house: Maker):
    """No sweep is waited for: the job that the step leaves behind moves it."""
    two = flow("ask", {**ASK, "to": {"approved": "second", "rejected": "end"}}, {**ASK, "key": "second"}, END)
    house = make_house(two)
    instance = house.start("ask")
    house.take_up(flow("ask", {**ASK, "key": "second"}, END))
    house.service.moving.move_many(house.actor(), [instance], 2, later=True)
    house.act(house.tasks(instance)[0], way="approved")
    work(house.workspace, house.service.handlers(), "test")
    assert house.instances()[0]["version"] == 2
    assert house.rows("SELECT move_to FROM cc_flow_instances") == [{"move_to": None}]
    house.act(house.tasks(instance)[0], way="approved")
    assert work(house.workspace, house.service.handlers(), "test") == 0
    assert house.status(instance) == "done"
    house.no_orphans()


def test_nobody_is_moved_to_where_they_are(make_house: Maker):
    house = make_house(OLD)
    with pytest.raises(Rejected, match=r"migration\.is_there"):
        house.service.moving.move(house.actor(), house.start("ask"), 1)


# Explaining.


def test_a_trigger_says_why_it_did_not_start(make_house: Maker):
    house = make_house(noted("won", {"kind": "became_true", "form": "lead", "when": '{stage} = "won"'}))
    lead = house.create("lead", name="x", stage="new")
    house.settle()
    with house.workspace.read() as unit:
        [told] = house.service.explaining.triggers(unit, lead)
    [verdict] = told["verdicts"]
    assert (verdict["flow"], verdict["verdict"]) == ("won", "condition")
    assert set(verdict["words"]) == {"zh", "en"}


def test_an_instance_says_what_it_waits_for_and_what_comes_next(make_house: Maker):
    house = make_house(
        flow("ask", {**ASK, "on": [{"key": "late", "kind": "timer", "after": "2h", "to": "end"}]}, END)
    )
    instance = house.start("ask")
    with house.workspace.read() as unit:
        told = house.service.explaining.instance(unit, instance)
        lines = house.service.explaining.history(unit, instance)
    [place] = told["places"]
    assert [(one["kind"], one.get("who")) for one in place["for"]] == [("task", ["ben"]), ("timer", None)]
    assert {one["way"] for one in place["next"]} == {"approved", "rejected", "on.late"}
    assert lines[0]["kind"] == "started"


def test_coverage_counts_what_should_have_come_and_what_came(make_house: Maker):
    house: House = make_house(days(when='{stage} <> "lost"'))
    house.settle()
    for stage in ("won", "lost", "won"):
        house.create("lead", name="x", stage=stage, surgery_at="2026-03-06T09:00:00+08:00")
    house.pass_time(days=3)
    now = house.clock.now()
    with house.workspace.read() as unit:
        [told] = house.service.explaining.coverage(unit, now - timedelta(days=30), now + timedelta(days=30))
    assert (told["expected"], told["started"], told["done"], told["not_meant"], told["to_come"]) == (
        2,
        2,
        2,
        1,
        3,
    )
    assert told["coverage"] == 1.0


def guarded(*boundaries: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A question asked of Ben, with what else may happen meanwhile."""
    return flow("ask", {**ASK, "on": list(boundaries)}, NOTE, END, **more)


NOTE = {"key": "note", "kind": "create", "form": "call", "set": {"what": '"late"'}, "to": "end"}
LATE = {"key": "late", "kind": "timer", "after": "3d", "to": "note"}


def test_a_boundary_of_the_same_name_with_another_time_gets_its_new_timer(make_house: Maker):
    house = make_house(guarded(LATE))
    instance = house.start("ask")
    house.pass_time(hours=5)
    house.take_up(guarded({**LATE, "after": "8h"}))
    house.service.moving.move(house.actor(), instance, 2)
    house.pass_time(hours=2)
    assert house.calls() == []
    house.pass_time(hours=1)
    assert (house.calls(), house.status(instance)) == (["late"], "done")
    house.no_orphans()


def test_a_boundary_whose_new_time_has_passed_already_happens_at_once(make_house: Maker):
    house = make_house(guarded(LATE))
    instance = house.start("ask")
    house.pass_time(hours=5)
    house.take_up(guarded({**LATE, "after": "1h"}))
    house.service.moving.move(house.actor(), instance, 2)
    house.settle()
    assert house.calls() == ["late"]


def test_a_boundary_that_only_leads_elsewhere_keeps_its_timer(make_house: Maker):
    house = make_house(guarded(LATE))
    instance = house.start("ask")
    before = house.rows("SELECT at FROM cc_flow_timers")
    house.pass_time(hours=5)
    house.take_up(guarded({**LATE, "to": "end"}))
    house.service.moving.move(house.actor(), instance, 2)
    assert house.rows("SELECT at FROM cc_flow_timers") == before
    house.pass_time(days=3)
    assert (house.calls(), house.status(instance)) == ([], "done")


def test_a_reminder_that_was_given_is_not_given_again_by_a_move(make_house: Maker):
    once = {**LATE, "after": "1h", "interrupts": False}
    house = make_house(guarded(once))
    instance = house.start("ask")
    house.pass_time(hours=2)
    house.take_up(guarded({**once, "after": "4h"}))
    house.service.moving.move(house.actor(), instance, 2)
    house.pass_time(hours=9)
    assert house.calls() == ["late"]


def test_a_message_of_another_name_is_listened_for_after_the_move(make_house: Maker):
    told = {"key": "told", "kind": "message", "message": "old", "correlate": '"k"', "to": "note"}
    house = make_house(guarded(told))
    instance = house.start("ask")
    house.take_up(guarded({**told, "message": "new"}))
    house.service.moving.move(house.actor(), instance, 2)
    assert [one["name"] for one in house.rows("SELECT name FROM cc_flow_subscriptions")] == ["new"]


def test_a_condition_that_the_new_version_words_otherwise_is_looked_at_right_after_the_move(
    make_house: Maker,
):
    def rest(when: str) -> dict[str, Any]:
        node = {"key": "rest", "kind": "wait_until", "when": when, "to": "note"}
        return flow("rest", node, NOTE, END, trigger={"kind": "record_created", "form": "lead"})

    house = make_house(rest("{lead.score} > 90"))
    house.create("lead", name="x", score=50)
    house.settle()
    instance = house.instances()[0]["instance_id"]
    house.take_up(rest("{lead.score} > 40"))
    house.service.moving.move(house.actor(), instance, 2)
    house.settle()
    assert house.calls() == ["late"]


def test_a_goal_that_the_new_version_adds_is_looked_at(make_house: Maker):
    trigger = {"kind": "record_created", "form": "lead"}
    goal = {"key": "won", "kind": "goal", "when": "{lead.score} > 40", "to": "note"}
    house = make_house(flow("ask", ASK, END, trigger=trigger))
    house.create("lead", name="x", score=50)
    house.settle()
    instance = house.instances()[0]["instance_id"]
    house.take_up(flow("ask", ASK, goal, NOTE, END, trigger=trigger))
    house.service.moving.move(house.actor(), instance, 2)
    house.settle()
    assert (house.calls(), house.status(instance)) == (["late"], "done")
