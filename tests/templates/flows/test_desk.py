"""Appointments, visits, stock, complaints, cards, journeys: each flow once, on the clock."""

from datetime import UTC, datetime, timedelta

import pytest

from engine.problems import Rejected
from tests.templates.flows.practice import names


def appointment(practice, at, status="confirmed", **values):
    customer = None if "lead_id" in values else values.pop("customer_id", None) or practice.customer()
    return practice.put("appointment", customer_id=customer, staff_id=practice.staff["doc"], kind="treatment", consultant_id=practice.user["ann"],
                        start_at=at, minutes=30, status=status, source=values.pop("source", "front_desk"), **values)  # fmt: skip


def reminded(practice, appointment_id):
    return {key: len([one for one in practice.outbox(key) if one["record_id"] == appointment_id])
            for key in ("appointment_booked", "reminder_day_before", "reminder_two_hours")}  # fmt: skip


def test_reminders_move_with_the_appointment_and_stop_with_it(practice):
    start = (practice.clock.at + timedelta(days=4)).replace(hour=6, minute=0)
    kept, moved, off = (appointment(practice, start + timedelta(hours=n)) for n in range(3))
    practice.settle()
    assert reminded(practice, kept) == {
        "appointment_booked": 1,
        "reminder_day_before": 0,
        "reminder_two_hours": 0,
    }
    practice.put_in("appointment", moved, start_at=start + timedelta(days=3))
    practice.put_in("appointment", off, status="cancelled", cancel_reason="other")
    practice.put_in("appointment", kept, remark="再保存")
    practice.settle()
    practice.go_to(start + timedelta(hours=1))
    assert reminded(practice, kept) == {
        "appointment_booked": 1,
        "reminder_day_before": 1,
        "reminder_two_hours": 1,
    }
    assert (
        reminded(practice, off)
        == reminded(practice, moved)
        == {"appointment_booked": 1, "reminder_day_before": 0, "reminder_two_hours": 0}
    )
    practice.go_to(start + timedelta(days=3))
    assert practice.ran("appointment_reminders", kept) != []
    assert reminded(practice, moved) == {
        "appointment_booked": 1,
        "reminder_day_before": 1,
        "reminder_two_hours": 1,
    }
    practice.no_incidents()


def test_a_booking_of_a_lead_is_told_and_recalled_too(practice):
    lead = practice.lead()
    start = practice.clock.at + timedelta(days=3)
    booked = appointment(practice, start, lead_id=lead)
    practice.settle()
    practice.go_to(start)
    assert reminded(practice, booked) == {
        "appointment_booked": 1,
        "reminder_day_before": 1,
        "reminder_two_hours": 1,
    }
    told = [one for one in practice.outbox("appointment_booked") if one["to_id"] == lead]
    assert [practice.record("lead", lead)["name"] in str(one) for one in told] == [True]
    practice.no_incidents()


def test_an_online_booking_is_confirmed_by_the_front_desk(practice):
    start = practice.clock.at + timedelta(days=5)
    booked = appointment(practice, start, status="pending", source="mini_program")
    practice.settle()
    practice.complete(practice.task("appointment_confirmation", booked), by="desk")
    practice.settle()
    assert practice.record("appointment", booked)["status"] == "confirmed"
    practice.no_incidents()


def test_who_did_not_come_is_called_and_the_second_time_the_lead_hears_of_it(practice):
    customer = practice.customer()
    for n in (1, 2):
        booked = appointment(practice, practice.clock.at + timedelta(hours=n), customer_id=customer)
        practice.put_in("appointment", booked, status="no_show")
        practice.settle()
        practice.put_in("appointment", booked, remark="再保存")
        practice.settle()
    assert (
        len(practice.find("followup_task", f'AND({{rule_key}} = "F-T4", {{customer_id}} = "{customer}")'))
        == 2
    )
    assert len(practice.outbox("no_show_again", practice.user["lead"])) == 1
    practice.no_incidents()


def visit(practice, **values):
    customer = values.pop("customer_id", None) or practice.customer()
    return customer, practice.put("visit", customer_id=customer, consultant_id=practice.user["ann"], receptionist_id=practice.user["desk"],
                                  arrived_at=practice.clock.at, status="waiting", **{"visit_type": "first_visit", **values})  # fmt: skip


