"""Times keep themselves: timers, days of records, schedules, segments; nothing is missed, and nothing comes twice."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from engine.clock import VirtualClock
from engine.store import Cause
from flow_engine import store, timing
from flow_engine.service import FlowService
from tests.flow_engine.shell.house import END, House, Maker, flow
from tests.flow_engine.shell.test_starting import noted

WAIT = flow("rest", {"key": "rest", "kind": "wait", "for": "3d", "to": "note"},
            {"key": "note", "kind": "create", "form": "call", "set": {"what": '"rested"'}, "to": "end"}, END)  # fmt: skip
FOLLOW_UP = flow(
    "care",
    {"key": "day7", "kind": "wait_until", "at": {"field": "{lead.surgery_at}", "plus": "7d"}, "to": "note"},
    {"key": "note", "kind": "create", "form": "call", "set": {"what": '"day 7"'}, "to": "end"},
    END,
    trigger={"kind": "record_created", "form": "lead"},
)


def due(house: House) -> list[str]:
    return [
        one["due_at"][:16] + " " + one["state"]
        for one in house.rows("SELECT * FROM cc_flow_occurrences ORDER BY due_at")
    ]


def test_a_timer_fires_when_its_time_has_come(make_house: Maker):
    house = make_house(WAIT)
    instance = house.start("rest")
    house.pass_time(days=2, hours=23)
    assert house.status(instance) == "running"
    house.pass_time(hours=1)
    assert (house.status(instance), house.calls()) == ("done", ["rested"])
    house.no_orphans()


def test_many_overdue_timers_are_drained_in_portions(make_house: Maker):
    house = make_house(WAIT)
    for _ in range(57):
        house.start("rest")
    house.clock.advance(timedelta(days=40))
    assert house.service.tick(house.workspace) == 57
    assert len(house.calls()) == 57
    house.no_orphans()


def test_a_broken_instance_does_not_stop_the_other_clocks(make_house: Maker, monkeypatch: pytest.MonkeyPatch):
    house = make_house(WAIT)
    broken, fine = house.start("rest"), house.start("rest")
    right = FlowService.handle_in

    def handle_in(self: Any, unit: Any, actor: Any, instance_id: str, *more: Any) -> Any:
        if instance_id == broken:
            raise ZeroDivisionError
        return right(self, unit, actor, instance_id, *more)

    monkeypatch.setattr(FlowService, "handle_in", handle_in)
    house.pass_time(days=3)
    assert (house.status(broken), house.status(fine)) == ("running", "done")
    assert [one["kind"] for one in house.incidents()] == ["timer"]
    monkeypatch.undo()
    house.pass_time(hours=1)
    assert house.status(broken) == "done"


def test_a_paused_flow_keeps_its_timers_for_later(make_house: Maker):
    house = make_house(WAIT)
    instance = house.start("rest")
    house.service.act(house.actor(), instance, "pause")
    house.pass_time(days=5)
    assert house.status(instance) == "paused"
    house.service.act(house.actor(), instance, "resume")
    house.settle()
    assert house.status(instance) == "done"


def test_a_follow_up_moves_with_the_surgery(make_house: Maker, clock: VirtualClock):
    house = make_house(FOLLOW_UP)
    at = clock.now() + timedelta(days=2)
    lead = house.create("lead", name="x", surgery_at=at.isoformat())
    house.settle()
    house.update("lead", lead, surgery_at=(at + timedelta(days=10)).isoformat())
    house.pass_time(days=10)
    assert house.calls() == []
    house.pass_time(days=9)
    assert house.calls() == ["day 7"]
    assert any(line.startswith("moved") for line in house.history(house.instances()[0]["instance_id"]))


def test_a_follow_up_of_a_surgery_taken_off_the_book_does_not_come_until_there_is_a_day_again(
    make_house: Maker, clock: VirtualClock
):
    house = make_house(FOLLOW_UP)
    lead = house.create("lead", name="x", surgery_at=(clock.now() + timedelta(days=2)).isoformat())
    house.settle()
    house.update("lead", lead, surgery_at=None)
    house.pass_time(days=40)
    assert house.calls() == []
    house.update("lead", lead, surgery_at=(clock.now() + timedelta(days=1)).isoformat())
    house.pass_time(days=9)
    assert house.calls() == ["day 7"]


def days(**more: Any) -> dict[str, Any]:
    trigger = {
        "kind": "date_field",
        "form": "lead",
        "field": "surgery_at",
        "offsets": ["1d", "7d"],
        "time": "10:00",
        **more,
    }
    return noted("after", trigger)


def test_the_days_after_surgery_are_written_down_and_come(make_house: Maker, clock: VirtualClock):
    house = make_house(days())
    house.settle()
    house.create("lead", name="x", surgery_at="2026-03-06T09:00:00+08:00")
    house.settle()
    assert due(house) == ["2026-03-07 02:00 expected", "2026-03-13 02:00 expected"]
    house.pass_time(days=2)
    assert due(house)[0].endswith("started")
    house.pass_time(days=7)
    assert house.calls() == ["after", "after"]


def test_a_day_that_passed_in_an_outage_still_comes(make_house: Maker):
    house = make_house(days())
    house.settle()
    house.create("lead", name="x", surgery_at="2026-03-06T09:00:00+08:00")
    house.pass_time(days=30)
    assert house.calls() == ["after", "after"]


def test_what_is_late_may_be_dropped(make_house: Maker):
    house = make_house(days(late={"do": "within", "within": "2d"}))
    house.settle()
    house.create("lead", name="x", surgery_at="2026-03-06T09:00:00+08:00")
    house.pass_time(days=9)
    assert house.calls() == ["after"]
    assert due(house)[0].endswith("skipped")


def test_what_was_due_before_its_rule_came_into_force_counts_as_none_that_was_missed(make_house: Maker):
    house = make_house(days(late={"do": "drop"}))
    house.pass_time(hours=9)  # past the time of day at which it is due
    yesterday = house.clock.at - timedelta(days=1)
    house.create("lead", name="x", surgery_at=yesterday.isoformat())
    house.settle()
    [first, *_] = house.rows("SELECT state, reason FROM cc_flow_occurrences ORDER BY due_at")
    assert (first["state"], first["reason"]) == ("skipped", "before_rule")
    with house.workspace.read() as unit:
        now = house.clock.at
        [told] = house.service.explaining.coverage(unit, now - timedelta(days=30), now)
    assert (told["missed"], told["coverage"]) == (0, 1.0)


def test_a_moved_date_moves_what_has_not_come_and_a_blank_one_cancels_it(make_house: Maker):
    house = make_house(days())
    house.settle()
    lead = house.create("lead", name="x", surgery_at="2026-03-06T09:00:00+08:00")
    house.pass_time(days=2)
    house.update("lead", lead, surgery_at="2026-03-20T09:00:00+08:00")
    house.settle()
    assert due(house) == ["2026-03-07 02:00 started", "2026-03-27 02:00 expected"]
    house.update("lead", lead, surgery_at=None)
    house.settle()
    assert due(house)[1].endswith("cancelled")


def test_surgery_of_long_ago_calls_nobody(make_house: Maker):
    house = make_house(days())
    house.settle()
    house.create("lead", name="x", surgery_at="2021-03-06T09:00:00+08:00")
    house.settle()
    assert due(house) == []


def test_a_condition_is_looked_at_when_the_day_comes(make_house: Maker):
    house = make_house(days(when='{stage} <> "lost"'))
    house.settle()
    lead = house.create("lead", name="x", stage="won", surgery_at="2026-03-06T09:00:00+08:00")
    house.pass_time(days=2)
    house.update("lead", lead, stage="lost")
    house.pass_time(days=10)
    assert house.calls() == ["after"]
    assert [one.rsplit(" ", 1)[1] for one in due(house)] == ["started", "skipped"]


def test_what_was_skipped_on_its_day_comes_when_the_day_is_put_off(make_house: Maker):
    house = make_house(days(when='{stage} = "won"'))
    house.settle()
    lead = house.create("lead", name="x", stage="new", surgery_at="2026-03-06T09:00:00+08:00")
    house.pass_time(days=2)
    assert due(house)[0].endswith("skipped")
    house.update("lead", lead, stage="won", surgery_at="2026-03-26T09:00:00+08:00")
    house.settle()
    assert due(house) == ["2026-03-27 02:00 expected", "2026-04-02 02:00 expected"]
    house.pass_time(days=40)
    assert house.calls() == ["after", "after"]


def test_what_was_skipped_stays_so_when_its_day_is_moved_within_the_past(make_house: Maker):
    house = make_house(days(when='{stage} = "won"'))
    house.settle()
    lead = house.create("lead", name="x", stage="new", surgery_at="2026-03-06T09:00:00+08:00")
    house.pass_time(days=3)
    house.update("lead", lead, stage="won", surgery_at="2026-03-06T11:00:00+08:00")
    house.settle()
    assert due(house)[0].endswith("skipped")
    assert house.calls() == []


@pytest.mark.parametrize(
    ("born", "leap_day", "day"),
    [
        ("1990-03-20", "feb28", "2026-03-20"),
        ("1992-02-29", "feb28", "2027-02-28"),
        ("1992-02-29", "mar1", "2027-03-01"),
    ],
)
def test_a_birthday_comes_every_year(make_house: Maker, born: str, leap_day: str, day: str):
    trigger = {
        "kind": "date_field",
        "form": "lead",
        "field": "born",
        "repeat": "yearly",
        "leap_day": leap_day,
        "time": "09:00",
    }
    house = make_house(noted("birthday", trigger))
    house.settle()
    house.create("lead", name="x", born=born)
    house.settle()
    end = datetime.fromisoformat(day).replace(tzinfo=UTC) + timedelta(hours=1, minutes=30)
    while house.clock.now() + timedelta(days=30) < end:
        house.pass_time(days=30)
    house.clock.advance(end - house.clock.now() - timedelta(hours=1))
    house.settle()
    assert house.calls() == []
    house.pass_time(hours=1)
    assert house.calls() == ["birthday"]


def test_a_lunar_birthday_comes_by_the_moon(make_house: Maker):
    house = make_house(
        noted(
            "moon",
            {"kind": "date_field", "form": "lead", "field": "born", "repeat": "lunar", "time": "09:00"},
        )
    )
    house.settle()
    house.create("lead", name="x", born="1990-03-11")  # 二月十五
    house.settle()
    assert [one["due_at"][:10] for one in house.rows("SELECT due_at FROM cc_flow_occurrences")] == [
        "2026-04-02"
    ]


def test_what_came_past_the_store_is_found_at_night(make_house: Maker):
    house = make_house(days())
    house.settle()
    lead = house.create("lead", name="x")
    house.settle()
    with house.workspace.write(Cause("system")) as unit:
        unit.cursor.execute("UPDATE f_lead SET surgery_at = '2026-03-06 01:00:00.000000'")
    house.pass_time(days=1)
    assert len(due(house)) == 2
    house.pass_time(days=8)
    assert house.calls() == ["after", "after"]
    assert lead


def test_silence_counts_once_and_a_contact_puts_it_off(make_house: Maker):
    house = make_house(
        noted("quiet", {"kind": "inactivity", "form": "lead", "field": "contact_at", "after": "30d"})
    )
    house.settle()
    lead = house.create("lead", name="x", contact_at="2026-03-05T09:00:00+08:00")
    house.pass_time(days=20)
    house.update("lead", lead, contact_at=house.clock.now().isoformat())
    house.pass_time(days=29)
    assert house.calls() == []
    house.pass_time(days=40)
    assert house.calls() == ["quiet"]


# Schedules and segments.


def test_a_schedule_comes_in_the_zone_of_the_clinic(make_house: Maker):
    house = make_house(noted("daily", {"kind": "schedule", "cron": "0 9 * * *"}))
    house.settle()
    house.pass_time(hours=18)  # 06:30 UTC + 18 h = 08:30 in Shanghai
    assert house.calls() == []
    house.pass_time(hours=1)
    assert house.calls() == ["daily"]


@pytest.mark.parametrize(("policy", "times"), [("all", 5), ("latest", 1), ("none", 0)])
def test_missed_times_are_made_up_for_by_policy(make_house: Maker, policy: str, times: int):
    house = make_house(noted("daily", {"kind": "schedule", "cron": "0 9 * * *", "catch_up": policy}))
    house.settle()
    house.pass_time(days=5)
    assert len(house.calls()) == times


def test_a_schedule_goes_through_the_records_for_which_it_holds(make_house: Maker):
    trigger = {"kind": "schedule", "cron": "0 * * * *", "form": "lead", "when": '{stage} = "new"'}
    house = make_house(noted("hourly", trigger, once_per='{lead.id} & FORMATDATE(TODAY(), "YYYY-MM-DD")'))
    house.settle()
    for stage in ("new", "won", "new"):
        house.create("lead", name="x", stage=stage)
    for _ in range(4):
        house.pass_time(hours=1)
    assert len(house.calls()) == 2
    house.pass_time(days=1)
    assert len(house.calls()) == 4


def test_only_coming_into_a_segment_counts(make_house: Maker):
    segment = {
        "key": "asleep",
        "name": {"zh": "沉睡"},
        "form": "lead",
        "filter": '{stage} = "lost"',
        "refresh": "hourly",
    }
    house = make_house(
        noted("wake", {"kind": "segment", "form": "lead", "segment": "asleep"}),
        noted("left", {"kind": "segment", "form": "lead", "segment": "asleep", "direction": "leave"}),
        segments={"asleep": segment},
    )
    house.create("lead", name="was in before", stage="lost")
    house.settle()
    lead = house.create("lead", name="x", stage="new")
    house.pass_time(hours=2)
    assert house.calls() == []
    for stage, calls in (("lost", ["wake"]), ("new", ["left", "wake"]), ("lost", ["left", "wake", "wake"])):
        house.update("lead", lead, stage=stage)
        house.pass_time(hours=2)
        assert sorted(house.calls()) == calls


def test_an_instance_that_nothing_moves_is_found(make_house: Maker):
    house = make_house(WAIT)
    instance = house.start("rest")
    house.settle()
    with house.workspace.write(Cause("system")) as unit:
        unit.cursor.execute("DELETE FROM cc_flow_timers")
        store.touch(unit, instance)
    house.pass_time(hours=2)
    assert [(one["kind"], one["instance"]) for one in house.incidents()] == [("stuck", instance)]
    house.pass_time(hours=2)
    assert len(house.incidents()) == 1


__all__ = ["timing"]


def test_a_segment_that_cannot_be_worked_out_is_told_once_and_stops_no_other(make_house: Maker):
    def into(segment: str) -> dict[str, Any]:
        return noted(f"into_{segment}", {"kind": "segment", "form": "lead", "segment": segment})

    def segment(key: str, where: str) -> dict[str, Any]:
        return {"key": key, "name": {"zh": key}, "form": "lead", "filter": where, "refresh": "live"}

    house = make_house(
        into("bad"),
        into("good"),
        segments={
            "bad": segment("bad", 'LUNAR({born}) = "正月初一"'),
            "good": segment("good", '{stage} = "won"'),
        },
    )
    house.settle()
    house.create("lead", name="x", stage="won")
    for _ in range(2):
        house.pass_time(minutes=6)
    assert house.calls() == ["into_good"]
    [told] = house.incidents()
    assert (told["flow"], told["kind"]) == ("into_bad", "trigger")
    assert "条件无法执行" in str(told["problem"])


BIRTHDAY = {"kind": "date_field", "form": "lead", "field": "born", "repeat": "yearly", "time": "09:00"}


@pytest.mark.parametrize(
    ("corrected", "comes_again"),
    [("1990-03-25", "2027-03-25"), ("1990-10-20", "2027-10-20"), ("1990-01-05", "2027-01-05")],
)
def test_a_birthday_corrected_after_it_came_does_not_come_again_that_year(
    make_house: Maker, corrected: str, comes_again: str
):
    house = make_house(noted("birthday", BIRTHDAY))
    house.settle()
    lead = house.create("lead", name="x", born="1990-03-10")
    house.settle()
    house.pass_time(days=9)
    assert house.calls() == ["birthday"]
    house.update("lead", lead, born=corrected)
    end = datetime.fromisoformat(comes_again).replace(tzinfo=UTC)
    while house.clock.now() + timedelta(days=20) < end:
        house.pass_time(days=20)
        house.service.reconcile(house.workspace)
    assert house.calls() == ["birthday"]
    house.clock.advance(end + timedelta(hours=2) - house.clock.now())
    house.settle()
    assert house.calls() == ["birthday", "birthday"]


def test_a_birthday_corrected_over_the_turn_of_the_year_is_the_same_one(make_house: Maker):
    house = make_house(noted("birthday", BIRTHDAY))
    house.settle()
    lead = house.create("lead", name="x", born="1990-12-28")
    house.settle()
    while house.clock.now() < datetime(2026, 12, 29, tzinfo=UTC):
        house.pass_time(days=20)
    house.update("lead", lead, born="1990-01-20")
    house.pass_time(days=60)
    assert house.calls() == ["birthday"]


def test_a_birthday_that_has_not_come_yet_moves_with_its_correction(make_house: Maker):
    house = make_house(noted("birthday", BIRTHDAY))
    house.settle()
    lead = house.create("lead", name="x", born="1990-04-20")
    house.settle()
    house.update("lead", lead, born="1990-03-20")
    house.pass_time(days=20)
    assert house.calls() == ["birthday"]
    house.pass_time(days=60)
    assert house.calls() == ["birthday"]


def test_what_comes_late_may_wait_for_its_time_of_the_day(make_house: Maker, clock: VirtualClock):
    trigger = {
        "kind": "date_field",
        "form": "lead",
        "field": "surgery_at",
        "offsets": ["1d"],
        "time": "10:00",
        "late": {"do": "next_window"},
    }
    house = make_house(noted("after", trigger))
    house.settle()
    house.create("lead", name="x", surgery_at=clock.now().isoformat())
    house.settle()
    # Two days of standstill; then it is 14:00 where the clinic is.
    house.clock.advance(timedelta(days=3) + datetime(2026, 1, 1, 6, tzinfo=UTC).replace(
        year=clock.now().year, month=clock.now().month, day=clock.now().day) - clock.now())  # fmt: skip
    house.settle()
    assert house.calls() == []
    house.pass_time(hours=19)
    house.service.reconcile(house.workspace)
    house.settle()
    assert house.calls() == []
    house.pass_time(hours=1, minutes=1)
    assert house.calls() == ["after"]


def test_a_wait_that_comes_late_may_wait_for_its_time_of_the_day(make_house: Maker, clock: VirtualClock):
    at = {"field": "{lead.surgery_at}", "plus": "1d", "time": "10:00"}
    rest = {"key": "rest", "kind": "wait_until", "at": at, "late": "next_window", "to": "note"}
    note = {"key": "note", "kind": "create", "form": "call", "set": {"what": '"called"'}, "to": "end"}
    house = make_house(flow("rest", rest, note, END, trigger={"kind": "record_created", "form": "lead"}))
    house.create("lead", name="x", surgery_at=clock.now().isoformat())
    house.settle()
    start = clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
    house.clock.advance(start + timedelta(days=4, hours=12) - clock.now())  # 20:00
    house.settle()
    assert house.calls() == []
    house.pass_time(hours=13, minutes=59)
    assert house.calls() == []
    house.pass_time(minutes=2)
    assert house.calls() == ["called"]
    house.no_orphans()
