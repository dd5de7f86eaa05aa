"""Month roll-ups: whatever happens to records, an answer put together of months is the answer of the records."""

import random
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from report_engine.output import to_json
from report_engine.rollups import Months
from tests.form_engine.making import field, form, words
from tests.installations import BOTH
from tests.server.conftest import Town, town_with
from tests.server.making import Definitions

KINDS = [{"key": key, "label": words(key)} for key in ("fill", "root", "crown")]
SALE = {
    **form(
        "sale",
        field("day", "date"),
        field("amount", "money"),
        field("kind", "select", options=KINDS),
        field("lines", "subtable", fields=[field("on", "date"), field("price", "money")]),
        title="{kind}",
    ),
    "date": "day",
    "facts": {"lines": {"date": "on"}},
}
REPORTS: dict[str, dict[str, Any]] = {
    "by_month": {"measures": ["sale.amount.sum", "sale.count"], "by": [{"role": "date", "bucket": "month"}, "kind"], "totals": "all"},
    "by_week": {"measures": ["sale.count"], "by": [{"role": "date", "bucket": "week"}]},
    "whole": {"measures": ["sale.amount.sum"], "compare": ["previous_year"], "filter": '{kind} <> "root"'},
    "lines": {"measures": ["sale.lines.price.sum"], "by": [{"role": "date", "bucket": "quarter"}]},
    "created": {"measures": [{"key": "n", "form": "customer", "aggregate": "count"}], "by": [{"role": "date", "bucket": "month"}]},
}  # fmt: skip
PERIODS = ("last 12 months", {"from": "2025-03-17", "to": "2026-12-08"}, "last 24 months")


def with_sales(made: Definitions) -> None:
    made["forms/sale"] = SALE
    for key, report in REPORTS.items():
        made[f"reports/{key}"] = {
            "key": key,
            "name": words(key),
            "kind": "aggregate",
            "period": "last 24 months",
            **report,
        }


@pytest.fixture(scope="module", params=BOTH)
def town(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with town_with(request, tmp_path_factory, with_sales) as made:
        yield made


class Sales:
    """Somebody who writes, changes, deletes and restores at random."""

    def __init__(self, town: Town, seed: int) -> None:
        self.town, self.rng = town, random.Random(seed)
        self.live: list[str] = []
        self.gone: list[str] = []

    def day(self) -> str:
        return (self.town.house.clock.now().date() - timedelta(days=self.rng.randrange(700))).isoformat()

    def values(self) -> dict[str, Any]:
        rng = self.rng
        lines = [{"on": self.day(), "price": f"{rng.randrange(9999)}.5"} for _ in range(rng.randrange(3))]
        kind = rng.choice(["fill", "root", "crown", None])
        return {
            "day": self.day(),
            "amount": rng.choice([None, f"{rng.randrange(99999)}.25"]),
            "kind": kind,
            "lines": lines,
        }

    def act(self) -> None:
        clinic = self.town.clinic()
        boss, service = clinic.person(self.town.ids["alpha", "boss"]), clinic.service
        what = self.rng.choice(["create", "create", "change", "move", "delete", "restore"])
        if what == "create" or not self.live:
            self.live.append(service.create(boss, "sale", self.values())["record"]["id"])
        elif what in ("change", "move"):
            key = self.rng.choice(self.live)
            record = service.get(boss, "sale", key)["record"]
            given = self.values() if what == "change" else {"day": self.day()}
            service.update(boss, "sale", key, given, record["revision"])
        elif what == "delete":
            key = self.live.pop(self.rng.randrange(len(self.live)))
            service.delete(boss, "sale", key)
            self.gone.append(key)
        elif self.gone:
            key = self.gone.pop()
            service.restore(boss, "sale", key)
            self.live.append(key)


def roll(town: Town) -> int:
    """Work a night's months out now."""
    nights = town.clinic().report_out.nights
    boss = town.clinic().person(town.ids["alpha", "boss"])
    kept = [nights._months(boss, report) for report in nights._summing(boss)]
    return sum(len(one.found) for one in kept if one is not None)


def answers(town: Town, key: str, period: Any, *, login: str = "boss", rolled: bool) -> tuple[Any, int]:
    reports = town.clinic().reports
    actor = town.clinic().person(town.ids["alpha", login])
    with reports.opened(actor) as office:
        office.reading.kept = None
        office.reading.months = Months(office.reading.unit) if rolled else None
        found = office.table({**reports.app.of("reports")[key], "period": period}).table
        used = office.reading.months.used if rolled else 0
    told = to_json(found)
    # Groups come in no order of their own where the report asks for none.
    return {**told, "rows": sorted(told["rows"], key=str)}, used


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_months_give_what_records_give_whatever_was_done_since(town: Town, seed: int) -> None:
    sales = Sales(town, seed)
    for _ in range(25):
        sales.act()
    assert roll(town) > 0
    used = 0
    for _ in range(6):
        for key in REPORTS:
            for period in PERIODS:
                direct, _ = answers(town, key, period, rolled=False)
                kept, months = answers(town, key, period, rolled=True)
                assert kept == direct, (key, period)
                used += months
        for _ in range(sales.rng.randrange(1, 3)):
            sales.act()
    assert used > 0


def test_months_answer_where_nothing_has_changed(town: Town) -> None:
    Sales(town, 9).act()
    roll(town)
    assert {key: answers(town, key, "last 24 months", rolled=True)[1] >= 20 for key in REPORTS} == dict.fromkeys(REPORTS, True)  # fmt: skip


def test_who_sees_less_is_never_answered_from_months(town: Town) -> None:
    roll(town)
    for key in ("by_month", "created"):
        kept, months = _tried(town, key)
        assert months == 0
        assert kept


def _tried(town: Town, key: str) -> tuple[Any, int]:
    from engine.problems import Rejected

    try:
        return answers(town, key, "last 24 months", login="ann", rolled=True)
    except Rejected as refused:
        return refused.problems, 0


def test_many_brought_in_at_once_spoil_all_months_until_the_next_night(town: Town) -> None:
    clinic = town.clinic()
    boss = clinic.person(town.ids["alpha", "boss"])
    roll(town)
    with clinic.service.writing(boss) as desk:
        write = desk.gate.write("sale", "import")
        old = date(2025, 1, 5)
        desk.unit.insert_many(write, [{"day": old, "amount": Decimal(7), "kind": "fill", "branch_id": None, "created_by": boss.user_id, "owner_id": boss.user_id}])  # fmt: skip
    direct, _ = answers(town, "by_month", "last 24 months", rolled=False)
    kept, used = answers(town, "by_month", "last 24 months", rolled=True)
    assert (kept, used) == (direct, 0)
