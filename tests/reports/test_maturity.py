"""Measures that take their time say so: the months that have not had it are marked, and only their columns."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from tests.reports.clinic import House

REVENUE = {"key": "revenue", "form": "lead", "aggregate": "sum", "of": "worth", "maturity": "90d"}
RETURN = {"key": "roi", "formula": "{revenue} / {spend.amount}", "format": "percent"}
MONTHS = {"role": "date", "bucket": "month"}


def column(clinic: House, report: dict[str, Any], key: str) -> list[Any]:
    table = clinic.ask(report)
    return [row[table.at(key)] for row in table.rows]


def fill(clinic: House) -> None:
    channel = clinic.add("channel", name="c")
    for month in (10, 11, 12):
        clinic.add(
            "lead", channel_id=channel, worth=Decimal(5), created_at=datetime(2025, month, 9, tzinfo=UTC)
        )


def test_months_younger_than_the_measure_needs_are_marked(clinic: House) -> None:
    fill(clinic)
    report = {
        "measures": ["lead.count", REVENUE],
        "by": [MONTHS],
        "period": {"from": "2025-10-01", "to": "2025-12-31"},
    }
    assert column(clinic, report, "revenue@immature") == [False, False, True]
    table = clinic.ask(report)
    assert "lead.count@immature" not in {one.key for one in table.columns}
    assert [(one.code, one.params["count"], one.params["days"]) for one in table.warnings] == [
        ("report.immature", 1, 90)
    ]


def test_what_is_made_of_it_is_as_young(clinic: House) -> None:
    fill(clinic)
    report = {
        "measures": [REVENUE, RETURN],
        "by": ["channel"],
        "period": {"from": "2025-10-01", "to": "2025-12-31"},
    }
    assert column(clinic, report, "roi@immature") == [True]
    mature = {**report, "period": {"from": "2025-10-01", "to": "2025-11-30"}}
    assert "roi@immature" not in {one.key for one in clinic.ask(mature).columns}


def test_a_report_that_says_how_long_marks_whole_rows(clinic: House) -> None:
    fill(clinic)
    report = {
        "measures": ["lead.count", REVENUE],
        "by": [MONTHS],
        "maturity": "10d",
        "period": {"from": "2025-10-01", "to": "2026-02-28"},
    }
    assert column(clinic, report, "@immature")[-1] is True
    assert "revenue@immature" not in {one.key for one in clinic.ask(report).columns}
