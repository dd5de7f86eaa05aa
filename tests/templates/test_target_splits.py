"""A target dealt out: to branches, to people, over months; shares by hand, written as one batch, taken back."""

from collections.abc import Mapping
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.access.accounts import Account, create_accounts
from engine.access.query import RecordQuery
from engine.ids import new_id
from engine.problems import NotFound, Rejected
from engine.store import Cause
from report_engine.goal_split import dealt
from report_engine.service import ReportService
from server.target_splits import TargetSplits
from tests.templates.making import bill, customer, item, phone
from tests.templates.reporting import Tiny


def splits(clinic: Tiny) -> TargetSplits:
    workspace = clinic.service.workspace
    reports = ReportService(workspace, clinic.plan.app, clinic.plan.policy)
    return TargetSplits(SimpleNamespace(service=clinic.service, reports=reports))


def aim(
    clinic: Tiny, metric: str, target: str, level: str = "branch", month: str = "2026-12", **whose: str
) -> str:
    return clinic.add(
        "sales_target", "2026-11-01 09:00", month=f"{month}-01", level=level, metric=metric, target=target, **whose
    )  # fmt: skip


def consultant(
    clinic: Tiny, name: str, role: str = "consultant", status: str = "active", boss: str | None = None
) -> tuple[str, str]:
    """Write somebody of the branch; return (user, staff)."""
    user = new_id()
    with clinic.service.workspace.write(Cause("system")) as unit:
        account = Account(user, user, name, (role,), (clinic.branch,), supervisor_id=boss)
        create_accounts(unit.connection, [(account, None)], unit.now)
    return user, clinic.add(
        "staff", "2024-01-01 09:00", user_id=user, name=name, role_key=role, phone=phone(), branches=[clinic.branch], status=status, supervisor_id=boss,
    )  # fmt: skip


def credit(clinic: Tiny, staff: str, *earned: tuple[str, str]) -> None:
    who, what = customer(clinic, "客"), item(clinic, "充填", ["filling", "filling_direct"], "1.00")
    paid = bill(clinic, who, "2026-01-03 10:00", what, "1.00", ("cash", "1.00"))
    for day, amount in earned:
        clinic.add(
            "performance", f"{day} 10:00", bill_id=paid, staff_id=staff, role="consultant", amount=amount, rate="0.03", happened_at=day,
        )  # fmt: skip


def previewed(clinic: Tiny, target: str, **asked: Any) -> dict[str, Any]:
    return splits(clinic).preview(clinic.boss, "sales_target", target, asked)


def amounts(told: Mapping[str, Any]) -> dict[str, str]:
    return {one["name"]: one["amount"] for one in told["parts"]}


def standing(clinic: Tiny, **wanted: Any) -> list[tuple[Any, ...]]:
    """Return the targets of the branch's people or of the branch: (month, whose, amount)."""
    fields = ("month", "level", "subject", "subject_staff", "target", "metric", "branch_id")
    with clinic.service.reading(clinic.boss) as desk:
        found = desk.system_gate.page(
            RecordQuery("sales_target", fields=fields, limit=500, python=True)
        ).records
    return sorted(
        (one["month"].isoformat(), one["subject_staff"] or one["subject"], one["target"])
        for one in found
        if all(one[key] == value for key, value in wanted.items())
    )


@given(
    whole=st.integers(1, 10**9),
    weights=st.lists(st.integers(0, 10**6), min_size=1, max_size=30),
    places=st.sampled_from([0, 2]),
)
def test_parts_add_up_to_the_whole_and_none_is_a_step_off_its_exact_share(
    whole: int, weights: list[int], places: int
) -> None:
    amount, step = Decimal(whole).scaleb(-places), Decimal(1).scaleb(-places)
    parts = dealt(amount, weights, places)
    assert sum(parts) == amount
    even = not any(weights)
    for part, weight in zip(parts, weights, strict=True):
        share = amount / len(weights) if even else amount * weight / sum(weights)
        assert abs(part - share) < step
        assert part >= 0


