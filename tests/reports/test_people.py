"""Measures of people against a plain count: who came on several days, who has not come of late, now and at ends of months."""

import random
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from engine.problems import Rejected
from report_engine.query import rounded
from tests.reports.clinic import House

TODAY = date(2026, 3, 5)
NAMES = {"name": {"zh": "率", "en": "Rate"}}
AGAIN = {
    "key": "n", **NAMES, "form": "bill", "aggregate": "rate", "per": {"of": "customer_id", "days": 2}, "trailing": "60d",
    "filter": '{status} = "paid"', "min_n": 2,
}  # fmt: skip
GONE = {
    "key": "n",
    **NAMES,
    "form": "bill",
    "aggregate": "rate",
    "per": {"of": "customer_id", "silent": "60d"},
    "trailing": "121d",
}
ENDS = {date(2026, 1, 1): date(2026, 1, 31), date(2026, 2, 1): date(2026, 2, 28), date(2026, 3, 1): TODAY}


def bills(clinic: House, seed: int) -> list[tuple[str, str, date, str]]:
    chance = random.Random(seed)
    channels = [clinic.add("channel", name=name) for name in ("抖音", "自然")]
    people = [
        (clinic.add("customer", name=f"c{n}", channel_id=channels[n % 2]), channels[n % 2]) for n in range(12)
    ]
    found = []
    for _ in range(45):
        (who, channel), on = chance.choice(people), TODAY - timedelta(days=chance.randint(-3, 260))
        status = chance.choice(["paid", "paid", "void"])
        clinic.add("bill", customer_id=who, on=on, paid=Decimal(1), status=status)
        found.append((who, channel, on, status))
    return found


def again(made: list[tuple[str, str, date, str]], end: date) -> Decimal | None:
    days: dict[str, set[date]] = {}
    for who, _, on, status in made:
        if status == "paid" and end - timedelta(days=60) < on <= end:
            days.setdefault(who, set()).add(on)
    return rounded(Fraction(sum(len(one) > 1 for one in days.values()), len(days)), 6) if days else None


def gone(made: list[tuple[str, str, date, str]], end: date) -> tuple[Decimal | None, int]:
    before = {who for who, _, on, _ in made if end - timedelta(days=121) < on < end - timedelta(days=60)}
    since = {who for who, _, on, _ in made if end - timedelta(days=60) <= on <= end}
    return (rounded(Fraction(len(before - since), len(before)), 6) if before else None), len(before)


@pytest.mark.parametrize("seed", range(3))
def test_each_month_says_who_came_again_and_who_had_gone_by_its_end(clinic: House, seed: int) -> None:
    made = bills(clinic, seed)
    months = {"by": [{"role": "date", "bucket": "month"}], "period": "2026-01-01..2026-03-31"}
    for measure, by_hand in ((AGAIN, again), (GONE, lambda rows, end: gone(rows, end)[0])):
        table = clinic.ask({**months, "measures": [measure]})
        told = {row[0]: row[table.at("n")] for row in table.rows}
        assert told == {month: by_hand(made, end) for month, end in ENDS.items()}


@pytest.mark.parametrize("seed", range(3))
def test_channels_have_rates_of_their_own_and_the_total_is_no_sum_of_them(clinic: House, seed: int) -> None:
    made = bills(clinic, seed)
    base = {**GONE, "key": "base", "aggregate": "count"}
    table = clinic.ask(
        {"measures": [GONE, base, "bill.count"], "by": ["channel"], "period": "this month", "totals": True}
    )
    told = {row[0]: (row[table.at("n")], row[table.at("base")]) for row in table.rows}
    wanted = {}
    for channel in {one[1] for one in made}:
        rate, count = gone([one for one in made if one[1] == channel], TODAY)
        wanted[channel] = (rate, count)
    assert {key: one for key, one in told.items() if one[1]} == {
        key: one for key, one in wanted.items() if one[1]
    }
    [whole] = table.totals[0].rows
    assert (whole[table.at("n")], whole[table.at("base")]) == gone(made, TODAY)


def test_a_rate_opens_the_people_it_is_of(clinic: House) -> None:
    made = bills(clinic, 1)
    behind = clinic.behind({"measures": [GONE], "period": "this month"}, {}, "n")
    before = {who for who, _, on, _ in made if TODAY - timedelta(days=121) < on < TODAY - timedelta(days=60)}
    assert (behind.form, set(behind.ids or ())) == ("customer", before)
    buyers = clinic.behind({"measures": [AGAIN], "period": "this month"}, {}, "n")
    assert set(buyers.ids or ()) == {
        who for who, _, on, status in made if status == "paid" and TODAY - timedelta(days=60) < on <= TODAY
    }


@pytest.mark.parametrize(
    "wrong",
    [
        {"per": {"of": "customer_id"}},
        {"per": {"of": "customer_id", "days": 2, "silent": "60d"}},
        {"per": {"of": "paid", "days": 2}},
        {"per": {"of": "nobody", "days": 2}},
        {"aggregate": "sum"},
        {"per": {"of": "customer_id", "silent": "60d"}, "trailing": None},
        {"among": "TRUE"},
    ],
)
def test_what_counts_no_people_is_refused(clinic: House, wrong: dict[str, Any]) -> None:
    measure = {key: one for key, one in {**AGAIN, **wrong}.items() if one is not None}
    with pytest.raises(Rejected) as refused:
        clinic.ask({"measures": [measure], "period": "this month"})
    assert [(one.code, one.path) for one in refused.value.problems] == [("report.bad_per", "/measures/0/per")]
