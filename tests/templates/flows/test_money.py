"""Bills and cards: discounts of a whole bill, what the lead learns of it, cards that end, balances that run low, vouchers."""

from datetime import timedelta
from decimal import Decimal

import pytest

from engine.problems import Rejected
from flow_engine import proxies
from tests.templates.flows.practice import names


def bill_of(practice, discount, amount="10000.00", **values):
    item = practice.item("种植", price=amount)
    customer = values.pop("customer_id", None) or practice.customer(name="买单人")
    made = practice.create(
        "bill", by="desk", customer_id=customer, items=[{"kind": "service", "service_item": item, "qty": 1, "price": amount}],
        order_discount=discount, **values,
    )  # fmt: skip
    practice.settle()
    return made


@pytest.mark.parametrize(
    ("discount", "who"),
    [("1000.00", ["lead"]), ("2000.00", ["director"]), ("3500.00", ["director", "money"])],
)
def test_who_is_asked_for_a_discount_on_a_bill_depends_on_its_depth(practice, discount, who):
    bill = bill_of(practice, discount)
    asked = practice.tasks("bill_discount_approval", bill)
    assert sorted(practice.name(one["assignee"]) for one in asked) == who
    practice.no_incidents()


def test_a_small_discount_on_a_bill_asks_nobody(practice):
    bill = bill_of(practice, "500.00")
    assert practice.instances("bill_discount_approval", bill) == []


def test_a_discount_refused_is_taken_off_the_bill(practice):
    bill = bill_of(practice, "2000.00")
    practice.decide(practice.task("bill_discount_approval", bill), "rejected", "无依据")
    practice.settle()
    assert practice.record("bill", bill)["order_discount"] in (0, "0.00", "0")
    assert names(practice.instances("bill_discount_approval", bill), "outcome") == ["refused"]
    practice.no_incidents()


def test_a_discount_approved_stays_and_is_asked_again_only_when_it_is_another(practice):
    bill = bill_of(practice, "1000.00")
    practice.decide(practice.task("bill_discount_approval", bill), "approved")
    practice.settle()
    practice.change("bill", bill, invoice_status="requested")
    practice.settle()
    assert practice.record("bill", bill)["order_discount"] == "1000.00"
    assert len(practice.instances("bill_discount_approval", bill)) == 1
    practice.change("bill", bill, order_discount="2000.00")
    practice.settle()
    assert practice.name(practice.task("bill_discount_approval", bill)["assignee"]) == "director"
    practice.no_incidents()


PAY = [{"method": "wechat", "amount": "8000.00"}]


def asked(practice, bill):
    return practice.tasks("bill_discount_approval", bill)


def test_a_bill_is_not_paid_before_its_discount_is_approved(practice):
    bill = bill_of(practice, "2000.00")
    practice.change("bill", bill, by="desk", status="to_pay")
    with pytest.raises(Rejected, match=r"discount_approved_first|要先批准|must be approved"):
        practice.change("bill", bill, by="desk", payments=PAY, status="paid")
    practice.settle()
    practice.decide(practice.task("bill_discount_approval", bill), "approved")
    practice.settle()
    told = practice.record("bill", bill)
    assert (told["discount_approved"], practice.name(told["discount_by"])) == ("2000.00", "director")
    practice.change("bill", bill, by="desk", payments=PAY, status="paid")
    practice.settle()
    assert practice.record("bill", bill)["status"] == "paid"
    assert practice.ran("bill_discount_approval", bill) == ["done"]
    practice.no_incidents()


def test_nobody_writes_the_approval_in_by_hand(practice):
    with pytest.raises(Rejected):
        bill_of(practice, "2000.00", discount_approved="2000.00")


def test_an_approval_is_good_for_a_day_then_the_discount_is_taken_off_and_may_be_asked_for_again(practice):
    bill = bill_of(practice, "2000.00")
    practice.decide(practice.task("bill_discount_approval", bill), "approved")
    practice.settle()
    practice.pass_time(hours=25)
    told = practice.record("bill", bill)
    assert (told["order_discount"], told["discount_approved"], told["discount_until"]) == ("0.00", None, None)
    assert names(practice.instances("bill_discount_approval", bill), "outcome") == ["expired"]
    practice.change("bill", bill, by="desk", order_discount="2000.00")
    practice.settle()
    assert len(asked(practice, bill)) == 1
    practice.no_incidents()


