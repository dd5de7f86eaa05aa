"""Pools: exactly one takes it, limits hold, what lies idle comes back with a warning."""

import threading
from datetime import UTC, datetime, timedelta

import pytest

from engine.problems import Conflict, NotFound, Rejected, TooMany
from engine.store import Cause
from flow_engine.acts import Choose
from flow_engine.calendar.service import RecordCalendar
from flow_engine.routing import Pools, Router, read_pool
from tests.flow_engine.fakes import FakeRecords, in_unit
from tests.flow_engine.installations import *  # noqa: F403

NOW = datetime(2026, 3, 5, 4, tzinfo=UTC)
RULE = read_pool(
    {
        "key": "leads",
        "name": {"zh": "线索公海"},
        "daily": 3,
        "hold": 2,
        "protect": "3d",
        "cooldown": "7d",
        "done": '{stage} = "won"',
        "on_enter": {"stage": "pool"},
        "on_claim": {"stage": "contacted"},
        "recycle": [{"key": "idle", "after": "15d", "since": "followed_at", "warn": "2d"}],
    },
    "lead",
)


class House:
    def __init__(self, workspace, clock):
        self.workspace, self.clock, self.told = workspace, clock, []
        self.records = FakeRecords(lead={f"l{n}": {"owner_id": None} for n in range(1, 7)})
        self.records.when(
            "followed_at",
            lambda row, names: bool(row.get("owner_id")) and row["followed_at"] <= names["limit"],
        )
        self.records.when(
            "INCLUDES({form.had}",
            lambda row, names: row["owner_id"] == names["who"] and row.get("stage") != "won",
        )
        self.records.when(
            "ISBLANK({owner_id})",
            lambda row, names: row["owner_id"] is None and row.get("stage") == names["stage"],
        )
        self.records.label = lambda form, record_id: record_id
        self.pools = Pools(
            lambda: {"leads": RULE},
            lambda unit: self.records,
            lambda unit, user: {"mei": "梅"}.get(user, user),
            lambda unit, people, kind, body, form, record: self.told.append((people, kind, record)),
        )

    def __getattr__(self, name):
        def call(*args, **more):
            return in_unit(
                self.workspace, lambda unit: getattr(self.pools, name)(unit, "leads", *args, **more)
            )

        return call

    def lead(self, key):
        return self.records.forms["lead"][key]


@pytest.fixture
def house(clinic, clock):
    clock.at = NOW
    found = House(clinic, clock)
    for number in range(1, 7):
        found.put("lead", f"l{number}")
    return found


def refused(kind, do) -> str:
    with pytest.raises(kind) as why:
        do()
    return why.value.problems[0]


def test_taking_makes_one_the_owner_and_tells_the_others(house):
    house.claim("l1", "mei")
    assert house.lead("l1") == {"owner_id": "mei", "stage": "contacted"}
    problem = refused(Conflict, lambda: house.claim("l1", "bo"))
    assert problem.message("zh") == "这条已被梅领取"
    assert refused(NotFound, lambda: house.claim("l9", "bo")).code == "pool.not_there"


def test_limits_of_holding_and_of_a_day(house):
    house.claim("l1", "mei")
    house.claim("l2", "mei")
    assert refused(TooMany, lambda: house.claim("l3", "mei")).code == "pool.hold"
    house.settle("l1")
    house.claim("l3", "mei")
    house.settle("l2")
    assert refused(TooMany, lambda: house.claim("l4", "mei")).code == "pool.daily"
    house.clock.advance(timedelta(days=1))
    house.claim("l4", "mei")


def test_who_gives_one_back_cannot_take_it_again_at_once(house):
    house.claim("l1", "mei")
    house.release("l1", "mei", "wrong number")
    assert house.lead("l1") == {"owner_id": None, "stage": "pool"}
    assert refused(Rejected, lambda: house.claim("l1", "mei")).code == "pool.cooldown"
    house.claim("l1", "bo")
    assert refused(Conflict, lambda: house.release("l1", "mei", "x")).code == "pool.not_yours"
    assert [(one["kind"], one["by"]) for one in house.ledger("l1")] == [
        ("entered", None), ("claimed", "mei"), ("entered", "mei"), ("claimed", "bo"),
    ]  # fmt: skip


def test_the_next_one_is_the_oldest_that_may_be_taken(house):
    house.claim("l1", "mei")
    house.clock.advance(timedelta(minutes=1))
    house.release("l1", "mei", "x")
    assert house.waiting()[0] == "l2"
    assert house.claim_next("mei") == "l2"
    assert house.claim_next("mei") == "l3"
    assert refused(TooMany, lambda: house.claim_next("mei")).code == "pool.hold"


def test_what_is_won_or_gone_to_another_counts_against_nobody(house):
    for key in ("l1", "l2"):
        house.claim(key, "mei")
    assert house.held("mei") == 2
    assert refused(TooMany, lambda: house.claim("l3", "mei")).code == "pool.hold"
    house.lead("l1")["stage"] = "won"
    assert house.held("mei") == 1
    house.claim("l3", "mei")
    house.lead("l2")["owner_id"] = "bo"
    assert house.held("mei") == 1
    assert [one["kind"] for one in house.ledger("l1")][-1] == "settled"


def test_what_somebody_was_given_by_hand_is_not_taken_from_them(house):
    house.lead("l1")["owner_id"] = "mei"
    assert refused(Conflict, lambda: house.claim("l1", "bo")).message("zh") == "这条已被梅领取"
    assert "l1" not in house.waiting()
    assert house.claim_next("bo") == "l2"


