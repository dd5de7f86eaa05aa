"""Leave, closures and swapped shifts: what the roster says afterwards."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.templates.flows.practice import names


@pytest.fixture
def day(practice):
    """Return a day that no other test plans for."""
    practice.numbers += 1
    return (practice.clock.at + timedelta(hours=8, days=3 + practice.numbers)).date()


def asked(practice, kind, day, **more):
    """Ask for something, and let whoever is asked agree."""
    values = {"applicant_id": practice.staff["doc"], "reason": "有事", "handling": "call_each", **more}
    made = practice.put("roster_request", kind=kind, period=practice.days(day, day), status="draft", **values)
    practice.put_in("roster_request", made, status="pending")
    practice.settle()
    for _ in range(2):
        for task in practice.tasks("roster_approval", made):
            practice.decide(task, "approved")
            practice.settle()
    assert practice.record("roster_request", made)["status"] == "approved"
    return made


def shift(practice, who, day, key, start=None, end=None):
    hours = {} if start is None else {"start_at": f"{start:02}:00", "end_at": f"{end:02}:00"}
    made = {"staff_id": practice.staff[who], "work_date": day.isoformat(), "shift": key, **hours}
    return practice.create("roster", **made)


def week_of(practice, who, day):
    """Return the shifts of somebody on a day."""
    where = f'AND({{staff_id}} = "{practice.staff[who]}", {{work_date}} = DATE({day.year}, {day.month}, {day.day}))'
    return sorted(names(practice.find("roster", where), "shift"))


def test_leave_asks_the_supervisor_and_rewrites_the_roster(practice):
    day = (practice.clock.at + timedelta(hours=8, days=3)).date()
    doctor = practice.staff["doc"]
    shift = practice.put("roster", staff_id=doctor, work_date=day, shift="full_day", is_bookable=True)
    at = datetime(day.year, day.month, day.day, 2, tzinfo=UTC)
    booked = practice.put(
        "appointment",
        customer_id=practice.customer(),
        staff_id=doctor,
        kind="treatment",
        consultant_id=practice.user["ann"],
        start_at=at,
        minutes=30,
        status="confirmed",
    )
    asked = practice.put(
        "roster_request",
        applicant_id=doctor,
        kind="leave",
        period=practice.days(day, day),
        reason="有事",
        handling="call_each",
        status="draft",
    )
    practice.put_in("roster_request", asked, status="pending")
    practice.settle()
    for _ in range(2):
        task = practice.tasks("roster_approval", asked)
        if task:
            practice.decide(task[0], "approved")
            practice.settle()
    assert practice.record("roster_request", asked)["status"] == "approved"
    assert practice.record("roster", shift)["shift"] == "off"
    assert names(practice.find("followup_task", '{rule_key} = "F-A3"'), "source_id") == [booked]
    practice.no_incidents()


def test_who_has_two_shifts_on_a_day_of_leave_has_one_day_off(practice, day):
    shift(practice, "doc", day, "early", 8, 12)
    shift(practice, "doc", day, "late", 14, 20)
    asked(practice, "leave", day)
    assert week_of(practice, "doc", day) == ["off"]
    practice.no_incidents()


def test_the_other_one_takes_the_shift_over_and_has_no_day_off_then(practice, day):
    shift(practice, "doc", day, "early", 8, 14)
    shift(practice, "doc2", day, "off")
    asked(practice, "swap", day, swap_with=practice.staff["doc2"])
    assert (week_of(practice, "doc", day), week_of(practice, "doc2", day)) == ([], ["early"])
    practice.no_incidents()


def test_where_the_other_one_is_on_duty_then_anyway_the_shift_is_given_up(practice, day):
    shift(practice, "doc", day, "early", 8, 14)
    shift(practice, "doc", day, "late", 15, 20)
    shift(practice, "doc2", day, "middle", 10, 15)
    asked(practice, "swap", day, swap_with=practice.staff["doc2"])
    assert (week_of(practice, "doc", day), week_of(practice, "doc2", day)) == (["off"], ["late", "middle"])
    practice.no_incidents()
