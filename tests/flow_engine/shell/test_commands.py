"""One command is one transaction; each is done once; whoever comes second is told who was quicker."""

import pytest

from engine.ids import new_id
from engine.problems import Conflict, Forbidden, NotFound
from flow_engine.happenings import InstanceAction, TaskAction
from tests.flow_engine.shell.house import END, House, Maker, flow

APPROVAL = flow(
    "approval",
    {"key": "ask", "kind": "approve", "who": '"ben"', "to": {"approved": "note", "rejected": "end"}},
    {"key": "note", "kind": "create", "form": "call", "set": {"what": '"approved"'}, "to": "end"},
    END,
)
BOTH_AGREE = flow(
    "both",
    {
        "key": "ask",
        "kind": "approve",
        "who": {"role": "lead"},
        "mode": "any",
        "to": {"approved": "end", "rejected": "end"},
    },
    END,
)


def test_an_approval_goes_from_wait_to_wait(make_house: Maker):
    house = make_house(APPROVAL)
    instance = house.start("approval")
    [task] = house.tasks(instance)
    assert task["assignee"] == "ben"
    answer = house.act(task, way="approved")
    assert (answer.status, answer.tasks) == ("done", ())
    assert house.calls() == ["approved"]
    house.no_orphans()


def test_a_command_under_the_same_key_is_done_once_and_answered_alike(make_house: Maker):
    house = make_house(APPROVAL)
    [task] = house.tasks(house.start("approval"))
    first = house.act(task, key="click-1", way="approved")
    again = house.act(task, key="click-1", way="approved")
    assert (again.status, again.is_repeat, first.is_repeat) == (first.status, True, False)
    assert house.calls() == ["approved"]


def test_a_key_is_not_good_for_another_command(make_house: Maker):
    house = make_house(APPROVAL)
    [task] = house.tasks(house.start("approval"))
    house.act(task, key="click-1", way="approved")
    with pytest.raises(Conflict, match=r"flow\.other_command"):
        house.act(task, key="click-1", way="rejected")


def test_a_click_that_comes_late_is_told_who_was_quicker(make_house: Maker):
    house = make_house(BOTH_AGREE)
    first, second, *_ = house.tasks(house.start("both"))
    house.act(first, way="approved")
    with pytest.raises(Conflict) as told:
        house.act(second, way="approved")
    [problem] = told.value.problems
    assert problem.code == "flow.task_done_by_other"
    assert problem.params["who"] == first["assignee"]
    assert "lead1" in problem.message("zh")
    house.no_orphans()


def test_nobody_acts_in_another_persons_name(make_house: Maker):
    house = make_house(APPROVAL)
    [task] = house.tasks(house.start("approval"))
    happening = TaskAction(task["task_id"], "complete", "ben", task["round"], {"way": "approved"})
    with pytest.raises(Forbidden):
        house.service.handle(house.actor("ann"), task["instance_id"], happening, new_id())
    assert house.tasks()[0]["state"] == "open"


def test_a_refused_command_leaves_nothing_and_its_key_is_still_good(make_house: Maker):
    house = make_house(APPROVAL)
    [task] = house.tasks(house.start("approval"))
    with pytest.raises(Forbidden):
        house.act(task, key="k", by="ann", way="approved")
    assert house.rows("SELECT * FROM cc_flow_commands") == []
    assert house.act(task, key="k", way="approved").status == "done"


def test_an_instance_of_another_house_is_not_found(make_house: Maker):
    house = make_house(APPROVAL)
    with pytest.raises(NotFound):
        house.service.handle(house.actor(), new_id(), InstanceAction("cancel", "ann"), None)


def test_the_same_occasion_starts_a_flow_once(make_house: Maker):
    house = make_house(APPROVAL)
    house.start("approval", once="lead 7")
    with house.workspace.write(_cause()) as unit:
        assert house.service.start(unit, house.actor(), "approval", None, {}, "lead 7") is None
    assert len(house.instances()) == 1


def test_cancelling_takes_everything_with_it(make_house: Maker):
    house = make_house(BOTH_AGREE)
    instance = house.start("both")
    house.service.act(house.actor("ann"), instance, "cancel", key="c1")
    assert house.status(instance) == "cancelled"
    assert house.tasks(instance) == []
    house.no_orphans()


def test_a_form_that_refuses_a_write_leaves_an_incident_and_half_a_write_is_taken_back(make_house: Maker):
    bad = flow(
        "bad",
        {
            "key": "make",
            "kind": "create",
            "form": "plan",
            "set": {"name": '"x"', "discount": "200"},
            "to": "end",
        },
        END,
    )
    house = make_house(bad)
    instance = house.start("bad")
    assert house.status(instance) == "failed"
    [incident] = house.incidents()
    assert (incident["node"], incident["kind"], incident["actions"][0]) == ("make", "node", "retry")
    assert house.rows("SELECT * FROM f_plan") == []


def test_versions_stay_with_what_runs(make_house: Maker):
    house = make_house(APPROVAL)
    old = house.start("approval")
    house.take_up({**APPROVAL, "nodes": [{**APPROVAL["nodes"][0], "who": '"cat"'}, *APPROVAL["nodes"][1:]]})
    new = house.start("approval")
    assert [one["assignee"] for one in house.tasks()] == ["ben", "cat"]
    assert [one["version"] for one in house.instances()] == [1, 2]
    house.plans._known = {("approval", 2): house.plans.current["approval"]}
    house.act(house.tasks(old)[0], way="approved")
    assert (house.status(old), house.status(new)) == ("done", "running")


def test_an_ended_instance_is_opened_again_with_its_history(make_house: Maker):
    house = make_house(APPROVAL)
    instance = house.start("approval")
    house.service.act(house.actor(), instance, "cancel", {}, "a mistake", new_id())
    assert house.status(instance) == "cancelled"
    house.service.act(house.actor(), instance, "reopen", {"to": "ask"}, "he has thought again", new_id())
    [row] = house.instances(instance_id=instance)
    assert (row["status"], row["ended_at"], row["outcome"]) == ("running", None, None)
    house.act(house.tasks(instance)[0], way="approved")
    assert house.calls() == ["approved"]
    house.settle()
    house.no_orphans()


def test_an_unchanged_flow_keeps_its_version(make_house: Maker):
    house = make_house(APPROVAL)
    house.take_up(APPROVAL, BOTH_AGREE)
    assert {key: plan.version for key, plan in house.plans.current.items()} == {"approval": 1, "both": 1}


def _cause() -> object:
    from engine.store import Cause

    return Cause("user", "ann")


__all__ = ["House"]