def test_what_came_there_by_hand_or_import_can_be_taken_too(house):
    house.records.forms["lead"]["l7"] = {"owner_id": None, "stage": "pool"}
    assert "l7" in house.waiting()
    assert house.lies_there("l7")
    house.claim("l7", "mei")
    assert house.lead("l7")["owner_id"] == "mei"
    assert not house.lies_there("l7")
    house.lead("l7").update(owner_id=None, stage="pool")
    assert refused(Rejected, lambda: house.claim("l7", "mei")).code == "pool.cooldown"
    house.claim("l7", "bo")
    assert house.lead("l7")["owner_id"] == "bo"


def test_what_is_nobodys_and_elsewhere_is_not_in_the_pool(house):
    house.records.forms["lead"]["l8"] = {"owner_id": None, "stage": "new"}
    assert refused(NotFound, lambda: house.claim("l8", "mei")).code == "pool.not_there"


def test_the_next_one_is_of_those_that_are_for_them(house):
    assert house.claim_next("mei", among=lambda one: one == "l4") == "l4"


def test_what_lies_idle_comes_back_after_a_warning(house):
    house.claim("l1", "mei")
    house.lead("l1")["followed_at"] = NOW
    house.clock.advance(timedelta(days=13, minutes=1))
    assert house.recycle() == {"recycled": 0, "warned": 1}
    assert house.recycle() == {"recycled": 0, "warned": 0}, "warned once"
    house.clock.advance(timedelta(days=2))
    assert house.recycle() == {"recycled": 1, "warned": 0}
    assert house.told == [(("mei",), "pool.warned", "l1"), (("mei",), "pool.recycled", "l1")]
    assert house.lead("l1")["owner_id"] is None
    assert refused(Rejected, lambda: house.claim("l1", "mei")).code == "pool.cooldown"
    assert house.recycle() == {"recycled": 0, "warned": 0}


def test_what_was_just_taken_is_protected(house):
    house.lead("l1")["followed_at"] = NOW - timedelta(days=30)
    house.claim("l1", "mei")
    assert house.recycle()["recycled"] == 0
    house.clock.advance(timedelta(days=3))
    assert house.recycle()["recycled"] == 1


def test_of_many_at_once_exactly_one_takes_it(house):
    won, lost = [], []

    def take(user):
        try:
            with house.workspace.write(Cause("user", user)) as unit:
                house.pools.claim(unit, "leads", "l1", user)
            won.append(user)
        except Conflict as why:
            lost.append(why.problems[0].code)

    threads = [threading.Thread(target=take, args=(f"u{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 1
    assert lost == ["pool.taken"] * 3
    assert house.lead("l1")["owner_id"] == won[0]


def test_nobody_passes_a_limit_with_two_clicks_at_once(house):
    results = []

    def take(record_id):
        try:
            with house.workspace.write(Cause("user", "mei")) as unit:
                house.pools.claim(unit, "leads", record_id, "mei")
            results.append("won")
        except TooMany as why:
            results.append(why.problems[0].code)

    threads = [threading.Thread(target=take, args=(f"l{n}",)) for n in range(1, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["pool.hold", "pool.hold", "won", "won"]


def test_spans_of_a_pool_that_cannot_be_read_are_told():
    with pytest.raises(Rejected) as why:
        read_pool({"key": "p", "name": {}, "recycle": [{"key": "a", "after": "soon", "since": "x"}]}, "lead")
    assert why.value.problems[0].path == "/recycle/0/after"


@pytest.fixture
def router(clinic, clock):
    clock.at = NOW
    records = FakeRecords(
        lead={"l1": {"branch_id": None}},
        staff={
            "s1": {"user_id": "an", "specialties": ["implant"]},
            "s2": {"user_id": "bo", "status": "on_leave"},
        },
    )
    records.when("{form.skill} IN", lambda row, names: names["skill"] in row.get("specialties", ()))
    records.when(
        '{status} IN ("on_leave"', lambda row, names: row["user_id"] == names["person"] and "status" in row
    )
    records.when("{owner_id} = {form.person}", lambda row, names: row.get("owner_id") == names["person"])
    put = []
    found = Router(
        lambda unit: records, RecordCalendar(lambda unit: records), lambda *given: put.append(given[1:])
    )

    def choose(people=("an", "bo", "cai"), **rule):
        asked = Choose("flow.node.row", rule, tuple(people), "lead", "l1")
        return in_unit(clinic, lambda unit: found.choose(unit, asked))

    choose.put = put
    return choose


def test_a_rotation_goes_on_from_transaction_to_transaction(router):
    assert [router() for _ in range(4)] == ["an", "bo", "cai", "an"]
    assert [router(weights={"an": 0}) for _ in range(2)] == ["bo", "cai"]


def test_presence_leaves_out_who_is_on_leave(router):
    assert {router(attendance=True) for _ in range(4)} == {"an", "cai"}


def test_skills_of_the_staff_decide(router):
    assert [router(mode="skill", skill=["implant"]) for _ in range(2)] == ["an", "an"]
    assert router(mode="skill", skill=["ortho"]) is None


def test_what_goes_to_a_pool_has_no_owner(router):
    assert router(mode="pool", pool="leads") is None
    assert router.put == [("leads", "lead", "l1")]
