"""The story is as big as it says, and its shares are those of a real chain, at a twentieth of the full scale."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from itertools import pairwise
from statistics import median, quantiles
from typing import Any

import pytest

from form_engine.plan import AppPlan
from server.demo import generate
from server.demo.facts import CHANNELS

TODAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
SCALE = 0.05
Row = Mapping[str, Any]
VOLUMES = {
    "lead": 36_000, "customer": 21_000, "comm_log": 150_000, "appointment": 118_000, "visit": 98_000, "clinical_record": 90_000, "plan": 16_000,
    "bill": 74_000, "followup_task": 130_000, "stock_move": 60_000, "message_log": 260_000,
}  # fmt: skip


@cache
def story() -> Mapping[str, list[Row]]:
    rows: dict[str, list[Row]] = {}
    for form, batch in generate({}, 7, TODAY, SCALE, NOW):
        rows.setdefault(form, []).extend(batch)
    return rows


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def share(rows: Iterable[Row], **wanted: Any) -> float:
    rows = list(rows)
    return sum(all(row.get(key) == value for key, value in wanted.items()) for row in rows) / len(rows)


def amount(row: Row) -> Decimal:
    return sum((Decimal(line["qty"]) * Decimal(line["price"]) for line in row["items"]), Decimal(0))


@pytest.mark.parametrize("form", VOLUMES)
def test_there_are_as_many_as_the_table_says(form: str) -> None:
    assert len(story()[form]) == pytest.approx(VOLUMES[form] * SCALE, rel=0.08)


def test_the_full_chain_has_its_people_and_rooms() -> None:
    """Branches, staff and rooms stand before the story is played, so the whole chain is looked at without it."""
    from server.demo.generate import _world
    from server.demo.house import build_house

    house = build_house(_world(7, TODAY, 1.0, NOW))
    assert len(house.branches) == 6
    assert len(house.people) == pytest.approx(140, rel=0.04)
    assert len(house.world.rows["room"]) == 66


def test_leads_come_by_the_channels_in_their_shares() -> None:
    names = {row["id"]: row["utm_key"] for row in story()["channel"] if "parent_id" not in row}
    found = Counter(names[lead["channel_id"]] for lead in story()["lead"])
    for key, _, _, wanted, *_ in CHANNELS:
        assert found[key] / len(story()["lead"]) == pytest.approx(wanted / 100, abs=0.025), key


def test_leads_peak_in_january_and_in_summer() -> None:
    months = Counter(row["created_at"][:7] for row in story()["lead"])
    whole = [months[f"2026-{month:02}"] for month in range(1, 11)] + [months["2025-11"], months["2025-12"]]
    mean = sum(whole) / len(whole)
    for month in ("2026-01", "2026-07", "2026-08"):
        assert months[month] / mean == pytest.approx(1.35, abs=0.3)


def reached(lead: Row, *stages: str) -> bool:
    return any(moment["set"].get("stage") in stages for moment in lead.get("past", ()))


STEPS = {
    "contacted": ("contacted", "invited", "arrived"),
    "invited": ("invited", "arrived"),
    "arrived": ("arrived",),
    "won": ("won",),
}


def funnel(leads: list[Row]) -> dict[str, float]:
    return {
        step: sum(reached(lead, *stages) for lead in leads) / len(leads) for step, stages in STEPS.items()
    }


def test_the_funnel_is_that_of_the_chain_and_referrals_do_better() -> None:
    old = [lead for lead in story()["lead"] if NOW - at(lead["created_at"]) > timedelta(days=75)]
    assert funnel(old) == pytest.approx(
        {"contacted": 0.82, "invited": 0.46, "arrived": 0.34, "won": 0.21}, abs=0.03
    )
    referral = next(row["id"] for row in story()["channel"] if row.get("utm_key") == "referral")
    referred = funnel([lead for lead in old if lead["channel_id"] == referral])
    assert referred["arrived"] == pytest.approx(0.62, abs=0.1)
    assert referred["won"] == pytest.approx(0.45, abs=0.1)


def ahead(row: Row) -> int:
    zone = timedelta(hours=8)
    return ((at(row["start_at"]) + zone).date() - (at(row["created_at"]) + zone).date()).days


def test_appointments_are_kept_missed_and_cancelled_in_their_shares() -> None:
    over = [row for row in story()["appointment"] if row["status"] in ("done", "no_show", "cancelled")]
    assert share(over, status="done") == pytest.approx(0.84, abs=0.02)
    assert share(over, status="no_show") == pytest.approx(0.09, abs=0.015)
    assert share(over, status="cancelled") == pytest.approx(0.07, abs=0.015)


def test_the_further_ahead_it_was_booked_the_more_often_nobody_comes() -> None:
    over = [row for row in story()["appointment"] if row["status"] in ("done", "no_show", "cancelled")]
    spans = ((0, 3), (4, 7), (8, 14), (15, 99))
    rates = [share((r for r in over if low <= ahead(r) <= high), status="no_show") for low, high in spans]
    assert rates == sorted(rates)
    assert rates[0] < 0.08
    assert rates[-1] == pytest.approx(0.15, abs=0.035)


def test_amounts_of_plans_follow_a_log_normal_law() -> None:
    amounts = [float(amount(plan)) for plan in story()["plan"]]
    assert median(amounts) == pytest.approx(3_200, rel=0.22)
    assert quantiles(amounts, n=10)[-1] == pytest.approx(22_000, rel=0.2)
    first = [plan for plan in story()["plan"] if plan["options_no"] == "plan_a"]
    assert share(story()["plan"], options_no="plan_b") * len(story()["plan"]) / len(first) == pytest.approx(
        0.18, abs=0.04
    )


def test_revenue_comes_from_implants_orthodontics_and_the_rest_in_their_shares() -> None:
    kinds = {row["id"]: row["category"][0] for row in story()["service_item"]}
    found: dict[str, Decimal] = defaultdict(Decimal)
    for bill in story()["bill"]:
        for line in bill["items"]:
            found[kinds.get(line.get("service_item", ""), "card")] += Decimal(line["qty"]) * Decimal(
                line["price"]
            )
    parts = {key: float(value / sum(found.values())) for key, value in found.items()}
    assert parts["implant"] == pytest.approx(0.31, abs=0.06)
    assert parts["ortho"] == pytest.approx(0.27, abs=0.06)
    assert parts["filling"] + parts["endo"] + parts["prosthetics"] == pytest.approx(0.18, abs=0.04)
    assert parts["perio"] == pytest.approx(0.06, abs=0.02)
    assert median(float(amount(bill)) for bill in story()["bill"]) == pytest.approx(380, rel=0.1)


def test_most_follow_ups_are_done_in_time() -> None:
    done = [row for row in story()["followup_task"] if "done_at" in row]
    assert sum(row["done_at"] <= row["due_at"] for row in done) / len(done) == pytest.approx(0.78, abs=0.03)


def test_people_phone_more_than_they_write_and_few_messages_fail() -> None:
    assert share(story()["comm_log"], channel="phone") == pytest.approx(0.55, abs=0.04)
    assert share(story()["comm_log"], channel="wechat") == pytest.approx(0.38, abs=0.04)
    assert share(story()["message_log"], status="failed") == pytest.approx(0.03, abs=0.006)


def test_every_branch_has_somebody_sore_since_surgery_and_a_complaint_to_look_after() -> None:
    def of_late(form: str, days: int) -> list[Row]:
        return [row for row in story()[form] if at(str(row["created_at"])) > NOW - timedelta(days=days)]

    branches = {row["id"] for row in story()["branch"]}
    assert {row["branch_id"] for row in of_late("postop_care", 150) if row["pain"] == 8} == branches
    assert {row["branch_id"] for row in of_late("complaint", 300)} == branches
    assert len(of_late("complaint", 30)) >= 2


def test_six_of_ten_patients_are_women_and_one_of_eight_a_minor() -> None:
    assert share(story()["customer"], gender="female") == pytest.approx(0.6, abs=0.04)
    grown = sum(row["birthday"] <= "2008-11-22" for row in story()["customer"]) / len(story()["customer"])
    assert 1 - grown == pytest.approx(0.12, abs=0.04)


def test_work_spreads_over_the_two_years() -> None:
    months = Counter(row["arrived_at"][:7] for row in story()["visit"])
    whole = [count for month, count in sorted(months.items()) if "2025-01" <= month <= "2026-10"]
    assert len(whole) == 22
    assert max(whole) < 2.5 * min(whole)


def test_stages_are_walked_one_after_the_other_and_end_where_the_record_stands(dental: AppPlan) -> None:
    """What a report on time in stage reads: each move allowed, none before the one that led to it."""
    for form, field in (("lead", "stage"), ("appointment", "status"), ("visit", "status"), ("plan", "status"), ("bill", "status"), ("refund", "status"), ("complaint", "status")):  # fmt: skip
        definition = next(one for one in dental.forms[form].definition["fields"] if one["key"] == field)
        ways = {stage["key"]: stage.get("next", []) for stage in definition["stages"]}
        for row in story()[form]:
            past = [moment for moment in row.get("past", ()) if field in moment["set"]]
            assert all(a["at"] <= b["at"] for a, b in pairwise(past))
            steps = [moment["set"][field] for moment in past]
            wrong = [(a, b) for a, b in pairwise(steps) if a != b and b not in ways[a]]
            assert wrong == [], (form, steps)
            assert not steps or steps[-1] == row[field]


def test_every_closed_month_has_goals_near_what_came_of_them() -> None:
    goals = [row for row in story()["sales_target"] if row["metric"] == "paid" and row["month"] < "2026-11"]
    assert {row["level"] for row in goals} == {"group", "branch", "team", "personal"}
    assert len({row["month"] for row in goals}) >= 23
    paid: dict[str, float] = defaultdict(float)
    for bill in story()["bill"]:
        for one in bill.get("payments", ()):
            if one["method"] != "stored_balance":
                paid[one["paid_at"][:7]] += float(one["amount"])
    rates = [paid[row["month"][:7]] / float(row["target"]) for row in goals if row["level"] == "group"]
    assert 0.8 < median(rates) < 1.15
    assert any(row["month"] > TODAY.isoformat() for row in story()["sales_target"])


def test_credits_add_up_to_what_was_paid_less_what_was_given_back() -> None:
    """Every sharing doctor is credited with all of it, so the doctors' credits are the money."""
    refunds = {
        row["bill_id"]: Decimal(row["amount"]) for row in story()["refund"] if row["status"] == "refunded"
    }
    credits: dict[str, Decimal] = defaultdict(Decimal)
    for row in story()["performance"]:
        if row["role"] == "doctor":
            credits[row["bill_id"]] += Decimal(row["amount"])
    for bill in story()["bill"]:
        paid = sum((Decimal(one["amount"]) for one in bill.get("payments", ())), Decimal(0))
        assert credits[bill["id"]] == paid - refunds.get(bill["id"], Decimal(0))


def test_vouchers_balance_and_bills_name_theirs() -> None:
    vouchers = {row["id"]: row for row in story()["finance_voucher"]}
    for row in vouchers.values():
        assert sum(Decimal(one["debit"]) for one in row["lines"]) == sum(
            Decimal(one["credit"]) for one in row["lines"]
        )
    named = [bill["voucher_id"] for bill in story()["bill"] if "voucher_id" in bill]
    assert named
    assert set(named) <= {key for key, row in vouchers.items() if row["source"] == "billing"}
