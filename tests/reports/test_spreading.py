"""Costs of a stretch of days count a part a day: against a plain count, and always the whole amount in the end."""

import random
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Connection

from engine.expressions.types import Range
from engine.problems import Rejected
from tests.reports.clinic import House, cells, house
from tests.reports.oracle import bucket

DAY = timedelta(days=1)
SPEND = {"key": "spend", "form": "cost", "aggregate": "sum", "of": "amount", "spread": True}


@pytest.fixture(params=range(3))
def costly(connection: Connection, request: pytest.FixtureRequest) -> House:
    chance = random.Random(request.param)
    clinic = house(connection)
    channels = [clinic.add("channel", name=f"ch{n}") for n in range(3)]
    for _ in range(20):
        first = date(2025, 11, 1) + timedelta(days=chance.randint(0, 120))
        last = chance.choice([first, None, first + timedelta(days=chance.choice([1, 6, 27, 30, 45, 400]))])
        clinic.add(
            "cost", channel_id=chance.choice([*channels, None]), period=chance.choice([Range(first, last), None] if chance.random() < 0.1 else [Range(first, last)]),
            amount=chance.choice([None, Decimal(chance.randint(0, 999_999)) / 100]), clicks=chance.randint(0, 50),
        )  # fmt: skip
    return clinic


def parts(clinic: House, key: str = "amount") -> Iterator[tuple[Any, date, Decimal]]:
    """Yield each day's part of each amount, whole units only."""
    size = 100 if key == "amount" else 1
    for one in clinic.records["cost"]:
        if one["period"] is None or one[key] is None:
            continue
        first = one["period"].start
        days = ((one["period"].end or first) - first).days + 1
        units = int(one[key] * size)
        for at in range(days):
            part = units * (at + 1) // days - units * at // days
            yield one["channel_id"], first + at * DAY, Decimal(part) / size


@pytest.mark.parametrize("grain", ["day", "week", "xun", "month", "weekday"])
def test_each_bucket_has_the_parts_of_its_days(costly: House, grain: str) -> None:
    expected: dict[Any, Decimal] = defaultdict(Decimal)
    for channel, day, part in parts(costly):
        expected[(bucket(day, grain), channel)] += part
    by = [{"role": "date", "bucket": grain}, "channel"]
    found = cells(costly.ask({"measures": [SPEND], "by": by, "fill": "none"}))
    assert {key: value for key, value in found.items() if value is not None} == expected


@pytest.mark.parametrize(
    "ends", [("2025-12-05", "2026-01-10"), ("2026-01-15", "2026-01-15"), ("2027-06-01", "2027-06-02")]
)
def test_a_period_that_cuts_a_month_has_its_days_only(costly: House, ends: tuple[str, str]) -> None:
    start, end = (date.fromisoformat(one) for one in ends)
    inside = [part for _, day, part in parts(costly) if start <= day <= end]
    table = costly.ask({"measures": [SPEND], "period": {"from": ends[0], "to": ends[1]}})
    assert [row[0] for row in table.rows] == [sum(inside, Decimal(0)) if inside else None]


def test_all_days_together_are_the_whole_amount(costly: House) -> None:
    dated = [one for one in costly.records["cost"] if one["period"] is not None]
    spend = {**SPEND, "of": "clicks", "key": "clicks"}
    table = costly.ask(
        {"measures": [SPEND, spend], "by": [{"role": "date", "bucket": "day"}], "fill": "none"}
    )
    for at, key in ((1, "amount"), (2, "clicks")):
        whole = sum(one[key] for one in dated if one[key] is not None)
        assert sum(row[at] for row in table.rows if row[at] is not None) == whole


def test_behind_a_day_are_the_costs_whose_days_it_is_one_of(costly: House) -> None:
    report = {
        "measures": [SPEND],
        "by": [{"role": "date", "bucket": "month"}],
        "period": {"from": "2025-12-01", "to": "2026-03-10"},
    }
    dims = {"date": "2026-01-01"}
    expected = {
        one["id"]
        for one in costly.records["cost"]
        if one["period"] is not None
        and one["period"].start < date(2026, 2, 1)
        and (one["period"].end or one["period"].start) >= date(2026, 1, 1)
    }
    assert set(costly.behind(report, dims, "spend").ids or ()) == expected


@pytest.mark.parametrize(
    "wrong",
    [
        {"form": "spend"},
        {"aggregate": "avg"},
        {"of": "channel_id", "aggregate": "count_distinct"},
        {"attribute": {"model": "last", "touches": "touch", "by": "lead_id", "to": ["channel"]}},
    ],
)
def test_what_has_no_stretch_or_is_no_sum_cannot_be_spread(clinic: House, wrong: dict[str, Any]) -> None:
    with pytest.raises(Rejected) as refused:
        clinic.ask({"measures": [{**SPEND, **wrong}]})
    assert refused.value.problems[0].code == "report.bad_spread"
