"""More of the shipped metrics against hand counts: profit, use of chairs, calls in time, churn, consent, repurchase, costs, return."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from engine.ids import new_id
from engine.problems import Rejected
from tests.templates.making import USER, bill, channel, customer, dentist, item, lead, phone, visit
from tests.templates.reporting import Tiny

TODAY = date(2026, 11, 22)
SIGNED = {
    "strokes": [[[0.1, 0.4, 0], [0.3, 0.5, 40]]], "signed_at": "2026-11-02T01:00:00Z", "ratio": 2.5, "signer": {"name": "王芳", "relation": "本人"},
}  # fmt: skip
RISKS = ["indications", "contraindications", "risks", "precautions", "alternatives", "cost"]


def ago(days: int, at: str = "10:00") -> str:
    return f"{(TODAY - timedelta(days=days)).isoformat()} {at}"


def at_once(text: str) -> str:
    return f"{text.replace(' ', 'T')}:00+08:00"


def filling(clinic: Tiny) -> str:
    return item(clinic, "充填", ["filling", "filling_direct"], "100.00")


def staff(clinic: Tiny, role: str = "consultant") -> str:
    return clinic.add(
        "staff", "2024-01-01 09:00", user_id=new_id(), name="顾问", role_key=role, phone=phone(), branches=[clinic.branch], status="active",
    )  # fmt: skip


def spend(clinic: Tiny, source: str, first: str, last: str, amount: str) -> None:
    clinic.add(
        "channel_cost", f"{first} 09:00", channel_id=source, period={"from": first, "to": last}, amount=amount
    )


def issue(clinic: Tiny, at: str, kind: str, qty: str, price: str, status: str = "posted") -> None:
    """Move so much of a material, of a batch that was put on the shelf long before."""
    material = clinic.add(
        "material", "2024-01-01 09:00", code=new_id()[-8:], name=f"树脂{new_id()[-6:]}", kind="disposable", spec="4g", unit="piece", min_stock="0",
    )  # fmt: skip
    batch = clinic.add(
        "stock_batch", "2024-01-01 09:00", material_id=material, batch_no=new_id()[-6:], expire_at="2028-01-01", warehouse="branch", qty="99.00",
    )  # fmt: skip
    line = {"material": material, "batch": batch, "qty": qty, "price": price}
    way = {"to_wh": "branch"} if kind == "purchase_in" else {"from_wh": "branch"}
    clinic.add("stock_move", at, kind=kind, lines=[line], status=status, approved_by=USER, **way)


def test_gross_profit_is_what_was_paid_less_materials_commission_and_channels(clinic: Tiny) -> None:
    who = customer(clinic, "甲")
    paid = bill(clinic, who, "2026-11-03 10:00", filling(clinic), "1000.00", ("cash", "1000.00"))
    bill(clinic, who, "2026-10-03 10:00", filling(clinic), "700.00", ("cash", "700.00"))
    for amount, rate, day in (
        ("1000.00", "0.035", "2026-11-03"),
        ("500.00", "0.1", "2026-11-04"),
        ("700.00", "0.5", "2026-10-03"),
    ):
        clinic.add(
            "performance", f"{day} 22:00", bill_id=paid, staff_id=staff(clinic), role="consultant", amount=amount, rate=rate, happened_at=day,
        )  # fmt: skip
    # 3 × 20.50 used in November; what went to the shelf, was only a draft, or went in October does not count.
    issue(clinic, "2026-11-05 10:00", "treatment_use", "3", "20.50")
    issue(clinic, "2026-11-06 10:00", "department_issue", "1", "8.00")
    issue(clinic, "2026-11-06 10:00", "purchase_in", "10", "20.50")
    issue(clinic, "2026-11-06 10:00", "treatment_use", "10", "20.50", "draft")
    issue(clinic, "2026-10-06 10:00", "treatment_use", "2", "20.50")
    # 30 days at 10 a day: 15 of them in November.
    spend(clinic, channel(clinic), "2026-10-17", "2026-11-15", "300.00")
    materials, commission, channels = Decimal("69.50"), Decimal("35.00") + Decimal("50.00"), Decimal("150.00")
    assert clinic.value("material_cost") == materials
    assert clinic.value("gross_profit") == Decimal("1000.00") - materials - commission - channels


def test_chairs_are_used_by_what_is_booked_of_the_minutes_on_duty(clinic: Tiny) -> None:
    doctor, who = dentist(clinic), customer(clinic, "乙")
    for day, start, end in (("2026-11-03", "09:00", "12:00"), ("2026-11-04", "09:00", "11:00")):
        clinic.add(
            "roster",
            f"{day} 08:00",
            staff_id=doctor,
            work_date=day,
            shift="early",
            start_at=start,
            end_at=end,
        )
    for day, at, minutes, status in (
        ("03", "09:00", 60, "done"), ("03", "10:00", 30, "confirmed"), ("03", "11:00", 60, "no_show"), ("04", "09:00", 45, "done"), ("04", "10:00", 30, "cancelled"),
    ):  # fmt: skip
        clinic.add(
            "appointment", "2026-11-01 09:00", customer_id=who, staff_id=doctor, kind="first_visit", source="phone", minutes=minutes,
            start_at=f"2026-11-{day}T{at}:00+08:00", status=status, cancel_reason="other" if status == "cancelled" else None,
        )  # fmt: skip
    assert clinic.value("utilization") == Decimal("0.45")  # 60 + 30 + 45 of 300 minutes


def call(
    clinic: Tiny,
    due: str,
    done: str | None,
    status: str = "done",
    kind: str = "sop_step",
    result: str = "contacted",
) -> None:
    who = customer(clinic, "丙")
    log = {}
    if done is not None:
        log["comm_log_id"] = clinic.add(
            "comm_log", done, target_type="customer", customer_id=who, channel="phone", direction="outbound", result="connected", content="问了恢复情况",
            next_followup_at="2026-11-30T10:00:00+08:00", started_at=at_once(done),
        )  # fmt: skip
    clinic.add(
        "followup_task", "2026-10-01 09:00", title="回访", kind=kind, assignee_id=USER, plan_at=at_once(due), due_at=at_once(due),
        done_at=at_once(done) if done else None, status=status, result=result if status == "done" else None, customer_id=who, **log,
    )  # fmt: skip


def test_calls_in_time_are_measured_against_those_done_or_overdue(clinic: Tiny) -> None:
    call(clinic, "2026-11-03 10:00", "2026-11-03 09:00")
    call(clinic, "2026-11-04 10:00", "2026-11-04 10:00")
    call(clinic, "2026-11-05 10:00", "2026-11-05 10:01")
    call(clinic, "2026-11-06 10:00", None, "todo")
    call(clinic, "2026-11-07 10:00", None, "cancelled")
    call(clinic, "2026-11-29 10:00", None, "todo")
    call(clinic, "2026-10-29 10:00", None, "todo")
    assert clinic.value("timely_rate") == Decimal("0.5")
    assert clinic.value("timely_rate", "last month") == 0


def test_calls_after_treatment_cover_those_that_reached_somebody(clinic: Tiny) -> None:
    call(clinic, "2026-11-03 10:00", "2026-11-03 09:00", kind="postop")
    call(clinic, "2026-11-04 10:00", "2026-11-04 09:00", kind="postop", result="not_reached")
    call(clinic, "2026-11-05 10:00", None, "todo", kind="postop")
    call(clinic, "2026-11-05 10:00", "2026-11-05 09:00")
    assert clinic.value("postop_coverage") == Decimal("0.333333")


def test_those_gone_for_a_year_are_measured_against_those_active_a_year_ago(clinic: Tiny) -> None:
    for days in ((400,), (500, 100), (730, 366), (729,), (731,), (365,), (10,)):
        who = customer(clinic, "丁", "2023-01-01 09:00")
        for one in days:
            visit(clinic, who, ago(one))
    # Active between 366 and 730 days ago: four; the second came back since.
    assert clinic.value("churn_rate") == Decimal("0.75")


def consent(clinic: Tiny, who: str, status: str) -> str:
    form = clinic.add("print_template", "2024-01-01 09:00", key=f"t{new_id()[-6:]}", name="同意书", form_key="consent", paper="a4", body="<p>同意</p>")  # fmt: skip
    return clinic.add(
        "consent", "2026-11-02 09:00", customer_id=who, kind="treatment", template_id=form, explained_by=dentist(clinic), risks_read=RISKS, signer="self",
        sign=SIGNED, signed_at="2026-11-02T09:00:00+08:00", status=status,
    )  # fmt: skip


def test_an_invasive_treatment_without_a_signed_consent_is_a_gap(clinic: Tiny) -> None:
    who = customer(clinic, "戊")
    plain = filling(clinic)
    knife = clinic.add(
        "service_item", "2024-01-01 09:00", code=new_id()[-8:], name="拔牙", category=["extraction", "extraction_simple"], unit="time", price="500.00", minutes=30,
        dept="dentistry", is_invasive=True,
    )  # fmt: skip
    agreed, revoked = consent(clinic, who, "signed"), consent(clinic, who, "revoked")
    for what, form, status in (
        (knife, agreed, "done"), (knife, revoked, "done"), (knife, None, "in_progress"), (knife, None, "planned"), (plain, None, "done"),
    ):  # fmt: skip
        clinic.add(
            "treatment_log", "2026-11-03 09:00", customer_id=who, service_item_id=what, doctor_id=dentist(clinic), started_at="2026-11-03T09:00:00+08:00", consent_id=form,
            status=status,
        )  # fmt: skip
    assert clinic.value("consent_gap") == 2
    assert clinic.value("consent_gap", "last month") == 0


def test_whoever_is_sore_after_surgery_is_a_share_of_those_who_were_asked(clinic: Tiny) -> None:
    who = customer(clinic, "戊")
    log = clinic.add(
        "treatment_log", "2026-11-03 09:00", customer_id=who, service_item_id=filling(clinic), doctor_id=dentist(clinic),
        started_at="2026-11-03T09:00:00+08:00", status="done",
    )  # fmt: skip
    # Of twelve the strong pain, the marked bleeding and the fever are abnormal.
    for pain, bleeding, fever in (
        (8, "none", False),
        (2, "marked", False),
        (1, "none", True),
        *((3, "slight", False),) * 9,
    ):
        clinic.add(
            "postop_care", "2026-11-04 09:00", customer_id=who, treatment_id=log, day_no=1, pain=pain, bleeding=bleeding, swelling="none", fever=fever,
            numbness=False, medication_ok=True, status="called",
        )  # fmt: skip
    assert clinic.value("postop_abnormal") == Decimal("0.25")
    assert clinic.value("postop_abnormal", "last month") is None


def test_buying_again_is_paying_on_two_days_of_the_last_year(clinic: Tiny) -> None:
    for days in ((10, 200), (10,), (10, 400), (400, 500), (364, 363)):
        who = customer(clinic, "己", "2023-01-01 09:00")
        for one in days:
            bill(clinic, who, ago(one), filling(clinic), "100.00", ("cash", "100.00"))
    twice = customer(clinic, "同日")
    for hour in ("10:00", "16:00"):
        bill(clinic, twice, ago(5, hour), filling(clinic), "100.00", ("cash", "100.00"))
    # Five paid within the year, two of them on two days of it.
    assert clinic.value("repurchase_rate") == Decimal("0.4")


def test_costs_of_a_channel_are_shared_by_those_it_brought(clinic: Tiny) -> None:
    source = channel(clinic)
    spend(clinic, source, "2026-11-01", "2026-11-30", "600.00")
    for number, (comes, pays) in enumerate(((True, True), (True, True), (True, False), (False, False))):
        who = customer(clinic, "庚", f"2026-11-0{number + 1} 09:00", first_channel=source)
        lead(clinic, f"2026-11-0{number + 1} 09:00", source, customer_id=who)
        if comes:
            visit(clinic, who, f"2026-11-0{number + 2} 10:00")
        if pays:
            bill(clinic, who, f"2026-11-0{number + 3} 10:00", filling(clinic), "100.00", ("cash", "100.00"))
    assert clinic.value("cost_per_lead") == Decimal("150.00")
    assert clinic.value("cost_per_arrival") == Decimal("200.00")
    assert clinic.value("cost_per_visit") == Decimal("200.00")
    assert clinic.value("cost_per_deal") == Decimal("300.00")
    assert clinic.value("cac") == Decimal("300.00")
    # Of four leads three came and two paid.
    assert (clinic.value("lead_visits"), clinic.value("lead_deals"), clinic.value("first_deals")) == (3, 2, 2)


def of_channels(clinic: Tiny, metric: str, period: str) -> dict[str, Decimal]:
    report = {"kind": "aggregate", "measures": [metric], "by": [{"role": "channel"}], "period": period}
    table = clinic.ask({"key": "q", "name": {"zh": "问", "en": "Q"}, **report})
    return {str(row[0]): row[table.at(metric)] for row in table.rows if row[table.at(metric)] is not None}  # type: ignore[misc]  # numbers


def test_return_goes_to_the_first_the_last_or_every_channel_that_was_touched(clinic: Tiny) -> None:
    first, middle, last = (channel(clinic, name) for name in ("一", "二", "三"))
    for one in (first, middle, last):
        spend(clinic, one, "2026-06-01", "2026-06-30", "100.00")
    who = customer(clinic, "辛", "2026-06-02 09:00", first_channel=first)
    one = lead(clinic, "2026-06-02 09:00", first, customer_id=who)
    for source, day in ((middle, "05"), (last, "09")):
        clinic.add(
            "lead_touch",
            f"2026-06-{day} 09:00",
            lead_id=one,
            channel_id=source,
            at=f"2026-06-{day}T09:00:00+08:00",
        )
    bill(clinic, who, "2026-06-20 10:00", filling(clinic), "700.00", ("cash", "700.00"))
    june = "2026-06-01..2026-06-30"
    assert of_channels(clinic, "roi", june)[first] == Decimal("6")
    assert of_channels(clinic, "roi_last", june)[last] == Decimal("6")
    shares = of_channels(clinic, "lead_revenue_90d_linear", june)
    assert sorted(shares.values()) == [Decimal("233.33"), Decimal("233.33"), Decimal("233.34")]
    for metric in ("roi", "roi_last", "roi_linear"):
        assert clinic.value(metric, june) == Decimal("1.333333")


def test_revenue_of_ninety_days_is_counted_to_the_hour(clinic: Tiny) -> None:
    source = channel(clinic)
    who = customer(clinic, "壬", "2026-06-01 09:00", first_channel=source)
    lead(clinic, "2026-06-01 09:00", source, customer_id=who)
    for at, amount in (
        ("2026-05-31 10:00", "1.00"),
        ("2026-06-01 09:00", "10.00"),
        ("2026-08-30 08:59", "100.00"),
        ("2026-08-30 09:00", "1000.00"),
    ):
        bill(clinic, who, at, filling(clinic), amount, ("cash", amount))
    assert clinic.value("lead_revenue_90d", "2026-06-01..2026-06-30") == Decimal("110.00")


def test_two_leads_of_one_customer_share_what_he_paid_without_counting_it_twice(clinic: Tiny) -> None:
    early, late = channel(clinic, "早"), channel(clinic, "晚")
    who = customer(clinic, "癸", "2026-04-01 09:00", first_channel=early)
    for at, source in (("2026-04-01 09:00", early), ("2026-05-31 09:00", late)):
        lead(clinic, at, source, customer_id=who)
    # Within 90 days of the first, of both, and of the second alone (which begin when the first's are over).
    for at, amount in (
        ("2026-04-10 10:00", "1.00"),
        ("2026-06-10 10:00", "20.00"),
        ("2026-07-20 10:00", "300.00"),
        ("2026-10-20 10:00", "4000.00"),
    ):
        bill(clinic, who, at, filling(clinic), amount, ("cash", amount))
    told = of_channels(clinic, "lead_revenue_90d", "2026-04-01..2026-06-30")
    assert told == {early: Decimal("21.00"), late: Decimal("300.00")}


def rate(clinic: Tiny, marks: tuple[int, int, int, int, int | None], nps: int) -> None:
    keys = ("env", "wait", "doctor", "service", "result")
    given = {key: mark for key, mark in zip(keys, marks, strict=True) if mark is not None}
    clinic.add("satisfaction", "2026-11-03 09:00", customer_id=customer(clinic, "满意"), nps=nps, **given)


def test_satisfaction_is_the_mean_of_the_ratings_that_were_given(clinic: Tiny) -> None:
    rate(clinic, (5, 4, 5, 4, 5), 10)
    rate(clinic, (3, 3, 3, 3, None), 9)
    rate(clinic, (1, 2, 2, 2, 2), 6)
    rate(clinic, (4, 4, 4, 4, 4), 7)
    assert clinic.value("satisfaction") == Decimal("3.35")  # of 4.6, 3, 1.8 and 4
    assert clinic.value("nps") == Decimal("25")  # two promoters less one detractor, of four
    assert clinic.value("nps_promoters") == Decimal("0.5")
    assert clinic.value("nps_detractors") == Decimal("0.25")


def test_complaints_are_measured_against_visits_and_referrals_against_first_visits(clinic: Tiny) -> None:
    friend = customer(clinic, "友")
    for name, referrer in (("一", friend), ("二", None), ("三", None), ("四", None)):
        visit(clinic, customer(clinic, name, referrer_id=referrer), "2026-11-04 10:00")
    clinic.add("complaint", "2026-11-20 09:00", customer_id=friend, source="phone", kind="waiting", content="久等", handler_id=USER)  # fmt: skip
    assert clinic.value("complaint_rate") == Decimal("0.25")
    assert clinic.value("referral_rate") == Decimal("0.25")


def test_a_first_deal_counts_within_thirty_days_of_the_first_visit_and_not_as_a_deposit(clinic: Tiny) -> None:
    for day, kind in (
        ("2026-09-05", "service"),
        ("2026-10-01", "service"),
        ("2026-10-02", "service"),
        ("2026-09-06", "deposit"),
    ):
        who = customer(clinic, "成", "2026-09-01 09:00")
        visit(clinic, who, "2026-09-01 10:00")
        line = {"kind": "service", "service_item": filling(clinic), "qty": "1", "price": "100.00"}
        clinic.add(
            "bill", f"{day} 09:00", customer_id=who, kind=kind, items=[line], order_discount="0.00", refunded="0.00", status="paid",
            payments=[{"method": "cash", "amount": "100.00", "paid_at": f"{day}T09:00:00+08:00"}],
        )  # fmt: skip
    # Paid after 4, after 30 less an hour, after 31 days; and a deposit alone.
    assert clinic.value("deal_rate", "2026-09-01..2026-09-30") == Decimal("0.5")


def test_discounts_are_what_was_charged_of_the_list(clinic: Tiny) -> None:
    who, crown = (
        customer(clinic, "折"),
        item(clinic, "全瓷冠", ["prosthetics", "prosthetics_fixed"], "2000.00"),
    )
    bill(clinic, who, "2026-11-03 10:00", crown, "1500.00", ("cash", "1500.00"))
    bill(clinic, who, "2026-11-04 10:00", crown, "2000.00", status="void")
    assert clinic.value("discount_rate") == Decimal("0.75")


def test_first_answers_wait_as_long_as_the_median_in_opening_hours(clinic: Tiny) -> None:
    source = channel(clinic)
    # Opening hours are Mondays 9 to 18: 2 November 2026 is one, and what waits over the night waits for next Monday.
    for assigned, answered in (("02 09:00", "02 09:10"), ("02 10:00", "02 11:00"), ("02 17:30", "09 09:30")):
        day, hour = assigned.split()
        there, then = answered.split()
        lead(
            clinic, f"2026-11-{day} {hour}", source, assigned_at=f"2026-11-{day}T{hour}:00+08:00", first_contact_at=f"2026-11-{there}T{then}:00+08:00",
        )  # fmt: skip
    assert clinic.value("first_response") == 3600


def test_retained_revenue_is_what_a_cohort_paid_later_of_what_it_paid_first(clinic: Tiny) -> None:
    stays, goes = customer(clinic, "留"), customer(clinic, "走")
    for who, day, amount in (
        (stays, "2026-06-03", "600.00"), (stays, "2026-06-20", "150.00"), (stays, "2026-08-02", "300.00"), (goes, "2026-06-09", "250.00"),
    ):  # fmt: skip
        bill(clinic, who, f"{day} 10:00", filling(clinic), amount, ("cash", amount))
    bill(clinic, stays, "2026-07-02 10:00", filling(clinic), "80.00", ("stored_balance", "80.00"))
    table = clinic.table("retained_revenue")
    at = [
        table.at(key) for key in ("cohort", "period", "first_revenue", "revenue", "revenue_share", "returned")
    ]
    rows = {
        row[at[1]]: tuple(row[one] for one in at[2:]) for row in table.rows if row[at[0]] == date(2026, 6, 1)
    }
    assert rows[1] == (Decimal("1000.00"), Decimal("0.00"), Decimal("0"), 0)
    assert rows[2] == (Decimal("1000.00"), Decimal("300.00"), Decimal("0.300000"), 1)
    # November is not over yet.
    assert rows[4][1] == Decimal("0.00")
    assert rows[5] == (Decimal("1000.00"), None, None, None)


def test_a_channel_is_paid_back_when_those_it_brought_have_paid_its_costs(clinic: Tiny) -> None:
    source, other = channel(clinic), channel(clinic)
    spend(clinic, source, "2026-03-01", "2026-03-31", "900.00")
    first, second = customer(clinic, "甲"), customer(clinic, "乙")
    lead(clinic, "2026-03-05 09:00", source, customer_id=first)
    lead(clinic, "2026-03-10 09:00", source, customer_id=second)
    # His earlier lead was another channel's: what he pays counts there.
    third = customer(clinic, "丙")
    lead(clinic, "2026-03-01 09:00", other, customer_id=third)
    lead(clinic, "2026-03-02 09:00", source, customer_id=third)
    for who, day, amount in (
        (first, "2026-03-15", "500.00"), (second, "2026-04-29", "400.00"), (first, "2026-06-01", "100.00"), (third, "2026-03-03", "5000.00"),
    ):  # fmt: skip
        bill(
            clinic,
            who,
            f"{day} 10:00",
            filling(clinic),
            amount,
            ("cash", amount),
        )
    table = clinic.table("channel_payback")
    at = [table.at(key) for key in ("channel_spend", "leads", "revenue", "recovered", "payback")]
    rows = {row[0]: tuple(row[one] for one in at) for row in table.rows}
    # 500 on day 10, 400 on day 50 after the second lead: 900 are there on day 50.
    assert rows[source] == (Decimal("900.00"), 3, Decimal("1000.00"), Decimal("1.111111"), 50)
    assert rows[other] == (None, 1, Decimal("5000.00"), None, None)


def test_churn_and_repurchase_are_known_of_the_ends_of_months_that_are_over(clinic: Tiny) -> None:
    end = date(2026, 9, 30)

    def before(days: int) -> str:
        return f"{(end - timedelta(days=days)).isoformat()} 10:00"

    for days in ((400,), (500, 100), (730, 366), (729,), (731,), (365,), (10,), (400, -5)):
        who = customer(clinic, "甲", "2023-01-01 09:00")
        for one in days:
            visit(clinic, who, before(one))
    # Active between 366 and 730 days before: five; one had come back by then, one did only afterwards.
    assert clinic.value("churn_rate", "2026-09-01..2026-09-30") == Decimal("0.8")
    for days in ((10, 200), (10,), (10, 400), (400, 500), (365, 364), (3, -3)):
        who = customer(clinic, "乙", "2023-01-01 09:00")
        for one in days:
            bill(clinic, who, before(one), filling(clinic), "100.00", ("cash", "100.00"))
    # Five paid within the year before, two of them on two days of it.
    assert clinic.value("repurchase_rate", "2026-09-01..2026-09-30") == Decimal("0.4")
    by_month = {
        "kind": "aggregate", "measures": ["churn_rate", "repurchase_rate"], "by": [{"role": "date", "bucket": "month"}], "period": "last 3 months",
    }  # fmt: skip
    table = clinic.ask(by_month)
    rows = {row[0]: row[1:3] for row in table.rows}
    assert rows[date(2026, 9, 1)] == (Decimal("0.8"), Decimal("0.4"))
    assert rows[date(2026, 11, 1)] == (clinic.value("churn_rate"), clinic.value("repurchase_rate"))


def test_the_past_of_a_rate_says_of_today_what_the_rate_says(clinic: Tiny) -> None:
    for days in ((400,), (500, 100), (730, 366), (731,), (365,), (366, 365), (0, 729)):
        who = customer(clinic, "甲", "2023-01-01 09:00")
        for one in days:
            visit(clinic, who, ago(one))
            bill(clinic, who, ago(one), filling(clinic), "100.00", ("cash", "100.00"))
    assert clinic.value("visit.gone") == clinic.value("churn_rate")
    assert clinic.value("bill.again") == clinic.value("repurchase_rate")


def test_whoever_is_away_for_one_and_a_half_cycles_of_his_project_is_lost(clinic: Tiny) -> None:
    scaling = item(clinic, "洁牙", ["filling", "filling_direct"], "100.00")
    people = [customer(clinic, f"客{at}") for at in range(6)]
    for at, who in enumerate(people):
        # Every 100 days, twelve times in all; the last of them 149, 150, 151 … days ago.
        for back in range(3):
            day = TODAY - timedelta(days=149 + at + 100 * back)
            bill(clinic, who, f"{day.isoformat()} 10:00", scaling, "100.00", ("cash", "100.00"))
    table = clinic.table("churn_by_cycle")
    at = [table.at(key) for key in ("cycle", "gaps", "people", "lost", "share", "cycle@small")]
    [row] = table.rows
    assert tuple(row[one] for one in at) == (Decimal("100.0"), 12, 6, 4, Decimal("0.666667"), False)


def test_each_hour_of_the_week_is_as_full_as_its_minutes_on_duty_were_booked(clinic: Tiny) -> None:
    doctor, who = dentist(clinic), customer(clinic, "乙")
    # Two Tuesdays from 9 to 12, with a break from half past eleven on the first; one of them off.
    for day, shift, breaks in (
        ("2026-11-03", "early", True),
        ("2026-11-10", "early", False),
        ("2026-11-17", "off", False),
    ):
        rest = {"break_ranges": [{"start": "11:30", "end": "12:00"}]} if breaks else {}
        hours = {"start_at": "09:00", "end_at": "12:00"} if shift != "off" else {}
        clinic.add("roster", f"{day} 08:00", staff_id=doctor, work_date=day, shift=shift, **hours, **rest)
    for day, at, minutes, status in (
        ("03", "09:45", 30, "done"), ("03", "10:30", 60, "confirmed"), ("10", "09:00", 20, "done"), ("10", "09:00", 60, "no_show"), ("04", "23:50", 30, "done"),
    ):  # fmt: skip
        clinic.add(
            "appointment", "2026-11-01 09:00", customer_id=who, staff_id=doctor, kind="first_visit", source="phone", minutes=minutes,
            start_at=f"2026-11-{day}T{at}:00+08:00", status=status,
        )  # fmt: skip
    table = clinic.table("chair_heat")
    at_ = [table.at(key) for key in ("weekday", "hour", "booked", "offered", "share")]
    told = {tuple(row[one] for one in at_[:2]): tuple(row[one] for one in at_[2:]) for row in table.rows}
    assert told == {
        (2, 9): (35, 120, Decimal("0.291667")),  # 15 + 20
        (2, 10): (45, 120, Decimal("0.375000")),  # 15 + 30
        (2, 11): (30, 90, Decimal("0.333333")),
        (3, 23): (10, 0, None),
    }
    whole = sum(row[at_[3]] for row in table.rows)
    assert whole == clinic.value("roster.minutes", "previous 90 days") == 330
    found = {
        key: clinic.behind("chair_heat", dict(zip(("weekday", "hour"), key, strict=True)), "share")
        for key in told
    }
    forms = {key: [(one.form, one.count) for one in (found[key], *found[key].also)] for key in told}
    both = [("appointment", 2), ("roster", 2)]
    assert forms == {
        (2, 9): both,
        (2, 10): both,
        (2, 11): [("appointment", 1), ("roster", 2)],
        (3, 23): [("appointment", 1)],
    }
    assert clinic.behind("chair_heat", {"weekday": 2, "hour": 9}, "offered").form == "roster"
    assert clinic.behind("chair_heat", {"weekday": 3}, "booked").count == 1


@pytest.mark.parametrize(
    ("wrong", "path"),
    [
        ({"measures": ["appointment.booked_minutes"]}, "/measures"),
        ({"measures": ["roster.minutes", "utilization"]}, "/measures"),
        ({"settings": {"opens": "start_at", "closes": "end_at"}}, "/settings/start"),
        ({"settings": {"start": "start_at", "opens": "work_date", "closes": "end_at"}}, "/settings/opens"),
        (
            {"settings": {"start": "start_at", "opens": "start_at", "closes": "end_at", "breaks": "none"}},
            "/settings/breaks",
        ),
    ],
)
def test_what_has_no_hours_is_told_where(clinic: Tiny, wrong: dict[str, object], path: str) -> None:
    with pytest.raises(Rejected) as refused:
        clinic.ask({**clinic.plan.app.of("reports")["chair_heat"], **wrong})
    assert [(one.code, one.path) for one in refused.value.problems] == [("report.bad_occupancy", path)]
