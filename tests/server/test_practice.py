"""Practice mode: the clock goes forward for visitors, and only there."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from engine.clock import AheadClock, SystemClock
from engine.store.platform import JOBS, META, instant
from engine.store.unit import Cause
from server.app import create_app
from server.clinics import DEMO_LOGINS, House
from server.installing import first_account, install
from server.practice import in_the_morning, practice_clock
from server.settings import Settings
from tests.templates.flows.practice import REPOSITORY

HEADERS = {"X-Clinicraft": "1"}


def opened(tmp_path, clock, *, practice=True):
    """An app with one clinic, and the password of its `admin`."""
    house = House(Settings(home=tmp_path, practice=practice), clock)
    clinic = install(house, "dental", REPOSITORY / "templates" / "dental")
    password = first_account(house, clinic, "admin", "group_admin")
    with clinic.workspace.write(Cause("system")) as unit:
        unit.connection.execute(META.insert().values(key=DEMO_LOGINS, value=json.dumps([{"login": "admin"}])))
    return create_app(house), password


def browser_of(app, password):
    browser = TestClient(app, headers=HEADERS)
    assert browser.post("/api/session", json={"login": "admin", "password": password}).status_code == 200
    return browser


def signed_in(tmp_path, clock, *, practice=True):
    return browser_of(*opened(tmp_path, clock, practice=practice))


def test_a_visitor_puts_the_clock_forward_and_stays_signed_in(tmp_path):
    clock = AheadClock()
    browser = signed_in(tmp_path, clock)
    assert browser.get("/api/practice").json()["ahead_hours"] == 0
    said = browser.post("/api/practice/advance", json={"hours": 24}).json()
    assert (said["is_practice"], said["ahead_hours"]) == (True, 24)
    assert browser.get("/api/me").status_code == 200
    assert practice_clock(tmp_path).ahead == timedelta(hours=24)


@pytest.mark.parametrize(
    ("moment", "ahead"),
    [
        ((2026, 3, 4, 17, 0), timedelta(hours=9, minutes=40)),  # 01:00 in the clinic
        ((2026, 3, 5, 2, 30), timedelta(minutes=10)),
        ((2026, 3, 5, 2, 40), timedelta()),
        ((2026, 3, 5, 12, 0), timedelta()),  # in the evening the day is over, and was full
    ],
)
def test_a_practice_clinic_made_at_night_opens_in_the_morning_of_that_day(
    tmp_path, monkeypatch, moment, ahead
):
    clock = AheadClock()
    monkeypatch.setattr(AheadClock, "now", lambda self: datetime(*moment, tzinfo=UTC) + self.ahead)
    house = House(Settings(home=tmp_path, practice=True), clock)
    in_the_morning(house, "Asia/Shanghai")
    in_the_morning(house, "Asia/Shanghai")
    assert (clock.ahead, practice_clock(tmp_path).ahead) == (ahead, ahead)
    house.close()


def test_nobody_else_is_signed_out_by_it_either(tmp_path):
    app, password = opened(tmp_path, AheadClock())
    visitor, other = browser_of(app, password), browser_of(app, password)
    assert visitor.post("/api/practice/advance", json={"hours": 24 * 20}).status_code == 200
    assert other.get("/api/me").status_code == 200


def test_a_week_put_forward_has_one_night_of_reports_and_the_visitor_does_not_wait_for_it(tmp_path):
    app, password = opened(tmp_path, AheadClock())
    house, browser = app.state.house, browser_of(app, password)
    while house.work_once():
        pass

    def nights():
        with house.clinic("dental").workspace.read() as unit:
            found = select(JOBS.c.state).where(JOBS.c.kind == "report.night")
            return [one.state for one in unit.connection.execute(found)]

    before = nights()
    browser.post("/api/practice/advance", json={"hours": 24 * 7})
    assert nights() == before
    browser.post("/api/practice/advance", json={"hours": 1})
    # The dispatcher looks at reports every half a minute of the clinic's own clock, which stands here.
    house._report_rounds._last.clear()
    house._rounds.clear()
    while house.work_once():
        pass
    assert nights() == [*before, "done"]


@pytest.mark.parametrize("hours", [0, -1, 10_000])
def test_nobody_goes_back_or_far_away(tmp_path, hours):
    browser = signed_in(tmp_path, AheadClock())
    assert browser.post("/api/practice/advance", json={"hours": hours}).status_code == 422


def test_a_real_clinic_has_no_such_thing(tmp_path):
    browser = signed_in(tmp_path, SystemClock(), practice=False)
    assert browser.get("/api/practice").json() == {"is_practice": False}
    assert browser.post("/api/practice/advance", json={"hours": 1}).status_code == 404


def test_a_job_at_work_is_not_taken_for_silent_when_the_clock_jumps(tmp_path):
    app, password = opened(tmp_path, AheadClock())
    clinic = app.state.house.clinic("dental")
    with clinic.workspace.write(Cause("system")) as unit:
        until = instant(unit.now + timedelta(minutes=5))
        unit.connection.execute(
            JOBS.insert().values(
                id="at-work",
                kind="report.night",
                body="{}",
                state="running",
                run_at=instant(unit.now),
                created_at=instant(unit.now),
                attempt=1,
                most_attempts=3,
                lease_until=until,
                worker="elsewhere",
            )
        )
    browser_of(app, password).post("/api/practice/advance", json={"hours": 24})
    with clinic.workspace.read() as unit:
        (state, attempt) = unit.connection.execute(
            select(JOBS.c.state, JOBS.c.attempt).where(JOBS.c.id == "at-work")
        ).one()
    assert (state, attempt) == ("running", 1)
