"""What is open and what it is likely to bring, against a plain walk through the same history."""

import json
import random
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from engine.problems import Rejected
from engine.store.platform import HISTORY
from report_engine.query import rounded
from report_engine.table import Table
from tests.reports.clinic import NOW, ZONE, House, house
from tests.reports.test_funnel import moves
from tests.reports.test_scope import SECRETIVE, me

OPEN = ("new", "invited")
TODAY = date(2026, 3, 5)
SINCE_S = int(datetime.combine(TODAY, time(), ZoneInfo(ZONE)).timestamp())
"""Ages count back from the beginning of today."""
Ways = dict[str, list[tuple[int, str]]]


def pipeline(*steps: dict[str, Any], **more: Any) -> dict[str, Any]:
    named = [{"name": {"zh": one["key"], "en": one["key"]}, **one} for one in steps]
    return {"kind": "pipeline", "period": "this month", "steps": named, **more}


def leads(least: int = 4, **more: Any) -> dict[str, Any]:
    odds = {"won": ["won"], "by": ["channel"], "stale": 10, "least": least}
    return {"key": "leads", "form": "lead", "stages": list(OPEN), "odds": odds, "days": 28, **more}


def cells(table: Table) -> dict[Any, tuple[Any, ...]]:
    return {row[0]: row[1:] for row in table.rows}


def shares(ways: Ways, whose: dict[str, Any], stage: str) -> tuple[dict[Any, list[int]], list[int]]:
    """Return by channel, and in all, how many of a stage are settled and how many of those were won since."""
    now = SINCE_S
    own: dict[Any, list[int]] = {}
    whole = [0, 0]
    for one, way in ways.items():
        came = min((when for when, at in way if at == stage), default=None)
        if came is None or came < now - 28 * 86_400:
            continue
        won = any(at == "won" and when >= came for when, at in way)
        if won or way[-1][1] not in OPEN or came <= now - 10 * 86_400:
            for some in (own.setdefault(whose[one], [0, 0]), whole):
                some[0] += 1
                some[1] += won
    return own, whole


def expected(ways: Ways, clinic: House, stage: str, least: int) -> tuple[int, Decimal, Decimal]:
    """Return how many leads are open in a stage and not past hope, what they are worth and what to expect of them."""
    rows = {one["id"]: one for one in clinic.records["lead"]}
    whose = {key: one["channel_id"] for key, one in rows.items()}
    own, whole = shares(ways, whose, stage)
    count, worth, sum_ = 0, Decimal(0), Fraction(0)
    for one, way in ways.items():
        came = max(when for when, at in way if at == way[-1][1])
        if way[-1][1] != stage or came <= SINCE_S - 10 * 86_400:
            continue
        tried, won = own.get(whose[one], [0, 0])
        odds = (
            Fraction(won, tried)
            if tried >= least
            else Fraction(whole[1], whole[0])
            if whole[0]
            else Fraction(0)
        )
        count, worth = count + 1, worth + rows[one]["worth"]
        sum_ += Fraction(rows[one]["worth"]) * odds
    return count, worth, rounded(sum_, 2)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("least", [1, 4, 100])
def test_open_records_are_worth_their_amount_by_the_odds_of_their_stage(
    clinic: House, seed: int, least: int
) -> None:
    ways = moves(clinic, random.Random(seed), 90)
    asked = pipeline(leads(least, amount="{worth}"))
    table = cells(clinic.ask(asked))
    whose = {one["id"]: one["channel_id"] for one in clinic.records["lead"]}
    for stage in OPEN:
        count, worth, sum_ = expected(ways, clinic, stage, least)
        tried, won = shares(ways, whose, stage)[1]
        told = table[f"leads:{stage}"]
        assert told[:3] == (sum_, count, worth)
        assert told[4:] == (tried, won)
        behind = clinic.behind(asked, {"part": f"leads:{stage}"}, "expected")
        assert (behind.form, behind.count) == ("lead", count)


def paid(clinic: House, amount: str, on: date) -> None:
    clinic.add("bill", paid=Decimal(amount), on=on, status="paid")


