"""Who lapsed by the cycle of what they came for: cycles, people and lost ones counted again by hand."""

import itertools
import random
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from statistics import median
from typing import Any

import pytest

from engine.problems import Rejected
from report_engine.query import rounded
from tests.reports.clinic import House

TODAY = date(2026, 3, 5)
REPORT: dict[str, Any] = {
    "kind": "lapse",
    "form": "bill",
    "by": ["bill.status"],
    "period": "2025-01-01..2026-03-31",
    "settings": {"subject": "customer_id", "least": 4},
    "totals": True,
}


def by_hand(
    made: list[tuple[str, date, str, str]], until: date, factor: Fraction = Fraction(3, 2)
) -> dict[str, tuple[Any, ...]]:
    """Return what each project's row says, the slow way. `made`: who, when, what for, id."""
    made = [one for one in made if date(2025, 1, 1) <= one[1] <= until]
    gaps: dict[str, list[int]] = {}
    for who, what in {(one[0], one[2]) for one in made}:
        days = sorted({one[1] for one in made if (one[0], one[2]) == (who, what)})
        for early, late in itertools.pairwise(days):
            gaps.setdefault(what, []).append((late - early).days)
    every = [one for some in gaps.values() for one in some]
    rows: dict[str, tuple[Any, ...]] = {}
    last = [
        max((one for one in made if one[0] == who), key=lambda one: (one[1], one[3]))
        for who in {one[0] for one in made}
    ]
    for what in {one[2] for one in last}:
        own = gaps.get(what, [])
        cycle = Fraction(median(own if len(own) >= 4 else every)) if every else None
        people = [one for one in last if one[2] == what]
        lost = [one for one in people if cycle is not None and (until - one[1]).days > cycle * factor]
        share = rounded(Fraction(len(lost), len(people)), 6)
        rows[what] = (
            None if cycle is None else rounded(cycle, 1),
            len(own),
            len(people),
            len(lost),
            share,
            len(own) < 4,
        )
    return rows


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("until", [TODAY, date(2025, 11, 30)])
@pytest.mark.parametrize("factor", [None, 1, 3])
def test_people_are_lost_by_the_cycle_of_what_they_came_for_last(
    clinic: House, seed: int, until: date, factor: Any
) -> None:
    chance = random.Random(seed)
    people = [clinic.add("customer", name=f"c{at}") for at in range(10)]
    made = []
    for _ in range(60):
        who, on = chance.choice(people), TODAY - timedelta(days=chance.randint(-2, 480))
        what = chance.choice(["洁牙", "洁牙", "正畸", "种植"])
        made.append((who, on, what, clinic.add("bill", customer_id=who, on=on, status=what, paid=Decimal(1))))
    clinic.add("bill", customer_id=None, on=TODAY, status="洁牙", paid=Decimal(1))
    report = {**REPORT, "period": f"2025-01-01..{until if until < TODAY else '2026-03-31'}"}
    if factor is not None:
        report["settings"] = {**report["settings"], "factor": factor}
    table = clinic.ask(report)
    at = [table.at(key) for key in ("cycle", "gaps", "people", "lost", "share", "cycle@small")]
    wanted = by_hand(made, until, Fraction(str(factor or "1.5")))
    assert {row[0]: tuple(row[one] for one in at) for row in table.rows} == wanted
    [whole] = table.totals[0].rows
    assert whole[table.at("people")] == len({one[0] for one in made if date(2025, 1, 1) <= one[1] <= until})
    for what, row in wanted.items():
        assert clinic.behind(report, {"bill.status": what}, "lost").count == row[3]
        assert clinic.behind(report, {"bill.status": what}, "people").count == row[2]


def test_nobody_came_twice_so_there_is_no_cycle_and_nobody_is_lost(clinic: House) -> None:
    clinic.add(
        "bill",
        customer_id=clinic.add("customer", name="甲"),
        on=date(2025, 2, 1),
        status="x",
        paid=Decimal(1),
    )
    table = clinic.ask(REPORT)
    assert [row[1:6] for row in table.rows] == [(None, 0, 1, 0, Decimal(0))]
    assert clinic.ask({**REPORT, "period": "2024-01-01..2024-02-01"}).rows == ()


@pytest.mark.parametrize(
    "wrong",
    [{"by": ["bill.status", "bill.customer_id"]}, {"by": [{"role": "date", "bucket": "month"}]}],
)
def test_it_is_asked_by_one_dimension(clinic: House, wrong: dict[str, Any]) -> None:
    with pytest.raises(Rejected) as refused:
        clinic.ask({**REPORT, **wrong})
    assert "/by" in {one.path for one in refused.value.problems}
