"""What a period is compared with: by Spring Festival, the same weekdays, a baseline of one's own; against a plain count."""

import random
from collections.abc import Callable
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest

from engine.problems import Rejected
from tests.reports.clinic import House
from tests.reports.oracle import bucket, half_up

ONE = timedelta(days=1)
FESTIVALS = {year: date.fromisoformat(day) for year, day in (
    (2022, "2022-02-01"), (2023, "2023-01-22"), (2024, "2024-02-10"), (2025, "2025-01-29"), (2026, "2026-02-17"),
)}  # fmt: skip
TODAY = date(2026, 3, 5)
Paid = list[tuple[date, Decimal]]


def bills(clinic: House, seed: int, count: int = 300) -> Paid:
    chance, found = random.Random(seed), []
    for _ in range(count):
        day = date(2022, 10, 1) + timedelta(days=chance.randint(0, 1250))
        paid = Decimal(chance.randint(1, 100_000)) / 100
        clinic.add("bill", on=day, paid=paid, status=chance.choice(["paid", "void"]))
        found.append((day, paid))
    return found


def total(paid: Paid, first: date, last: date) -> Decimal | None:
    """Return what was paid from one day to another, both included."""
    some = [amount for day, amount in paid if first <= day <= last]
    return sum(some, Decimal(0)) if some else None


def year_before(day: date) -> date:
    return day.replace(year=day.year - 1, day=28 if (day.month, day.day) == (2, 29) else day.day)