def test_what_was_paid_counts_whole_and_leads_are_worth_what_others_brought(clinic: House) -> None:
    moves(clinic, random.Random(1), 60)
    paid(clinic, "100.50", TODAY)
    paid(clinic, "200.00", TODAY - timedelta(days=20))
    paid(clinic, "400.00", TODAY - timedelta(days=21))
    paid(clinic, "999.00", TODAY - timedelta(days=60))
    table = cells(clinic.ask(pipeline(
        {"key": "paid", "measure": "bill.net"},
        leads(value="{bill.net} / {bill.count}", odds=0.5),
    )))  # fmt: skip
    assert table["paid"][0] == Decimal("100.50")
    count = sum(one["stage"] == "new" for one in clinic.records["lead"])
    # Two bills lie in the 28 days that are over; half of what each brought.
    assert table["leads:new"][:3] == (rounded(Fraction(count * 150), 2), count, Decimal(300 * count))


def test_what_lies_ahead_counts_till_the_end_of_the_period(clinic: House) -> None:
    for day in (-1, 0, 5, 26, 27):
        clinic.add("lead", stage="new", done_on=TODAY + timedelta(days=day), worth=Decimal("10.00"))
    ahead = {"key": "ahead", "form": "lead", "ahead": "done_on", "amount": "{worth}"}
    table = cells(
        clinic.ask(pipeline({**ahead, "odds": 1}, {**ahead, "key": "slow", "odds": 0.5, "per_days": 54}))
    )
    assert table["ahead"][:3] == (Decimal("30.00"), 3, Decimal("30.00"))
    # 27 of 54 days are left of March.
    assert table["slow"][0] == Decimal("7.50")
    assert clinic.behind(pipeline({**ahead, "odds": 1}), {"part": "ahead"}).count == 3


def career(clinic: House, *way: str) -> None:
    """A lead of 100 that was a day in each of these stages, and came to the last one a day ago."""
    HISTORY.create(clinic.clinic.connection, checkfirst=True)
    record = clinic.add("lead", stage=way[-1], worth=Decimal("100.00"))
    for number, stage in enumerate(way):
        when = NOW - timedelta(days=len(way) - number)
        changes = {"stage": [way[number - 1], stage]} if number else {"stage": stage}
        clinic.clinic.connection.execute(HISTORY.insert().values(
            id=f"{record}{number}", form="lead", record_id=record, revision=number + 1, kind="update" if number else "create",
            at=when.strftime("%Y-%m-%d %H:%M:%S.%f"), by="u", cause="user", changes=json.dumps(changes, separators=(",", ":")),
        ))  # fmt: skip


def test_a_stage_nobody_has_been_through_has_the_odds_of_the_next(clinic: House) -> None:
    for way in (("new", "won"), ("new", "won"), ("new", "lost"), ("new", "won"), ("invited",)):
        career(clinic, *way)
    table = cells(clinic.ask(pipeline(leads(amount="{worth}", stages=["invited", "new"]))))
    assert table["leads:invited"] == (Decimal("75.00"), 1, Decimal("100.00"), Decimal("0.750000"), 4, 3)


def test_without_a_past_nothing_is_expected_and_nothing_fails(clinic: House) -> None:
    moves(clinic, random.Random(1), 0)
    told = cells(
        clinic.ask(pipeline(leads(amount="{worth}"), leads(key="more", value="{bill.net} / {bill.count}")))
    )
    assert {row[0] for row in told.values()} == {Decimal("0.00")}


def test_whoever_may_not_see_what_it_is_worth_is_told_so(connection: Any) -> None:
    clinic = house(connection, user=SECRETIVE)
    moves(clinic, random.Random(1), 3)
    with pytest.raises(Rejected) as refused:
        clinic.ask(pipeline({"key": "costs", "form": "bill", "amount": "{cost}"}), me())
    assert {one.code for one in refused.value.problems} == {"access.field_hidden"}


@pytest.mark.parametrize(
    ("step", "code"),
    [
        ({"key": "a", "form": "lead", "stages": ["nwe"], "odds": {"won": ["won"]}}, "report.unknown_stage"),
        ({"key": "a", "form": "laed"}, "report.unknown_fact"),
        ({"key": "a", "measure": "bill.nte"}, "report.unknown_measure"),
        ({"key": "a", "form": "lead", "odds": 7}, "schema.bad_range"),
    ],
)
def test_a_wrong_step_is_named_where_it_stands(clinic: House, step: dict[str, Any], code: str) -> None:
    with pytest.raises(Rejected) as refused:
        clinic.ask(pipeline({"key": "paid", "measure": "bill.net"}, step))
    assert [one.code for one in refused.value.problems] == [code]
    assert refused.value.problems[0].path.startswith("/steps/1")


def test_a_pipeline_needs_parts(clinic: House) -> None:
    with pytest.raises(Rejected):
        clinic.ask({"kind": "pipeline", "period": "this month", "steps": []})