def test_the_same_discount_may_be_asked_for_again_after_a_refusal(practice):
    bill = bill_of(practice, "2000.00")
    practice.decide(practice.task("bill_discount_approval", bill), "rejected", "无依据")
    practice.settle()
    practice.change("bill", bill, by="desk", order_discount="2000.00")
    practice.settle()
    assert len(asked(practice, bill)) == 1


def test_there_and_back_again_asks_for_what_stands_on_the_bill(practice):
    bill = bill_of(practice, "1000.00")
    practice.change("bill", bill, by="desk", order_discount="2000.00")
    practice.settle()
    practice.change("bill", bill, by="desk", order_discount="1000.00")
    practice.settle()
    [task] = asked(practice, bill)
    assert practice.name(task["assignee"]) == "lead"
    practice.decide(task, "approved")
    practice.settle()
    assert practice.record("bill", bill)["discount_approved"] == "1000.00"


def test_fewer_items_under_an_approved_discount_are_asked_about_anew(practice):
    bill = bill_of(practice, "1000.00")
    practice.decide(practice.task("bill_discount_approval", bill), "approved")
    practice.settle()
    row = practice.record("bill", bill)["items"][0]
    practice.change(
        "bill",
        bill,
        items=[{**{k: row[k] for k in ("id", "kind", "service_item", "qty")}, "price": "4000.00"}],
    )
    practice.settle()
    [task] = asked(practice, bill)
    assert practice.name(task["assignee"]) == "director"


def coupon_for(practice, customer):
    template = practice.put("coupon_template", name="新客券", kind="cash", value=100, status="enabled")
    return practice.put(
        "coupon", branch_id=practice.branch, customer_id=customer, template_id=template, code=f"C{practice.numbers}", status="unused",
        expire_at=(practice.clock.at + timedelta(days=60)).date(),
    )  # fmt: skip


def test_a_coupon_is_used_with_its_bill_and_given_back_when_all_is_refunded(practice):
    customer = practice.customer(name="用券人")
    coupon = coupon_for(practice, customer)
    bill = bill_of(practice, "0.00", "1000.00", customer_id=customer, coupon_id=coupon)
    practice.change(
        "bill", bill, by="desk", payments=[{"method": "wechat", "amount": "400.00"}], status="to_pay"
    )
    practice.change("bill", bill, by="desk", status="part_paid")
    practice.settle()
    first = practice.record("bill", bill)["payments"][0]
    paid = [{key: first[key] for key in ("id", "method", "amount")}, {"method": "cash", "amount": "600.00"}]
    practice.change("bill", bill, by="desk", payments=paid, status="paid")
    practice.settle()
    assert (practice.record("coupon", coupon)["status"], practice.record("coupon", coupon)["used_bill"]) == (
        "used",
        bill,
    )
    assert practice.ran("coupon_used", bill) == ["done"]
    refund = practice.create(
        "refund",
        by="desk",
        bill_id=bill,
        amount="1000.00",
        reason=practice.reason(),
        detail="不做了",
        back_to="original_way",
    )
    practice.change("refund", refund, status="lead_review")
    practice.settle()
    practice.decide(practice.task("refund_approval", refund), "approved")
    practice.settle()
    practice.complete(practice.task("refund_approval", refund, "finance"), by="money")
    practice.settle()
    assert practice.record("refund", refund)["status"] == "refunded"
    assert (practice.record("coupon", coupon)["status"], practice.record("coupon", coupon)["used_bill"]) == (
        "unused",
        None,
    )
    practice.no_incidents()


def test_a_paid_bill_wins_the_lead(practice):
    customer = practice.customer()
    lead = practice.lead(customer_id=customer)
    practice.settle()
    practice.put_in("lead", lead, stage="arrived")
    bill = bill_of(
        practice, "0.00", customer_id=customer, payments=[{"method": "wechat", "amount": "10000.00"}]
    )
    practice.change("bill", bill, status="to_pay")
    practice.change("bill", bill, status="paid")
    practice.settle()
    assert practice.record("lead", lead)["stage"] == "won"
    assert practice.ran("lead_won", bill) != []
    practice.no_incidents()


