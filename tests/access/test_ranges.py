"""Days and instants IN a stored range: the same records on both databases, through links, rollups and rows."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import Connection

from engine.access.query import RecordQuery
from engine.expressions.types import Range
from engine.problems import Rejected
from tests.access.clinic import Clinic, field, form, names, opened, shapes, someone

FORMS = shapes(
    form(
        "leave",
        field("name"),
        field("period", "date_range"),
        field("hours", "time_range"),
        field("staff_id", "reference", to="staff"),
        field("hit", "integer", stored=False,
              rollup={"of": "visit", "aggregate": "count", "where": "AND({staff_id} = {form.staff_id}, {at} IN {form.period})"}),
        field("hit_hours", "integer", stored=False,
              rollup={"of": "visit", "aggregate": "count", "where": "{at} IN {form.hours}"}),
        field("days", "rows", rows=form(
            "days", field("at", "datetime"), field("open", "date_range"),
            field("fits", "boolean", stored=False, formula="{at} IN {open}"), parent="leave")),
        title="{name}",
    ),
    form("staff", field("name"), title="{name}"),
    form(
        "visit",
        field("name"),
        field("at", "datetime"),
        field("day", "date"),
        field("staff_id", "reference", to="staff"),
        field("leave_id", "reference", to="leave"),
        field("away", "date_range", stored=False, formula="{leave_id.period}"),
        title="{name}",
    ),
)  # fmt: skip
ALL = {"grants": {"*": {"view": "all"}}}
MARCH = Range(date(2026, 3, 1), date(2026, 3, 5))


@pytest.fixture(params=["sqlite", "postgresql"])
def connection(request: pytest.FixtureRequest) -> Iterator[Connection]:
    url = "sqlite://" if request.param == "sqlite" else request.getfixturevalue("pg_url")
    with opened(url) as found:
        yield found


@pytest.fixture
def clinic(connection: Connection) -> Clinic:
    return Clinic(connection, FORMS)


def found(clinic: Clinic, form_key: str, formula: str) -> set[str]:
    gate = clinic.gate(clinic.policy(boss=ALL), someone("boss"))
    return set(names(gate.page(RecordQuery(form_key, ("name",), formulas=(formula,))).records))


def visits(clinic: Clinic, **more: str) -> None:
    """Visits around Shanghai's midnights at both ends of the leave; the last day stands in UTC's day before."""
    for name, at in (
        ("before", datetime(2026, 2, 28, 15, 59, tzinfo=UTC)),
        ("first", datetime(2026, 2, 28, 16, 0, tzinfo=UTC)),
        ("last", datetime(2026, 3, 5, 15, 59, tzinfo=UTC)),
        ("after", datetime(2026, 3, 5, 16, 0, tzinfo=UTC)),
    ):
        clinic.add("visit", name=name, at=at, day=at.date(), **more)
    clinic.add("visit", name="undated", **more)


@pytest.mark.parametrize(
    ("period", "inside"),
    [
        (MARCH, {"first", "last"}),
        (Range(None, date(2026, 3, 5)), {"before", "first", "last"}),
        (Range(date(2026, 3, 1), None), {"first", "last", "after"}),
        (Range(None, None), set()),
        (None, set()),
    ],
)
def test_instants_in_a_linked_range_of_days(clinic: Clinic, period: Range | None, inside: set[str]) -> None:
    visits(clinic, leave_id=clinic.add("leave", name="l", period=period))
    assert found(clinic, "visit", "{at} IN {leave_id.period}") == inside
    assert found(clinic, "visit", "{at} IN {away}") == inside
    everybody = {"before", "first", "last", "after", "undated"}
    assert found(clinic, "visit", "NOT {at} IN {leave_id.period}") == everybody - inside


def test_days_in_a_range_of_days(clinic: Clinic) -> None:
    visits(clinic, leave_id=clinic.add("leave", name="l", period=MARCH))
    assert found(clinic, "visit", "{day} IN {leave_id.period}") == {"last", "after"}


def test_days_and_instants_in_a_range_of_instants(clinic: Clinic) -> None:
    hours = Range(datetime(2026, 2, 28, 16, 0, tzinfo=UTC), datetime(2026, 3, 5, 15, 59, tzinfo=UTC))
    visits(clinic, leave_id=clinic.add("leave", name="l", hours=hours))
    assert found(clinic, "visit", "{at} IN {leave_id.hours}") == {"first", "last"}
    # the ends stand for the days they fall on in Shanghai: 1 and 5 March
    assert found(clinic, "visit", "{day} IN {leave_id.hours}") == {"last", "after"}


def test_a_rollup_counts_what_falls_into_the_records_own_range(clinic: Clinic) -> None:
    doctor, other = clinic.add("staff", name="d"), clinic.add("staff", name="o")
    visits(clinic, staff_id=doctor)
    visits(clinic, staff_id=other)
    clinic.add("leave", name="l", period=MARCH, staff_id=doctor,
               hours=Range(datetime(2026, 3, 5, 15, 59, tzinfo=UTC), None))  # fmt: skip
    gate = clinic.gate(clinic.policy(boss=ALL), someone("boss"))
    (leave,) = gate.page(RecordQuery("leave", ("name", "hit", "hit_hours"))).records
    assert (leave["hit"], leave["hit_hours"]) == (2, 4)


def test_ranges_in_rows_count_too(clinic: Clinic) -> None:
    ends = {"open": MARCH, "open__from": MARCH.start, "open__to": MARCH.end}
    at = datetime(2026, 3, 5, 15, 59, tzinfo=UTC)
    clinic.add("leave", name="some", days=[{"at": at, **ends}, {"at": at.replace(hour=16), **ends}])
    clinic.add("leave", name="none", days=[{"at": at.replace(hour=16), **ends}])
    assert found(clinic, "leave", "TRUE IN {days.fits}") == {"some"}


def test_an_end_of_a_range_is_no_field_to_ask_for(clinic: Clinic) -> None:
    with pytest.raises(Rejected) as refused:
        found(clinic, "leave", '{period__from} > "2026-01-01"')
    assert refused.value.problems[0].code == "formula.unknown_field"
