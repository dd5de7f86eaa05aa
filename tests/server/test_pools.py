"""Taking records from a pool over HTTP: one wins, limits hold, and nobody takes what they may not see."""

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest

from engine.store.unit import Cause
from flow_engine.tables import POOL_ITEMS
from tests.installations import BOTH, pg_database
from tests.server.conftest import Town, codes, new_customer, phone, town_with

__all__ = ["pg_database"]

POOL = {
    "key": "open_ones", "name": {"zh": "公海", "en": "Pool"}, "daily": 4, "hold": 2, "cooldown": "7d", "view": "all",
    "done": '{stage} = "won"', "on_enter": {"color": "red"}, "on_claim": {"color": "green"},
}  # fmt: skip


@pytest.fixture(scope="module", params=BOTH)
def town(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """Return a house whose clerks see what lies in the pool, unless its note is “hidden”."""

    def with_pool(files):
        files["forms/customer"]["pools"] = [POOL]
        seen = 'OR(OWN(), AND({color} = "red", OR(ISBLANK({note}), {note} <> "hidden")))'
        files["roles/clerk"]["grants"]["customer"]["view"] = seen

    with town_with(request, tmp_path_factory, with_pool) as made:
        yield made


@pytest.fixture
def lying(town, boss):
    """Return what makes a record that lies in the pool."""

    def make(**values):
        made = new_customer(boss, phone=phone(), color="red", **values)
        told = boss.patch(f"/api/forms/customer/records/{made['id']}", json={"values": {"owner_id": None}})
        assert told.status_code == 200, told.text
        return made["id"]

    return make


@pytest.fixture
def nobody_holds_any(town):
    """Let the limits of a person begin anew: another day, and nothing in hand."""
    workspace = town.clinic().workspace
    workspace.clock.advance(timedelta(days=1))
    with workspace.write(Cause("system")) as unit:
        unit.connection.execute(POOL_ITEMS.delete())


pytestmark = pytest.mark.usefixtures("nobody_holds_any")


def claim(client, *ids):
    return client.post("/api/pools/open_ones/claim", json={"record_ids": list(ids)} if ids else {})


def test_the_form_names_its_pools_for_whoever_may_take(ann):
    [pool] = ann.get("/api/forms/customer").json()["pools"]
    assert (pool["key"], pool["owner"], pool["marks"], pool["view"]) == (
        "open_ones",
        "owner_id",
        {"color": "red"},
        "all",
    )


@pytest.mark.parametrize("round_", range(4))
def test_of_two_at_the_same_instant_one_takes_what_the_pool_has_no_row_of(town, ann, boss, lying, round_):
    one, together, answers = lying(), threading.Barrier(2), {}

    def take(name, client):
        together.wait()
        answers[name] = claim(client, one)

    takers = {"ann": ann, "boss": boss}
    threads = [threading.Thread(target=take, args=pair) for pair in takers.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    won, late = sorted(answers, key=lambda name: answers[name].status_code)
    assert answers[won].json() == {"taken": [one], "failed": []}
    assert answers[late].status_code == 409
    assert codes(answers[late]) == {"/record": "pool.taken"}
    record = boss.get(f"/api/forms/customer/records/{one}").json()["record"]
    assert (record["owner_id"], record["color"]) == (town.ids["alpha", won], "green")


def test_taking_one_makes_it_mine_and_the_next_is_told_who_has_it(town, ann, boss, lying):
    one = lying()
    assert claim(ann, one).json() == {"taken": [one], "failed": []}
    record = ann.get(f"/api/forms/customer/records/{one}").json()["record"]
    assert (record["owner_id"], record["color"]) == (town.ids["alpha", "ann"], "green")
    late = claim(boss, one)
    assert late.status_code == 409
    assert codes(late) == {"/record": "pool.taken"}


def test_of_several_each_is_taken_or_refused_by_itself(ann, lying):
    three = [lying() for _ in range(3)]
    told = claim(ann, *three).json()
    assert told["taken"] == three[:2]
    assert [(one["record_id"], one["problems"][0]["code"]) for one in told["failed"]] == [
        (three[2], "pool.hold")
    ]
    mine = ann.get("/api/pools/open_ones?items=false").json()
    assert (mine["held"], mine["most"], mine["taken"], mine["daily"], mine["items"]) == (2, 2, 2, 4, [])


def test_what_is_done_makes_room(ann, boss, lying):
    three = [lying(stage="open") for _ in range(3)]
    assert claim(ann, *three[:2]).json()["taken"] == three[:2]
    told = boss.patch(f"/api/forms/customer/records/{three[0]}", json={"values": {"stage": "won"}})
    assert told.status_code == 200, told.text
    assert claim(ann, three[2]).json()["taken"] == [three[2]]


def test_what_one_may_not_see_is_not_there_to_take(ann, lying):
    hidden = lying(note="hidden")
    told = claim(ann, hidden)
    assert told.status_code == 404
    assert codes(told) == {"/record": "pool.not_there"}


def test_the_next_one_is_one_that_i_may_see(ann, boss, lying):
    for record in boss.post("/api/forms/customer/query", json={"limit": 500, "fields": ["color"]}).json()[
        "records"
    ]:
        if record["color"] == "red":
            boss.patch(f"/api/forms/customer/records/{record['id']}", json={"values": {"color": "blue"}})
    lying(note="hidden")
    seen = lying()
    assert claim(ann).json()["taken"] == [seen]
    assert claim(ann).json() == {"taken": [], "failed": []}


def test_who_may_not_change_such_records_takes_none(town, lying):
    told = claim(town.sign_in("nobody"), lying())
    assert told.status_code == 403
    assert codes(told) == {"/pool": "pool.not_for_you"}


@pytest.mark.parametrize("ids", [[3], [None], ["x"] * 201])
def test_what_is_no_list_of_records_is_refused(ann, ids):
    assert ann.post("/api/pools/open_ones/claim", json={"record_ids": ids}).status_code == 422
