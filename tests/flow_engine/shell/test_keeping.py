"""A process keeps the states in which it left instances: only as long as they hold, and only what was committed."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from engine.store import Cause
from flow_engine import store
from flow_engine.happenings import TaskAction
from flow_engine.keeping import MOST_PARTS, Kept
from flow_engine.service import FlowService
from flow_engine.state import ROOT, Instance, State, Task, Token
from tests.flow_engine.shell.house import END, Maker, flow
from tests.flow_engine.shell.test_reading import taken

THREE = flow(
    "three",
    *(
        {"key": key, "kind": "approve", "who": '"ben"', "to": {"approved": to, "rejected": "end"}}
        for key, to in (("one", "two"), ("two", "three"), ("three", "end"))
    ),
    END,
)
AT = datetime(2026, 3, 2, 1, tzinfo=UTC)


def test_a_step_goes_on_from_what_the_one_before_left(make_house: Maker):
    house = make_house(THREE)
    instance = house.start("three")
    for node in ("one", "two", "three"):
        known = house.service.kept.get(instance)
        assert known is not None
        assert [token.node for token in known[1].tokens.values()] == [node]
        with house.workspace.write(Cause("system")) as unit:
            # Not read again: it is the very same state.
            assert store.take(unit, house.service.kept, instance)[0] is known[1]
        house.act(house.tasks(instance)[0], way="approved")
    assert house.status(instance) == "done"
    assert house.service.kept.get(instance) is None, "what has ended need not be kept"


def test_two_processes_see_each_others_steps(make_house: Maker):
    house = make_house(THREE)
    other = FlowService(house.workspace, lambda: house.plans, house.ports())
    instance = house.start("three")
    here = house.service
    for service in (other, here, other):
        [task] = house.tasks(instance)
        service.handle(house.actor("ben"), instance, click(task), task["node"])
    assert house.status(instance) == "done"
    assert [line for line in house.history(instance) if line.startswith("task")] == [
        "task one",
        "task two",
        "task three",
    ]


def test_what_is_taken_back_was_never_kept(make_house: Maker):
    house = make_house(THREE)
    instance = house.start("three")
    before = house.service.kept.get(instance)
    [task] = house.tasks(instance)
    with pytest.raises(ZeroDivisionError), house.workspace.write(Cause("flow", "ben")) as unit:
        house.service.handle_in(unit, house.actor("ben"), instance, click(task), "k")
        raise ZeroDivisionError
    with (
        house.workspace.write(Cause("flow", "ben")) as unit,
        pytest.raises(ZeroDivisionError),
        unit.savepoint(),
    ):
        house.service.handle_in(unit, house.actor("ben"), instance, click(task), "k")
        raise ZeroDivisionError
    assert house.service.kept.get(instance) is before
    assert before is not None
    assert taken(house, instance) == before[1]
    house.act(task, way="approved", key="k")
    assert [one["node"] for one in house.tasks(instance)] == ["two"]


def test_two_steps_of_one_transaction(make_house: Maker):
    house = make_house(THREE)
    instance = house.start("three")
    with house.workspace.write(Cause("flow", "ben")) as unit:
        for node in ("one", "two"):
            state = store.take(unit, house.service.kept, instance)[0]
            [task] = state.tasks.values()
            assert task.node == node
            action = TaskAction(task.task_id, "complete", "ben", task.round, {"way": "approved"})
            house.service.handle_in(unit, house.actor("ben"), instance, action, node)
    house.kept_is_what_is_stored(instance)
    house.act(house.tasks(instance)[0], way="approved")
    assert house.status(instance) == "done"


def test_a_repeated_command_is_known_though_nothing_is_read(make_house: Maker):
    house = make_house(THREE)
    instance = house.start("three")
    [task] = house.tasks(instance)
    first = house.act(task, way="approved", key="k")
    again = house.act(task, way="approved", key="k")
    assert again.is_repeat
    assert again.tasks == first.tasks


def test_whoever_changes_rows_beside_a_step_says_so(make_house: Maker):
    house = make_house(THREE)
    instance = house.start("three")
    with house.workspace.write(Cause("system")) as unit:
        unit.cursor.execute("UPDATE cc_flow_tasks SET title = 'new'")
        store.touch(unit, instance)
    [task] = taken(house, instance).tasks.values()
    assert task.title == "new"
    with house.workspace.write(Cause("system")) as unit:
        [task] = store.take(unit, house.service.kept, instance)[0].tasks.values()
    assert task.title == "new"


@pytest.mark.parametrize("size", [MOST_PARTS, MOST_PARTS + 1])
def test_large_instances_are_read(size: int):
    kept = Kept()
    kept.put(1, state("a", size - 2))
    assert (kept.get("a") is not None) == (size <= MOST_PARTS)


def test_the_one_that_was_stepped_longest_ago_goes_first():
    kept = Kept(most=2)
    for key in ("a", "b", "a", "c"):
        kept.put(1, state(key))
    assert [key for key in "abc" if kept.get(key)] == ["a", "c"]
    kept.put(2, state("a"))
    known = kept.get("a")
    assert known is not None
    assert known[0] == 2


def click(task: Mapping[str, Any]) -> TaskAction:
    return TaskAction(task["task_id"], "complete", task["assignee"], task["round"], {"way": "approved"})


def state(instance_id: str, tasks: int = 1) -> State:
    """Return an instance at one node with some tasks: with its token and its scope it has two parts more."""
    people = [Task(2 + at, 1, "ask", 1, "approve", "open", f"p{at}") for at in range(tasks)]
    return State(
        Instance(instance_id, "three", 1, "running", AT, None, instance_id),
        {1: Token(1, "ask", ROOT, 1, wait="task")},
        {ROOT: store.PLAIN_ROOT},
        {task.task_id: task for task in people},
    )
