"""Who stood where at the end of each month is kept from the night, and never contradicts the records."""

import random
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from engine.access.actor import Actor
from engine.problems import Rejected
from engine.store.unit import Cause
from report_engine.nights import Tonight, forget
from report_engine.output import to_json
from report_engine.tables import STATES
from tests.form_engine.making import field, form, words
from tests.installations import BOTH
from tests.server.conftest import Town, town_with
from tests.server.making import Definitions

SALE = {
    **form(
        "sale",
        field("day", "date"),
        field("customer_id", "link", to="customer"),
        field("amount", "money"),
        title="{day}",
    ),
    "date": "day",
}
SETTINGS = {"amount": "amount", "months": 4}
MOVES = {"kind": "rfm_moves", "form": "sale", "settings": SETTINGS, "nightly": True}


def with_moves(made: Definitions) -> None:
    made["forms/sale"] = SALE
    made["reports/moves"] = {"key": "moves", "name": words("moves"), **MOVES}
    whole = {**MOVES, "settings": {**SETTINGS, "whole": True}, "nightly": False}
    made["reports/apart"] = {"key": "apart", "name": words("apart"), **whole}


@pytest.fixture(scope="module", params=BOTH)
def town(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with town_with(request, tmp_path_factory, with_moves) as made:
        boss = boss_of(made)
        for name in ("一", "二", "三", "四", "五", "六"):
            made.clinic().service.create(boss, "customer", {"name": f"顾客{name}"})
        yield made


def boss_of(town: Town) -> Actor:
    return town.clinic().person(town.ids["alpha", "boss"])


def today(town: Town) -> date:
    return town.house.clock.now().date()


def customers(town: Town) -> list[str]:
    found = town.clinic().service.query(boss_of(town), "customer", {"limit": 6, "sort": ["name"]})
    return [one["id"] for one in found["records"]]


def sell(town: Town, rng: random.Random, day: date | None = None) -> str:
    """Sell something to somebody, on some day of the last 400."""
    on = day or today(town) - timedelta(days=rng.randrange(400))
    values = {"day": on.isoformat(), "customer_id": rng.choice(customers(town)), "amount": f"{rng.randrange(1, 9999)}.5"}  # fmt: skip
    return str(town.clinic().service.create(boss_of(town), "sale", values)["record"]["id"])


def night(town: Town, login: str = "boss") -> int:
    """Work a night out now; return how many states it kept."""
    nights = town.clinic().report_out.nights
    actor = town.clinic().person(town.ids["alpha", login])
    found = Tonight()
    nights._report(actor, town.clinic().reports.app.of("reports")["moves"], found)
    with town.clinic().workspace.write(Cause("system")) as unit:
        found.states.keep(unit)
    return len(found.states.rows)


def moves(
    town: Town, key: str = "moves", *, kept: bool = True, period: Any = None, login: str = "boss"
) -> tuple[Any, int]:
    """Return the answer and how many states it was put together of."""
    reports = town.clinic().reports
    with reports.opened(town.clinic().person(town.ids["alpha", login])) as office:
        office.reading.kept = None
        if not kept:
            office.reading.states = None
        report = {**reports.app.of("reports")[key], "nightly": False}
        told = to_json(office.table(report if period is None else {**report, "period": period}).table)
        return told["rows"], office.reading.states.used if kept else 0


@pytest.mark.parametrize("seed", [1, 2])
def test_states_give_what_records_give_whatever_was_done_since(town: Town, seed: int) -> None:
    rng = random.Random(seed)
    sold = [sell(town, rng) for _ in range(25)]
    assert night(town) > 0
    used = 0
    for _ in range(8):
        told, states = moves(town)
        assert told == moves(town, kept=False)[0]
        used += states
        if rng.random() < 0.5:
            sell(town, rng, today(town) if rng.random() < 0.6 else None)
        else:
            gone = sold.pop(rng.randrange(len(sold)))
            town.clinic().service.delete(boss_of(town), "sale", gone)
    assert used > 0


def test_a_sale_of_today_leaves_the_months_that_are_over_alone(town: Town) -> None:
    rng = random.Random(3)
    sell(town, rng)
    night(town)
    before = moves(town)
    assert before[1] == 4
    sell(town, rng, today(town))
    assert moves(town)[1] == 4
    assert night(town) == 0


def test_a_sale_of_long_ago_makes_later_months_anew_and_earlier_ones_not(town: Town) -> None:
    rng = random.Random(4)
    sell(town, rng)
    night(town)
    second = (today(town).replace(day=1) - timedelta(days=40)).replace(day=15)
    sell(town, rng, second)
    told, used = moves(town)
    assert 0 < used < 4
    assert told == moves(town, kept=False)[0]


def test_movement_between_any_two_months_is_put_together_of_their_states(town: Town) -> None:
    rng = random.Random(5)
    for _ in range(10):
        sell(town, rng)
    night(town)
    first = (today(town).replace(day=1) - timedelta(days=75)).replace(day=1)
    last = today(town).replace(day=1) - timedelta(days=1)
    period = {"from": first.isoformat(), "to": last.isoformat()}
    told, used = moves(town, "apart", period=period)
    assert used == 2
    assert told == moves(town, "apart", kept=False, period=period)[0]
    assert len({row[0] for row in told}) == 1
    # The measure counts those who bought up to the last day, once each.
    sold = town.clinic().service.query(boss_of(town), "sale", {"limit": 500})["records"]
    assert sum(row[3] for row in told) == len(
        {str(one["customer_id"]) for one in sold if one["day"] <= last.isoformat()}
    )


def test_who_may_not_see_the_records_gets_nothing_out_of_states(town: Town) -> None:
    sell(town, random.Random(6))
    night(town)
    with pytest.raises(Rejected):
        moves(town, login="ann")


def test_states_outlive_the_answers_of_a_night_and_not_their_question(town: Town) -> None:
    sell(town, random.Random(7))
    night(town)
    workspace = town.clinic().workspace

    def count() -> int:
        with workspace.read() as unit:
            return int(unit.connection.execute(select(func.count()).select_from(STATES)).scalar() or 0)

    with workspace.write(Cause("system")) as unit:
        forget(unit)
    assert count() > 0
    town.house.clock.advance(timedelta(days=900))
    with workspace.write(Cause("system")) as unit:
        forget(unit)
    assert count() == 0
