"""Appointments, visits, stock, complaints, cards, journeys: each flow once, on the clock."""

from datetime import UTC, datetime, timedelta

from tests.templates.flows.practice import names


def appointment(practice, at, status="confirmed", **values):
    customer = values.pop("customer_id", None) or practice.customer()
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
                                  arrived_at=practice.clock.at, visit_type="first_visit", status="waiting", **values)  # fmt: skip


def test_a_visit_goes_from_door_to_door(practice):
    _, made = visit(practice)
    practice.settle()
    assert practice.task("visit_flow", made)["node"] == "triage"
    practice.pass_time(minutes=21)
    assert practice.outbox("waiting_long", practice.user["desk"])
    practice.put_in("visit", made, doctor_id=practice.staff["doc"])
    practice.settle()
    assert sorted(names(practice.tasks("visit_flow", made), "node")) == ["consult", "imaging"]
    practice.put_in("visit", made, status="in_treatment")
    practice.settle()
    assert practice.task("visit_flow", made)["node"] == "paying"
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


def test_a_low_score_becomes_a_complaint(practice):
    customer = practice.customer()
    practice.create("satisfaction", customer_id=customer, env=5, wait=1, doctor=5, service=5, nps=8)
    practice.settle()
    [made] = practice.find("complaint", f'{{customer_id}} = "{customer}"')
    assert made["handler_id"] == practice.user["director"]
    assert practice.ran("low_score") != []
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