def test_a_branch_shares_its_target_among_those_who_sell_by_what_they_brought_in_a_year(clinic: Tiny) -> None:
    (_, ann), (_, ben), (_, new) = (consultant(clinic, name) for name in ("安", "本", "新"))
    consultant(clinic, "走了", status="left")
    consultant(clinic, "前台", role="front_desk")
    # Twelve whole months before this one: 2025-11 to 2026-10; this month is not over, October 2025 too long ago.
    credit(clinic, ann, ("2025-11-01", "100.00"), ("2026-10-31", "100.00"), ("2026-11-03", "5000.00"))
    credit(clinic, ben, ("2026-05-05", "100.00"), ("2025-10-31", "9000.00"))
    target = aim(clinic, "paid", "1000.00", subject=clinic.branch)
    told = previewed(clinic, target, over="personal")
    # 200 : 100 : 0 of 1,000.00 to the cent; the odd cent goes to the larger remainder.
    assert amounts(told) == {"安": "666.67", "本": "333.33", "新": "0.00"}
    assert {one["name"]: one["came"] for one in told["parts"]} == {
        "安": "200.00",
        "本": "100.00",
        "新": "0.00",
    }
    assert (told["is_even"], told["is_same"], told["ways"]) == (False, False, ["personal", "months"])
    even = previewed(clinic, target, over="personal", by="even")
    assert amounts(even) == {"安": "333.34", "本": "333.33", "新": "333.33"}
    without = previewed(clinic, target, over="personal", without=[ben])
    assert amounts(without) == {"安": "1000.00", "新": "0.00"}
    assert [one["name"] for one in without["left_out"]] == ["本"]
    assert standing(clinic, level="personal", branch_id=clinic.branch) == []
    assert new not in {ann, ben}


def test_written_parts_are_new_targets_or_new_amounts_of_old_ones_and_all_go_back(clinic: Tiny) -> None:
    (_, ann), (_, ben) = consultant(clinic, "安"), consultant(clinic, "本")
    target = aim(clinic, "paid", "900.00", subject=clinic.branch)
    mine = {"level": "personal", "branch_id": clinic.branch}
    there = aim(clinic, "paid", "70.00", "personal", subject_staff=ann)
    assert {one["name"]: one["stands"] for one in previewed(clinic, target, over="personal")["parts"]} == {
        "安": "70.00",
        "本": None,
    }
    changed = [{"key": ann, "amount": "500.50"}]
    written = splits(clinic).write(
        clinic.boss, "sales_target", target, {"over": "personal", "by": "even", "parts": changed}
    )
    assert (written["created"], written["updated"]) == (1, 1)
    after = sorted([("2026-12-01", ann, Decimal("500.50")), ("2026-12-01", ben, Decimal("450.00"))])
    assert standing(clinic, **mine) == after
    assert clinic.service.undo(clinic.boss, written["batch"]) == {"undone": 2, "kept": []}
    assert standing(clinic, **mine) == [("2026-12-01", ann, Decimal("70.00"))]
    assert there


def test_the_whole_chain_shares_its_target_among_open_branches(clinic: Tiny) -> None:
    closed = clinic.another(status="closed")
    buyer = customer(clinic, "甲")
    what = item(clinic, "冠", ["filling", "filling_direct"], "1.00")
    bill(clinic, buyer, "2026-09-03 10:00", what, "300.00", ("cash", "300.00"))
    target = aim(clinic, "paid", "100.00", "group")
    told = previewed(clinic, target, over="branch")
    by_key = {one["key"]: one for one in told["parts"]}
    assert closed.branch not in by_key
    assert by_key[clinic.branch]["came"] == "300.00"
    assert sum(Decimal(one["amount"]) for one in told["parts"]) == Decimal("100.00")


def test_a_team_shares_its_leads_target_among_the_lead_and_those_below(clinic: Tiny) -> None:
    lead_user, lead_staff = consultant(clinic, "组长", role="consultant_lead")
    consultant(clinic, "组员", boss=lead_user)
    consultant(clinic, "旁人")
    target = aim(clinic, "paid", "10.00", "team", subject_staff=lead_staff)
    assert amounts(previewed(clinic, target, over="personal")) == {"组员": "5.00", "组长": "5.00"}


