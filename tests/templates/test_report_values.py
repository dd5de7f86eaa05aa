"""The shipped metrics against numbers counted by hand, on both databases."""

from decimal import Decimal

from engine.access.query import RecordQuery
from engine.ids import new_id
from tests.templates.making import USER, bill, channel, customer, dentist, item, lead, signed, visit
from tests.templates.reporting import Tiny


def test_paid_is_payments_without_stored_value_less_refunds_paid(clinic: Tiny) -> None:
    who, filling = customer(clinic, "甲"), item(clinic, "充填", ["filling", "filling_direct"], "300.00")
    bill(
        clinic, who, "2026-11-03 10:00", filling, "300.00", ("wechat", "200.00"), ("stored_balance", "100.00")
    )
    paid = bill(clinic, who, "2026-10-20 10:00", filling, "500.00", ("cash", "500.00"))
    bill(clinic, who, "2026-11-04 10:00", filling, "90.10", ("cash", "90.10"))
    refund = {"reason": "not_treated", "detail": "不做了", "back_to": "original_way"}
    line = {"bill_item": "充填", "qty_or_times": "1", "amount": "50.05"}
    clinic.add(
        "refund", "2026-10-25 10:00", bill_id=paid, amount="50.05", lines=[line], status="refunded",
        refunded_at="2026-11-05T10:00:00+08:00", **refund,
    )  # fmt: skip
    clinic.add(
        "refund",
        "2026-11-06 10:00",
        bill_id=paid,
        amount="20.00",
        lines=[line],
        status="lead_review",
        **refund,
    )
    assert clinic.value("paid") == Decimal("240.05")
    assert clinic.value("paid", "last month") == Decimal("500.00")
    assert clinic.value("ticket") == Decimal("240.05")
    assert clinic.value("receivable") == Decimal("390.10")


def test_a_debt_stands_until_it_is_paid_whenever_it_was_made(clinic: Tiny) -> None:
    who, crown = (
        customer(clinic, "乙"),
        item(clinic, "全瓷冠", ["prosthetics", "prosthetics_fixed"], "2000.00"),
    )
    bill(clinic, who, "2026-08-03 10:00", crown, "2000.00", ("cash", "800.00"), status="part_paid")
    bill(clinic, who, "2026-11-03 10:00", crown, "2000.00", status="to_pay")
    bill(clinic, who, "2026-11-04 10:00", crown, "2000.00", status="void")
    assert clinic.value("debt") == Decimal("3200.00")
    assert clinic.value("debt", "last month") == Decimal("1200.00")


def test_no_shows_are_measured_against_those_who_came_and_show_ups_against_those_due(clinic: Tiny) -> None:
    who = customer(clinic, "丙")
    doctor = dentist(clinic)
    for day, status in (
        ("02", "done"),
        ("03", "done"),
        ("04", "no_show"),
        ("05", "cancelled"),
        ("06", "arrived"),
        ("28", "confirmed"),
    ):
        clinic.add(
            "appointment", "2026-11-01 09:00", customer_id=who, staff_id=doctor, kind="first_visit", source="phone", minutes=30,
            start_at=f"2026-11-{day}T10:00:00+08:00", status=status, cancel_reason="other" if status == "cancelled" else None,
        )  # fmt: skip
    assert clinic.value("noshow_rate") == Decimal("0.333333")
    assert clinic.value("arrive_rate") == Decimal("0.75")
    assert clinic.value("cancel_rate") == Decimal("0.166667")
    assert clinic.value("appointment.due") == 4


def test_a_revisit_counts_within_sixty_days_of_the_first_visit(clinic: Tiny) -> None:
    back, late, never = (customer(clinic, name) for name in ("早", "晚", "无"))
    for who in (back, late, never):
        visit(clinic, who, "2026-06-01 10:00")
    visit(clinic, back, "2026-07-30 09:00", "return_visit")
    visit(clinic, late, "2026-08-05 10:00", "return_visit")
    june = "2026-06-01..2026-06-30"
    assert clinic.value("revisit_rate", june) == Decimal("0.333333")
    assert clinic.value("new_customers", june) == 3
    assert clinic.value("new_customers", "2026-07-01..2026-08-31") == 0


