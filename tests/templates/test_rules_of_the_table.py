"""Rules of the field table that no control has by itself: licences, floor prices, refunds, sterile packs."""

from typing import Any

import pytest

from engine.access.actor import Actor
from engine.ids import new_id
from engine.problems import Rejected
from form_engine.service.records import update
from tests.templates.making import customer, dentist, item
from tests.templates.reporting import Tiny

DAY = "2026-11-20"


@pytest.fixture(scope="module")
def clinic(house: Tiny) -> Tiny:
    return house.another()


def refusals(clinic: Tiny, form: str, actor: Actor | None = None, **values: Any) -> set[str]:
    """Return the fields at which the form refuses the values."""
    try:
        clinic.service.create(actor or clinic.boss, form, {"branch_id": clinic.branch, **values})
    except Rejected as refused:
        return {problem.path.removeprefix("/values/") for problem in refused.problems}
    return set()


def service(clinic: Tiny, **more: Any) -> str:
    made = item(clinic, "项目", ["filling", "filling_direct"], "300.00")
    with clinic.service.writing(clinic.boss, "system") as desk:
        update(desk, "service_item", made, more, None)
    return made


def bill(who: str, what: str, price: str, **more: Any) -> dict[str, Any]:
    line = {"kind": "service", "service_item": what, "qty": "1", "price": price}
    return {"customer_id": who, "kind": "service", "items": [line], **more}


def plan(clinic: Tiny, who: str, what: str, price: str, **more: Any) -> dict[str, Any]:
    line = {"service_item": what, "qty": "1", "price": price, "discount": "1"}
    return {
        "customer_id": who, "title": "方案", "doctor_id": dentist(clinic), "items": [line], "discount_reason": "老患者",
        "consultant_id": "u1", **more,
    }  # fmt: skip


def test_what_a_branch_is_not_licensed_for_is_neither_sold_nor_planned_there(clinic: Tiny) -> None:
    who = customer(clinic, "张三")
    dental, surgery = service(clinic, dept="dentistry"), service(clinic, dept="aesthetic_surgery")
    assert "items" not in refusals(clinic, "bill", **bill(who, dental, "300.00"))
    assert "items" in refusals(clinic, "bill", **bill(who, surgery, "300.00"))
    assert "items" not in refusals(clinic, "plan", **plan(clinic, who, dental, "300.00"))
    assert "items" in refusals(clinic, "plan", **plan(clinic, who, surgery, "300.00"))


def test_below_the_floor_price_only_an_approved_plan_is_billed(clinic: Tiny) -> None:
    who = customer(clinic, "李四")
    what = service(clinic, min_price="200.00")
    assert refusals(clinic, "bill", **bill(who, what, "200.00")) == set()
    assert refusals(clinic, "bill", **bill(who, what, "199.99")) == {"items"}
    for status, refused in (("draft", {"items"}), ("discount_review", {"items"}), ("sent", set())):
        agreed = clinic.add(
            "plan", f"{DAY} 09:00", **plan(clinic, who, what, "150.00", status=status, discount_limit="0.95")
        )
        assert refusals(clinic, "bill", **bill(who, what, "150.00", plan_id=agreed)) == refused


def test_more_than_what_is_unused_is_paid_back_only_past_the_director(clinic: Tiny) -> None:
    who = customer(clinic, "王五")
    what = service(clinic)
    paid = clinic.add(
        "bill", f"{DAY} 09:00", **bill(who, what, "300.00"), payments=[{"method": "wechat", "amount": "300.00"}], refunded="0.00",
        order_discount="0.00", status="paid",
    )  # fmt: skip
    asked = {"bill_id": paid, "reason": "health", "detail": "不做了", "back_to": "original_way", "lines": [], "used_times": 1, "unit_paid": "100.00"}  # fmt: skip

    def stopped(amount: str, *ways: str) -> set[str]:
        made = clinic.service.create(
            clinic.boss, "refund", {"branch_id": clinic.branch, "amount": amount, **asked}
        )
        at = set()
        for status in ("lead_review", *ways):
            try:
                with clinic.service.writing(clinic.boss, "flow") as desk:
                    update(desk, "refund", made["record"]["id"], {"status": status}, None)
            except Rejected as refused:
                at |= {problem.path for problem in refused.problems}
        return at

    assert stopped("200.00", "finance_payout") == set()
    assert stopped("200.01", "finance_payout") == {"/values/status"}
    assert stopped("200.01", "director_review", "finance_payout", "refunded") == set()


@pytest.mark.parametrize(
    ("pack", "is_taken"),
    [
        ({}, True),
        ({"bio_result": "passed"}, True),
        ({"bio_result": "failed"}, False),
        ({"recall": True}, False),
        ({"expire_at": "2026-11-01"}, False),
        ({"status": "used"}, False),
        (None, False),
    ],
)
def test_only_a_pack_that_is_sterile_and_unused_goes_into_a_treatment(
    clinic: Tiny, pack: dict[str, Any] | None, is_taken: bool
) -> None:
    code = f"SP{new_id()[-8:]}"
    if pack is not None:
        values = {"expire_at": "2026-12-31", "status": "available", **pack}
        clinic.add(
            "sterilization", f"{DAY} 08:00", pack_code=code, content="检查盘", sterilizer="autoclave_1", cycle_no="1", operator_id=dentist(clinic),
            sterilized_at="2026-11-19T08:00:00+08:00", **values,
        )  # fmt: skip
    done = {
        "customer_id": customer(clinic, "赵六"),
        "service_item_id": service(clinic),
        "doctor_id": dentist(clinic),
    }
    refused = refusals(clinic, "treatment_log", **done, sterile_pack=code)
    assert refused == (set() if is_taken else {"sterile_pack"})


def test_patients_are_found_by_their_age_and_by_the_month_of_their_birthday(clinic: Tiny) -> None:
    born = {"甲": "1960-11-30", "乙": "1990-11-02", "丙": "2000-06-15"}
    ids = {name: customer(clinic, name, birthday=day) for name, day in born.items()}

    def found(op: str, value: Any) -> set[str]:
        items = [{"field": "birthday", "op": op, "value": value}, {"field": "branch_id", "op": "in", "value": [clinic.branch]}]  # fmt: skip
        listed = clinic.service.query(clinic.boss, "customer", {"filter": {"op": "and", "items": items}})
        known = {record["id"] for record in listed["records"]}
        return {name for name, record_id in ids.items() if record_id in known}

    assert found("age", {"op": "ge", "value": 60}) == {"甲"}
    assert found("age", {"op": "between", "from": 20, "to": 36}) == {"乙", "丙"}
    assert found("anniversary", {"period": "this_month"}) == {"甲", "乙"}
    assert found("anniversary", {"days": 10}) == {"甲"}


def test_nobody_is_born_tomorrow(clinic: Tiny) -> None:
    assert "birthday" in refusals(clinic, "customer", name="丁", phone="13800000001", birthday="2099-01-01")