def test_a_visit_goes_from_door_to_door(practice):
    _, made = visit(practice)
    practice.settle()
    assert practice.task("visit_flow", made)["node"] == "triage"
    practice.pass_time(minutes=21)
    assert practice.outbox("waiting_long", practice.user["desk"])
    practice.put_in("visit", made, doctor_id=practice.staff["doc"])
    practice.settle()
    assert sorted(names(practice.tasks("visit_flow", made), "node")) == ["consult", "imaging"]
    practice.put_in("visit", made, status="to_pay")
    practice.settle()
    assert practice.task("visit_flow", made)["node"] == "paying"
    practice.put_in("visit", made, status="in_treatment")
    practice.settle()
    assert practice.task("visit_flow", made)["node"] == "treating"
    practice.put_in("visit", made, status="done", left_at=practice.clock.at)
    practice.settle()
    for task in practice.tasks("visit_flow", made):
        practice.complete(
            task, by="doc" if task["node"] == "treating" else "desk" if task["node"] == "paying" else "nurse"
        )
        practice.settle()
    practice.pass_time(hours=3)
    assert practice.outbox("satisfaction_invite")
    practice.no_incidents()


def test_between_the_record_and_the_payment_stand_the_plan_and_the_consent(practice):
    _, made = visit(practice)
    practice.put_in("visit", made, doctor_id=practice.staff["doc"])
    practice.settle()
    for node in ("consult", "imaging"):
        task = next(one for one in practice.tasks("visit_flow", made) if one["node"] == node)
        practice.complete(task, by="doc" if node == "consult" else "nurse")
        practice.settle()
    plan = practice.task("visit_flow", made)
    assert (plan["node"], practice.name(plan["assignee"])) == ("plan", "ann")
    practice.complete(plan)
    practice.settle()
    consent = practice.task("visit_flow", made)
    assert (consent["node"], practice.name(consent["assignee"])) == ("consent", "doc")
    practice.complete(consent)
    practice.settle()
    assert practice.task("visit_flow", made)["node"] == "paying"
    practice.no_incidents()


def test_who_is_treated_before_paying_is_still_to_pay(practice):
    _, made = visit(practice)
    practice.put_in("visit", made, doctor_id=practice.staff["doc"], status="consulting")
    practice.settle()
    practice.put_in("visit", made, status="in_treatment")
    practice.settle()
    assert practice.task("visit_flow", made)["node"] == "paying"
    practice.put_in("visit", made, status="to_pay")
    practice.put_in("visit", made, status="done", left_at=practice.clock.at)
    practice.settle()
    assert [one for one in practice.tasks("visit_flow", made) if one["node"] == "paying"] == []
    practice.no_incidents()


def test_a_lead_that_arrives_is_told_to_marketing(practice):
    customer = practice.customer()
    lead = practice.lead(customer_id=customer)
    practice.settle()
    visit(practice, customer_id=customer)
    practice.settle()
    assert practice.record("lead", lead)["stage"] == "arrived"
    assert practice.outbox("lead_arrived", practice.user["market"])
    practice.no_incidents()


def test_who_left_without_a_deal_is_called_twice_unless_they_pay(practice):
    customer, made = visit(practice)
    practice.put_in("visit", made, status="left", no_deal_reason="price")
    practice.settle()
    found = practice.find("followup_task", f'AND({{rule_key}} = "F-T5", {{customer_id}} = "{customer}")')
    assert names(found, "day_no") == [1, 3]
    assert len(practice.ran("no_deal", made)) == 1
    practice.no_incidents()


def test_who_has_bought_before_is_called_too_until_they_buy_again(practice):
    customer = practice.customer()
    practice.put("bill", customer_id=customer, status="paid", kind="treatment", paid_at=practice.clock.at)
    _, made = visit(practice, customer_id=customer, visit_type="repurchase")
    practice.put_in("visit", made, status="left", no_deal_reason="price")
    practice.settle()
    calls = f'AND({{rule_key}} = "F-T5", {{customer_id}} = "{customer}")'
    assert names(practice.find("followup_task", calls), "status") == ["todo", "todo"]
    practice.put("bill", customer_id=customer, status="paid", kind="treatment", paid_at=practice.clock.at)
    practice.settle()
    assert names(practice.find("followup_task", calls), "status") == ["cancelled", "cancelled"]
    practice.no_incidents()