def card_of(practice, left=3, **values):
    customer = values.pop("customer_id", None) or practice.customer(name="办卡人")
    item = practice.item("洁牙")
    product = practice.put(
        "card_product", name=f"洁牙年卡{practice.numbers}", kind="session_card", price=1000, status="on_sale"
    )
    made = practice.put(
        "card", customer_id=customer, product_id=product, start_at=practice.clock.at.date(), expire_at=(practice.clock.at + timedelta(days=365)).date(),
        lines=({"service_item": item, "total": 5, "used": 5 - left, "left": left},), total_times=5, used_times=5 - left, left_times=left, status="normal", owner_id=practice.user["ann"], **values,
    )  # fmt: skip
    practice.settle()
    return customer, made, item


def test_a_card_with_fewer_than_two_left_is_told_once_and_called_about(practice):
    customer, card, _ = card_of(practice)
    assert practice.instances("card_ending", card) == []
    row = practice.record("card", card)["lines"][0]
    for used in (4, 5):
        practice.change(
            "card", card, lines=[{**{k: row[k] for k in ("id", "service_item", "total")}, "used": used}]
        )
        practice.settle()
    [sent] = practice.outbox("card_ending", customer)
    assert ("洁牙年卡" in sent["text"], "1次" in sent["text"]) == (True, True)
    [call] = practice.find("followup_task", f'AND({{rule_key}} = "F-M4", {{source_id}} = "{card}")')
    assert (call["kind"], practice.name(call["assignee_id"])) == ("card_renewal", "ann")
    practice.no_incidents()


def used(practice, card, item, times=1, **values):
    made = practice.create(
        "card_use", card_id=card, line=item, times=times, performer_id=practice.staff["nurse"], confirm_way="sms_code", **values,
    )  # fmt: skip
    practice.settle()
    return made


def test_every_use_is_taken_off_the_card_and_told(practice):
    customer, card, item = card_of(practice)
    first = used(practice, card, item)
    assert practice.record("card", card)["left_times"] == 2
    assert practice.record("card_use", first)["left_after"] == 2
    used(practice, card, item, 2)
    found = practice.record("card", card)
    assert (found["left_times"], found["status"]) == (0, "used_up")
    sent = practice.outbox("card_used", customer)
    assert len(sent) == 2
    assert "剩余2次" in sent[0]["text"]
    practice.no_incidents()


def test_a_use_undone_goes_back_onto_the_card(practice):
    _, card, item = card_of(practice, left=1)
    first = used(practice, card, item)
    assert practice.record("card", card)["status"] == "used_up"
    practice.put_in("card", card, status="normal")
    used(practice, card, item, -1, undo_of=first)
    found = practice.record("card", card)
    assert (found["left_times"], found["status"]) == (1, "normal")
    practice.no_incidents()


def test_a_discount_that_is_changed_while_it_waits_is_asked_anew_and_the_old_question_goes(practice):
    bill = bill_of(practice, "1000.00")
    practice.change("bill", bill, order_discount="3500.00")
    practice.settle()
    asked = practice.tasks("bill_discount_approval", bill)
    assert sorted(practice.name(one["assignee"]) for one in asked) == ["director", "money"]
    assert names(practice.instances("bill_discount_approval", bill), "outcome") == ["changed", None]
    practice.no_incidents()


def paid_yesterday(practice, amount, method="wechat", kind="service"):
    bill = bill_of(
        practice, "0.00", amount, kind=kind, payments=[{"method": method, "amount": amount, "paid_at": practice.clock.at.isoformat()}]
    )  # fmt: skip
    practice.put_in("bill", bill, status="paid")


def entries(voucher):
    return [(row["account_code"], row["debit"], row["credit"]) for row in voucher["lines"]]


def test_at_two_yesterday_becomes_vouchers_that_finance_sees_to(practice):
    practice.pass_time(days=2)
    paid_yesterday(practice, "3000.00")
    paid_yesterday(practice, "500.00", kind="stored_value")
    paid_yesterday(practice, "200.00", "stored_balance")
    practice.pass_time(hours=24)
    made = {one["source"]: one for one in practice.find("finance_voucher", '{source} <> "refund"')}
    assert {"billing", "stored_value_use"} <= set(made)
    day = made["billing"]
    assert entries(day) == [
        ("1002", "3500.00", "0.00"),
        ("2203", "0.00", "500.00"),
        ("6001", "0.00", "3000.00"),
    ]
    assert entries(made["stored_value_use"]) == [("2203", "200.00", "0.00"), ("6001", "0.00", "200.00")]
    tasks = {one["record_id"]: one for one in practice.tasks("daily_voucher")}
    assert practice.name(tasks[day["id"]]["assignee"]) == "money"
    practice.complete(tasks[day["id"]])
    practice.settle()
    assert practice.record("finance_voucher", day["id"])["status"] == "pushed"
    practice.no_incidents()


