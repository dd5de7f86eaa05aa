"""Stock, hours, partners, credit and what leads brought, against hand counts."""

from datetime import date, timedelta
from decimal import Decimal

from engine.ids import new_id
from tests.templates.making import USER, bill, channel, customer, dentist, item, lead, visit
from tests.templates.reporting import Tiny
from tests.templates.test_metric_numbers import filling, issue, spend, staff

TODAY = date(2026, 11, 22)


def batch(clinic: Tiny, qty: str, cost: str, days: int) -> None:
    """Put so much of something on the shelf, to be used within so many days."""
    material = clinic.add(
        "material", "2024-01-01 09:00", code=new_id()[-8:], name=f"料{new_id()[-6:]}", kind="disposable", spec="盒", unit="piece", min_stock="0",
    )  # fmt: skip
    expires = (TODAY + timedelta(days=days)).isoformat()
    clinic.add(
        "stock_batch", "2024-01-01 09:00", material_id=material, batch_no=new_id()[-6:], expire_at=expires, warehouse="branch", qty=qty, cost=cost,
    )  # fmt: skip


def test_what_expires_within_ninety_days_or_has_is_at_risk_at_its_cost(clinic: Tiny) -> None:
    for qty, cost, days in (("3", "10.50", 90), ("2", "7.00", 91), ("4", "1.25", -10), ("0", "99.00", 5)):
        batch(clinic, qty, cost, days)
    assert clinic.value("stock_value") == Decimal("31.50") + Decimal("14.00") + Decimal("5.00")
    assert clinic.value("expiry_risk") == Decimal("31.50") + Decimal("5.00")
    assert clinic.value("expiry_risk", "last month") is None


def test_stock_turns_in_its_value_by_what_a_day_uses(clinic: Tiny) -> None:
    batch(clinic, "9", "100.00", 400)
    # 180 used in the 90 days up to today, the 91st day before not counted: 2.00 a day, 900 last 450 days.
    issue(clinic, "2026-11-22 10:00", "treatment_use", "6", "20.00")
    issue(clinic, "2026-08-25 10:00", "department_issue", "3", "20.00")
    issue(clinic, "2026-08-24 10:00", "department_issue", "50", "20.00")
    assert clinic.value("material_cost_90d") == Decimal("180.00")
    assert clinic.value("stock_turn") == Decimal("450")


def test_what_is_used_is_held_against_what_was_paid_month_by_month(clinic: Tiny) -> None:
    for month, paid, used in (("10", "1000.00", "5"), ("11", "400.00", "3")):
        bill(clinic, customer(clinic, "甲"), f"2026-{month}-03 10:00", filling(clinic), paid, ("cash", paid))
        issue(clinic, f"2026-{month}-05 10:00", "treatment_use", used, "20.00")
    table = clinic.table("material_share")
    told = {
        row[0]: tuple(row[table.at(key)] for key in ("material_cost", "paid", "share")) for row in table.rows
    }
    assert told[date(2026, 10, 1)] == (Decimal("100.00"), Decimal("1000.00"), Decimal("0.1"))
    assert told[date(2026, 11, 1)] == (Decimal("60.00"), Decimal("400.00"), Decimal("0.15"))


def test_the_busiest_hours_are_counted_by_weekday_and_hour_of_arrival(clinic: Tiny) -> None:
    who = customer(clinic, "乙")
    for at in (
        "2026-11-03 09:00",
        "2026-11-03 09:59",
        "2026-11-03 10:00",
        "2026-11-10 09:30",
        "2026-11-09 00:10",
    ):
        visit(clinic, who, at)
    table = clinic.table("peak_hours")
    count = table.at("visit.count")
    told = {
        frozenset(
            (column.key, row[at]) for at, column in enumerate(table.columns) if column.role == "dimension"
        ): row[count]
        for row in table.rows
    }
    keys = [column.key for column in table.columns if column.role == "dimension"]
    assert told == {
        frozenset(zip(keys, key, strict=True)): number
        for key, number in (((2, 9), 3), ((2, 10), 1), ((1, 0), 1))
    }


