"""One's own numbers beside those of others, of whom nobody can be made out."""

import random
from datetime import date
from decimal import Decimal
from statistics import quantiles
from typing import Any

import pytest
from sqlalchemy import Connection

from engine.access.actor import Actor
from tests.reports.clinic import House, house

READ = {"fields": {"*": "read"}}
ROLE = {
    "grants": {"bill": {"view": "branch", "totals": "all", **READ}, "*": {"view": "all", **READ}},
    "masks": {"cost": "read", "phone": "read"},
}
ASKED: dict[str, Any] = {
    "kind": "benchmark", "sees": "totals", "form": "bill", "measures": ["bill.paid.sum", "bill.count"], "by": ["bill.branch_id"], "period": {"from": "2026-01-01", "to": "2026-12-31"},
}  # fmt: skip


def director(branch: str = "b1") -> Actor:
    return Actor("w", "d", "d", "d", frozenset({"director"}), branch_id=branch, branches=(branch,))


@pytest.fixture
def chain(connection: Connection) -> House:
    made = house(connection, director=ROLE)
    chance = random.Random(3)
    for n in range(1, 8):
        made.add("branch", id=f"b{n}", name=f"院{n}", size=1 if n <= 5 else 2)
        for _ in range(chance.randint(2, 9)):
            made.add("bill", branch_id=f"b{n}", paid=Decimal(chance.randint(100, 900)), on=date(2026, 2, 3))
    return made


def sums(made: House, branches: set[str]) -> list[Decimal]:
    return [
        sum((row["paid"] for row in made.records["bill"] if row["branch_id"] == one), Decimal(0))
        for one in sorted(branches)
    ]


def test_ones_own_stands_beside_the_quartiles_of_all(chain: House) -> None:
    rows = {row[0]: row[1:] for row in chain.ask(ASKED, director()).rows}
    every = sums(chain, {f"b{n}" for n in range(1, 8)})
    lower, middle, upper = quantiles(every, n=4, method="inclusive")
    assert rows["own"][0] == every[0]
    assert [rows[name][0] for name in ("lower", "median", "upper")] == [Decimal(one).quantize(Decimal("0.01")) for one in (lower, middle, upper)]  # fmt: skip


def test_only_ones_like_count_where_the_report_says_what_is_alike(chain: House) -> None:
    asked = {**ASKED, "by": ["bill.branch_id", {"key": "size", "field": "bill.branch_id.size"}]}
    table = chain.ask(asked, director())
    assert table.notes["members"] == 5


def test_of_fewer_than_five_nobody_is_told_but_oneself(connection: Connection) -> None:
    made = house(connection, director=ROLE)
    for n in range(1, 5):
        made.add("bill", branch_id=f"b{n}", paid=Decimal(n), on=date(2026, 2, 3))
    table = made.ask(ASKED, director())
    assert [row[0] for row in table.rows] == ["own"]
    assert [one.code for one in table.warnings] == ["report.few_members"]


def test_without_the_right_to_totals_there_is_nobody_to_compare_with(chain: House) -> None:
    table = chain.ask({key: one for key, one in ASKED.items() if key != "sees"}, director())
    assert [row[0] for row in table.rows] == ["own"]
