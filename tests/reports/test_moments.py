"""Measures of a moment against a plain count: what gathers, what counts the days before, what is known of the present alone."""

import random
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from engine.problems import Rejected
from report_engine.table import Table
from tests.reports.clinic import House

TODAY = date(2026, 3, 5)
NAMES = {"name": {"zh": "数", "en": "Number"}}
TRAILING = {
    "key": "n",
    **NAMES,
    "form": "bill",
    "aggregate": "count_distinct",
    "of": "customer_id",
    "trailing": "30d",
}
YOUNG = {
    "key": "n", **NAMES, "form": "bill", "aggregate": "count", "as_of": True,
    "filter": 'DAYS(TODAY(), {on}) <= 45',
}  # fmt: skip
MEAN = {"key": "n", **NAMES, "form": "bill", "aggregate": "avg", "of": "paid", "as_of": True}
NOW_ONLY = {"key": "n", **NAMES, "form": "bill", "aggregate": "sum", "of": "paid", "as_of": "now"}
PAST = {**NOW_ONLY, "past": "{bill.net} * 2"}
MONTHS = [{"role": "date", "bucket": "month"}]
ENDS = {date(2026, 1, 1): date(2026, 1, 31), date(2026, 2, 1): date(2026, 2, 28), date(2026, 3, 1): TODAY}


def bills(clinic: House, seed: int) -> list[tuple[str, date, Decimal]]:
    chance = random.Random(seed)
    people = [clinic.add("customer", name=f"c{n}") for n in range(6)]
    found = []
    for _ in range(40):
        who, on = chance.choice(people), TODAY - timedelta(days=chance.randint(-3, 150))
        paid = Decimal(chance.randint(1, 9_999)) / 100
        clinic.add("bill", customer_id=who, on=on, paid=paid, status="paid")
        found.append((who, on, paid))
    return found


def numbers(table: Table) -> dict[Any, Any]:
    return {row[0]: row[table.at("n")] for row in table.rows}


def asked(measure: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"measures": [measure], "by": MONTHS, "period": "2026-01-01..2026-03-31", **more}


@pytest.mark.parametrize("seed", range(3))
def test_each_month_counts_the_days_before_its_end(clinic: House, seed: int) -> None:
    made = bills(clinic, seed)
    told = numbers(clinic.ask(asked(TRAILING)))
    for month, end in ENDS.items():
        who = {one for one, on, _ in made if end - timedelta(days=30) < on <= end}
        assert told[month] == len(who)
        behind = clinic.behind(asked(TRAILING), {"date": month}, "n")
        assert behind.count == sum(end - timedelta(days=30) < on <= end for _, on, _ in made)


def test_a_short_period_still_counts_all_the_days_before_its_end(clinic: House) -> None:
    made = bills(clinic, 1)
    for period, end in (("yesterday", TODAY - timedelta(days=1)), ("this year", TODAY)):
        table = clinic.ask({"measures": [TRAILING], "period": period})
        who = {one for one, on, _ in made if end - timedelta(days=30) < on <= end}
        assert table.rows[0][table.at("n")] == len(who)


@pytest.mark.parametrize("seed", range(3))
def test_today_is_the_day_of_the_moment(clinic: House, seed: int) -> None:
    made = bills(clinic, seed)
    told = numbers(clinic.ask(asked(YOUNG)))
    for month, end in ENDS.items():
        # This month lasts longer than today; what is dated later is there already.
        last = date(2026, 3, 31) if month.month == 3 else end
        count = sum(on <= last and (end - on).days <= 45 for _, on, _ in made)
        assert told[month] == count
        assert clinic.behind(asked(YOUNG), {"date": month}, "n").count == count


def test_a_mean_of_everything_so_far_goes_by_time(clinic: House) -> None:
    made = bills(clinic, 2)
    told = numbers(clinic.ask(asked(MEAN)))
    end = ENDS[date(2026, 2, 1)]
    some = [paid for _, on, paid in made if on <= end]
    assert told[date(2026, 2, 1)] == (sum(some) / len(some)).quantize(Decimal("0.01"))


def test_what_is_known_of_the_present_alone_is_blank_before_today(clinic: House) -> None:
    made = bills(clinic, 3)
    table = clinic.ask(asked(NOW_ONLY))
    whole = sum(paid for _, on, paid in made if on <= date(2026, 3, 31))
    assert numbers(table) == {date(2026, 1, 1): None, date(2026, 2, 1): None, date(2026, 3, 1): whole}
    assert "report.only_now" in [one.code for one in table.warnings]
    with pytest.raises(Rejected):
        clinic.behind(asked(NOW_ONLY), {"date": date(2026, 1, 1)}, "n")


def test_what_says_it_of_the_past_takes_its_place(clinic: House) -> None:
    made = bills(clinic, 3)
    table = clinic.ask(asked(PAST, by=[*MONTHS, "customer_id"]))
    told = {row[:2]: row[table.at("n")] for row in table.rows}
    for who in {one for one, _, _ in made}:
        january = sum(
            paid for one, on, paid in made if one == who and date(2026, 1, 1) <= on <= date(2026, 1, 31)
        )
        assert told.get((date(2026, 1, 1), who)) == (january * 2 or None)
    assert "report.only_now" not in [one.code for one in table.warnings]
    count = sum(date(2026, 1, 1) <= on <= date(2026, 1, 31) for _, on, _ in made)
    assert clinic.behind(asked(PAST), {"date": date(2026, 1, 1)}, "n").count == count


def test_beside_the_month_before_stands_what_was_then(clinic: House) -> None:
    made = bills(clinic, 4)
    table = clinic.ask({"measures": [TRAILING], "period": "this month", "compare": ["previous_month"]})
    for key, end in (("n", TODAY), ("n@previous_month", date(2026, 2, 5))):
        who = {one for one, on, _ in made if end - timedelta(days=30) < on <= end}
        assert table.rows[0][table.at(key)] == len(who)


def test_parts_of_a_formula_may_be_of_a_moment(clinic: House) -> None:
    made = bills(clinic, 5)
    share = {"key": "share", **NAMES, "formula": "{n} + {bill.count}"}
    table = clinic.ask(asked(TRAILING, measures=[TRAILING, "bill.count", share]))
    for row in table.rows:
        assert row[table.at("share")] == row[table.at("n")] + row[table.at("bill.count")]
    assert sum(row[table.at("bill.count")] for row in table.rows) == sum(
        date(2026, 1, 1) <= on <= date(2026, 3, 31) for _, on, _ in made
    )
