"""Plans: confirmed by the doctor, discounts approved by their depth, sent, followed up."""

from decimal import Decimal

import pytest

from server.demo import facts
from tests.templates.flows.practice import names


def plan_of(practice, discount: str, **values):
    customer = practice.customer(name="李先生")
    item = practice.item("种植", price="10000.00", min_price="5000.00")
    return practice.create(
        "plan", by="ann", customer_id=customer, title="种植方案", doctor_id=practice.staff["doc"], discount_reason="老客户",
        items=[{"service_item": item, "qty": 1, "discount": discount}], **values,
    )  # fmt: skip


def submitted(practice, discount: str):
    """Return a plan with this discount that its doctor has confirmed."""
    plan = plan_of(practice, discount)
    practice.change("plan", plan, status="doctor_review")
    practice.settle()
    practice.decide(practice.task("plan_confirmation", plan), "approved")
    practice.settle()
    return plan


def test_a_plan_without_much_discount_is_ready_when_its_doctor_confirms(practice):
    plan = submitted(practice, "0.97")
    assert practice.record("plan", plan)["status"] == "ready"
    assert practice.instances("discount_approval", plan) == []


def test_the_doctor_sends_it_back_with_a_word(practice):
    plan = plan_of(practice, "0.97")
    practice.change("plan", plan, status="doctor_review")
    practice.settle()
    practice.decide(practice.task("plan_confirmation", plan), "returned", "先拍CT")
    practice.settle()
    assert practice.record("plan", plan)["status"] == "draft"


@pytest.mark.parametrize(
    ("discount", "who"), [("0.90", ["lead"]), ("0.75", ["director"]), ("0.65", ["director", "money"])]
)
def test_the_depth_of_the_discount_decides_who_is_asked(story, discount, who):
    plan = submitted(story, discount)
    assert story.record("plan", plan)["status"] == "discount_review"
    assert sorted(story.name(one["assignee"]) for one in story.tasks("discount_approval", plan)) == who


def test_25_percent_approved_by_the_director(story):
    plan = submitted(story, "0.75")
    story.decide(story.task("discount_approval", plan), "approved")
    story.settle()
    assert story.record("plan", plan)["status"] == "ready"
    assert "24小时" in story.outbox("plan_decided", story.user["ann"])[-1]["text"]
    story.no_incidents()


def test_35_percent_returned_changed_approved_by_both(story):
    plan = submitted(story, "0.65")
    first = next(
        one for one in story.tasks("discount_approval", plan) if story.name(one["assignee"]) == "money"
    )
    story.decide(first, "returned", "最多 33%")
    story.settle()
    row = story.record("plan", plan)["items"][0]
    revise = story.task("discount_approval", plan, "revise")
    assert revise["assignee"] == story.user["ann"]
    story.complete(
        revise,
        items=[
            {
                "id": row["id"],
                "service_item": row["service_item"],
                "qty": 1,
                "discount": "0.67",
                "price": "6700.00",
            }
        ],
    )
    story.settle()
    both = story.tasks("discount_approval", plan)
    assert sorted(story.name(one["assignee"]) for one in both) == ["director", "money"]
    story.decide(both[0], "approved")
    story.settle()
    assert story.record("plan", plan)["status"] == "discount_review"
    story.decide(both[1], "approved")
    story.settle()
    assert story.record("plan", plan)["status"] == "ready"
    story.no_incidents()


def test_refused_it_is_a_draft_again(story):
    plan = submitted(story, "0.75")
    story.decide(story.task("discount_approval", plan), "rejected", "没有理由")
    story.settle()
    assert story.record("plan", plan)["status"] == "draft"
    assert names(story.instances("discount_approval", plan), "outcome") == ["rejected"]


def test_who_does_not_answer_is_reminded_then_joined_by_the_next_level(practice):
    plan = submitted(practice, "0.90")
    practice.pass_time(hours=4, minutes=1)
    assert {practice.name(one["assignee"]) for one in practice.tasks("discount_approval", plan)} == {
        "lead",
        "director",
    }


def test_an_approval_not_used_within_a_day_is_void(practice):
    plan = submitted(practice, "0.90")
    practice.decide(practice.tasks("discount_approval", plan)[0], "approved")
    practice.pass_time(hours=24, minutes=1)
    assert practice.record("plan", plan)["status"] == "draft"
    assert names(practice.instances("discount_approval", plan), "outcome") == ["expired"]


def test_a_plan_sent_is_followed_up_on_the_third_day_unless_answered(practice):
    plan, other = submitted(practice, "0.97"), submitted(practice, "0.98")
    for one in (plan, other):
        practice.change("plan", one, status="sent")
    practice.settle()
    assert practice.outbox("plan_sent")[-1]["state"] == "outbox"
    calls = practice.find(
        "followup_task", f'AND({{rule_key}} = "F-T2", INCLUDES(LIST("{plan}", "{other}"), {{source_id}}))'
    )
    assert names(calls, "status") == ["todo", "todo"]
    assert len(practice.ran("after_plan", plan)) == 1
    practice.change("plan", other, status="declined", reject_reason="price")
    practice.settle()
    states = {
        one["source_id"]: one["status"] for one in practice.find("followup_task", '{rule_key} = "F-T2"')
    }
    assert (states[plan], states[other]) == ("todo", "cancelled")
    practice.pass_time(days=3, minutes=1)
    [call] = [one for one in calls if one["source_id"] == plan]
    task = practice.task("followup_due", call["id"])
    assert task["assignee"] == practice.user["ann"]
    practice.complete(task, result="contacted")
    practice.settle()
    done = practice.record("followup_task", call["id"])
    assert (done["status"], done["comm_log_id"] is not None) == ("done", True)
    practice.no_incidents()