def test_partners_share_what_is_left_after_every_cost(clinic: Tiny) -> None:
    shares = [{"partner": USER, "share": "0.75"}, {"partner": USER[:-1] + "2", "share": "0.25"}]
    here = clinic.another(partner_shares=shares)
    paid = bill(here, customer(here, "丙"), "2026-11-04 10:00", filling(here), "1000.00", ("cash", "1000.00"))
    here.add(
        "performance", "2026-11-04 22:00", bill_id=paid, staff_id=staff(here), role="consultant", amount="1000.00", rate="0.05", happened_at="2026-11-04",
    )  # fmt: skip
    issue(here, "2026-11-05 10:00", "treatment_use", "4", "25.00")
    spend(here, channel(here), "2026-11-01", "2026-11-30", "250.00")
    table = here.table("partner_shares")
    # 1,000 − 100 materials − 50 commission − 250 channels = 600.
    told = [(row[table.at("gross_profit")], row[table.at("partner_profit")]) for row in table.rows]
    assert told == [(Decimal("600.00"), Decimal("450.00")), (Decimal("600.00"), Decimal("150.00"))]
    assert here.value("partner_share") == 1


def test_what_doctors_earn_is_their_own_credit_alone(clinic: Tiny) -> None:
    paid = bill(
        clinic, customer(clinic, "丁"), "2026-11-04 10:00", filling(clinic), "900.00", ("cash", "900.00")
    )
    doctor = dentist(clinic)
    for who, role, amount, day in ((doctor, "doctor", "600.00", "2026-11-04"), (doctor, "doctor", "-50.50", "2026-11-20"),
                                   (staff(clinic), "consultant", "300.00", "2026-11-04"), (doctor, "doctor", "70.00", "2026-10-31")):  # fmt: skip
        clinic.add(
            "performance", f"{day} 22:00", bill_id=paid, staff_id=who, role=role, amount=amount, rate="0.05", happened_at=day,
        )  # fmt: skip
    assert clinic.value("doctor_output") == Decimal("549.50")


def test_each_item_has_its_share_of_what_was_sold(clinic: Tiny) -> None:
    one, other = (
        item(clinic, "充填", ["filling", "filling_direct"], "1.00"),
        item(clinic, "拔牙", ["extraction", "extraction_simple"], "1.00"),
    )
    for what, amount in ((one, "300.00"), (other, "600.00"), (one, "300.00")):
        bill(clinic, customer(clinic, "戊"), "2026-11-04 10:00", what, amount, ("cash", amount))
    bill(clinic, customer(clinic, "己"), "2026-10-04 10:00", one, "5000.00", ("cash", "5000.00"))
    table = clinic.table("item_mix")
    told = sorted((row[table.at("bill.items.sales")], row[table.at("item_share")]) for row in table.rows)
    assert told == [(Decimal("600.00"), Decimal("0.5")), (Decimal("600.00"), Decimal("0.5"))]


def test_of_two_leads_of_one_customer_the_earlier_has_what_is_paid_within_its_ninety_days(
    clinic: Tiny,
) -> None:
    source, who = channel(clinic), customer(clinic, "庚")
    lead(clinic, "2026-05-01 09:00", source, customer_id=who)
    lead(clinic, "2026-06-01 09:00", source, customer_id=who)
    # Day 60 of the first, which is day 29 of the second; day 100 of the first, 69 of the second; day 120 of the second.
    for day, amount in (
        ("2026-06-30", "100.00"),
        ("2026-08-09", "40.00"),
        ("2026-09-29", "7.00"),
        ("2026-04-30", "5.00"),
    ):
        bill(clinic, who, f"{day} 10:00", filling(clinic), amount, ("cash", amount))
    assert clinic.value("lead_revenue_90d", "2026-05-01..2026-05-31") == Decimal("100.00")
    assert clinic.value("lead_revenue_90d", "2026-06-01..2026-06-30") == Decimal("40.00")


def test_leads_with_a_booking_are_measured_against_those_worth_counting(clinic: Tiny) -> None:
    source, doctor = channel(clinic), dentist(clinic)
    for at, (level, books) in enumerate((("a", True), ("b", True), ("b", False), ("d", True), ("d", False))):
        who = customer(clinic, f"客{at}")
        made = lead(clinic, "2026-11-03 09:00", source, customer_id=who, intent_level=level)
        if books:
            clinic.add(
                "appointment", "2026-11-04 09:00", customer_id=who, lead_id=made, staff_id=doctor, kind="first_visit", source="phone", minutes=30,
                start_at=f"2026-11-0{5 + at // 2}T{9 + at:02d}:00:00+08:00", status="confirmed",
            )  # fmt: skip
    assert clinic.value("invite_rate") == Decimal("0.666667")
