"""When the practice clinic opens, flows have been at work there for some days."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from engine.access.actor import system_actor
from engine.clock import VirtualClock
from flow_engine.tables import INCIDENTS, INSTANCES, OUTBOX, TASKS
from server.clinics import Clinic, House
from server.demo.flows import came_back
from server.demo.loading import load_demo
from server.installing import install
from server.settings import Settings
from tests.templates.flows.practice import REPOSITORY

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clinic]:
    house = House(Settings(home=tmp_path_factory.mktemp("demo"), practice=True), VirtualClock(NOW))
    clinic = install(house, "dental", REPOSITORY / "templates" / "dental", starter=False)
    load_demo(house, clinic, seed=7, scale=0.006, today=NOW.date(), tell=lambda form, done, total: None)
    yield clinic
    house.close()


def counted(clinic: Clinic, column) -> dict[str, int]:
    with clinic.workspace.read() as unit:
        return {
            row[0]: row[1] for row in unit.connection.execute(select(column, func.count()).group_by(column))
        }


def test_some_run_some_are_finished_and_some_stopped(clinic):
    states = counted(clinic, INSTANCES.c.status)
    assert states["running"] > 20
    assert states["done"] > 10
    flows = counted(clinic, INSTANCES.c.flow)
    assert {
        "lead_sop",
        "followup_due",
        "discount_approval",
        "refund_approval",
        "complaint",
        "birthday",
        "visit_flow",
    } <= set(flows)


def test_what_stopped_says_why_in_words(clinic):
    with clinic.workspace.read() as unit:
        rows = unit.connection.execute(select(INCIDENTS.c.flow, INCIDENTS.c.problem, INCIDENTS.c.state)).all()
    [stopped] = [row for row in rows if row.state == "open"]
    assert stopped.flow == "refund_approval"
    assert "退款" in stopped.problem


def test_they_began_days_ago_and_the_clock_is_as_it_was(clinic):
    with clinic.workspace.read() as unit:
        first = unit.connection.execute(select(func.min(INSTANCES.c.started_at))).scalar_one()
        last = unit.connection.execute(select(func.max(TASKS.c.done_at))).scalar_one()
    assert first < (NOW - timedelta(days=2)).strftime("%Y-%m-%d")
    assert last <= NOW.strftime("%Y-%m-%d %H:%M:%S.999999")
    assert clinic.workspace.clock.now() == NOW


def test_what_was_asked_for_was_asked_by_whoever_made_the_record(clinic):
    with clinic.workspace.read() as unit:
        rows = unit.connection.execute(
            select(INSTANCES.c.record_id, INSTANCES.c.started_by).where(
                INSTANCES.c.flow == "discount_approval", INSTANCES.c.key.startswith("demo:")
            )
        ).all()
        plans = clinic.flows.ports.records(
            unit, system_actor(clinic.key, "flow:demo", zone=clinic.workspace.zone)
        )
        made = [plans.read("plan", row.record_id, frozenset({("created_by",)})) for row in rows]
    assert [row.started_by for row in rows] == [one[("created_by",)] for one in made]
    assert all(clinic.person(row.started_by).user_id == row.started_by for row in rows)


def test_people_have_open_tasks_and_decided_others(clinic):
    states = counted(clinic, TASKS.c.state)
    assert states["open"] > 5
    assert states["done"] > 10


def test_messages_wait_in_the_outbox_birthdays_among_them(clinic):
    states = counted(clinic, OUTBOX.c.state)
    assert states["outbox"] > 10
    assert {"birthday", "appointment_booked"} <= set(counted(clinic, OUTBOX.c.message))


def test_a_day_on_which_nothing_ran_shows_in_the_coverage(clinic):
    flows = clinic.flows
    with clinic.workspace.read() as unit:
        rules = {one["flow"]: one for one in flows.explaining.coverage(unit, NOW - timedelta(days=7), NOW)}
    assert rules["birthday"]["started"] > 0
    assert rules["birthday"]["missed"] > 0
    assert rules["birthday"]["coverage"] < 1
    told = clinic.tasking.views.coverage(clinic.actor("admin"))
    shown = next(one for one in told if one["trigger"] == "birthday.trigger")
    assert shown["missed"] == rules["birthday"]["missed"]
    assert float(shown["share"]) < 1


def test_only_who_came_within_a_journey_is_told_to_have_come_back():
    before, first, later, after = (NOW + timedelta(days=days) for days in (-1, 3, 9, 15))
    entered, ended = NOW, NOW + timedelta(days=14)
    assert came_back((None, before, after), entered, ended) is None
    assert came_back((later, first, before), entered, ended) == first


def test_no_form_of_the_clinic_is_empty(clinic):
    with clinic.workspace.read() as unit:
        tables = clinic.plan.policy.tables
        empty = [
            key
            for key, plan in clinic.plan.forms.items()
            if not plan.is_off
            and not unit.connection.execute(select(func.count()).select_from(tables[key].table)).scalar_one()
        ]
    assert empty == []
