"""Birthday with coupon, refunds, resignation."""

from datetime import UTC, datetime, timedelta

from tests.templates.flows.practice import names


def test_a_birthday_brings_a_greeting_with_a_coupon_once_a_year(story):
    day = (story.clock.at + timedelta(hours=8, days=1)).date()
    customer = story.customer(name="寿星", birthday=day.replace(year=1990).isoformat())
    silent = story.customer(name="不打扰", birthday=day.replace(year=1991).isoformat(), marketing_optin=[])
    story.go_to(datetime(day.year, day.month, day.day, 1, 5, tzinfo=UTC))
    [sent] = story.outbox("birthday", customer)
    assert (sent["state"], "8折优惠券" in sent["text"]) == ("outbox", True)
    [coupon] = story.find("coupon", f'{{customer_id}} = "{customer}"')
    assert (coupon["issued_by_rule"], coupon["expire_at"]) == ("F-M3", (day + timedelta(days=30)).isoformat())
    assert [one["state"] for one in story.outbox("birthday", silent)] == ["dropped"]
    story.change("customer", customer, vip_note="重要客户")
    story.pass_time(hours=3)
    assert len(story.instances("birthday", customer)) == 1
    story.no_incidents()


def paid_bill(practice, amount):
    customer = practice.customer(name="退款人")
    item = practice.item("洁牙", price=amount)
    bill = practice.create("bill", customer_id=customer, items=[{"kind": "service", "service_item": item, "qty": 1, "price": amount}],
                           payments=[{"method": "wechat", "amount": amount}])  # fmt: skip
    practice.change("bill", bill, status="to_pay")
    practice.change("bill", bill, status="paid")
    practice.put(
        "performance",
        bill_id=bill,
        staff_id=practice.staff["ann"],
        role="consultant",
        amount=100,
        rate=0,
        happened_at=practice.clock.at.date(),
    )
    practice.settle()
    return bill


def refund(practice, amount, asked):
    made = practice.create(
        "refund",
        by="desk",
        bill_id=paid_bill(practice, amount),
        amount=asked,
        reason=practice.reason(),
        detail="不想做了",
        back_to="original_way",
    )
    practice.change("refund", made, status="lead_review")
    practice.settle()
    return made


def test_a_small_refund_goes_to_the_supervisor_then_finance(story):
    one = refund(story, "3000.00", "1000.00")
    story.decide(story.task("refund_approval", one), "approved")
    story.settle()
    assert story.record("refund", one)["status"] == "finance_payout"
    story.complete(story.task("refund_approval", one, "finance"), by="money")
    story.settle()
    found = story.record("refund", one)
    bill = story.record("bill", found["bill_id"])
    assert (found["status"], bill["status"], bill["refunded"]) == ("refunded", "part_refunded", "1000.00")
    assert names(
        story.find("performance", f'AND({{bill_id}} = "{bill["id"]}", {{amount}} < 0)'), "amount"
    ) == ["-33.33"]
    assert story.outbox("refund_result")[-1]["text"].startswith("您的退款1000元")
    story.no_incidents()


def test_a_large_refund_needs_the_director_too_and_may_be_refused(story):
    one = refund(story, "9000.00", "8000.00")
    story.decide(story.task("refund_approval", one), "approved")
    story.settle()
    task = story.task("refund_approval", one, "director")
    assert (story.name(task["assignee"]), story.record("refund", one)["status"]) == (
        "director",
        "director_review",
    )
    story.decide(task, "rejected", "已做大半")
    story.settle()
    assert story.record("refund", one)["status"] == "rejected"
    story.no_incidents()


def test_of_two_refunds_of_one_bill_the_second_stops_before_it_is_paid_out_twice(story):
    one = refund(story, "3000.00", "2000.00")
    bill = story.record("refund", one)["bill_id"]
    again = story.create("refund", by="desk", bill_id=bill, amount="2000.00", reason=story.reason(), detail="又提了一次", back_to="original_way")  # fmt: skip
    story.change("refund", again, status="lead_review")
    story.settle()
    for made in (one, again):
        story.decide(story.task("refund_approval", made), "approved")
        story.settle()
    for made in (one, again):
        story.complete(story.task("refund_approval", made, "finance"), by="money")
        story.settle()
    assert story.record("bill", bill)["refunded"] == "2000.00"
    assert [story.record("refund", made)["status"] for made in (one, again)] == ["refunded", "finance_payout"]
    [stopped] = story.rows("SELECT incident_id, node, problem FROM cc_flow_incidents WHERE state = 'open'")
    assert (stopped["node"], "减去已退的金额" in stopped["problem"]) == ("paid", True)
    story.put_in("refund", again, amount="1000.00")
    story.clinic.flows.incidents.settle(story.actor("boss"), stopped["incident_id"], "retry")
    story.settle()
    assert story.record("refund", again)["status"] == "refunded"
    assert story.record("bill", bill)["refunded"] == "3000.00"
    story.no_incidents()


