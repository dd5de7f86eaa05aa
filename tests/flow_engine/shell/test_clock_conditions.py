"""Conditions that hang on the clock are looked at when their time comes, though no record changes."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from engine.clock import VirtualClock
from flow_engine import store
from flow_engine.tasks.history import history
from tests.flow_engine.shell.house import END, House, Maker, flow

NOTE = {"key": "note", "kind": "create", "form": "call", "set": {"what": '"came"'}, "to": "end"}
SHANGHAI = ZoneInfo("Asia/Shanghai")


def about_lead(key: str, *nodes: dict[str, Any], **more: Any) -> dict[str, Any]:
    return flow(key, *nodes, NOTE, END, trigger={"kind": "record_created", "form": "lead"}, **more)


def until(when: str, **more: Any) -> dict[str, Any]:
    return about_lead("wait", {"key": "rest", "kind": "wait_until", "when": when, "to": "note", **more})


def in_days(clock: VirtualClock, count: int) -> str:
    return str((clock.now().astimezone(SHANGHAI) + timedelta(days=count)).date())


def timers(house: House) -> list[str]:
    return [str(one["at"]) for one in house.rows("SELECT at FROM cc_flow_timers ORDER BY at")]


def test_a_wait_for_a_day_ends_when_the_clinics_day_turns(make_house: Maker, clock: VirtualClock):
    house = make_house(until("{lead.born} < TODAY()"))
    house.create("lead", name="x", born=in_days(clock, 2))
    house.settle()
    turn = (clock.now().astimezone(SHANGHAI) + timedelta(days=3)).replace(
        hour=0, minute=0, second=0, microsecond=0
    )
    house.clock.advance(turn - timedelta(seconds=1) - clock.now())
    house.settle()
    assert house.calls() == []
    house.pass_time(seconds=1)
    assert house.calls() == ["came"]
    house.no_orphans()


def test_days_in_which_nothing_turns_are_not_looked_at(make_house: Maker, clock: VirtualClock):
    house = make_house(until("{lead.born} < TODAY()"))
    house.create("lead", name="x", born=in_days(clock, 40))
    house.settle()
    instance = house.instances()[0]["instance_id"]
    for _ in range(40):
        house.pass_time(days=1)
    assert [line for line in house.history(instance) if line.startswith("timer")] == []
    house.pass_time(days=1)
    assert house.calls() == ["came"]
    assert "timer rest" in house.history(instance)


def test_a_day_far_ahead_is_reached_by_looking_now_and_then(make_house: Maker, clock: VirtualClock):
    house = make_house(until("{lead.born} < TODAY()"))
    house.create("lead", name="x", born=in_days(clock, 200))
    house.settle()
    house.pass_time(days=200)
    assert house.calls() == []
    house.pass_time(days=1)
    assert house.calls() == ["came"]


def test_the_next_look_moves_with_the_record(make_house: Maker, clock: VirtualClock):
    house = make_house(until("{lead.born} < TODAY()"))
    lead = house.create("lead", name="x", born=in_days(clock, 5))
    house.settle()
    first = timers(house)
    house.update("lead", lead, born=in_days(clock, 15))
    house.settle()
    assert len(timers(house)) == 1
    assert timers(house) > first
    house.pass_time(days=15)
    assert house.calls() == []
    house.pass_time(days=1)
    assert house.calls() == ["came"]


def test_a_moment_is_solved_to_the_second(make_house: Maker, clock: VirtualClock):
    house = make_house(until('NOW() > {lead.contact_at} + DURATION(2, "hour")'))
    at = clock.now() + timedelta(hours=30, minutes=7)
    house.create("lead", name="x", contact_at=at.isoformat())
    house.settle()
    house.pass_time(hours=31, minutes=37)
    assert house.calls() == []
    house.pass_time(minutes=30, seconds=2)
    assert house.calls() == ["came"]


def test_an_age_is_reached_on_the_birthday(make_house: Maker, clock: VirtualClock):
    house = make_house(until("AGE({lead.born}) >= 18"))
    born = clock.now().astimezone(SHANGHAI) + timedelta(days=20)
    house.create("lead", name="x", born=str(born.date().replace(year=born.year - 18)))
    house.settle()
    house.pass_time(days=19)
    assert house.calls() == []
    house.pass_time(days=1)
    assert house.calls() == ["came"]


RACE = about_lead(
    "race",
    {
        "key": "race",
        "kind": "race",
        "ways": [
            {"key": "late", "when": "{lead.born} < TODAY()", "to": "note"},
            {"key": "paid", "message": "paid", "to": "end"},
        ],
    },
)
GUARDED = about_lead(
    "guarded",
    {
        "key": "rest",
        "kind": "receive",
        "message": "x",
        "to": "end",
        "on": [{"key": "late", "kind": "condition", "when": "{lead.born} < TODAY()", "to": "note"}],
    },
)
TASK = about_lead(
    "task",
    {
        "key": "do",
        "kind": "task",
        "who": '"ann"',
        "done_when": "{lead.born} < TODAY()",
        "to": "note",
    },
)
GOAL = about_lead(
    "goal",
    {"key": "rest", "kind": "receive", "message": "x", "to": "end"},
    {"key": "grown", "kind": "goal", "when": "{lead.born} < TODAY()", "to": "note"},
)


@pytest.mark.parametrize("shape", [RACE, GUARDED, TASK, GOAL], ids=["race", "boundary", "done_when", "goal"])
def test_every_place_that_waits_for_a_condition_hears_the_clock(
    make_house: Maker, clock: VirtualClock, shape: dict[str, Any]
):
    house = make_house(shape)
    house.create("lead", name="x", born=in_days(clock, 3))
    house.settle()
    house.pass_time(days=3)
    assert house.calls() == []
    house.pass_time(days=1)
    assert house.calls() == ["came"]
    house.no_orphans()


def test_a_condition_that_does_not_interrupt_happens_once_each_time_it_comes_true(
    make_house: Maker, clock: VirtualClock
):
    mondays = about_lead(
        "mondays",
        {
            "key": "rest",
            "kind": "receive",
            "message": "x",
            "to": "end",
            "on": [
                {
                    "key": "monday",
                    "kind": "condition",
                    "when": 'AND(WEEKDAY(TODAY(), 2) = 1, {lead.name} <> "y")',
                    "interrupts": False,
                    "to": "note",
                }
            ],
        },
    )
    house = make_house(mondays)
    house.clock.advance(timedelta(days=(1 - clock.now().astimezone(SHANGHAI).weekday()) % 7))
    house.create("lead", name="x")
    house.settle()
    for _ in range(14):
        house.pass_time(hours=12)
        house.pass_time(hours=12)
    assert house.calls() == ["came", "came"]


def test_a_formula_that_says_as_of_when_has_no_timer(make_house: Maker, clock: VirtualClock):
    house = make_house(until("AGE({lead.born}, {lead.surgery_at}) >= 18"))
    house.create("lead", name="x", born=in_days(clock, -5000))
    house.settle()
    assert timers(house) == []


def test_a_look_is_told_in_the_history_in_words(make_house: Maker, clock: VirtualClock):
    house = make_house(until("{lead.born} < TODAY()"))
    house.create("lead", name="x", born=in_days(clock, 1))
    house.settle()
    house.pass_time(days=2)
    instance_id = house.instances()[0]["instance_id"]
    with house.workspace.read() as unit:
        instance = store.look(unit, instance_id)
        plan = house.plans.of(unit, "wait", instance.version)
        said = [line["text"]["zh"] for line in history(unit, plan, instance)]
    assert any("日期到了" in line for line in said)