def test_the_first_consultation_is_followed_by_a_call_once(practice):
    customer = practice.customer()
    item = practice.item("洁牙")

    def consult():
        made = practice.create(
            "consultation",
            customer_id=customer,
            consultant_id=practice.user["ann"],
            demand="想洗牙",
            intent_items=[item],
        )
        practice.change("consultation", made, status="done")
        practice.settle()
        practice.change("consultation", made, suggestion="再保存")
        practice.settle()

    consult()
    consult()
    assert (
        len(practice.find("followup_task", f'AND({{rule_key}} = "F-T1", {{customer_id}} = "{customer}")'))
        == 1
    )
    assert practice.ran("after_consultation") == ["done", "done"]


def test_a_plan_with_what_needs_consent_is_prepared_before_it_is_sent(practice):
    customer = practice.customer(name="签字人")
    consent, plain = (
        practice.item("种植", price="10000.00", needs_consent=True),
        practice.item("洁牙", price="300.00"),
    )

    def confirmed(*items):
        plan = practice.create("plan", by="ann", customer_id=customer, title="方案", doctor_id=practice.staff["doc"],
                               items=[{"service_item": one, "qty": 1, "discount": "1.00"} for one in items])  # fmt: skip
        practice.change("plan", plan, status="doctor_review")
        practice.settle()
        practice.decide(practice.task("plan_confirmation", plan), "approved")
        practice.settle()
        return plan

    invasive, harmless = confirmed(plain, consent), confirmed(plain)
    task = practice.task("plan_review", invasive)
    assert practice.name(task["assignee"]) == "ann"
    assert practice.tasks("plan_review", harmless) == []
    practice.change("plan", invasive, status="sent")
    practice.settle()
    assert practice.ran("plan_review", invasive) == practice.ran("plan_review", harmless) == ["done"]
    practice.no_incidents()


def test_a_plan_of_several_doctors_is_confirmed_by_each(practice):
    plan = plan_of(practice, "0.97", co_doctors=[practice.user["doc2"]])
    practice.change("plan", plan, status="doctor_review")
    practice.settle()
    asked = practice.tasks("plan_confirmation", plan)
    assert sorted(practice.name(one["assignee"]) for one in asked) == ["doc", "doc2"]
    practice.decide(asked[0], "approved")
    practice.settle()
    assert practice.record("plan", plan)["status"] == "doctor_review"
    practice.decide(practice.task("plan_confirmation", plan), "approved")
    practice.settle()
    assert practice.record("plan", plan)["status"] == "ready"
    practice.no_incidents()


@pytest.mark.parametrize(("cost", "who"), [("1000.00", ["lead"]), ("8000.00", ["boss", "director", "money"])])
def test_a_thin_margin_asks_the_group_too(practice, cost, who):
    material = practice.put(
        "material", code=f"X{cost}", name="种植体", unit="颗", status="enabled", cost_price=cost
    )
    item = practice.item(
        "种植",
        price="10000.00",
        min_price="5000.00",
        material_cost=Decimal(cost),
        bom=({"material": material, "qty": 1, "unit_cost": Decimal(cost), "cost": Decimal(cost)},),
    )
    plan = practice.create(
        "plan", by="ann", customer_id=practice.customer(), title="种植方案", doctor_id=practice.staff["doc"], discount_reason="老客户",
        items=[{"service_item": item, "qty": 1, "discount": "0.9"}],
    )  # fmt: skip
    practice.change("plan", plan, status="doctor_review")
    practice.settle()
    practice.decide(practice.task("plan_confirmation", plan), "approved")
    practice.settle()
    assert sorted(practice.name(one["assignee"]) for one in practice.tasks("discount_approval", plan)) == who
    practice.no_incidents()


@pytest.mark.parametrize(("rate", "group"), [("0.6", False), ("0.35", True)])
def test_the_price_list_of_the_demo_knows_its_margin(practice, rate, group):
    """An imported implant takes 2,819.08 of materials: at 35 % of its 9,800 a fifth is not left, at 60 % it is."""
    costs = {name: cost for name, _, _, _, cost, *_ in facts.MATERIALS}
    takes = (*facts.VISIT, *facts.BOM["D026"])
    bom = []
    for at, (name, qty) in enumerate(takes):
        made = practice.put(
            "material",
            code=f"{rate}{at}",
            name=name,
            unit="piece",
            status="enabled",
            cost_price=Decimal(costs[name]),
        )
        cost = round(Decimal(qty) * costs[name], 2)
        bom.append({"material": made, "qty": Decimal(qty), "unit_cost": Decimal(costs[name]), "cost": cost})
    assert sum(row["cost"] for row in bom) == Decimal("2819.08")
    item = practice.item(
        "单颗种植 进口",
        price="9800.00",
        min_price="1000.00",
        material_cost=sum(row["cost"] for row in bom),
        bom=tuple(bom),
    )
    plan = practice.create(
        "plan", by="ann", customer_id=practice.customer(), title="种植方案", doctor_id=practice.staff["doc"], discount_reason="老客户",
        items=[{"service_item": item, "qty": 1, "discount": rate}],
    )  # fmt: skip
    practice.change("plan", plan, status="doctor_review")
    practice.settle()
    practice.decide(practice.task("plan_confirmation", plan), "approved")
    practice.settle()
    who = {practice.name(one["assignee"]) for one in practice.tasks("discount_approval", plan)}
    assert ("boss" in who) is group
    practice.no_incidents()
