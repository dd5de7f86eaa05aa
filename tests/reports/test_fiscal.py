"""A clinic's own year: buckets, periods and comparisons that start in the month it says."""

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from report_engine import pipeline
from report_engine.boards import Question, effective
from report_engine.drawing.numbers import full
from report_engine.periods import read_period
from report_engine.table import Table
from tests.reports.clinic import NOW, ZONE, House, cells, data_of

TODAY = date(2026, 3, 5)


def ask(clinic: House, starts: int, **report: Any) -> Table:
    data = replace(data_of(clinic.clinic), year_starts=starts)
    bound = pipeline.bound_report({"kind": "aggregate", **report}, data, NOW, ZONE)
    return pipeline.run(bound, clinic._desk(None))


def bills(clinic: House, seed: int) -> list[tuple[date, Decimal]]:
    chance, found = random.Random(seed), []
    for _ in range(200):
        day = date(2023, 1, 1) + timedelta(days=chance.randint(0, 1150))
        paid = Decimal(chance.randint(1, 9999)) / 100
        clinic.add("bill", on=day, paid=paid)
        found.append((day, paid))
    clinic.add("bill", on=None, paid=Decimal(1))
    return found


def year_of(day: date, starts: int) -> date:
    return date(day.year if day.month >= starts else day.year - 1, starts, 1)


def quarter_of(day: date, starts: int) -> date:
    first = year_of(day, starts)
    for _ in range(3):
        month = first.month + 3
        after = date(first.year + (month > 12), (month - 1) % 12 + 1, 1)
        if day < after:
            break
        first = after
    return first


@pytest.mark.parametrize("starts", [1, 2, 4, 7, 12])
@pytest.mark.parametrize(("bucket", "first_of"), [("fiscal_year", year_of), ("fiscal_quarter", quarter_of)])
def test_buckets_start_in_the_month_of_the_year(
    clinic: House, starts: int, bucket: str, first_of: Callable[[date, int], date]
) -> None:
    found = bills(clinic, starts)
    expected: dict[date | None, Decimal] = {None: Decimal(1)}
    for day, paid in found:
        key = first_of(day, starts)
        expected[key] = expected.get(key, Decimal(0)) + paid
    made = ask(clinic, starts, measures=["bill.paid.sum"], by=[{"role": "date", "bucket": bucket}])
    assert {key: value for key, value in cells(made).items() if value is not None} == expected


@pytest.mark.parametrize(
    ("phrase", "starts", "first", "last"),
    [
        ("this fiscal year", 4, "2025-04-01", "2026-03-31"),
        ("last fiscal year", 4, "2024-04-01", "2025-03-31"),
        ("this fiscal quarter", 2, "2026-02-01", "2026-04-30"),
        ("this fiscal year to date", 7, "2025-07-01", "2026-03-05"),
        ("last fiscal year to date", 7, "2024-07-01", "2025-03-05"),
        ("this fiscal year", 1, "2026-01-01", "2026-12-31"),
    ],
)
def test_periods_of_the_fiscal_year(phrase: str, starts: int, first: str, last: str) -> None:
    assert read_period(phrase, TODAY, year_starts=starts).to_json() == {"from": first, "to": last}


def test_a_fiscal_year_is_compared_with_the_one_before_month_by_month(clinic: House) -> None:
    found = bills(clinic, 5)
    report: dict[str, Any] = {
        "measures": ["bill.paid.sum"], "by": [{"role": "date", "bucket": "fiscal_quarter"}],
        "period": "last fiscal year", "compare": ["previous_year", "previous_period"],
    }  # fmt: skip
    table = ask(clinic, 4, **report)
    for row in table.rows:
        then = sum(
            (paid for day, paid in found if quarter_of(day, 4) == row[0].replace(year=row[0].year - 1)),
            Decimal(0),
        )
        assert row[table.at("bill.paid.sum@previous_year")] == then
        assert row[table.at("bill.paid.sum@previous_period")] == then
    assert len(table.rows) == 4


def test_a_fiscal_year_is_named_by_both_years() -> None:
    assert full(date(2025, 4, 1), "fiscal_year_4", "zh") == "2025/26 财年"
    assert full(date(2026, 1, 1), "fiscal_quarter_4", "zh") == "2025/26 财年四季"
    assert full(date(2025, 10, 1), "fiscal_quarter_4", "en") == "Q3 FY 2025/26"


def test_a_board_may_be_narrowed_to_the_fiscal_year() -> None:
    report = {"by": [{"role": "date", "bucket": "month"}], "period": "last 6 months"}
    filters = [{"key": "period", "role": "date", "default": "this month"}]
    made = effective(report, Question(filters={"period": "last fiscal year"}), filters, {}, TODAY, 4)
    assert made.period == "last fiscal year"
    within = effective(report, Question(narrowed={"when": "2025-04-01"}), filters, {
        "when": {"role": "date", "bucket": "fiscal_year"},
    }, TODAY, 4)  # fmt: skip
    assert within.period == {"from": "2025-10-01", "to": "2026-03-31"}