def test_a_year_goes_over_its_months_by_the_same_months_of_the_last_year_that_is_over(clinic: Tiny) -> None:
    who, what = customer(clinic, "甲"), item(clinic, "冠", ["filling", "filling_direct"], "1.00")
    for day, amount in (("2025-12-05", "100.00"), ("2026-01-05", "300.00"), ("2026-11-05", "9999.00")):
        bill(clinic, who, f"{day} 10:00", what, amount, ("cash", amount))
    target = aim(clinic, "paid", "100.00", subject=clinic.branch)
    told = previewed(clinic, target, over="months", whole="1000.00", months=3)
    # December 2025 and January 2026 are known, 100 and 300; of February nothing came: it weighs their mean, 200.
    assert amounts(told) == {"2026-12": "166.67", "2027-01": "500.00", "2027-02": "333.33"}
    assert [one["stands"] for one in told["parts"]] == ["100.00", None, None]
    written = splits(clinic).write(
        clinic.boss, "sales_target", target, {"over": "months", "whole": "1000.00", "months": 3}
    )
    assert (written["created"], written["updated"]) == (2, 1)
    assert standing(clinic, level="branch", subject=clinic.branch) == [
        ("2026-12-01", clinic.branch, Decimal("166.67")), ("2027-01-01", clinic.branch, Decimal("500.00")), ("2027-02-01", clinic.branch, Decimal("333.33")),
    ]  # fmt: skip
    assert previewed(clinic, target, over="months", months=12)["whole"] == "2000.04"


def test_heads_are_dealt_whole_and_rates_are_handed_on(clinic: Tiny) -> None:
    for name in ("安", "本", "陈"):
        consultant(clinic, name)
    heads = aim(clinic, "new_customers", "10", subject=clinic.branch)
    assert amounts(previewed(clinic, heads, over="personal")) == {"安": "4", "本": "3", "陈": "3"}
    rate = aim(clinic, "deal_rate", "0.65", subject=clinic.branch)
    told = previewed(clinic, rate, over="personal")
    assert told["is_same"] is True
    assert amounts(told) == {"安": "0.65", "本": "0.65", "陈": "0.65"}


@pytest.mark.parametrize(
    ("asked", "code", "path"),
    [
        ({"over": "branch"}, "goals.not_this_way", "/over"),
        ({"over": "personal", "by": "guess"}, "goals.bad_by", "/by"),
        ({"over": "personal"}, "goals.nobody", "/over"),
        ({"over": "months", "months": 1}, "goals.bad_months", "/months"),
        ({"over": "months", "whole": "0"}, "goals.bad_whole", "/whole"),
        ({"over": "months", "whole": "viel"}, "goals.bad_amount", "/whole"),
        ({"over": "months", "whole": 7}, "http.wrong_type", "/whole"),
    ],
)
def test_what_cannot_be_dealt_is_told_where_it_was_asked(
    clinic: Tiny, asked: dict[str, Any], code: str, path: str
) -> None:
    target = aim(clinic, "paid", "900.00", subject=clinic.branch)
    with pytest.raises(Rejected) as refused:
        previewed(clinic, target, **asked)
    assert [
        (one.code.code if hasattr(one.code, "code") else str(one.code), one.path)
        for one in refused.value.problems
    ] == [(code, path)]


def test_parts_that_are_none_and_targets_that_are_none_are_refused_and_nothing_is_written(
    clinic: Tiny,
) -> None:
    _, ann = consultant(clinic, "安")
    target = aim(clinic, "paid", "900.00", subject=clinic.branch)
    for parts in (
        [{"key": new_id(), "amount": "1"}],
        [{"key": ann, "amount": "-1"}],
        [{"key": ann, "amount": "NaN"}],
        [7],
    ):
        with pytest.raises(Rejected):
            splits(clinic).write(clinic.boss, "sales_target", target, {"over": "personal", "parts": parts})
    assert standing(clinic, level="personal", branch_id=clinic.branch) == []
    with pytest.raises(NotFound):
        previewed(clinic, new_id(), over="personal")
    with pytest.raises(NotFound):
        splits(clinic).preview(clinic.boss, "customer", customer(clinic, "甲"), {"over": "months"})
