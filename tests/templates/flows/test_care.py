"""Keeping in touch and keeping order: welcomes, bookings, balances, journeys, birthdays by the moon, privacy, expiry."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from engine.expressions.calendar_cn import lunar
from engine.problems import Rejected
from flow_engine.compile import compile_flow
from flow_engine.soundness import check
from server.staffing import staffing_of
from tests.templates.flows.practice import Practice, names


def at_ten(practice, days=0):
    return (practice.clock.at + timedelta(days=days)).replace(hour=2, minute=0)


def today(practice):
    return (practice.clock.at + timedelta(hours=8)).date()


def test_a_new_lead_that_agreed_is_welcomed_and_another_is_not(practice):
    agreed, silent = practice.lead(consent_contact=True), practice.lead(consent_contact=False)
    practice.settle()
    sent = practice.outbox("clinic_intro")
    assert [one["record_id"] for one in sent if one["state"] == "outbox"] == [agreed]
    assert silent not in [one["record_id"] for one in sent]
    assert len(practice.instances("lead_welcome", agreed)) == 1
    practice.no_incidents()


def test_a_welcome_held_over_night_says_so_on_its_run_and_in_the_outbox_when_it_has_gone_out(practice):
    night = at_ten(practice).replace(hour=14, minute=30)  # half past ten in the evening
    practice.go_to(night)
    lead = practice.lead(consent_contact=True)
    practice.settle()
    [run] = practice.instances("lead_welcome", lead)
    practice.go_to(night + timedelta(hours=12))
    views, boss = practice.clinic.tasking.views, practice.actor("boss")
    [held] = [one for one in views.instance(boss, run["instance_id"])["history"] if one["kind"] == "held"]
    evening, morning = night + timedelta(hours=8), night + timedelta(hours=18)
    assert held["text"]["zh"].startswith("“")
    assert f"免打扰时段，{morning:%Y-%m-%d} 08:" in held["text"]["zh"]
    seqs = [one["seq"] for one in views.instance(boss, run["instance_id"])["history"]]
    assert seqs == list(range(1, len(seqs) + 1))
    [sent] = [
        one for one in views.outbox(boss, {"message": "clinic_intro"})["messages"] if one["record_id"] == lead
    ]
    assert sent["state"] == "outbox"
    assert [(one["why"]["zh"], one["at"] + timedelta(hours=8)) for one in sent["held"]] == [
        ("免打扰时段", evening)
    ]
    practice.no_incidents()


def test_a_booking_that_is_confirmed_moves_its_lead(practice):
    lead = practice.lead(owner_id=practice.user["ann"])
    practice.settle()
    booked = practice.put(
        "appointment", lead_id=lead, staff_id=practice.staff["doc"], kind="consultation", start_at=practice.clock.at + timedelta(days=2),
        minutes=30, status="pending", source="front_desk",
    )  # fmt: skip
    practice.settle()
    assert practice.record("lead", lead)["stage"] == "new"
    practice.put_in("appointment", booked, status="confirmed")
    practice.settle()
    found = practice.record("lead", lead)
    assert (found["stage"], found["appointment_id"]) == ("invited", booked)
    practice.put_in("lead", lead, stage="arrived")
    again = practice.put(
        "appointment", lead_id=lead, staff_id=practice.staff["doc"], kind="consultation", start_at=practice.clock.at + timedelta(days=3),
        minutes=30, status="confirmed", source="front_desk",
    )  # fmt: skip
    practice.settle()
    found = practice.record("lead", lead)
    assert (found["stage"], found["appointment_id"]) == ("arrived", again)
    assert practice.ran("lead_invited", again) == ["done"]
    practice.no_incidents()


def moved(practice, customer, kind, amount):
    practice.create("balance_log", customer_id=customer, kind=kind, principal_delta=amount, gift_delta="0.00")
    practice.settle()


def test_a_balance_that_runs_low_is_told_once_a_month(practice):
    customer = practice.customer()
    moved(practice, customer, "top_up", "1000.00")
    moved(practice, customer, "spending", "-300.00")
    assert practice.outbox("balance_low", customer) == []
    practice.pass_time(days=31)
    moved(practice, customer, "spending", "-300.00")
    moved(practice, customer, "spending", "-100.00")
    [sent] = practice.outbox("balance_low", customer)
    assert "400" in sent["text"]
    practice.pass_time(days=31)
    moved(practice, customer, "spending", "-50.00")
    assert len(practice.outbox("balance_low", customer)) == 2
    practice.no_incidents()


def test_whose_balance_runs_low_later_in_the_same_month_is_told_still(practice):
    customer = practice.customer()
    moved(practice, customer, "top_up", "1000.00")
    moved(practice, customer, "spending", "-300.00")
    moved(practice, customer, "spending", "-300.00")
    assert len(practice.outbox("balance_low", customer)) == 1
    practice.no_incidents()


def test_a_repurchase_is_told_of_14_days_before_once_a_cycle(practice):
    customer = practice.customer()
    day = today(practice) + timedelta(days=20)
    practice.put_in("customer", customer, next_repurchase_at=day)
    practice.settle()
    practice.go_to(at_ten(practice, 5))
    assert practice.outbox("repurchase_due", customer) == []
    practice.go_to(at_ten(practice, 1) + timedelta(minutes=5))
    assert len(practice.outbox("repurchase_due", customer)) == 1
    practice.put_in("customer", customer, next_repurchase_at=day + timedelta(days=60))
    practice.settle()
    practice.go_to(at_ten(practice, 61))
    assert len(practice.outbox("repurchase_due", customer)) == 2
    assert practice.ran("repurchase", customer) == ["done", "done"]
    practice.no_incidents()


def seen(practice, customer, days_ago):
    practice.put("visit", customer_id=customer, arrived_at=practice.clock.at - timedelta(days=days_ago), visit_type="first_visit", status="done",
                 receptionist_id=practice.user["desk"], left_at=practice.clock.at - timedelta(days=days_ago))  # fmt: skip
    practice.settle()


def test_who_was_not_seen_for_30_days_gets_a_word_and_coming_back_is_the_goal(practice):
    stays, comes = practice.customer(), practice.customer()
    for one in (stays, comes):
        seen(practice, one, 29)
    practice.pass_time(days=3)
    assert [len(practice.outbox("long_absent", one)) for one in (stays, comes)] == [1, 1]
    practice.put("appointment", customer_id=comes, staff_id=practice.staff["doc"], kind="treatment", minutes=30, status="confirmed",
                 start_at=practice.clock.at + timedelta(days=5), source="front_desk")  # fmt: skip
    practice.settle()
    assert names(practice.instances("long_absent", comes), "outcome") == ["came"]
    with practice.workspace.read() as unit:
        goal = practice.clinic.flows.journey_numbers.numbers(unit, "long_absent")["goal"]
    assert (goal["journey"]["people"], goal["journey"]["reached"], goal["control"]["people"]) == (2, 1, 0)
    practice.pass_time(days=15)
    assert names(practice.instances("long_absent", stays), "outcome") == [None]
    assert names(practice.instances("long_absent", stays), "status") == ["done"]
    practice.pass_time(days=10)
    assert len(practice.outbox("long_absent", stays)) == 1
    practice.pass_time(days=25)
    assert len(practice.outbox("long_absent", stays)) == 2
    practice.no_incidents()


def test_a_lunar_birthday_falls_on_another_day_each_year(practice):
    day = today(practice) + timedelta(days=12)
    # The same day of the moon in an earlier year, and what the calendar of the sun says of that year is of no matter.
    born = next(
        one
        for one in (datetime(1985, 1, 1, tzinfo=UTC).date() + timedelta(days=n) for n in range(400))
        if lunar(one) == lunar(day)
    )
    customer = practice.customer(name="农历寿星", birthday=born.isoformat(), birthday_lunar=True)
    practice.go_to(datetime(day.year, day.month, day.day, 0, 55, tzinfo=UTC))
    assert practice.outbox("birthday", customer) == []
    practice.go_to(datetime(day.year, day.month, day.day, 1, 5, tzinfo=UTC))
    assert len(practice.outbox("birthday", customer)) == 1
    [coupon] = practice.find("coupon", f'{{customer_id}} = "{customer}"')
    assert coupon["expire_at"] == (day + timedelta(days=30)).isoformat()
    practice.no_incidents()


def press(practice, flow, by, subject, **values):
    """Start a flow by its button, as its route does."""
    flows, actor = practice.clinic.flows, practice.actor(by)
    with practice.workspace.write(practice.cause("user")) as unit:
        flows.start(unit, actor, flow, subject, values, f"button:{flow}:{subject[1]}", f"{flow}.trigger")
    practice.settle()


def test_a_privacy_request_is_the_directors_for_15_working_days(practice):
    customer = practice.customer(name="要查阅")
    press(practice, "privacy_request", "desk", ("customer", customer), what="查阅")
    task = practice.task("privacy_request", customer)
    assert (practice.name(task["assignee"]), task["title"]) == ("director", "隐私请求（查阅）· 要查阅")
    practice.pass_time(days=30)
    told = practice.rows("SELECT * FROM cc_notifications WHERE kind = 'flow.remind'")
    assert {practice.user["director"], practice.user["care"], practice.user["boss"]} <= {
        one["user_id"] for one in told
    }
    practice.complete(task, comment="已交本人签收")
    practice.settle()
    assert names(practice.instances("privacy_request", customer), "status") == ["done"]
    practice.no_incidents()


def test_in_january_records_past_their_time_are_put_to_the_group_and_archived_by_hand(practice):
    seen(practice, practice.customer(name="十六年前"), 16 * 365)
    practice.go_to(datetime(2027, 1, 5, 1, 10, tzinfo=UTC))
    task = practice.task("retention", node="approve")
    assert (practice.name(task["assignee"]), "1 份" in task["title"]) == ("boss", True)
    practice.decide(task, "approved")
    practice.settle()
    assert practice.task("retention", node="archive")["title"] == "归档 1 份到期档案"
    assert practice.find("customer", '{name} = "十六年前"') != []
    practice.no_incidents()


def batch(practice, name, days, **values):
    material = practice.put(
        "material",
        code=name,
        name=name,
        kind="goods",
        spec="1",
        unit="piece",
        min_stock=0,
        status="enabled",
        **values,
    )
    return practice.put(
        "stock_batch",
        material_id=material,
        warehouse="main",
        batch_no=name,
        expire_at=today(practice) + timedelta(days=days),
        qty=2,
    )


def told_of(practice, batch_id):
    return len([one for one in practice.outbox("batch_expiring") if one["record_id"] == batch_id])


def test_a_batch_is_told_of_by_the_days_of_its_material_and_locked_away_when_it_is_over(practice):
    soon, later, early = (
        batch(practice, "近效期", 60),
        batch(practice, "远效期", 120),
        batch(practice, "早提醒", 120, near_expiry_days=150),
    )
    practice.pass_time(days=1)
    assert [told_of(practice, one) for one in (soon, later, early)] == [1, 0, 1]
    practice.pass_time(days=2)
    assert told_of(practice, soon) == 1
    practice.pass_time(days=60)
    task = practice.task("batch_expiring", soon)
    assert (
        practice.name(next(iter(task["candidates"] or [task["assignee"]]))),
        "近效期" in task["title"],
    ) == ("store", True)
    practice.put_in("stock_batch", soon, qty=0)
    practice.settle()
    assert practice.tasks("batch_expiring", soon) == []
    practice.no_incidents()


def test_the_gate_tells_of_roles_that_nobody_has_in_a_branch(practice):
    second = practice.put(
        "branch", name="齐悦口腔海淀店", short_name="海淀店", phone="010-85550002", status="open"
    )
    records = practice.clinic.flows.ports.records
    with practice.workspace.read() as unit:
        staffing = staffing_of(unit, practice.workspace, records)
    assert staffing.branches[second] == "齐悦口腔海淀店"
    assert staffing.roles["director"] == {practice.branch}
    plan = practice.clinic.flows.plans.get("roster_approval")
    definition = {
        **plan.definition,
        "nodes": [
            {key: value for key, value in one.items() if key != "if_nobody"}
            for one in plan.definition["nodes"]
        ],
    }
    loose = compile_flow(definition, practice.clinic.plan.analysis)
    found = [one.problem for one in check(loose, practice.clinic.plan.app, {}, staffing) if one.code == "F09"]
    assert any("海淀店" in one.message("zh") for one in found)


def test_links_in_messages_lead_to_pages_that_are_there(tmp_path):
    practice = Practice(tmp_path, public_url="https://clinic.example/")
    try:
        customer = practice.customer()
        made = practice.put("visit", customer_id=customer, consultant_id=practice.user["ann"], receptionist_id=practice.user["desk"],
                            arrived_at=practice.clock.at, visit_type="first_visit", status="in_treatment")  # fmt: skip
        practice.put_in("visit", made, status="done", left_at=practice.clock.at)
        practice.settle()
        practice.pass_time(hours=3)
        [sent] = practice.outbox("satisfaction_invite", customer)
        [address] = re.findall(r"https://clinic.example/f/dental/(\S+)", sent["text"])
        assert practice.clinic.public.plan(address)["form"] == "satisfaction"
        practice.clinic.public.submit(
            address, {"env": 5, "wait": 4, "doctor": 5, "service": 5, "nps": 9}, "1.2.3.4", "zh"
        )
        practice.settle()
        [score] = practice.find("satisfaction", f'{{customer_id}} = "{customer}"')
        assert score["visit_id"] == made
        assert practice.clinic.links.found(practice.actor("boss"), "satisfaction")[0] == []
        practice.no_incidents()
    finally:
        practice.close()


def test_without_an_address_of_the_house_a_message_reads_well_without_its_link(practice):
    customer = practice.customer(name="无链接")
    day = today(practice) + timedelta(days=1)
    practice.put_in("customer", customer, birthday=day.replace(year=1980))
    practice.settle()
    practice.go_to(datetime(day.year, day.month, day.day, 1, 10, tzinfo=UTC))
    [sent] = practice.outbox("birthday", customer)
    assert "前到店出示即可使用。" in sent["text"]


@pytest.fixture
def reminded(tmp_path):
    """Return a practice with an address, an appointment in two days, and the way to its page from the message."""
    practice = Practice(tmp_path, public_url="https://clinic.example/")
    customer = practice.customer()
    made = practice.put("appointment", customer_id=customer, kind="treatment", source="phone", staff_id=practice.staff["doc"], minutes=30,
                        start_at=practice.clock.at + timedelta(days=2), status="pending", customer_reply="no_reply",
                        consultant_id=practice.user["ann"], branch_id=practice.branch)  # fmt: skip
    practice.settle()
    practice.put_in("appointment", made, status="confirmed")
    practice.settle()
    [sent] = practice.outbox("appointment_booked")
    [address] = re.findall(r"https://clinic.example/f/dental/(\S+)", sent["text"])
    yield practice, made, address
    practice.no_incidents()
    practice.close()


def answer(practice, address, **values):
    practice.clinic.public.submit(address, values, "1.2.3.4", "zh")
    practice.settle()


def test_a_patient_confirms_by_the_link_of_the_message(reminded):
    practice, made, address = reminded
    plan = practice.clinic.public.plan(address)
    assert plan["form"] == "appointment_reply"
    answer(practice, address, reply="confirmed")
    told = practice.record("appointment", made)
    assert (told["customer_reply"], told["status"]) == ("confirmed", "confirmed")


def facts(practice, address):
    told = practice.clinic.public.plan(address)
    said = {one["key"]: one.get("text") or one.get("at") or one["words"]["zh"] for one in told["about"]}
    return said, told["closed"] and told["closed"]["zh"]


def test_the_page_says_which_appointment_it_is_about(reminded):
    practice, made, address = reminded
    said, closed = facts(practice, address)
    start = practice.record("appointment", made)["start_at"]
    assert datetime.fromisoformat(said["at"]) == datetime.fromisoformat(start)
    assert (said["doctor"], said["branch"], closed) == (
        "doc",
        practice.record("branch", practice.branch)["name"],
        None,
    )
    assert (said["who"][-1], "answered" in said) == ("*", False)
    answer(practice, address, reply="confirmed")
    said, closed = facts(practice, address)
    assert (said["answered"], closed) == ("确认到店（仍可更改）", None)


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"status": "cancelled"}, "这个预约已取消"),
        ({"status": "rescheduled"}, "这个预约已改期，请以最新短信为准"),
        ({"status": "arrived"}, "这个预约已完成，不能再回复"),
    ],
)
def test_a_page_that_takes_nothing_any_more_says_why(reminded, values, why):
    practice, made, address = reminded
    practice.put_in("appointment", made, **values)
    practice.settle()
    assert facts(practice, address)[1] == why


def test_a_page_whose_time_has_passed_or_whose_appointment_is_gone_says_so(reminded):
    practice, made, address = reminded
    practice.pass_time(days=3)
    assert facts(practice, address)[1] == "预约时间已过，链接已失效"
    practice.clinic.service.delete(practice.system, "appointment", made)
    said, closed = facts(practice, address)
    assert (closed, "at" in said) == ("这个预约已不存在", False)


def test_a_link_that_staff_made_by_hand_tells_nothing_of_the_house(reminded):
    practice, made, _ = reminded
    link = practice.clinic.links.open(
        practice.actor("director"), "appointment_reply", {"appointment_id": made}
    )
    told = practice.clinic.public.plan(practice.clinic.links.token(link))
    assert (told["about"], told["closed"]) == ([], None)


def test_a_patient_cancels_by_the_link_and_cannot_answer_again(reminded):
    practice, made, address = reminded
    answer(practice, address, reply="cancelled", reason="sick")
    told = practice.record("appointment", made)
    assert (told["status"], told["cancel_reason"]) == ("cancelled", "sick")
    assert practice.instances("appointment_reminders", made)[-1]["status"] == "done"
    with pytest.raises(Rejected, match=r"已取消或已改期|cancelled or moved"):
        answer(practice, address, reply="confirmed")


def test_who_asks_for_another_time_is_called_by_the_front_desk(reminded):
    practice, made, address = reminded
    answer(practice, address, reply="reschedule", wanted="周五下午")
    assert practice.record("appointment", made)["customer_reply"] == "reschedule"
    [reply] = practice.find("appointment_reply", f'{{appointment_id}} = "{made}"')
    task = practice.task("appointment_answered", reply["id"])
    assert "周五下午" in task["title"]
    practice.complete(task, by="desk", start_at=(practice.clock.at + timedelta(days=4)).isoformat())
    practice.settle()
    assert practice.record("appointment", made)["customer_reply"] == "no_reply"


def test_the_link_is_over_with_the_appointment(reminded):
    practice, _, address = reminded
    practice.pass_time(days=3)
    with pytest.raises(Rejected, match=r"已失效|has passed"):
        answer(practice, address, reply="confirmed")
