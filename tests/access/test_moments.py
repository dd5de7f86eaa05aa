"""Formulas that ask for the moment: their statements are built once, and answer for the moment they are asked at."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection

from engine.access.gate import Gate
from engine.access.policy import Policy
from engine.access.query import RecordQuery
from tests.access.clinic import Clinic, TestUnit, field, form, opened, shapes, someone

WALL = ZoneInfo("Asia/Shanghai")
FORMS = shapes(
    form(
        "visit",
        field("name"), field("at", "datetime"), field("on", "date"),
        field("is_late", "boolean", stored=False, formula="{at} < NOW()"),
        field("age", "integer", stored=False, formula="AGE({on})"),
        title="{name}",
    ),
    form("call", field("name"), field("visit_id", "reference", to="visit"), title="{name}"),
)  # fmt: skip
MOMENTS = [
    datetime(2026, 2, 28, 23, 59, 59, 999_999, WALL),
    datetime(2026, 3, 1, 0, 0, tzinfo=WALL),
    datetime(2026, 3, 1, 0, 0, 0, 1, WALL),
    datetime(2026, 3, 5, 14, 30, tzinfo=WALL),
    datetime(2027, 2, 28, 12, 0, tzinfo=WALL),
]
Holds = Callable[[datetime | None, date | None, datetime], bool]
"""Whether a formula holds of `at` and `on` at a moment (local)."""


def week_of(now: datetime) -> tuple[date, date]:
    monday = now.date() - timedelta(days=now.weekday())
    return monday, monday + timedelta(days=6)


BY_MOMENT: dict[str, Holds] = {
    "{at} < NOW()": lambda at, _on, now: at is not None and at < now,
    "NOW() <= {at}": lambda at, _on, now: at is not None and at >= now,
    "{at} = NOW()": lambda at, _on, now: at == now,
    "{at} <> NOW()": lambda at, _on, now: at != now,
    "{at} >= TODAY()": lambda at, _on, now: at is not None and at.astimezone(WALL).date() >= now.date(),
    'DATEADD(NOW(), -1, "day") < {at}': lambda at, _on, now: at is not None and at > now - timedelta(days=1),
    "{on} = TODAY()": lambda _at, on, now: on == now.date(),
    "TODAY() = {on}": lambda _at, on, now: on == now.date(),
    "{on} <> TODAY()": lambda _at, on, now: on != now.date(),
    "{on} IN (TODAY(), DATE(2026, 3, 5))": lambda _at, on, now: on in (now.date(), date(2026, 3, 5)),
    'DAYS(TODAY(), {on}) = 1': lambda _at, on, now: on is not None and (now.date() - on).days == 1,
    'DATEADD(TODAY(), 4, "day") = {on}': lambda _at, on, now: on == now.date() + timedelta(days=4),
}  # fmt: skip
BY_DAY: dict[str, Holds] = {
    '{on} IN LASTPERIOD(1, "week")': lambda _at, on, now: (
        on is not None and week_of(now)[0] <= on <= week_of(now)[1]
    ),
}
DAYS = [None, date(2026, 2, 27), date(2026, 2, 28), date(2026, 3, 1), date(2026, 3, 5), date(2027, 2, 27)]


@pytest.fixture(params=["sqlite", "postgresql"])
def connection(request: pytest.FixtureRequest) -> Iterator[Connection]:
    url = "sqlite://" if request.param == "sqlite" else request.getfixturevalue("pg_url")
    with opened(url) as found:
        yield found


@pytest.fixture
def visits(connection: Connection) -> tuple[Clinic, dict[str, tuple[datetime | None, date | None]]]:
    clinic = Clinic(connection, FORMS)
    second = timedelta(microseconds=1)
    times = [None, *(one + step for one in MOMENTS for step in (-second, timedelta(), second))]
    known = {}
    for at, when in enumerate(times):
        on = DAYS[at % len(DAYS)]
        name = f"v{at}"
        clinic.add("visit", name=name, at=when and when.astimezone(UTC), on=on)
        known[name] = (when, on)
    return clinic, known


def asked(clinic: Clinic, policy: Policy, now: datetime, query: RecordQuery) -> tuple[str, list[Any]]:
    """Return the statement's text and the records, asked at a moment."""
    unit = TestUnit(clinic.connection, now.astimezone(UTC))
    gate = Gate(policy, someone("boss"), unit)
    return gate.select(query).text, unit.execute(gate.select(query))


