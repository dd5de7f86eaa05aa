"""Durations as measures: between fields, between stages, on the wall and in opening hours, against a plain reckoning."""

import random
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from engine.problems import Rejected
from flow_engine.calendar.business import BusinessTime
from flow_engine.calendar.hours import Hours
from flow_engine.calendar.table import open_table
from report_engine.desk import PlainDesk
from tests.reports.clinic import NOW, House
from tests.reports.oracle import aggregate
from tests.reports.test_funnel import moves

DAY = ((time(9), time(12)), (time(13, 30), time(18)))
NIGHT = ((time(18), time(2)),)
HOURS = {
    "b1": Hours(dict.fromkeys(range(5), DAY), days={date(2026, 2, 11): ((time(10), time(11)),)}),
    "b2": Hours({0: NIGHT, 3: NIGHT, 5: DAY}, keeps_holidays=False),
}
TABLE = open_table(HOURS, date(2025, 1, 1), date(2026, 12, 31))
HOWS = ["median", "avg", "p90", "min", "max", "sum"]


@pytest.fixture
def open_desks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every desk know the opening hours of the branches."""
    plain = House._desk

    def desk(self: House, actor: Any) -> PlainDesk:
        found = plain(self, actor)
        found.gate.unit.open_hours = lambda: TABLE  # type: ignore[attr-defined]  # what Reading has
        return found

    monkeypatch.setattr(House, "_desk", desk)


def leads(clinic: House, seed: int, count: int = 60) -> list[tuple[datetime, datetime | None, str]]:
    """Put in leads with two instants; return these with their branch."""
    chance, found = random.Random(seed), []
    for _ in range(count):
        begin = datetime(2026, 2, 1, tzinfo=UTC) + timedelta(seconds=chance.randint(0, 25 * 86_400))
        later = chance.choice([timedelta(seconds=chance.randint(0, 9 * 86_400)), timedelta(minutes=-5), None])
        end = None if later is None else begin + later
        branch = chance.choice(["b1", "b2", "b3"])
        clinic.add("lead", created_at=begin, at=end, branch_id=branch)
        found.append((begin, end, branch))
    return found


def took(begin: datetime, end: datetime | None, branch: str, clock: str) -> int | None:
    if end is None or end < begin:
        return None
    if clock == "wall" or branch not in HOURS:
        return int((end - begin).total_seconds())
    return int(BusinessTime(HOURS[branch]).between(begin, end).total_seconds())


def span(clock: str, how: str, **more: Any) -> dict[str, Any]:
    between = {"from": "created_at", "to": "at", "clock": clock}
    return {"key": "took", "form": "lead", "aggregate": how, "between": between, **more}


@pytest.mark.usefixtures("open_desks")
@pytest.mark.parametrize("clock", ["wall", "open"])
@pytest.mark.parametrize("how", HOWS)
def test_a_duration_is_what_lies_between_two_fields(clinic: House, clock: str, how: str) -> None:
    found = leads(clinic, 1)
    table = clinic.ask({"measures": [span(clock, how)], "by": ["branch"]})
    made = dict(row[:2] for row in table.rows)
    for branch in ("b1", "b2", "b3"):
        spans = [took(a, b, one, clock) for a, b, one in found if one == branch]
        assert made[branch] == aggregate(how, [one for one in spans if one is not None], 2), branch
    assert table.columns[1].format == "duration"


@pytest.mark.usefixtures("open_desks")
def test_a_rate_counts_what_was_done_in_time_among_what_was_done(clinic: House) -> None:
    found = leads(clinic, 2)
    rate = span("open", "rate", within_minutes=900)
    spans = [s for a, b, branch in found if (s := took(a, b, branch, "open")) is not None]
    part = sum(one <= 900 * 60 for one in spans)
    assert 0 < part < len(spans)
    assert float(clinic.ask({"measures": [rate]}).rows[0][0]) == pytest.approx(part / len(spans), abs=1e-6)


def reached(way: list[tuple[int, str]], start: str, end: str) -> int | None:
    begin = min((at for at, stage in way if stage == start), default=None)
    if begin is None:
        return None
    over = min((at for at, stage in way if stage == end and at >= begin), default=None)
    return None if over is None else over - begin


@pytest.mark.parametrize("how", HOWS)
def test_a_duration_between_stages_goes_by_when_they_were_first_reached(clinic: House, how: str) -> None:
    ways = moves(clinic, random.Random(9), 80)
    between = {"from": {"stage": "invited"}, "to": {"stage": "won"}}
    made = clinic.ask({"measures": [{"key": "took", "form": "lead", "aggregate": how, "between": between}]})
    spans = [one for way in ways.values() if (one := reached(way, "invited", "won")) is not None]
    assert spans
    assert made.rows[0][0] == aggregate(how, spans, 2)


@pytest.mark.usefixtures("open_desks")
def test_from_creation_to_a_stage_in_opening_hours(clinic: House) -> None:
    ways = moves(clinic, random.Random(4))
    created = {str(one["id"]): one["created_at"] for one in clinic.records["lead"]}
    between = {"from": "created_at", "to": {"stage": "won", "history": "stage"}, "clock": "open"}
    made = clinic.ask({"measures": [{"key": "took", "form": "lead", "aggregate": "avg", "between": between}]})
    spans = [
        took(created[record], datetime.fromtimestamp(min(won), UTC), "b1", "open")
        for record, way in ways.items()
        if (won := [at for at, stage in way if stage == "won"])
    ]
    assert made.rows[0][0] == aggregate("avg", spans, 2)


@pytest.mark.parametrize("seed", range(5))
def test_the_table_of_open_time_says_the_same_as_due_times(seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(200):
        begin = datetime(2025, 6, 1, tzinfo=UTC) + timedelta(seconds=chance.randint(0, 300 * 86_400))
        end = begin + timedelta(seconds=chance.randint(0, 20 * 86_400))
        for branch, hours in HOURS.items():
            spent = _until(TABLE, branch, end) - _until(TABLE, branch, begin)
            assert spent == int(BusinessTime(hours).between(begin, end).total_seconds())


def _until(table: str, branch: str, at: datetime) -> int:
    import json

    given = json.loads(table)
    day, second = divmod(int(at.timestamp()), 86_400)
    row = next(one for one in given["days"] if one[0] == given["of"][branch] and one[1] == day)
    pairs = zip(row[3::2], row[4::2], strict=True)
    return int(row[2]) + sum(min(max(second - opens, 0), closes - opens) for opens, closes in pairs)


@pytest.mark.parametrize(
    ("change", "path"),
    [
        (lambda m: m | {"between": {"from": "created_at", "to": "gone"}}, "/measures/0/between/to"),
        (lambda m: m | {"between": {"from": "created_at", "to": "done_on"}}, "/measures/0/between"),
        (lambda m: m | {"between": {"from": "created_at", "to": "name"}}, "/measures/0/between/to"),
        (
            lambda m: m | {"between": {"from": "created_at", "to": {"stage": "gone"}}},
            "/measures/0/between/to/stage",
        ),
        (lambda m: m | {"within_minutes": 3}, "/measures/0"),
        (lambda m: m | {"aggregate": "count"}, "/measures/0/between"),
    ],
)
def test_what_cannot_be_a_duration_is_told(
    clinic: House, change: Callable[[dict[str, Any]], dict[str, Any]], path: str
) -> None:
    with pytest.raises(Rejected) as refused:
        clinic.ask({"measures": [change(span("wall", "avg"))]})
    assert refused.value.problems[0].path == path


def test_days_are_between_days(clinic: House) -> None:
    clinic.add("bill", on=date(2026, 2, 27))
    between = {"from": "on", "to": "lead_id.done_on"}
    lead = clinic.add("lead", done_on=date(2026, 3, 2), created_at=NOW)
    clinic.add("bill", on=date(2026, 2, 27), lead_id=lead)
    made = clinic.ask({"measures": [{"key": "took", "form": "bill", "aggregate": "max", "between": between}]})
    assert made.rows[0][0] == 3 * 86_400
    assert made.columns[0].format == "duration"