def test_who_waits_with_a_doctor_named_is_told_to_the_front_desk_and_who_is_seen_is_not(practice):
    practice.pass_time(minutes=21)
    for is_seen in (False, True):
        before = len(practice.outbox("waiting_long", practice.user["desk"]))
        _, made = visit(practice, doctor_id=practice.staff["doc"])
        practice.settle()
        if is_seen:
            practice.put_in("visit", made, seen_at=practice.clock.at)
        practice.pass_time(minutes=21)
        assert len(practice.outbox("waiting_long", practice.user["desk"])) - before == (0 if is_seen else 1)
    practice.no_incidents()


def test_stock_below_its_minimum_is_told_with_a_draft_purchase(practice):
    low = practice.put(
        "material",
        code="M1",
        name="种植体",
        kind="goods",
        spec="4.0",
        unit="piece",
        min_stock=10,
        max_stock=40,
        status="enabled",
    )
    practice.put(
        "stock_batch",
        material_id=low,
        warehouse="main",
        batch_no="B1",
        expire_at=(practice.clock.at + timedelta(days=30)).date(),
        qty=3,
    )
    practice.pass_time(days=1)
    assert practice.outbox("stock_low", practice.user["store"])
    assert practice.outbox("batch_expiring", practice.user["store"])
    practice.pass_time(days=1)
    [task] = practice.tasks("stock_low", low)
    made = practice.complete(task, lines=[{"material": low, "qty": 37, "price": "100.00"}])
    assert made["status"] == "done"
    practice.settle()
    assert names(practice.find("stock_move", '{source_ref_id} = "M1"'), "kind") == ["purchase_in"]
    order = practice.put("stock_move", kind="purchase_in", to_wh="main", status="draft")
    practice.put_in("stock_move", order, status="review")
    practice.settle()
    practice.decide(practice.task("purchase_approval", order), "approved")
    practice.settle()
    assert practice.task("purchase_approval", order)["node"] == "post"
    practice.no_incidents()


def test_a_complaint_is_handled_by_its_level_and_called_afterwards(practice):
    made = practice.create(
        "complaint",
        customer_id=practice.customer(),
        source="phone",
        kind="attitude",
        level="urgent",
        content="态度差",
        handler_id=practice.user["care"],
    )
    practice.settle()
    practice.complete(practice.task("complaint", made), solution="道歉并免复诊费")
    practice.settle()
    assert practice.record("complaint", made)["status"] == "closed"
    assert len(practice.find("followup_task", f'{{source_id}} = "{made}"')) == 1
    practice.no_incidents()


def test_a_complaint_is_not_solved_without_saying_how(practice):
    made = practice.create("complaint", customer_id=practice.customer(), source="phone", kind="billing", level="minor",
                           content="多收了", handler_id=practice.user["care"])  # fmt: skip
    practice.settle()
    practice.change("complaint", made, status="in_progress")
    with pytest.raises(Rejected) as refused:
        practice.change("complaint", made, status="solved")
    assert [(one.code, one.path) for one in refused.value.problems] == [
        ("record.required", "/values/solution")
    ]
    practice.change("complaint", made, status="solved", solution="退回差额")
    practice.settle()
    assert practice.record("complaint", made)["status"] == "closed"
    practice.no_incidents()


def test_a_low_score_becomes_a_complaint(practice):
    customer = practice.customer()
    practice.create("satisfaction", customer_id=customer, env=5, wait=1, doctor=5, service=5, nps=8)
    practice.settle()
    [made] = practice.find("complaint", f'{{customer_id}} = "{customer}"')
    assert made["handler_id"] == practice.user["director"]
    assert practice.ran("low_score") != []
    practice.no_incidents()


def test_a_low_score_goes_to_the_director_of_its_branch_or_else_to_the_group(practice):
    elsewhere = practice.put(
        "branch", name="城东店", short_name="城东店", phone="010-85550002", status="open"
    )
    customer = practice.customer()
    low = {"customer_id": customer, "env": 1, "wait": 1, "doctor": 1, "service": 1, "nps": 1}
    practice.put("satisfaction", **low, branch_id=elsewhere)
    practice.settle()
    [made] = practice.find("complaint", f'{{customer_id}} = "{customer}"')
    assert (made["handler_id"], made["branch_id"]) == (practice.user["boss"], elsewhere)
    practice.put_in(
        "staff", practice.staff["doc2"], role_key="director", branches=(elsewhere,), branch_id=elsewhere
    )
    practice.put("satisfaction", **low, branch_id=elsewhere)
    practice.settle()
    found = practice.find("complaint", f'{{customer_id}} = "{customer}"')
    assert {one["handler_id"] for one in found} == {practice.user["boss"], practice.user["doc2"]}
    practice.no_incidents()


