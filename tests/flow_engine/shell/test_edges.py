"""Triggers whose condition comes true with time: nobody saves anything, and yet the flow starts, once."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from engine.access.actor import system_actor
from engine.clock import VirtualClock
from flow_engine.compile import compile_flow
from tests.flow_engine.shell.house import END, House, Maker, flow

SHANGHAI = ZoneInfo("Asia/Shanghai")
OVERDUE = "{born} < TODAY()"


def noted(when: str = OVERDUE, key: str = "late", **more: Any) -> dict[str, Any]:
    trigger = {"kind": "became_true", "form": "lead", "when": when, **more}
    note = {"key": "note", "kind": "create", "form": "call", "set": {"what": "{lead.name}"}, "to": "end"}
    return flow(key, note, END, trigger=trigger)


def in_days(clock: VirtualClock, count: int) -> str:
    return str((clock.now().astimezone(SHANGHAI) + timedelta(days=count)).date())


def verdicts(house: House, record_id: str) -> list[str]:
    with house.workspace.read() as unit:
        found = house.service.explaining.triggers(unit, record_id)
    return [one["verdicts"][0]["verdict"] for one in reversed(found)]


def test_a_day_goes_by_and_the_flow_starts_though_nobody_saved(make_house: Maker, clock: VirtualClock):
    house = make_house(noted())
    lead = house.create("lead", name="x", born=in_days(clock, 2))
    house.settle()
    turn = (clock.now().astimezone(SHANGHAI) + timedelta(days=3)).replace(
        hour=0, minute=0, second=0, microsecond=0
    )
    house.clock.advance(turn - timedelta(seconds=1) - clock.now())
    house.settle()
    assert house.calls() == []
    house.pass_time(seconds=1)
    assert house.calls() == ["x"]
    for _ in range(5):
        house.pass_time(days=1)
    house.update("lead", lead, note="still late")
    house.settle()
    assert house.calls() == ["x"]
    assert verdicts(house, lead) == ["not_yet", "came_true", "held_before"]


def test_what_comes_true_by_a_write_is_not_started_again_by_the_clock(make_house: Maker, clock: VirtualClock):
    house = make_house(noted())
    house.settle()
    lead = house.create("lead", name="x", born=in_days(clock, 5))
    house.update("lead", lead, born=in_days(clock, -1))
    house.settle()
    assert house.calls() == ["x"]
    house.pass_time(days=2)
    assert house.calls() == ["x"]


def test_put_off_and_late_again_starts_again(make_house: Maker, clock: VirtualClock):
    house = make_house(noted())
    lead = house.create("lead", name="x", born=in_days(clock, 1))
    house.settle()
    house.pass_time(days=2)
    house.update("lead", lead, born=in_days(clock, 1))
    house.settle()
    assert house.calls() == ["x"]
    house.pass_time(days=2)
    assert house.calls() == ["x", "x"]


def test_a_write_between_midnight_and_the_round_starts_it_once(make_house: Maker, clock: VirtualClock):
    house = make_house(noted())
    lead = house.create("lead", name="x", born=in_days(clock, 0))
    house.settle()
    house.clock.advance(timedelta(days=1))
    house.update("lead", lead, note="seen by the dispatcher before the round")
    house.settle()
    assert house.calls() == ["x"]


def test_what_holds_already_when_the_rule_comes_into_force_has_not_become_true(
    make_house: Maker, clock: VirtualClock
):
    house = make_house()
    for day in (-3, 1):
        house.create("lead", name=f"{day}", born=in_days(clock, day))
    house.settle()
    house.take_up(noted())
    house.settle()
    assert house.calls() == []
    house.pass_time(days=2)
    assert house.calls() == ["1"]


def test_a_condition_that_reads_otherwise_does_not_start_for_all_the_past(
    make_house: Maker, clock: VirtualClock
):
    house = make_house(noted())
    for day in (-3, 0, 9):
        house.create("lead", name=f"{day}", born=in_days(clock, day))
    house.settle()
    house.take_up(noted('{born} < TODAY() + DURATION(5, "day")'))
    house.settle()
    assert house.calls() == ["-3"]
    house.pass_time(days=5)
    assert house.calls() == ["-3", "9"]


def test_a_cause_that_does_not_count_is_not_made_up_for_by_the_clock(make_house: Maker, clock: VirtualClock):
    house = make_house(noted(causes=["import"]))
    house.settle()
    lead = house.create("lead", name="x", born=in_days(clock, -1))
    house.settle()
    house.pass_time(days=1)
    assert house.calls() == []
    assert verdicts(house, lead) == ["other_cause"]


def test_a_record_in_the_bin_starts_nothing_nor_when_it_is_back(make_house: Maker, clock: VirtualClock):
    house = make_house(noted())
    house.settle()
    gone = house.create("lead", name="gone", born=in_days(clock, 1))
    back = house.create("lead", name="back", born=in_days(clock, -1))
    house.settle()
    house.records.delete(house.actor(), "lead", gone)
    house.records.delete(house.actor(), "lead", back)
    house.pass_time(days=2)
    house.records.restore(system_actor(house.workspace.key), "lead", back)
    house.pass_time(days=1)
    assert house.calls() == ["back"], "by its creation, and not again"
    house.update("lead", back, born=in_days(clock, 1))
    house.settle()
    house.pass_time(days=2)
    assert house.calls() == ["back", "back"]


def test_a_time_of_day_is_noticed_within_minutes(make_house: Maker, clock: VirtualClock):
    house = make_house(noted('NOW() > {contact_at} + DURATION(2, "hour")'))
    house.create("lead", name="x", contact_at=clock.now().isoformat())
    house.settle()
    house.pass_time(hours=1, minutes=59)
    assert house.calls() == []
    house.pass_time(minutes=6)
    assert house.calls() == ["x"]


def test_what_came_true_while_the_house_was_dark_is_made_up_for(make_house: Maker, clock: VirtualClock):
    house = make_house(noted())
    house.create("lead", name="x", born=in_days(clock, 1))
    house.settle()
    house.clock.advance(timedelta(days=30))
    house.settle()
    assert house.calls() == ["x"]


def test_a_failed_start_is_an_incident_and_does_not_keep_the_others(make_house: Maker, clock: VirtualClock):
    broken = noted()
    broken["nodes"][0]["set"] = {"what": "{lead.note}"}
    house = make_house(noted(key="fine"), {**broken, "once_per": "1 / ({lead.score})"})
    house.create("lead", name="x", score=0, born=in_days(clock, 1))
    house.settle()
    house.pass_time(days=2)
    assert house.calls() == ["x"]
    assert [one["flow"] for one in house.incidents()] == ["late"]


def test_within_a_day_nothing_is_asked_of_the_records(make_house: Maker, clock: VirtualClock):
    house = make_house(noted())
    house.create("lead", name="x", born=in_days(clock, 40))
    house.settle()
    asked: list[str] = []

    def hear(scoped: Any) -> None:
        asked.append(scoped)

    scans = house.service.edges
    before = scans._inside
    scans._inside = lambda *given: hear(given) or before(*given)  # type: ignore[method-assign, func-returns-value]
    for _ in range(12):
        house.pass_time(hours=1)
    assert len(asked) <= 1


@pytest.mark.parametrize(
    ("when", "clocks"),
    [
        ('{stage} = "won"', set()),
        (OVERDUE, {"day"}),
        ("NOW() > {contact_at}", {"moment"}),
        ("AND(CHANGED({stage}), {born} < TODAY())", set()),
        ("AGE({born}, {contact_at}) > 3", set()),
        ("{calls} > 1", {"sums"}),
    ],
)
def test_what_hangs_on_the_clock_is_known_when_compiled(make_house: Maker, when: str, clocks: set[str]):
    house = make_house(noted(when))
    [trigger] = compile_flow(house.plans.get("late").definition, house.app.analysis).triggers
    assert trigger.clocks == clocks


CALLED = noted("{calls} > 1", key="often")


def test_a_sum_comes_true_by_what_is_summed(make_house: Maker):
    house = make_house(CALLED)
    lead = house.create("lead", name="x")
    house.settle()
    first = house.create("call", lead_id=lead, what="one")
    house.settle()
    assert house.instances(flow="often") == []
    house.create("call", lead_id=lead, what="two")
    house.settle()
    assert len(house.instances(flow="often")) == 1
    house.create("call", lead_id=lead, what="three")
    house.update("lead", lead, note="still often")
    house.pass_time(days=2)
    assert len(house.instances(flow="often")) == 1, "once, until it is no longer so"
    for one in house.rows("SELECT id FROM f_call WHERE lead_id = :lead", lead=lead):
        if one["id"] != first:
            house.records.delete(house.actor(), "call", one["id"])
    house.settle()
    house.create("call", lead_id=lead, what="again")
    house.settle()
    assert len(house.instances(flow="often")) == 2


def test_a_record_that_moves_to_another_counts_there(make_house: Maker):
    house = make_house(CALLED)
    one, other = house.create("lead", name="one"), house.create("lead", name="other")
    house.settle()
    house.create("call", lead_id=other, what="a")
    call = house.create("call", lead_id=one, what="b")
    house.settle()
    house.update("call", call, lead_id=other)
    house.settle()
    assert [each["record_id"] for each in house.instances(flow="often")] == [other]


def test_many_at_once_are_summed_behind(make_house: Maker):
    house = make_house(CALLED)
    leads = [house.create("lead", name=f"{n}") for n in range(12)]
    house.settle()
    rows = [{"lead_id": lead, "what": what} for lead in leads for what in ("a", "b")]
    house.records.load(house.actor(), "call", rows)
    house.settle()
    assert {each["record_id"] for each in house.instances(flow="often")} == set(leads)