ALL = {"grants": {"*": {"view": "all"}}}


@pytest.mark.parametrize("formula", [*BY_MOMENT, *BY_DAY])
def test_a_kept_statement_answers_for_the_moment_it_is_asked_at(formula: str, visits: Any) -> None:
    clinic, known = visits
    holds = (BY_MOMENT | BY_DAY)[formula]
    policy = clinic.policy(boss=ALL)
    query = RecordQuery("visit", ("name",), formulas=(formula,), limit=200)
    for now in (*MOMENTS, *MOMENTS):
        _, found = asked(clinic, policy, now, query)
        assert {one["name"] for one in found} == {n for n, (at, on) in known.items() if holds(at, on, now)}


@pytest.mark.parametrize("formula", BY_MOMENT)
def test_a_formula_that_asks_for_the_moment_is_built_once(formula: str, visits: Any) -> None:
    clinic, _ = visits
    policy = clinic.policy(boss=ALL)
    query = RecordQuery("visit", ("name",), formulas=(formula,))
    texts = {asked(clinic, policy, now, query)[0] for now in MOMENTS}
    assert len(texts) == 1
    # The plan's entry and the one statement.
    assert len(policy.statements) == 2


def test_what_is_worked_out_on_reading_goes_by_the_moment_too(visits: Any) -> None:
    clinic, known = visits
    policy = clinic.policy(boss=ALL)
    query = RecordQuery("visit", ("name", "is_late", "age"), limit=200)
    for now in MOMENTS:
        for one in asked(clinic, policy, now, query)[1]:
            at, on = known[one["name"]]
            assert bool(one["is_late"]) == (at is not None and at < now)
            # 2026-02-27 is a year old from 2027-02-27 on, and nobody else of the sample is.
            late_days = (date(2026, 2, 27), date(2026, 2, 28))
            wanted = None if on is None or on > now.date() else int(now.year == 2027 and on in late_days)
            assert one["age"] == wanted, (one, now)
    assert len(policy.statements) == 2


def test_a_row_rule_by_the_moment_lets_a_record_in_when_its_time_has_come(visits: Any) -> None:
    clinic, known = visits
    policy = clinic.policy(boss={"grants": {"visit": {"view": "{at} <= NOW()"}}})
    assert not policy.problems
    query = RecordQuery("visit", ("name",), limit=200)
    for now in MOMENTS:
        _, found = asked(clinic, policy, now, query)
        assert {one["name"] for one in found} == {
            n for n, (at, _) in known.items() if at is not None and at <= now
        }
    assert len(policy.statements) == 2


def test_a_condition_that_leads_through_a_link_goes_by_the_moment(clinic_with_call: Any) -> None:
    clinic, visit_id, at = clinic_with_call
    policy = clinic.policy(boss=ALL)
    for now, is_late in ((at, False), (at + timedelta(seconds=1), True)):
        unit = TestUnit(clinic.connection, now.astimezone(UTC))
        gate = Gate(policy, someone("boss"), unit)
        assert gate.follow("visit", visit_id, ("is_late",)) is is_late


@pytest.fixture
def clinic_with_call(connection: Connection) -> tuple[Clinic, str, datetime]:
    clinic, at = Clinic(connection, FORMS), datetime(2026, 3, 5, 6, tzinfo=UTC)
    return clinic, clinic.add("visit", name="one", at=at), at
