"""Payback: after how many days those whom a channel brought have paid what was spent on it; counted again by hand."""

import random
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from engine.problems import Rejected
from report_engine.query import rounded
from tests.reports.clinic import House

REPORT: dict[str, Any] = {
    "kind": "payback",
    "form": "lead",
    "measures": ["spend.amount", "lead.count"],
    "by": ["channel"],
    "period": "2025-01-01..2025-12-31",
    "settings": {"subject": "customer_id", "paid": "bill", "amount": "paid", "where": '{status} = "ok"'},
    "totals": True,
}


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 4, tzinfo=UTC)


def worth(spent: Decimal, ages: dict[int, Decimal]) -> tuple[Any, ...]:
    """Return revenue, share and days the slow way."""
    revenue = sum(ages.values(), Decimal(0))
    if not spent:
        return revenue, None, None
    days = next((age for age in range(2000) if sum(v for a, v in ages.items() if a <= age) >= spent), None)
    return revenue, rounded(Fraction(revenue) / Fraction(spent), 6), days


@pytest.mark.parametrize("seed", range(3))
def test_a_channel_is_paid_back_on_the_day_its_people_have_paid_its_spend(clinic: House, seed: int) -> None:
    dice = random.Random(seed)
    channels = [clinic.add("channel", name=name) for name in ("抖音", "美团", "自然")]
    people = [clinic.add("customer", name=f"c{at}") for at in range(12)]
    leads, bills, spent = [], [], defaultdict(Decimal)
    for at in range(30):
        who = dice.choice([*people, None])
        day = date(2024, 10, 1) + timedelta(days=dice.randint(0, 500))
        channel = dice.choice(channels)
        made = clinic.add("lead", customer_id=who, channel_id=channel, created_at=noon(day))
        leads.append((day, made, who, channel))
        assert at < 30
    for _ in range(60):
        who, day = dice.choice(people), date(2024, 10, 1) + timedelta(days=dice.randint(0, 500))
        amount, status = Decimal(dice.randint(1, 90_000)).scaleb(-2), dice.choice(["ok", "ok", "void"])
        clinic.add("bill", customer_id=who, on=day, paid=amount, status=status)
        bills.append((who, day, amount, status))
    for channel in channels[:2]:
        for month in (2, 6, 14):
            amount = Decimal(dice.randint(10_000, 90_000)).scaleb(-2)
            on = date(2025 + (month - 1) // 12, (month - 1) % 12 + 1, 3)
            clinic.add("spend", channel_id=channel, amount=amount, on=on)
            spent[channel] += amount if on.year == 2025 else 0
    ages: dict[Any, dict[int, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for who in people:
        own = sorted(one[:2] + one[3:] for one in leads if one[2] == who)
        if own and own[0][0].year == 2025:
            began, _, channel = own[0]
            for _, day, amount, _ in [
                one for one in bills if one[0] == who and one[3] == "ok" and one[1] >= began
            ]:
                ages[channel][(day - began).days] += amount
                ages["all"][(day - began).days] += amount
    table = clinic.ask(REPORT)
    at = [table.at(key) for key in ("revenue", "recovered", "payback")]
    told = {row[0]: tuple(row[one] for one in at) for row in table.rows}
    came = {channel for day, _, _, channel in leads if day.year == 2025}
    assert told == {one: worth(spent[one], ages[one]) for one in {*came, *spent}}
    [whole] = table.totals[0].rows
    assert tuple(whole[one] for one in at) == worth(sum(spent.values(), Decimal(0)), ages["all"])
    assert any(days is not None for *_, days in told.values())


def test_a_filter_never_makes_a_later_lead_the_first(clinic: House) -> None:
    early, late = (clinic.add("channel", name=name) for name in ("早", "晚"))
    who = clinic.add("customer", name="甲")
    for channel, day in ((early, date(2025, 3, 1)), (late, date(2025, 4, 1))):
        clinic.add("lead", customer_id=who, channel_id=channel, created_at=noon(day))
        clinic.add("spend", channel_id=channel, amount=Decimal("50.00"), on=day)
    clinic.add("bill", customer_id=who, on=date(2025, 5, 1), paid=Decimal("100.00"), status="ok")
    alone = clinic.ask({**REPORT, "filter": f'{{channel}} = "{late}"'})
    assert [(row[0], row[alone.at("revenue")], row[alone.at("payback")]) for row in alone.rows] == [
        (late, Decimal(0), None)
    ]
    both = clinic.ask(REPORT)
    assert {row[0]: row[both.at("payback")] for row in both.rows} == {early: 61, late: None}


def test_what_is_not_paid_back_but_young_is_marked(clinic: House) -> None:
    channel = clinic.add("channel", name="新")
    clinic.add("spend", channel_id=channel, amount=Decimal("50.00"), on=date(2025, 12, 3))
    clinic.add("lead", channel_id=channel, created_at=noon(date(2025, 12, 4)))
    for horizon, young in ((365, True), (30, False)):
        table = clinic.ask({**REPORT, "settings": {**REPORT["settings"], "horizon": horizon}})
        assert [row[table.at("payback@immature")] for row in table.rows] == [young]


@pytest.mark.parametrize(
    ("wrong", "path"),
    [
        ({"measures": ["spend.amount"]}, "/measures"),
        ({"settings": {"subject": "customer_id"}}, "/settings"),
        ({"settings": {"subject": "customer_id", "paid": "bill", "amount": "status"}}, "/settings/amount"),
        ({"settings": {"subject": "customer_id", "paid": "bills", "amount": "paid"}}, "/settings/paid"),
    ],
)
def test_what_cannot_be_asked_is_told(clinic: House, wrong: dict[str, Any], path: str) -> None:
    with pytest.raises(Rejected) as refused:
        clinic.ask({**REPORT, **wrong})
    assert [one.path for one in refused.value.problems] == [path]
