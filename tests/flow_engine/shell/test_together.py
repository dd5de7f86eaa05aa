"""Two commands at one instance at once: the first stands just before its commit when the second comes. One clean winner."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from engine.ids import new_id
from engine.problems import Rejected
from engine.store import Cause
from flow_engine.happenings import Happening, InstanceAction, TaskAction, TimerFired
from tests.flow_engine.shell.house import END, House, Maker, flow

Doing = Callable[[House], Any]


def approval(mode: str, **more: Any) -> dict[str, Any]:
    ask = {
        "key": "ask",
        "kind": "approve",
        "who": {"role": "lead"},
        "mode": mode,
        "to": {"approved": "note", "rejected": "end"},
        **more,
    }
    return flow(
        "ask",
        ask,
        {"key": "note", "kind": "create", "form": "call", "set": {"what": '"yes"'}, "to": "end"},
        END,
    )


def both(
    house: House, instance: str, first: tuple[str, Happening], second: tuple[str, Happening]
) -> list[str]:
    """Do two commands, the second while the first is about to commit; return how each ended."""
    at_the_door, go_on = threading.Event(), threading.Event()

    def do_first() -> str:
        with house.workspace.write(Cause("flow", first[0])) as unit:
            house.service.handle_in(unit, house.actor(first[0]), instance, first[1], new_id())
            at_the_door.set()
            assert go_on.wait(120)
        return "done"

    def do_second() -> str:
        assert at_the_door.wait(120)
        threading.Timer(0.2, go_on.set).start()
        try:
            house.service.handle(house.actor(second[0]), instance, second[1], new_id())
        except Rejected as refused:
            problem = refused.problems[0]
            return problem.code if problem.message("zh") and problem.message("en") else "without words"
        return "done"

    with ThreadPoolExecutor(2) as pool:
        return [one.result(30) for one in (pool.submit(do_first), pool.submit(do_second))]


def yes(task: Any, way: str = "approved") -> tuple[str, Happening]:
    return task["assignee"], TaskAction(
        task["task_id"], "complete", task["assignee"], task["round"], {"way": way}, "why not"
    )


def test_one_of_two_who_may_decide_alone(make_house: Maker):
    house = make_house(approval("any"))
    instance = house.start("ask")
    one, two, _ = house.tasks(instance)
    assert both(house, instance, yes(one), yes(two)) == ["done", "flow.task_done_by_other"]
    assert house.calls() == ["yes"]
    house.no_orphans()


def test_the_last_two_of_those_who_must_all_agree(make_house: Maker):
    house = make_house(approval("all"))
    instance = house.start("ask")
    one, two, three = house.tasks(instance)
    house.act(one, way="approved")
    assert both(house, instance, yes(two), yes(three)) == ["done", "done"]
    assert (house.status(instance), house.calls()) == ("done", ["yes"])
    house.no_orphans()


def test_approve_against_reject(make_house: Maker):
    house = make_house(approval("any"))
    instance = house.start("ask")
    one, two, _ = house.tasks(instance)
    assert both(house, instance, yes(two, "rejected"), yes(one)) == ["done", "flow.task_done_by_other"]
    assert house.calls() == []


@pytest.mark.parametrize("returns_first", [True, False])
def test_return_against_approve(make_house: Maker, returns_first: bool):
    house = make_house(
        flow(
            "ask",
            {"key": "draft", "kind": "approve", "who": '"ann"', "to": {"approved": "ask", "rejected": "end"}},
            {"key": "ask", "kind": "approve", "who": {"role": "lead"}, "mode": "any", "to": {"approved": "note", "rejected": "end"}},
            {"key": "note", "kind": "create", "form": "call", "set": {"what": '"yes"'}, "to": "end"},
            END,
        )
    )  # fmt: skip
    instance = house.start("ask")
    house.act(house.tasks(instance)[0], way="approved")
    one, two, _ = house.tasks(instance)
    back = one["assignee"], TaskAction(one["task_id"], "send_back", one["assignee"], one["round"], {"to": "draft"}, "look again")  # fmt: skip
    first, second = both(house, instance, *((back, yes(two)) if returns_first else (yes(two), back)))
    assert first == "done"
    assert second.startswith("flow.")
    assert (house.status(instance), house.calls()) == (
        ("running", []) if returns_first else ("done", ["yes"])
    )
    assert [one["node"] for one in house.tasks(instance)] == (["draft"] if returns_first else [])
    house.no_orphans()


def test_the_same_person_in_two_windows(make_house: Maker):
    house = make_house(approval("all"))
    instance = house.start("ask")
    one, *_ = house.tasks(instance)
    first, second = both(house, instance, yes(one), yes(one, "rejected"))
    assert first == "done"
    assert second != "done"
    assert len(house.tasks(instance)) == 2


def test_two_who_claim_the_same_task(make_house: Maker):
    shared = {"key": "do", "kind": "task", "who": {"role": "lead"}, "to": "end"}
    house = make_house(flow("shared", shared, END))
    instance = house.start("shared")
    [task] = house.tasks(instance)
    assert len(house.rows("SELECT user_id FROM cc_flow_candidates")) == 3
    claims = [(by, TaskAction(task["task_id"], "claim", by, task["round"])) for by in ("lead1", "lead2")]
    first, second = both(house, instance, *claims)
    assert first == "done"
    assert second != "done"
    assert [one["assignee"] for one in house.tasks(instance)] == ["lead1"]
    assert house.rows("SELECT user_id FROM cc_flow_candidates") == []


def test_withdrawn_while_it_was_being_approved(make_house: Maker):
    house = make_house(approval("any"))
    instance = house.start("ask")
    one, *_ = house.tasks(instance)
    cancel = ("ann", InstanceAction("cancel", "ann"))
    first, second = both(house, instance, cancel, yes(one))
    assert (first, house.calls(), house.status(instance)) == ("done", [], "cancelled")
    assert second != "done"
    house.no_orphans()


def test_the_deadline_against_the_click(make_house: Maker):
    house = make_house(approval("any", on=[{"key": "late", "kind": "timer", "after": "2h", "to": "end"}]))
    instance = house.start("ask")
    one, *_ = house.tasks(instance)
    [timer] = house.rows("SELECT token_id, key FROM cc_flow_timers")
    house.clock.advance(timedelta(hours=3))
    fired = ("ann", TimerFired(timer["token_id"], timer["key"]))
    first, second = both(house, instance, yes(one), fired)
    assert (first, house.calls(), house.status(instance)) == ("done", ["yes"], "done")
    assert second != "done"
    house.no_orphans()


def test_the_click_against_the_deadline_that_came_first(make_house: Maker):
    house = make_house(approval("any", on=[{"key": "late", "kind": "timer", "after": "2h", "to": "end"}]))
    instance = house.start("ask")
    one, *_ = house.tasks(instance)
    [timer] = house.rows("SELECT token_id, key FROM cc_flow_timers")
    house.clock.advance(timedelta(hours=3))
    fired = ("ann", TimerFired(timer["token_id"], timer["key"]))
    first, second = both(house, instance, fired, yes(one))
    assert (first, house.calls(), house.status(instance)) == ("done", [], "done")
    assert second.startswith("flow.")
    house.no_orphans()


def test_one_key_for_two_instances_at_once(make_house: Maker):
    house = make_house(approval("any"))
    tasks = [house.tasks(house.start("ask"))[0] for _ in range(2)]
    key = new_id()
    house.act(tasks[0], key=key, way="approved")
    with pytest.raises(Rejected) as refused:
        house.act(tasks[1], key=key, way="approved")
    assert refused.value.problems[0].code == "flow.other_command"
    assert house.calls() == ["yes"]
    assert house.act(tasks[0], key=key, way="approved").is_repeat


def test_a_timer_round_passes_by_an_instance_that_somebody_holds(make_house: Maker):
    house = make_house(approval("any", on=[{"key": "late", "kind": "timer", "after": "2h", "to": "end"}]))
    if house.workspace.dialect == "sqlite":
        pytest.skip("writers take turns")
    instance = house.start("ask")
    one, *_ = house.tasks(instance)
    house.clock.advance(timedelta(hours=3))
    who, happening = yes(one)
    with house.workspace.write(Cause("flow", who)) as unit, ThreadPoolExecutor(1) as pool:
        house.service.handle_in(unit, house.actor(who), instance, happening, new_id())
        assert pool.submit(house.service.timing.drain, house.workspace).result(20) == 0
    assert house.status(instance) == "done"


def test_fifty_approvers_at_once(make_house: Maker):
    house = make_house(approval("all"))
    house.people = [f"lead{at}" for at in range(50)]
    instance = house.start("ask")
    tasks = house.tasks(instance)
    assert len(tasks) == 50
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda task: house.act(task, way="approved").status, tasks))
    assert sorted(answers) == ["done"] + ["running"] * 49
    assert house.calls() == ["yes"]
    house.no_orphans()