def test_a_failed_pack_is_recalled_with_every_patient(practice):
    used = practice.put(
        "treatment_log",
        customer_id=practice.customer(),
        service_item_id=practice.item(),
        doctor_id=practice.staff["doc"],
        sterile_pack="P1",
        status="done",
    )
    packs = [practice.put("sterilization", pack_code=code, content="拔牙包", sterilizer="s1", cycle_no="C1", status=status, bio_result="pending", operator_id=practice.staff["nurse"],
                          sterilized_at=practice.clock.at, expire_at=practice.clock.at.date()) for code, status in (("P1", "used"), ("P2", "available"))]  # fmt: skip
    practice.settle()
    practice.put_in("sterilization", packs[0], bio_result="failed")
    practice.settle()
    assert [practice.record("sterilization", one)["status"] for one in packs] == ["recalled", "recalled"]
    task = practice.task("sterile_recall", packs[0])
    assert (task["record_id"], practice.name(task["assignee"])) == (used, "doc")
    practice.no_incidents()


def test_a_pack_noted_in_a_treatment_is_used_and_says_where(practice):
    pack = practice.put(
        "sterilization",
        pack_code="P7",
        content="检查盘",
        sterilizer="s1",
        cycle_no="C7",
        status="available",
        bio_result="passed",
        operator_id=practice.staff["nurse"],
        sterilized_at=practice.clock.at,
        expire_at=(practice.clock.at + timedelta(days=90)).date(),
    )
    treatment = practice.put(
        "treatment_log",
        customer_id=practice.customer(),
        service_item_id=practice.item(),
        doctor_id=practice.staff["doc"],
        sterile_pack="P7",
        status="in_progress",
    )
    practice.settle()
    found = practice.record("sterilization", pack)
    assert (found["status"], found["used_treatment"]) == ("used", treatment)
    assert practice.ran("pack_used", treatment) == ["done"]
    practice.no_incidents()


def test_lab_work_that_is_not_here_the_day_before_is_chased(practice):
    due = (practice.clock.at + timedelta(hours=8, days=3)).date()
    made = practice.put(
        "lab_order",
        customer_id=practice.customer(),
        doctor_id=practice.staff["doc"],
        lab="l1",
        due_at=due,
        status="sent",
    )
    practice.settle()
    practice.go_to(datetime(due.year, due.month, due.day, 2, 5, tzinfo=UTC) - timedelta(days=1))
    assert practice.outbox("lab_late", practice.user["desk"])
    practice.put_in("lab_order", made, status="arrived")
    practice.settle()
    assert practice.tasks("lab_order_due", made) == []
    practice.no_incidents()


def test_an_implant_in_place_makes_its_two_dates(practice):
    made = practice.put(
        "implant_case", customer_id=practice.customer(), doctor_id=practice.staff["doc"], status="phase_1"
    )
    practice.put_in("implant_case", made, status="osseointegration")
    practice.settle()
    found = practice.find("followup_task", f'{{source_id}} = "{made}"')
    assert names(found, "day_no") == [7, 90]
    assert practice.ran("implant_healing", made) != []
    practice.put_in("implant_case", made, status="failed")
    practice.settle()
    assert names(practice.find("followup_task", f'{{source_id}} = "{made}"'), "status") == [
        "cancelled",
        "cancelled",
    ]
    practice.no_incidents()


def test_an_orthodontic_visit_makes_the_recall(practice):
    customer = practice.customer()
    made = practice.put(
        "ortho_case",
        customer_id=customer,
        doctor_id=practice.staff["doc"],
        status="active",
        start_date=practice.clock.at.date(),
        est_months=24,
        visit_interval=5,
    )
    day = (practice.clock.at + timedelta(days=35)).date()
    practice.change(
        "ortho_case",
        made,
        visits=[{"date": practice.clock.at.date().isoformat(), "next_date": day.isoformat()}],
    )
    practice.settle()
    assert len(practice.find("recall", f'{{customer_id}} = "{customer}"')) == 1
    assert practice.ran("ortho_recall", made) == ["running"]
    practice.go_to(practice.clock.at + timedelta(days=33))
    assert practice.outbox("return_visit", customer)
    practice.no_incidents()