def test_a_purchase_that_is_posted_becomes_a_voucher(practice):
    material = practice.put(
        "material",
        code="MX",
        name="粘接剂",
        kind="goods",
        spec="1",
        unit="piece",
        min_stock=0,
        status="enabled",
    )
    move = practice.create(
        "stock_move",
        kind="purchase_in",
        to_wh="main",
        lines=[{"material": material, "qty": 4, "price": "25.00"}],
    )
    practice.settle()
    assert practice.ran("purchase_voucher", move) == []
    practice.change("stock_move", move, status="review")
    practice.settle()
    practice.change("stock_move", move, status="posted", approved_by=practice.user["director"])
    practice.settle()
    assert practice.ran("purchase_voucher", move) == ["done"]
    [made] = practice.find("finance_voucher", '{source} = "purchase"')
    assert entries(made) == [("1405", "100.00", "0.00"), ("2202", "0.00", "100.00")]
    practice.no_incidents()


def test_a_proxy_up_to_an_amount_decides_no_more_than_that(practice):
    day = (practice.clock.at + timedelta(hours=8)).date()
    with practice.workspace.write(practice.cause("user")) as unit:
        proxies.name(unit, practice.user["lead"], practice.user["ann"], day, day, None, Decimal(800))
    small, large = bill_of(practice, "700.00"), bill_of(practice, "1000.00")
    asked = [
        practice.name(practice.task("bill_discount_approval", one)["assignee"]) for one in (small, large)
    ]
    assert asked == ["ann", "lead"]
    practice.no_incidents()


def test_a_proxy_for_one_kind_of_flow_decides_in_that_and_in_no_other(practice):
    day = (practice.clock.at + timedelta(hours=8)).date()
    with practice.workspace.write(practice.cause("user")) as unit:
        proxies.name(
            unit, practice.user["director"], practice.user["lead"], day, day, ["discount_approval"], None
        )
    bill = bill_of(practice, "2000.00")
    assert practice.name(practice.task("bill_discount_approval", bill)["assignee"]) == "director"
    with practice.workspace.write(practice.cause("user")) as unit:
        proxies.name(
            unit, practice.user["director"], practice.user["ben"], day, day, ["bill_discount_approval"], None
        )
    other = bill_of(practice, "2000.00")
    task = practice.task("bill_discount_approval", other)
    assert practice.name(task["assignee"]) == "ben"
    practice.decide(task, "approved")
    practice.settle()
    assert practice.record("bill", other)["discount_approved"] == "2000.00"
    with practice.workspace.write(practice.cause("user")) as unit:
        for one in proxies.named(unit, practice.user["director"]):
            proxies.end(unit, one["id"], practice.user["director"])
    practice.no_incidents()


def old_bill(practice, by, days_ago, **values):
    """Create a bill as an import of old data brings it: paid already, with a discount of a fifth."""
    item = practice.item("种植", price="10000.00")
    paid_at = (practice.clock.at - timedelta(days=days_ago)).isoformat()
    return practice.create(
        "bill", by=by, customer_id=practice.customer(), items=[{"kind": "service", "service_item": item, "qty": 1, "price": "10000.00"}],
        order_discount="2000.00", payments=[{"method": "wechat", "amount": "8000.00", "paid_at": paid_at}], status="paid", **values,
    )  # fmt: skip


def test_old_bills_come_in_as_they_were_paid_by_who_moves_the_clinic(practice):
    made = old_bill(practice, "boss", 400)
    practice.settle()
    assert practice.instances("bill_discount_approval", made) == []
    practice.change("bill", made, by="boss", status="part_refunded")
    assert practice.record("bill", made)["order_discount"] == "2000.00"
    practice.no_incidents()


@pytest.mark.parametrize(("by", "days_ago"), [("desk", 400), ("boss", 0)])
def test_others_and_todays_payments_are_held_to_the_approval(practice, by, days_ago):
    with pytest.raises(Rejected, match=r"discount_approved_first|要先批准|must be approved"):
        old_bill(practice, by, days_ago)