def test_who_leaves_hands_over_everything(story):
    gone = story.user["ben"]
    lead = story.lead(owner_id=gone, intent_level="a")
    customer = story.customer(consultant_id=gone)
    call = story.put(
        "followup_task",
        title="回访",
        kind="other",
        customer_id=customer,
        assignee_id=gone,
        plan_at=story.clock.at,
        due_at=story.clock.at,
        status="todo",
    )
    story.settle()
    assert story.task("lead_sop", lead)["assignee"] == gone
    assert story.task("followup_due", call)["assignee"] == gone
    story.change(
        "staff", story.staff["ben"], leave_date=(story.clock.at + timedelta(days=10)).date().isoformat()
    )
    story.settle()
    [handover] = story.find("handover", f'{{from_staff}} = "{story.staff["ben"]}"')
    task = story.task("handover", handover["id"])
    assert story.name(task["assignee"]) == "lead"
    assert story.record("staff", story.staff["ben"])["status"] == "on_leave"
    story.change("handover", handover["id"], receivers=[story.user["ann"]])
    story.decide(task, "approved")
    story.settle()
    ann = story.user["ann"]
    assert story.record("handover", handover["id"])["status"] == "done"
    assert story.record("lead", lead)["owner_id"] == ann
    assert story.record("customer", customer)["consultant_id"] == ann
    assert story.record("followup_task", call)["assignee_id"] == ann
    assert story.task("lead_sop", lead)["assignee"] == ann
    assert story.task("followup_due", call)["assignee"] == ann
    assert names(story.find("followup_task", '{rule_key} = "F-H1"'), "lead_id") == [lead]
    assert story.rows("SELECT * FROM cc_flow_tasks WHERE assignee = :u AND state = 'open'", u=gone) == []
    listed = {one["kind"]: one for one in story.record("handover", handover["id"])["lines"]}
    assert set(listed) == {"lead", "customer", "task"}
    assert story.ran("staff_leaving", story.staff["ben"]) == ["done"]
    assert {(one["to_user"], one["accepted"]) for one in listed.values()} == {(ann, True)}
    assert story.rows("SELECT is_active FROM cc_users WHERE id = :u", u=gone)[0]["is_active"] == 1
    story.pass_time(days=11)
    assert story.record("staff", story.staff["ben"])["status"] == "left"
    assert story.rows("SELECT is_active FROM cc_users WHERE id = :u", u=gone)[0]["is_active"] == 0
    story.no_incidents()


def test_who_has_more_than_a_list_holds_hands_over_all_the_same(practice):
    gone = practice.user["net"]
    with practice.workspace.write(practice.cause("import")) as unit:
        desk = practice.clinic.service.desk(unit, practice.system)
        rows = [
            {"name": f"患者{at}", "consultant_id": gone, "branch_id": practice.branch, "level": "normal"}
            for at in range(230)
        ]
        unit.insert_many(desk.system_gate.write("customer", "insert"), rows)
    practice.put("plan", title="正畸方案", customer_id=practice.customer(), consultant_id=gone, status="sent")
    made = practice.put("handover", from_staff=practice.staff["net"], reason="rebalancing", rule="named",
                        receivers=(practice.user["ann"],), status="draft", branch_id=practice.branch)  # fmt: skip
    practice.change("handover", made, status="lead_review")
    practice.settle()
    lines = practice.record("handover", made)["lines"]
    assert (len(lines), {one["kind"] for one in lines}) == (201, {"customer", "plan"})
    practice.decide(practice.task("handover", made), "approved")
    practice.settle()
    assert practice.record("handover", made)["status"] == "done"
    assert practice.find("customer", f'{{consultant_id}} = "{gone}"') == []
    practice.no_incidents()