def test_leads_are_followed_from_the_day_they_came(clinic: Tiny) -> None:
    source, filling = channel(clinic), item(clinic, "充填", ["filling", "filling_direct"], "300.00")
    who = customer(clinic, "丁", first_channel=source)
    won = lead(clinic, "2026-11-02 09:00", source, customer_id=who, stage="won")
    lead(clinic, "2026-11-03 09:00", source)
    lead(clinic, "2026-11-04 09:00", source, intent_level="d")
    clinic.add("comm_log", "2026-11-03 10:00", target_type="lead", lead_id=won, channel="phone", direction="outbound", result="connected", content="约了周一来看牙", next_followup_at="2026-11-30T10:00:00+08:00", started_at="2026-11-03T10:00:00+08:00")  # fmt: skip
    visit(clinic, who, "2026-11-09 10:00")
    bill(clinic, who, "2026-11-12 10:00", filling, "400.00", ("cash", "400.00"))
    clinic.add("channel_cost", "2026-11-01 09:00", channel_id=source, period={"from": "2026-11-01", "to": "2026-11-30"}, amount="100.00")  # fmt: skip
    assert clinic.value("leads") == 2
    assert clinic.value("valid_rate") == Decimal("0.666667")
    assert clinic.value("contact_rate") == Decimal("0.5")
    assert clinic.value("visit_rate") == Decimal("0.5")
    assert clinic.value("lead_conv") == Decimal("0.5")
    assert clinic.value("lead_conv_7") == 0
    assert clinic.value("lead_conv_30") == Decimal("0.5")
    assert clinic.value("lead_conv_90") == Decimal("0.5")
    assert clinic.value("conv_cycle") == Decimal("10.00")
    assert clinic.value("cost_per_lead") == Decimal("50.00")
    assert clinic.value("cost_per_visit") == Decimal("100.00")
    assert clinic.value("cac") == Decimal("100.00")
    assert clinic.value("roi") == Decimal("3")
    assert clinic.value("deal_rate") == 1


def test_what_was_not_spent_has_no_cost_and_no_return(clinic: Tiny) -> None:
    lead(clinic, "2026-11-02 09:00", channel(clinic))
    assert clinic.value("cost_per_lead") is None
    assert clinic.value("roi") is None


def test_groups_of_items_are_the_first_step_of_their_category(clinic: Tiny) -> None:
    who = customer(clinic, "戊")
    for name, step, price in (
        ("洁牙", ["perio", "perio_scaling"], "100.00"),
        ("刮治", ["perio", "perio_therapy"], "500.00"),
        ("补牙", ["filling", "filling_direct"], "200.00"),
    ):
        bill(clinic, who, "2026-11-10 10:00", item(clinic, name, step, price), price, ("cash", price))
    table = clinic.table("item_mix")
    found = {row[0]: row[1:] for row in table.rows}
    assert found["perio"] == (Decimal("600.00"), Decimal("0.75"))
    assert found["filling"] == (Decimal("200.00"), Decimal("0.25"))
    assert table.columns[0].labels["perio"]["zh"] == "牙周"


def card_of(
    clinic: Tiny, who: str, day: str, price: str, times: int, used: int = 0, **more: object
) -> tuple[str, str]:
    """A card bought on a day, with so many sessions and so many used; return it and its service."""
    service = item(clinic, "洁牙", ["perio", "perio_scaling"], "100.00")
    contract = clinic.add("print_template", "2024-01-01 09:00", key=f"c{new_id()[-6:]}", name="合同", form_key="card", paper="a4", body="<p>合同</p>")  # fmt: skip
    product = clinic.add(
        "card_product", "2024-01-01 09:00", name=f"洁牙次卡{new_id()[-6:]}", kind="session_card", price=price, valid_days=365, contract_tpl=contract, status="on_sale",
        items=[{"service_item": service, "times": times}],
    )  # fmt: skip
    line = {"kind": "card", "card_product": product, "qty": "1", "price": price}
    sale = clinic.add(
        "bill", f"{day} 10:00", customer_id=who, kind="card", items=[line], order_discount="0.00", refunded="0.00", status="paid",
        payments=[{"method": "cash", "amount": price, "paid_at": f"{day}T10:00:00+08:00"}],
    )  # fmt: skip
    values = {"status": "normal", "expire_at": "2027-10-31", **more}
    refunded = values.pop("refunded", 0)
    card = clinic.add(
        "card", f"{day} 10:00", customer_id=who, product_id=product, bill_id=sale, start_at=day,
        contract=[signed(clinic)], lines=[{"service_item": service, "total": times, "used": used, "refunded": refunded}], **values,
    )  # fmt: skip
    return card, service


