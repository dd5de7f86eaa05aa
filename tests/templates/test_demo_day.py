"""The practice clinic is at work on whatever day, and at whatever hour, it is made: every branch, at the smallest scale."""

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

import pytest

from server.demo import accounts, generate
from server.demo.world import ZONE, at_clock

MONDAY = date(2026, 11, 16)
WEEK = [MONDAY + timedelta(days=n) for n in range(7)]
DAYS = pytest.mark.parametrize("day", WEEK, ids=[f"{day:%a}" for day in WEEK])
Rows = Mapping[str, list[dict[str, Any]]]
OPEN_TILLS = {"to_pay", "part_paid"}


@cache
def told(day: date, hour: float) -> Rows:
    rows: dict[str, list[dict[str, Any]]] = {}
    for form, batch in generate({}, 7, day, 0.005, at_clock(day, int(hour * 60))):
        rows.setdefault(form, []).extend(batch)
    return rows


def branches(rows: Rows) -> list[str]:
    return [row["id"] for row in rows["branch"]]


def today(rows: Rows, form: str, field: str, branch: str, day: date) -> Counter[str]:
    """The states of a branch's records of that day."""
    return Counter(
        row["status"]
        for row in rows[form]
        if row["branch_id"] == branch
        and field in row
        and datetime.fromisoformat(row[field]).astimezone(ZONE).date() == day
    )


@DAYS
def test_in_the_morning_every_branch_shows_every_state_of_a_day(day: date) -> None:
    rows = told(day, 10.5)
    for branch in branches(rows):
        booked = today(rows, "appointment", "start_at", branch, day)
        assert booked.keys() >= {"pending", "confirmed", "arrived", "in_treatment", "done", "no_show"}
        assert booked.total() >= 7
        here = today(rows, "visit", "arrived_at", branch, day)
        assert here.keys() >= {"waiting", "in_treatment", "to_pay"}


@DAYS
@pytest.mark.parametrize("hour", [3.0, 12.5, 22.0])
def test_there_is_something_to_do_at_every_branch_at_any_hour(day: date, hour: float) -> None:
    rows = told(day, hour)
    for branch in branches(rows):
        assert today(rows, "appointment", "start_at", branch, day).total() >= 5
        assert sum(r["status"] in OPEN_TILLS for r in rows["bill"] if r["branch_id"] == branch) >= 2
        assert sum(r["status"] == "todo" for r in rows["followup_task"] if r["branch_id"] == branch) >= 5


@pytest.mark.parametrize(
    ("hour", "shown", "not_shown"),
    [
        (3.0, set(), {"waiting", "in_treatment", "to_pay", "done"}),
        (8.75, {"waiting"}, {"in_treatment", "to_pay", "done"}),
        (12.5, {"to_pay", "done"}, {"in_treatment"}),
        (17.6, {"waiting", "in_treatment", "to_pay", "done"}, set()),
        (22.0, {"done"}, {"waiting", "in_treatment", "to_pay"}),
    ],
)
def test_nobody_is_in_the_clinic_when_it_is_closed(hour: float, shown: set[str], not_shown: set[str]) -> None:
    rows = told(MONDAY, hour)
    for branch in branches(rows):
        here = today(rows, "visit", "arrived_at", branch, MONDAY)
        assert here.keys() >= shown
        assert not here.keys() & not_shown


@DAYS
def test_who_signs_in_as_doctor_has_patients_today(day: date) -> None:
    rows = told(day, 10.5)
    people = accounts(7, day, 0.005, at_clock(day, 630))
    doctor = next(person for person in people if person["login"] == "doctor")
    mine = [row for row in rows["appointment"] if row.get("staff_id") == doctor["staff_id"]]
    starts = [datetime.fromisoformat(row["start_at"]).astimezone(ZONE).date() for row in mine]
    assert starts.count(day) >= 2


@DAYS
def test_nobody_is_booked_while_off_duty(day: date) -> None:
    rows = told(day, 10.5)
    off = {(row["staff_id"], row["work_date"]) for row in rows["roster"] if row["shift"] == "off"}
    for row in rows["appointment"]:
        local = datetime.fromisoformat(row["start_at"]).astimezone(ZONE).date()
        assert (row["staff_id"], local.isoformat()) not in off