def by_festival(first: date, last: date, grain: str | None) -> tuple[date, date]:
    """Return the days that a bucket stands beside."""
    middle = first + ((last - first).days // 2) * ONE
    for year, festival in FESTIVALS.items():
        if -56 <= (middle - festival).days <= 42:
            apart = festival - FESTIVALS[year - 1]
            return first - apart, last - apart
    if grain == "week":
        return first - 364 * ONE, last - 364 * ONE
    whole = (last + ONE).day == 1
    return year_before(first), year_before(last + ONE) - ONE if whole else year_before(last)


def asked(clinic: House, **report: Any) -> dict[Any, tuple[Any, ...]]:
    table = clinic.ask({"measures": ["bill.paid.sum"], **report})
    width = len(report.get("by", ()))
    keys = [at for at, one in enumerate(table.columns) if one.role in ("measure", "compare")]
    return {row[0] if width else None: tuple(row[at] for at in keys) for row in table.rows}


def buckets(grain: str, first: date, last: date) -> list[tuple[date, date]]:
    found: dict[date, list[date]] = {}
    day = first
    while day <= last:
        found.setdefault(bucket(day, grain), []).append(day)
        day += ONE
    return [(days[0], days[-1]) for days in found.values()]


@pytest.mark.parametrize("grain", ["day", "week", "month", "quarter", "year"])
def test_by_spring_festival_each_bucket_is_shifted_by_itself(clinic: House, grain: str) -> None:
    paid = bills(clinic, 1)
    first, last = date(2024, 1, 1), date(2026, 2, 28)
    made = asked(
        clinic, by=[{"role": "date", "bucket": grain}], period=f"{first}..{last}", compare=["spring_festival"]
    )
    for begin, end in buckets(grain, first, last):
        then = total(paid, *by_festival(begin, end, grain))
        assert made[bucket(begin, grain)][:2] == (total(paid, begin, end), then), begin


def test_the_days_before_the_festival_stand_beside_the_days_before_the_last_one(clinic: House) -> None:
    clinic.add("bill", on=date(2025, 1, 28), paid=Decimal(3))
    clinic.add("bill", on=date(2026, 2, 16), paid=Decimal(4))
    made = asked(
        clinic,
        by=[{"role": "date", "bucket": "day"}],
        period="2026-02-10..2026-02-20",
        compare=["spring_festival"],
    )
    assert made[date(2026, 2, 16)][:2] == (Decimal("4.00"), Decimal("3.00"))


@pytest.mark.parametrize(("first", "last"), [("2026-02-01", "2026-02-28"), ("2025-07-01", "2025-09-30")])
def test_without_buckets_the_period_is_shifted_as_one(clinic: House, first: str, last: str) -> None:
    paid = bills(clinic, 2)
    days = date.fromisoformat(first), date.fromisoformat(last)
    made = asked(clinic, period=f"{first}..{last}", compare=["spring_festival"])
    assert made[None][:2] == (total(paid, *days), total(paid, *by_festival(*days, None)))


@pytest.mark.parametrize("grain", ["day", "week", "month"])
def test_the_same_weekdays_are_fifty_two_weeks_before(clinic: House, grain: str) -> None:
    paid = bills(clinic, 3)
    first, last = date(2025, 3, 3), date(2025, 8, 31)
    made = asked(
        clinic, by=[{"role": "date", "bucket": grain}], period=f"{first}..{last}", compare=["same_weekdays"]
    )
    for begin, end in buckets(grain, first, last):
        assert made[bucket(begin, grain)][1] == total(paid, begin - 364 * ONE, end - 364 * ONE), begin


def test_a_day_stands_beside_the_same_weekday_of_last_year(clinic: House) -> None:
    clinic.add("bill", on=date(2025, 2, 28), paid=Decimal(5))
    made = asked(
        clinic,
        by=[{"role": "date", "bucket": "weekday"}],
        period="2026-02-23..2026-03-01",
        compare=["same_weekdays"],
    )
    assert made[5][:2] == (None, Decimal("5.00"))


@pytest.mark.parametrize(
    "baseline", ["2024-02-01..2024-03-31", "2023-11-05..2023-12-19", "2025-12-01..2026-01-31"]
)
def test_a_baseline_is_compared_as_a_whole(clinic: House, baseline: str) -> None:
    paid = bills(clinic, 4)
    begin, _, end = baseline.partition("..")
    made = asked(clinic, period="2025-06-01..2025-07-31", compare=["baseline"], baseline=baseline)
    then = total(paid, date.fromisoformat(begin), date.fromisoformat(end))
    assert made[None][:2] == (total(paid, date(2025, 6, 1), date(2025, 7, 31)), then)


def test_by_month_a_baseline_stands_beside_month_for_month(clinic: House) -> None:
    paid = bills(clinic, 5)
    made = asked(
        clinic, by=[{"role": "date", "bucket": "month"}], period="2025-06-01..2025-08-31",
        compare=["baseline"], baseline="2023-01-01..2023-02-28",
    )  # fmt: skip
    for number, (first, last) in enumerate([("2023-01-01", "2023-01-31"), ("2023-02-01", "2023-02-28")]):
        assert made[date(2025, 6 + number, 1)][1] == total(
            paid, date.fromisoformat(first), date.fromisoformat(last)
        )
    assert made[date(2025, 8, 1)][1] is None


def test_by_day_a_baseline_stands_beside_its_first_day_first(clinic: House) -> None:
    paid = bills(clinic, 6, 900)
    made = asked(
        clinic, by=[{"role": "date", "bucket": "day"}], period="2025-06-10..2025-07-09",
        compare=["baseline"], baseline="2023-03-16..2023-04-30",
    )  # fmt: skip
    for at in range(30):
        then = date(2023, 3, 16) + at * ONE
        assert made[date(2025, 6, 10) + at * ONE][1] == total(paid, then, then)
    assert len(made) == 30


def test_a_period_that_is_not_over_is_compared_with_as_much_of_the_baseline(clinic: House) -> None:
    paid = bills(clinic, 7, 900)
    made = asked(
        clinic, period="2026-03-01..2026-03-31", compare=["baseline"], baseline="2025-10-01..2025-10-31"
    )
    assert made[None][1] == total(paid, date(2025, 10, 1), date(2025, 10, 5))


def test_a_baseline_without_days_is_told(clinic: House) -> None:
    for more in ({}, {"baseline": "all"}):
        with pytest.raises(Rejected) as refused:
            clinic.ask({"measures": ["bill.count"], "period": "this month", "compare": ["baseline"], **more})
        assert refused.value.problems[0].path == "/baseline"


VOID: dict[str, Any] = {"key": "void", "form": "bill", "aggregate": "rate", "filter": '{status} = "void"'}


def test_rates_change_by_points_and_amounts_by_parts(clinic: House) -> None:
    rows = bills(clinic, 8)
    state = {one["on"]: [] for one in clinic.records["bill"]}
    for one in clinic.records["bill"]:
        state[one["on"]].append(one["status"])

    def rate(first: date, last: date) -> Decimal:
        some = [status for day, found in state.items() if first <= day <= last for status in found]
        return half_up(Decimal(some.count("void")) / len(some), 6)

    table = clinic.ask(
        {
            "measures": [VOID, "bill.paid.sum"],
            "period": "2025-01-01..2025-12-31",
            "compare": ["previous_year"],
        }
    )
    now, then = rate(date(2025, 1, 1), date(2025, 12, 31)), rate(date(2024, 1, 1), date(2024, 12, 31))
    paid, before = (total(rows, date(year, 1, 1), date(year, 12, 31)) for year in (2025, 2024))
    assert paid is not None
    assert before is not None
    part = ((paid - before) / before).quantize(Decimal("0.000001"), ROUND_HALF_UP)
    assert table.rows[0] == (now, then, now - then, paid, before, part)
    formats = {one.key: one.format for one in table.columns}
    assert (formats["void@previous_year.change"], formats["bill.paid.sum@previous_year.change"]) == (
        "points",
        "percent",
    )


@pytest.mark.parametrize(
    ("condition", "keeps"),
    [
        ("{bill.paid.sum.previous_year.change} < -0.2", lambda now, then: bool(then) and now is not None and (now - then) / then < Decimal("-0.2")),
        ("{bill.paid.sum} > {bill.paid.sum.previous_year}", lambda now, then: now is not None and then is not None and now > then),
    ],
)  # fmt: skip
def test_having_may_ask_by_how_much_a_number_changed(
    clinic: House, condition: str, keeps: Callable[[Any, Any], bool]
) -> None:
    paid = bills(clinic, 9)
    made = asked(
        clinic, by=[{"role": "date", "bucket": "month"}], period="2025-01-01..2025-12-31",
        compare=["previous_year"], having=condition,
    )  # fmt: skip
    expected = {
        begin
        for begin, end in buckets("month", date(2025, 1, 1), date(2025, 12, 31))
        if keeps(total(paid, begin, end), total(paid, year_before(begin), year_before(end + ONE) - ONE))
    }
    assert set(made) == expected
    assert 0 < len(expected) < 12


def test_having_knows_only_the_comparisons_of_its_report(clinic: House) -> None:
    with pytest.raises(Rejected) as refused:
        clinic.ask(
            {
                "measures": ["bill.count"],
                "period": "this month",
                "having": "{bill.count.previous_year.change} < 0",
            }
        )
    assert refused.value.problems[0].path == "/having"


@pytest.mark.parametrize("name", ["spring_festival", "baseline", "same_weekdays"])
def test_the_records_behind_a_compared_number_are_those_of_its_days(clinic: House, name: str) -> None:
    bills(clinic, 10)
    report = {
        "measures": ["bill.count"], "by": [{"role": "date", "bucket": "month"}], "period": "2024-11-01..2026-02-28",
        "compare": [name], "baseline": "2023-02-01..2024-03-31",
    }  # fmt: skip
    table = clinic.ask(report)
    for row in table.rows:
        behind = clinic.behind(report, {"date": row[0]}, f"bill.count@{name}")
        assert behind.count == row[2], row[0]
