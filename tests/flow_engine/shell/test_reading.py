"""An instance is read by what its last step left: nothing is looked for in vain, and nothing overlooked."""

from datetime import timedelta
from typing import Any

from sqlalchemy import update

from engine.store import Cause
from flow_engine import store
from flow_engine.keeping import Kept
from flow_engine.state import State
from flow_engine.tables import INSTANCES
from tests.flow_engine.shell.house import END, House, Maker, flow

APPROVAL = flow(
    "approval",
    {"key": "ask", "kind": "approve", "who": '"ben"', "to": {"approved": "wait", "rejected": "end"}},
    {"key": "wait", "kind": "wait", "for": "3h", "to": "end"},
    END,
)
COPY = flow(
    "copy",
    {"key": "tell", "kind": "cc", "who": '"cat"', "to": "ask"},
    {"key": "ask", "kind": "approve", "who": '"ben"', "to": {"approved": "end", "rejected": "end"}},
    END,
)


def test_what_an_instance_has_nothing_of_is_not_looked_for(make_house: Maker):
    house = make_house(APPROVAL)
    instance = house.start("approval")
    assert kinds(house, instance) == set()
    house.act(house.tasks(instance)[0], way="approved")
    assert kinds(house, instance) == {store.HAS_TIMERS}
    assert [one.key for one in taken(house, instance).timers.values()] == ["wait"]


def test_what_an_older_release_has_written_meanwhile_is_found(make_house: Maker):
    house = make_house(APPROVAL)
    instance = house.start("approval")
    before = row(house, instance)["parts"]
    house.act(house.tasks(instance)[0], way="approved")
    with house.workspace.write(Cause("system")) as unit:
        # A process of an older release moves an instance without a word about its parts.
        mine = update(INSTANCES).where(INSTANCES.c.instance_id == instance)
        unit.connection.execute(mine.values(parts=before))
    assert taken(house, instance).timers
    house.clock.advance(timedelta(hours=4))
    house.settle()
    assert house.status(instance) == "done"


def test_copies_outlive_their_token_and_are_read_with_the_instance(make_house: Maker):
    house = make_house(COPY)
    instance = house.start("copy")
    state = taken(house, instance)
    assert {task.kind for task in state.tasks.values()} == {"cc", "approve"}
    assert store.HAS_COPIES in kinds(house, instance)


def row(house: House, instance: str) -> dict[str, Any]:
    [found] = house.rows("SELECT * FROM cc_flow_instances WHERE instance_id = :one", one=instance)
    return found


def kinds(house: House, instance: str) -> set[int]:
    found = row(house, instance)
    assert found["parts"] >> store.PART_BITS == found["revision"]
    bits = (store.HAS_SCOPES, store.HAS_TIMERS, store.HAS_SUBSCRIPTIONS, store.HAS_ROUNDS, store.HAS_COPIES)
    return {bit for bit in bits if found["parts"] & bit}


def taken(house: House, instance: str) -> State:
    with house.workspace.write(Cause("system")) as unit:
        return store.take(unit, Kept(), instance)[0]
