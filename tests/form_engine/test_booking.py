"""Booking: within the doctor's duty, a room only as full as it may be, and what is free when something clashes."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from engine.access.actor import Actor
from engine.clock import VirtualClock
from engine.problems import Conflict
from engine.store import Workspace
from form_engine.service import RecordService
from form_engine.service.free_times import deepest
from tests.form_engine.clinic import ROLES
from tests.form_engine.conftest import actor_of
from tests.form_engine.making import app, field, form, words

STAFF = form("staff", field("name"), title="{name}")
ROOM = form("room", field("name"), field("capacity", "integer", default=1), title="{name}")
ROSTER = form(
    "roster",
    field("staff_id", "link", to="staff"),
    field("day", "date"),
    field("opens", "time"),
    field("closes", "time"),
    field("off", "boolean", default=False),
    field("pauses", "subtable", fields=[field("from", "time"), field("to", "time")]),
)
BOOKING = form(
    "booking",
    field("staff_id", "link", to="staff"),
    field("room_id", "link", to="room"),
    field("start_at", "datetime", required=True),
    field("minutes", "integer", default=60),
    field("end_at", "formula", formula='DATEADD({start_at}, {minutes}, "minute")', format="datetime"),
    field("note"),
    field("status", "select", options=[{"key": key, "label": words(key)} for key in ("booked", "cancelled")], default="booked"),
    title="{note}",
    rules=[
        {"key": "duty", "when": '{status} = "booked"', "message": words("不出诊"), "within": {
            "of": "roster", "by": {"staff_id": "staff_id"}, "start": "start_at", "end": "end_at", "day": "day", "opens": "opens",
            "closes": "closes", "where": "NOT({off})", "pauses": {"rows": "pauses", "start": "from", "end": "to"}}},
        {"key": "doctor", "message": words("医生已约"), "no_overlap": {
            "by": ["staff_id"], "start": "start_at", "end": "end_at", "where": '{status} = "booked"'}},
        {"key": "room", "message": words("房间已满"), "no_overlap": {
            "by": ["room_id"], "start": "start_at", "end": "end_at", "where": '{status} = "booked"', "capacity": "room_id.capacity"}},
    ],
)  # fmt: skip
MONDAY = datetime(2026, 3, 9, tzinfo=UTC) - timedelta(hours=8)
"""Midnight in Shanghai."""


class Desk:
    """The front desk: books, and tells what stood against it."""

    def __init__(self, service: RecordService, actor: Actor) -> None:
        self.service, self.actor = service, actor

    def add(self, form_key: str, **values: Any) -> str:
        return str(self.service.create(self.actor, form_key, values)["record"]["id"])

    def duty(self, staff: str, day: str, **more: Any) -> str:
        pauses = [{"from": "12:00", "to": "13:00"}]
        return self.add(
            "roster",
            staff_id=staff,
            day=day,
            **{"opens": "09:00", "closes": "17:00", "pauses": pauses, **more},
        )

    def book(self, at: str, **values: Any) -> str:
        hour, minute = map(int, at.split(":"))
        start = MONDAY + timedelta(hours=hour, minutes=minute)
        return self.add("booking", start_at=start.isoformat(), **values)

    def refused(self, at: str, **values: Any) -> tuple[str, str, str]:
        with pytest.raises(Conflict) as told:
            self.book(at, **values)
        (problem,) = told.value.problems
        return problem.code, problem.message("zh"), str(problem.params["free"])


@pytest.fixture
def desk(clinic: Workspace, clock: VirtualClock) -> Desk:
    made = app(STAFF, ROOM, ROSTER, BOOKING, roles={"manager": ROLES["manager"]})
    clinic.create_tables(made.policy.tables)
    assert clock.now() < MONDAY
    return Desk(RecordService(clinic, made), actor_of(clinic, "boss", "manager"))


@pytest.fixture
def doctor(desk: Desk) -> str:
    found = desk.add("staff", name="刘医生")
    desk.duty(found, "2026-03-09")
    desk.duty(found, "2026-03-10", off=True)
    desk.duty(found, "2026-03-11")
    return found


def test_a_booking_lies_within_the_doctors_duty(desk: Desk, doctor: str) -> None:
    desk.book("09:00", staff_id=doctor)
    for wrong in ("08:30", "11:30", "12:00", "16:30", "33:00"):
        assert desk.refused(wrong, staff_id=doctor)[0] == "record.off_duty", wrong
    desk.book("16:00", staff_id=doctor)


def test_a_refusal_says_when_the_doctor_is_there_and_what_is_free(desk: Desk, doctor: str) -> None:
    desk.book("13:00", staff_id=doctor)
    code, words_, free = desk.refused("12:00", staff_id=doctor)
    assert (code, words_) == ("record.off_duty", "不出诊；当天可约：09:00–12:00, 13:00–17:00")
    assert free == "03-09 10:30、10:45、11:00"


def test_a_clash_names_three_free_times_nearest_to_the_one_wanted(desk: Desk, doctor: str) -> None:
    desk.book("10:00", staff_id=doctor, note="张三")
    code, words_, free = desk.refused("10:15", staff_id=doctor)
    assert (code, free) == ("record.overlaps", "03-09 09:00、11:00、13:00")
    assert "张三" in words_


def test_free_times_go_over_to_the_next_day_on_duty(desk: Desk, doctor: str) -> None:
    desk.book("13:00", staff_id=doctor, minutes=240)
    desk.book("09:00", staff_id=doctor, minutes=180)
    assert desk.refused("16:00", staff_id=doctor)[2] == "03-11 09:00、09:15、09:30"


def test_duty_binds_only_as_far_as_it_is_planned(desk: Desk, doctor: str) -> None:
    desk.book("80:00", staff_id=doctor)  # Thursday 08:00: nothing planned from there on
    desk.book("08:00", staff_id=desk.add("staff", name="没有排班的医生"))
    assert desk.refused("30:00", staff_id=doctor)[0] == "record.off_duty"  # Tuesday: a day off


def test_what_is_past_or_cancelled_is_not_held_to_duty(desk: Desk, doctor: str) -> None:
    desk.duty(doctor, "2026-03-02")
    desk.book("-140:00", staff_id=doctor)
    desk.book("08:00", staff_id=doctor, status="cancelled")


def test_a_change_that_touches_neither_time_nor_doctor_is_not_held_to_duty(desk: Desk, doctor: str) -> None:
    record = desk.book("09:00", staff_id=doctor)
    roster = desk.service.query(desk.actor, "roster", {"limit": 9})["records"]
    for one in roster:
        desk.service.update(desk.actor, "roster", one["id"], {"closes": "09:30"})
    desk.service.update(desk.actor, "booking", record, {"note": "晚到十分钟"})
    with pytest.raises(Conflict):
        desk.service.update(desk.actor, "booking", record, {"minutes": 90})


def test_a_room_takes_as_many_as_it_holds(desk: Desk) -> None:
    room = desk.add("room", name="针灸室", capacity=2)
    desk.book("09:00", room_id=room)
    desk.book("09:30", room_id=room)
    assert desk.refused("09:45", room_id=room)[:2][0] == "record.overlaps"
    desk.book("10:00", room_id=room)  # the first has left by then
    single = desk.add("room", name="手术室")
    desk.book("09:00", room_id=single)
    assert desk.refused("09:30", room_id=single)[0] == "record.overlaps"


def test_who_leaves_makes_room_for_who_comes() -> None:
    def span(a: int, b: int) -> tuple[datetime, datetime]:
        return MONDAY + timedelta(hours=a), MONDAY + timedelta(hours=b)

    assert deepest([span(9, 10), span(10, 11)], *span(9, 11)) == 1
    assert deepest([span(9, 11), span(10, 12), span(8, 9)], *span(9, 12)) == 2
    assert deepest([], *span(9, 12)) == 0