def use(clinic: Tiny, card: tuple[str, str], at: str, times: int) -> None:
    clinic.add("card_use", at, card_id=card[0], line=card[1], performer_id=dentist(clinic), times=times, used_at=f"{at.replace(' ', 'T')}:00+08:00", confirm_way="signature", status="normal")  # fmt: skip


def test_prepaid_money_is_what_was_put_in_and_sessions_not_yet_used(clinic: Tiny) -> None:
    who = customer(clinic, "己")
    card = card_of(clinic, who, "2026-11-01", "800.00", 10, 3)
    use(clinic, card, "2026-11-08 10:00", 3)
    clinic.add("balance_log", "2026-10-02 10:00", customer_id=who, kind="top_up", principal_delta="1000.00", gift_delta="100.00")  # fmt: skip
    clinic.add("balance_log", "2026-11-02 10:00", customer_id=who, kind="spending", principal_delta="-200.00", gift_delta="0.00")  # fmt: skip
    assert clinic.value("sessions_left_value") == Decimal("560.00")
    assert clinic.value("stored_principal") == Decimal("800.00")
    assert clinic.value("prepaid_liability") == Decimal("1360.00")
    assert clinic.value("prepaid_liability", "last month") == Decimal("1000.00")
    assert clinic.value("consumed") == Decimal("240.00")
    assert clinic.value("card_sales") == Decimal("800.00")
    assert clinic.value("card_sales", "last month") is None


def by_month(clinic: Tiny, metric: str, period: str = "last 3 months") -> list[object]:
    """Return a metric at the end of each month."""
    report = {
        "kind": "aggregate",
        "measures": [metric],
        "by": [{"role": "date", "bucket": "month"}],
        "period": period,
    }
    table = clinic.ask({"key": "q", "name": {"zh": "问", "en": "Q"}, **report})
    return [row[table.at(metric)] for row in table.rows]


def test_prepaid_sessions_of_past_month_ends_are_those_that_were_left_then(clinic: Tiny) -> None:
    who = customer(clinic, "庚")
    # 100 a session: three used in October, two in November; one that expired; one given back in November.
    card = card_of(clinic, who, "2026-09-05", "1000.00", 10, 5)
    use(clinic, card, "2026-10-10 10:00", 3)
    use(clinic, card, "2026-11-10 10:00", 2)
    old = card_of(clinic, who, "2026-09-06", "200.00", 4, 1, expire_at="2026-10-20")
    use(clinic, old, "2026-09-20 10:00", 1)
    clinic.service.update(clinic.boss, "card", old[0], {"status": "expired"})
    back, _ = card_of(clinic, who, "2026-10-06", "600.00", 6, 0, status="returned", refunded=6)
    with clinic.service.reading(clinic.boss) as desk:
        [sold] = desk.system_gate.page(RecordQuery("card", fields=("bill_id",), ids=(back,), limit=1)).records
    clinic.add(
        "refund", "2026-11-03 10:00", bill_id=sold["bill_id"], amount="600.00", status="refunded", refunded_at="2026-11-05T10:00:00+08:00",
        lines=[{"bill_item": "洁牙", "qty_or_times": "6", "amount": "600.00"}], reason="not_treated", detail="不做了", back_to="original_way",
    )  # fmt: skip
    assert clinic.value("sessions_left_value") == Decimal("500.00")
    assert by_month(clinic, "sessions_left_value") == [
        Decimal("1150.00"),  # 10 × 100 and 3 × 50
        Decimal("1300.00"),  # 7 × 100 and 6 × 100
        Decimal("500.00"),
    ]
    assert clinic.value("prepaid_liability", "last month") == Decimal("1300.00")


