"""The calendar as it stands in a workspace: hours of branches, days of their own, shifts."""

from datetime import date, time

import pytest

from engine.problems import Rejected
from flow_engine.calendar.service import RecordCalendar, forget_day, keep_day
from tests.flow_engine.calendar.making import at, shown
from tests.flow_engine.fakes import FakeRecords, in_unit
from tests.flow_engine.installations import *  # noqa: F403

WEEK = [
    {"weekday": day, "open": time(9), "close": time(18)} for day in ("mon", "tue", "wed", "thu", "fri", "sat")
]


@pytest.fixture
def records():
    found = FakeRecords(
        branch={"east": {"business_hours": WEEK}, "bare": {"business_hours": []}},
        roster={
            "r1": {
                "who": "mei",
                "work_date": date(2026, 3, 6),
                "shift": "late",
                "start_at": time(13),
                "end_at": time(21),
                "break_ranges": [{"start": time(17), "end": time(18)}],
            },
            "r2": {"who": "mei", "work_date": date(2026, 3, 7), "shift": "off"},
        },
    )
    found.when(
        "{staff_id.user_id}",
        lambda row, names: (
            row["who"] == names["person"] and names["first"] <= row["work_date"] <= names["last"]
        ),
    )
    return found


def test_a_branch_counts_by_its_opening_hours(clinic, records):
    calendar = RecordCalendar(records)
    start = at("2026-03-05 17:30")
    told = in_unit(clinic, lambda unit: calendar.due(unit, start, "1h", "business", "east"))
    assert shown(told) == "2026-03-06 09:30"
    told = in_unit(clinic, lambda unit: calendar.due(unit, start, "1h", "business", "bare"))
    assert shown(told) == "2026-03-05 18:30", "a branch that says nothing of its hours is always open"


def test_closed_and_extra_days_count_at_once(clinic, records):
    calendar, start = RecordCalendar(records), at("2026-03-05 17:30")

    def reckon(unit):
        return shown(calendar.due(unit, start, "1h", "business", "east"))

    in_unit(clinic, lambda unit: keep_day(unit, date(2026, 3, 6), None, None, "team day"))
    assert in_unit(clinic, reckon) == "2026-03-07 09:30"
    in_unit(clinic, lambda unit: keep_day(unit, date(2026, 3, 6), "east", (("14:00", "16:00"),)))
    assert in_unit(clinic, reckon) == "2026-03-06 14:30", "the branch's own word wins"
    in_unit(clinic, lambda unit: forget_day(unit, date(2026, 3, 6), "east"))
    assert in_unit(clinic, reckon) == "2026-03-07 09:30"


def test_a_person_counts_by_shifts(clinic, records):
    calendar = RecordCalendar(records)

    def reckon(unit):
        return shown(calendar.due(unit, at("2026-03-05 17:30"), "5h", "person", "east", "mei"))

    # half an hour on Thursday, four on Friday's late shift, the last half after its break
    assert in_unit(clinic, reckon) == "2026-03-06 18:30"


def test_a_clock_stops_and_goes_on(clinic, records, clock):
    calendar = RecordCalendar(records)
    clock.at = at("2026-03-05 17:00")
    due = at("2026-03-06 11:00")
    left = in_unit(clinic, lambda unit: calendar.left(unit, due, "business", "east"))
    clock.at = at("2026-03-08 12:00")
    assert (
        shown(in_unit(clinic, lambda unit: calendar.resumed(unit, left, "business", "east")))
        == "2026-03-09 12:00"
    )


def test_an_unknown_clock_is_refused(clinic, records):
    with pytest.raises(Rejected):
        in_unit(clinic, lambda unit: RecordCalendar(records).due(unit, unit.now, "1h", "moon"))


def test_hours_that_are_none_are_refused_where_they_stand(clinic, records):
    with pytest.raises(Rejected) as refused:
        in_unit(clinic, lambda unit: keep_day(unit, date(2026, 3, 6), None, (("9", "12:00"),)))
    assert refused.value.problems[0].path == "/opens/0"
