"""Ways of looking at a number (share of all, share of the parent, so far, place) and who rose or fell, counted a second time."""

import random
from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from tests.reports.clinic import House, boss
from tests.reports.oracle import Record, grouped, half_up
from tests.reports.test_oracle import SEEDS, by, day_of, fill, values

MONTHS = (date(2026, 1, 1), date(2026, 2, 1))
"""The month before the period, and the period."""


@pytest.fixture(params=SEEDS)
def house(clinic: House, request: pytest.FixtureRequest) -> House:
    fill(clinic, random.Random(request.param))
    return clinic


def part(number: Any, whole: Any) -> Decimal | None:
    """Return a share as reports tell it: six places, half up; none of nothing."""
    if number is None or not whole:
        return None
    made = Fraction(number) / Fraction(whole)
    return half_up(Decimal(made.numerator) / made.denominator, 6)


def worth(rows: list[Record]) -> Decimal | None:
    known = values(rows, "worth")
    return sum(known[1:], known[0]) if known else None


def count(rows: list[Record]) -> int:
    return len(rows)


COUNTED = {"lead.count": count, "lead.worth.sum": worth}
"""Worths are below nought, too, so that sums of a group may be nothing at all."""


@pytest.mark.parametrize("measure", COUNTED)
@pytest.mark.parametrize("width", [1, 2, 3])
def test_a_share_of_the_parent_is_of_all_that_differ_in_the_last_dimension_alone(
    house: House, measure: str, width: int
) -> None:
    names = ["channel", "lead.stage", {"field": "lead.done_on", "bucket": "quarter"}]
    keys = [by("channel_id"), by("stage"), day_of("done_on", "quarter")][:width]
    shown = [{"key": "part", "name": {"zh": "占比"}, "of": measure, "show": "share_of_parent"}]
    table = house.ask({"measures": [measure, *shown], "by": names[:width]})
    groups, parents = grouped(house.records["lead"], keys), grouped(house.records["lead"], keys[:-1])
    sums = COUNTED[measure]
    wanted = {key: part(sums(rows), sums(parents[key[:-1]])) for key, rows in groups.items()}
    assert {row[:width]: row[table.at("part")] for row in table.rows} == wanted


@pytest.mark.parametrize("tagged", [False, True], ids=["", "each of many"])
def test_shares_are_of_everybody_however_few_are_shown(house: House, tagged: bool) -> None:
    key, name = (by("tags"), "lead.tags") if tagged else (by("channel_id"), "channel")
    report = {"measures": ["lead.count", {"key": "part", "of": "lead.count", "show": "share"}], "by": [name]}
    leads = house.records["lead"]
    wanted = {one: part(len(rows), len(leads)) for (one,), rows in grouped(leads, [key]).items()}
    for more in ({}, {"sort": ["-lead.count"], "limit": 2}, {"having": "{lead.count} > 9"}):
        table = house.ask({**report, **more})
        found = {row[0]: row[table.at("part")] for row in table.rows}
        assert found == {one: wanted[one] for one in found}
        assert len(found) == len(wanted) or more


def test_what_has_run_up_starts_anew_with_each_group_and_ends_with_its_total(house: House) -> None:
    so_far = {"key": "so_far", "of": "lead.count", "show": "running"}
    report = {
        "measures": ["lead.count", so_far],
        "by": [{"field": "lead.created_at", "bucket": "month", "key": "month"}, "lead.stage"],
        "fill": "none",
    }
    table = house.ask(report)
    groups = grouped(house.records["lead"], [day_of("created_at", "month"), by("stage")])
    for month, stage, _, sum_ in (row[:4] for row in table.rows):
        assert sum_ == sum(len(rows) for (m, s), rows in groups.items() if s == stage and m <= month)


@pytest.mark.parametrize("measure", COUNTED)
def test_a_place_is_one_more_than_there_are_better_ones(house: House, measure: str) -> None:
    report = {"measures": [measure, {"key": "place", "of": measure, "show": "rank"}], "by": ["channel", "lead.stage"]}  # fmt: skip
    table = house.ask(report)
    sums = COUNTED[measure]
    found = {key: sums(rows) for key, rows in grouped(house.records["lead"], [by("channel_id"), by("stage")]).items()}  # fmt: skip
    for row in table.rows:
        own = found[row[:2]]
        better = sum(one is not None and own is not None and one > own for one in found.values())
        assert row[table.at("place")] == (None if own is None else better + 1)


