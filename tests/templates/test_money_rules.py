"""What money and stock forms refuse, whoever writes: rules of the specification, on both databases."""

from typing import Any

import pytest

from engine.access.actor import Actor
from engine.ids import new_id
from engine.problems import Rejected
from form_engine.service.records import update
from tests.templates.making import customer, dentist, item, signed
from tests.templates.reporting import Tiny

DAY = "2026-11-20"


@pytest.fixture(scope="module")
def clinic(house: Tiny) -> Tiny:
    return house.another()


def write(clinic: Tiny, form: str, **values: Any) -> str:
    made = clinic.service.create(boss(clinic), form, {"branch_id": clinic.branch, **values})
    return str(made["record"]["id"])


def boss(clinic: Tiny) -> Actor:
    return clinic.boss


def refusals(clinic: Tiny, form: str, **values: Any) -> dict[str, str]:
    """Return the rules that stand against it, by path."""
    try:
        write(clinic, form, **values)
    except Rejected as refused:
        return {p.path: str(p.params.get("rule", {}) or p.code) for p in refused.problems}
    return {}


def bill(clinic: Tiny, who: str, price: str = "100.00", **more: Any) -> dict[str, Any]:
    line = {
        "kind": "service",
        "service_item": item(clinic, "洁牙", ["filling", "filling_direct"], price),
        "qty": "1",
        "price": price,
    }
    return {"customer_id": who, "kind": "service", "items": [line], **more}


def test_no_more_points_than_there_are(clinic: Tiny) -> None:
    who = customer(clinic, "张三")
    clinic.add("points_log", f"{DAY} 09:00", customer_id=who, delta=50, kind="earned")
    assert "/values/points_used" in refusals(clinic, "bill", **bill(clinic, who, points_used=51))
    assert refusals(clinic, "bill", **bill(clinic, who, points_used=50)) == {}


@pytest.mark.parametrize(
    ("status", "expires", "own", "price", "is_taken"),
    [
        ("unused", "2026-12-31", True, "200.00", True),
        ("used", "2026-12-31", True, "200.00", False),
        ("unused", "2026-11-01", True, "200.00", False),
        ("unused", "2026-12-31", False, "200.00", False),
        ("unused", "2026-12-31", True, "199.99", False),
    ],
)
def test_a_coupon_is_ones_own_unused_in_date_and_its_threshold_met(
    clinic: Tiny, status: str, expires: str, own: bool, price: str, is_taken: bool
) -> None:
    who = customer(clinic, "李四")
    kind = clinic.add(
        "coupon_template", f"{DAY} 09:00", name="满减", kind="threshold_off", value="20", threshold="200.00"
    )
    holder = who if own else customer(clinic, "王五")
    coupon = clinic.add(
        "coupon", f"{DAY} 09:00", template_id=kind, customer_id=holder, expire_at=expires, status=status
    )
    assert (refusals(clinic, "bill", **bill(clinic, who, price, coupon_id=coupon)) == {}) is is_taken


def test_credit_of_each_role_adds_up_to_all_of_it(clinic: Tiny) -> None:
    who = customer(clinic, "赵六")
    one, other = dentist(clinic), dentist(clinic)

    def shares(*parts: tuple[str, str, str]) -> dict[str, str]:
        rows = [{"staff": staff, "role": role, "percent": percent} for staff, role, percent in parts]
        return refusals(clinic, "bill", **bill(clinic, who, sharing=rows))

    assert shares((one, "doctor", "0.6"), (other, "doctor", "0.4"), (one, "consultant", "1")) == {}
    assert "/values/sharing" in shares((one, "doctor", "0.6"), (other, "consultant", "0.4"))
    assert "/values/sharing" in shares((one, "doctor", "0.6"), (other, "doctor", "0.5"))


def test_amounts_of_a_paid_bill_stay(clinic: Tiny) -> None:
    who = customer(clinic, "钱七")
    paid = write(
        clinic,
        "bill",
        **bill(clinic, who, payments=[{"method": "wechat", "amount": "100.00"}], status="paid"),
    )
    changes: list[dict[str, Any]] = [{"items": []}, {"payments": []}, {"order_discount": "1.00"}]
    for change in changes:
        with clinic.service.writing(boss(clinic), "flow") as desk, pytest.raises(Rejected) as refused:
            update(desk, "bill", paid, change, None)
        assert {p.code for p in refused.value.problems} == {"record.locked"}


def test_no_more_is_refunded_than_is_left(clinic: Tiny) -> None:
    who = customer(clinic, "孙八")
    paid = clinic.add(
        "bill", f"{DAY} 09:00", **bill(clinic, who), payments=[{"method": "wechat", "amount": "100.00"}], refunded="70.00",
        order_discount="0.00", status="part_refunded",
    )  # fmt: skip
    asked = {"bill_id": paid, "reason": "health", "detail": "不做了", "back_to": "original_way", "lines": []}
    assert "/values/amount" in refusals(clinic, "refund", **asked, amount="30.01")
    assert "/values/amount" not in refusals(clinic, "refund", **asked, amount="30.00")
    # What has been paid out is among what was refunded.
    clinic.add("refund", f"{DAY} 09:00", **asked, amount="70.00", status="refunded")


def test_a_card_gives_no_more_of_an_item_than_its_line_holds(clinic: Tiny) -> None:
    who = customer(clinic, "周九")
    clean, white = (
        item(clinic, "洁牙", ["filling", "filling_direct"], "100.00"),
        item(clinic, "美白", ["filling", "filling_direct"], "300.00"),
    )
    paper = clinic.add(
        "print_template", f"{DAY} 09:00", key=f"k{new_id()[-6:]}", name="合同", form_key="card"
    )
    kind = clinic.add(
        "card_product", f"{DAY} 09:00", name="套餐", kind="course_card", price="900.00", contract_tpl=paper,
        items=[{"service_item": clean, "times": 1}, {"service_item": white, "times": 5}],
    )  # fmt: skip
    bought = clinic.add("bill", f"{DAY} 09:00", **bill(clinic, who), order_discount="0.00", status="to_pay")
    card = clinic.add(
        "card", f"{DAY} 09:00", customer_id=who, product_id=kind, bill_id=bought, start_at=DAY, expire_at="2027-11-20",
        contract=[signed(clinic)], lines=[{"service_item": clean, "total": 1}, {"service_item": white, "total": 5}], status="normal",
    )  # fmt: skip
    use = {"card_id": card, "performer_id": dentist(clinic), "confirm_way": "sms_code"}
    assert "/values/line" in refusals(clinic, "card_use", **use, line=clean, times=2)
    assert "/values/line" not in refusals(clinic, "card_use", **use, line=white, times=2)


def test_what_has_expired_is_not_issued(clinic: Tiny) -> None:
    stuff = clinic.add(
        "material",
        f"{DAY} 09:00",
        name="手套",
        code=new_id()[-6:],
        kind="disposable",
        spec="中号",
        unit="box",
    )
    old, fresh = (
        clinic.add(
            "stock_batch",
            f"{DAY} 09:00",
            material_id=stuff,
            warehouse="branch",
            batch_no=no,
            expire_at=day,
            qty="5",
        )
        for no, day in (("B1", "2026-11-01"), ("B2", "2027-11-01"))
    )

    def issue(batch: str, kind: str = "department_issue") -> dict[str, str]:
        row = {"material": stuff, "batch": batch, "qty": "1"}
        return refusals(clinic, "stock_move", kind=kind, from_wh="branch", lines=[row])

    assert "/values/lines" in issue(old)
    assert "/values/lines" not in issue(fresh)
    assert "/values/lines" not in issue(old, "write_off")
