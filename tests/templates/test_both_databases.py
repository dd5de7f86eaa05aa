"""The story is the same on PostgreSQL as on SQLite: as many records, the same sums, the same answers."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from engine.access.actor import system_actor
from engine.access.query import RecordQuery
from form_engine.plan import AppPlan
from tests.templates.conftest import Practice, told_into
from tests.templates.test_reports import opened

SCALE = 0.002


@pytest.fixture(scope="module")
def both(
    tmp_path_factory: pytest.TempPathFactory, dental: AppPlan, pg_database: Callable[[], str]
) -> Iterator[tuple[Practice, Practice]]:
    homes = [tmp_path_factory.mktemp(name) for name in ("sqlite", "postgresql")]
    with (
        told_into(homes[0], dental, SCALE) as one,
        told_into(homes[1], dental, SCALE, pg_database()) as other,
    ):
        assert (one.service.workspace.dialect, other.service.workspace.dialect) == ("sqlite", "postgresql")
        yield one, other


def counts(practice: Practice) -> dict[str, Any]:
    with practice.service.reading(system_actor("dental")) as desk:
        return {
            key: desk.gate.count(RecordQuery(key))
            for key, plan in practice.plan.forms.items()
            if plan.parent is None
        }


def test_every_form_holds_as_many_records(both: tuple[Practice, Practice]) -> None:
    one, other = (counts(practice) for practice in both)
    assert one == other
    assert sum(count for count, _ in one.values()) > 2_000


def test_every_view_of_every_form_finds_as_many(both: tuple[Practice, Practice]) -> None:
    found: list[dict[str, Any]] = []
    for practice in both:
        with practice.service.reading(system_actor("dental")) as desk:
            found.append(
                {
                    f"{key}.{name}": desk.gate.count(RecordQuery(key, formulas=(view.filter.text,)))
                    for key, plan in practice.plan.forms.items()
                    for name, view in plan.views.items()
                    if view.filter is not None
                }
            )
    assert found[0] == found[1]


def test_money_adds_up_alike(both: tuple[Practice, Practice]) -> None:
    totals = {"paid": ("sum", "paid"), "due": ("sum", "receivable"), "most": ("max", "unpaid")}
    told = []
    for practice in both:
        with practice.service.reading(system_actor("dental")) as desk:
            told.append(desk.gate.aggregate(RecordQuery("bill", aggregates=totals)))
    assert told[0] == told[1]


def test_patients_read_alike_rollups_and_all(both: tuple[Practice, Practice]) -> None:
    fields = (
        "name",
        "visit_count",
        "total_paid",
        "balance",
        "next_appointment_at",
        "last_surgery_at",
        "plans_waiting",
        "avg_ticket",
    )
    told = []
    for practice in both:
        with practice.service.reading(system_actor("dental")) as desk:
            query = RecordQuery("customer", fields, sort=("-total_paid",), limit=60)
            told.append([{key: record[key] for key in fields} for record in desk.gate.page(query).records])
    assert told[0] == told[1]


def test_every_report_answers_alike(both: tuple[Practice, Practice]) -> None:
    tables = []
    for practice in both:
        found, refused = opened(practice, "group_admin")
        assert refused == {}
        tables.append({key: (table.rows, table.totals) for key, table in found.items()})
    assert tables[0] == tables[1]