# rankings


def sold(clinic: House, chance: random.Random, people: int = 9) -> dict[date, Counter[str]]:
    """Put bills of two months into a clinic, some people having none in one of them; return what each paid a month."""
    names = [clinic.add("customer", name=f"c{n}") for n in range(people)]
    found: dict[date, Counter[str]] = {month: Counter() for month in MONTHS}
    for month in MONTHS:
        for who in chance.sample(names, people - 3):
            # Few amounts, so that places are shared.
            for _ in range(chance.randint(1, 2)):
                paid = chance.choice([100, 200, 300])
                day = month + timedelta(days=chance.randint(0, 27))
                clinic.add("bill", customer_id=who, on=day, paid=Decimal(paid), status="ok")
                found[month][who] += paid
    return found


def places(paid: Counter[str]) -> dict[str, int]:
    return {who: 1 + sum(other > own for other in paid.values()) for who, own in paid.items()}


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("limit", [None, 4])
def test_who_rose_and_who_fell_is_by_the_places_among_all_of_both_months(
    clinic: House, seed: int, limit: int | None
) -> None:
    before, now = (places(one) for one in sold(clinic, random.Random(seed)).values())
    report: dict[str, Any] = {
        "kind": "ranking", "measures": ["bill.paid.sum"], "by": ["bill.customer_id"],
        "period": "2026-02-01..2026-02-28", "compare": ["previous_month"],
    }  # fmt: skip
    table = clinic.ask({**report, "limit": limit} if limit else report)
    keys = (
        "bill.paid.sum@rank",
        "bill.paid.sum@rank.previous_month",
        "bill.paid.sum@rank.previous_month.change",
    )
    found = {row[0]: tuple(row[table.at(key)] for key in keys) for row in table.rows}
    both = {
        who: (now.get(who), before.get(who), before[who] - now[who] if who in now and who in before else None)
        for who in {**now, **before}
    }
    assert found == {who: both[str(who)] for who in found}
    assert len(found) == (limit or len(both))
    ranks = [one[0] for one in found.values() if one[0] is not None]
    assert ranks == sorted(ranks)
    if limit is None:
        assert any((one[2] or 0) > 0 for one in found.values())
        assert any((one[2] or 0) < 0 for one in found.values())


@pytest.mark.parametrize("weight", [1, 20, 400])
@pytest.mark.parametrize("seed", range(3))
def test_a_rate_is_drawn_to_that_of_all_by_so_many_cases(clinic: House, weight: int, seed: int) -> None:
    chance = random.Random(seed)
    cases: dict[str, list[bool]] = defaultdict(list)
    for who in ("a", "b", "c", "d", "e"):
        for _ in range(chance.choice([1, 2, 30, 90])):
            cases[who].append(chance.random() < 0.4)
            clinic.add("lead", channel_id=who, is_valid=cases[who][-1])
    every = [one for some in cases.values() for one in some]
    usual = Fraction(sum(every), len(every))
    drawn = {who: (sum(some) + weight * usual) / (len(some) + weight) for who, some in cases.items()}
    report = {
        "kind": "ranking",
        "measures": ["lead.valid_rate"],
        "by": ["channel"],
        "settings": {"shrink": weight},
    }
    table = clinic.ask(report)
    found = {row[0]: row[table.at("lead.valid_rate@drawn")] for row in table.rows}
    assert found == {who: part(one.numerator, one.denominator) for who, one in drawn.items()}
    assert [row[0] for row in table.rows] == sorted(found, key=lambda who: (-found[who], who))


@pytest.mark.parametrize("seed", range(3))
def test_my_own_place_is_the_one_i_have_in_the_whole_ranking(clinic: House, seed: int) -> None:
    chance = random.Random(seed)
    when = datetime(2026, 2, 3, 4, tzinfo=UTC)
    for who in ("boss", "ann", "ben", "cleo"):
        for _ in range(chance.randint(1, 4)):
            clinic.add("lead", owner_id=who, created_at=when)
    whole = {"kind": "ranking", "measures": ["lead.count"], "by": ["lead.owner_id"]}
    everybody = clinic.ask(whole)
    numbers = Counter(str(one["owner_id"]) for one in clinic.records["lead"])
    mine = clinic.ask({**whole, "settings": {"mine": True}}, boss())
    assert [row[:3] for row in mine.rows] == [(places(numbers)["boss"], 4, numbers["boss"])]
    assert len(everybody.rows) == 4