def test_a_debt_paid_since_was_one_at_the_end_of_the_month(clinic: Tiny) -> None:
    who, crown = (
        customer(clinic, "辛"),
        item(clinic, "全瓷冠", ["prosthetics", "prosthetics_fixed"], "2000.00"),
    )
    paid = bill(clinic, who, "2026-10-03 10:00", crown, "2000.00", ("cash", "500.00"), status="part_paid")
    values = {
        "payments": [
            {"method": "cash", "amount": "500.00", "paid_at": "2026-10-03T10:00:00+08:00"},
            {"method": "cash", "amount": "1500.00", "paid_at": "2026-11-20T10:00:00+08:00"},
        ],
        "status": "paid",
    }
    clinic.service.update(clinic.boss, "bill", paid, values)
    bill(clinic, who, "2026-11-03 10:00", crown, "2000.00", ("cash", "300.00"), status="part_paid")
    assert clinic.value("debt") == Decimal("1700.00")
    assert by_month(clinic, "debt") == [Decimal("0.00"), Decimal("1500.00"), Decimal("1700.00")]


def test_those_active_at_a_month_end_came_in_the_ninety_days_before_it(clinic: Tiny) -> None:
    first, second, third = (customer(clinic, name) for name in ("甲", "乙", "丙"))
    visit(clinic, first, "2026-07-01 10:00")
    visit(clinic, first, "2026-11-10 10:00", "return_visit")
    visit(clinic, second, "2026-08-20 10:00")
    visit(clinic, second, "2026-09-01 10:00", "return_visit")
    visit(clinic, third, "2026-10-31 10:00")
    # By the end of September the first (1 July: 91 days before the 30th) has gone quiet; he is back in November.
    assert by_month(clinic, "active_customers") == [1, 2, 3]
    assert clinic.value("active_customers") == 3


def test_what_is_known_of_the_present_alone_is_blank_for_the_past_and_says_so(clinic: Tiny) -> None:
    who, crown = (
        customer(clinic, "壬"),
        item(clinic, "全瓷冠", ["prosthetics", "prosthetics_fixed"], "2000.00"),
    )
    bill(clinic, who, "2026-09-03 10:00", crown, "2000.00", ("cash", "2000.00"))
    assert clinic.value("ltv") == Decimal("2000.00")
    assert clinic.value("ltv", "last month") is None
    assert by_month(clinic, "ltv") == [None, None, Decimal("2000.00")]
    asked = {
        "key": "q",
        "name": {"zh": "问", "en": "Q"},
        "kind": "aggregate",
        "measures": ["ltv"],
        "period": "last month",
    }
    assert "report.only_now" in [one.code for one in clinic.ask(asked).warnings]


def test_a_state_by_month_is_what_had_gathered_by_its_end(clinic: Tiny) -> None:
    for day, name in (("2026-09-05", "甲"), ("2026-10-07", "乙"), ("2026-10-09", "丙")):
        customer(clinic, name, f"{day} 09:00")
    report = {
        "kind": "aggregate",
        "measures": ["total_customers"],
        "by": [{"role": "date", "bucket": "month"}],
        "period": "last 2 months",
    }
    table = clinic.ask({"key": "q", "name": {"zh": "问", "en": "Q"}, **report})
    assert [row[1] for row in table.rows] == [3, 3]


def test_partners_share_the_profit_of_their_branch(clinic: Tiny) -> None:
    who, filling = customer(clinic, "庚"), item(clinic, "充填", ["filling", "filling_direct"], "300.00")
    bill(clinic, who, "2026-11-03 10:00", filling, "300.00", ("cash", "300.00"))
    shares = [{"partner": USER, "share": "0.6"}, {"partner": USER[:-1] + "2", "share": "0.4"}]
    other = clinic.another(partner_shares=shares)
    bill(other, who, "2026-11-04 10:00", filling, "1000.00", ("cash", "1000.00"))
    table = other.table("partner_shares")
    assert [
        (row[0], row[table.at("gross_profit")], row[table.at("partner_profit")]) for row in table.rows
    ] == [
        (other.branch, Decimal("1000.00"), Decimal("600.00")),
        (other.branch, Decimal("1000.00"), Decimal("400.00")),
    ]
