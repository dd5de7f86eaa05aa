"""Leads: by webhook to the consultant, the seven steps, 24 hours without a contact, back to the pool."""

from datetime import timedelta

import pytest

from engine.problems import NotFound
from tests.templates.flows.practice import names

WEBSITE = {
    "id": "w1",
    "channel": "官网",
    "name": "王小姐",
    "phone": "138 1234 5678",
    "item": "implant",
    "message": "想种牙",
    "consent": True,
}


def push(practice, **body):
    """Let the website push a lead, as the route does after it has checked the signature."""
    practice.numbers += 1
    body = {**WEBSITE, "id": f"w{practice.numbers}", **body}
    flows = practice.clinic.flows
    with practice.workspace.write(practice.cause("api")) as unit:
        flows.inbox.receive(unit, "website", body["id"], "webhook", "", body)
    practice.settle()
    return next((one for one in practice.find("lead", f'{{external_id}} = "{body["id"]}"')), None)


def test_a_pushed_lead_is_cleaned_assigned_and_gets_its_first_step(story):
    lead = push(story)
    assert (lead["phone"], lead["stage"], lead["assign_mode"], lead["sop_step"]) == (
        "13812345678",
        "new",
        "automatic",
        1,
    )
    assert story.record("channel", lead["channel_id"])["name"] == "官网表单"
    owner = story.name(lead["owner_id"])
    assert owner in ("ann", "ben")
    assert names(story.outbox("new_lead", lead["owner_id"]), "channel") != []
    step = story.task("lead_sop", lead["id"])
    assert (step["node"], step["assignee"]) == ("clean", lead["owner_id"])
    other = push(story, phone="13912345678")
    assert other["owner_id"] != lead["owner_id"]
    story.no_incidents()


def test_a_lead_of_no_branch_comes_to_the_branch_of_whoever_gets_it(story):
    lead = push(story, phone="15012345678")
    home = story.one("staff", f"user_id = '{lead['owner_id']}'")
    assert lead["branch_id"] == story.record("staff", home)["branch_id"] is not None
    story.no_incidents()


def test_a_push_repeated_makes_no_second_lead(story):
    first = push(story, phone="13712345678")
    flows = story.clinic.flows
    with story.workspace.write(story.cause("api")) as unit:
        assert not flows.inbox.receive(unit, "website", first["external_id"], "webhook", "", {})
    story.settle()
    assert len(story.find("lead", f'{{external_id}} = "{first["external_id"]}"')) == 1


def test_a_number_that_is_none_goes_to_the_online_consultant(story):
    assert push(story, phone="12345") is None
    task = story.task("lead_webhook")
    assert task["assignee"] == story.user["net"]
    story.complete(task, phone="13712340000", intent_items=["ortho"])
    story.settle()
    assert [one["name"] for one in story.find("lead", 'INCLUDES({intent_items}, "ortho")')] == ["王小姐"]
    story.no_incidents()


def test_a_known_person_is_a_touch_and_no_second_lead(story):
    first = push(story, phone="13612345678")
    assert push(story, phone="13612345678", message="再问一下") is None
    assert names(story.find("lead_touch", f'{{lead_id}} = "{first["id"]}"'), "message") == ["再问一下"]
    assert story.outbox("known_lead", first["owner_id"])
    customer = story.customer(phone="13512345678")
    push(story, phone="13512345678", message="老患者又来")
    assert names(story.find("lead_touch", f'{{customer_id}} = "{customer}"'), "message") == ["老患者又来"]
    story.no_incidents()


def test_steps_complete_themselves_when_the_thing_has_happened(story):
    lead = push(story, phone="13412345678")["id"]
    story.create(
        "comm_log",
        lead_id=lead,
        channel="phone",
        result="connected",
        content="介绍了种植方案",
        next_followup_at=(story.clock.at + timedelta(days=1)).isoformat(),
    )
    story.settle()
    found = story.record("lead", lead)
    assert (found["stage"], found["sop_step"]) == ("contacted", 3)
    assert found["first_contact_at"] is not None
    assert "done" in story.ran("contact_logged")
    story.complete(story.task("lead_sop", lead), budget_range="b10k_30k", concerns=["pain"])
    story.settle()
    assert story.task("lead_sop", lead)["node"] == "invite"
    story.change("lead", lead, stage="lost", lost_reason="price")
    story.settle()
    assert story.tasks("lead_sop", lead) == []
    assert names(story.instances("lead_sop", lead), "outcome") == ["left"]


def test_saving_a_lead_again_starts_nothing(story):
    lead = push(story, phone="18912345678")["id"]
    before = {
        flow: len(story.instances(flow, lead)) for flow in ("lead_intake", "lead_assignment", "lead_sop")
    }
    story.change("lead", lead, message="再保存")
    story.settle()
    assert (
        {flow: len(story.instances(flow, lead)) for flow in before}
        == before
        == {"lead_intake": 1, "lead_assignment": 1, "lead_sop": 1}
    )


def test_left_alone_it_escalates_and_returns_to_the_pool(story):
    lead = push(story, phone="13212345678")
    owner = lead["owner_id"]
    story.pass_time(hours=24, minutes=1)
    assert story.task("lead_uncontacted", lead["id"])["assignee"] == owner
    assert story.outbox("lead_late", owner)
    story.pass_time(hours=2, minutes=1)
    assert story.outbox("lead_late", story.user["lead"])
    story.pass_time(hours=22, minutes=1)
    found = story.record("lead", lead["id"])
    assert (found["owner_id"], found["stage"]) == (None, "pool")
    assert found["pool_at"] is not None
    assert story.tasks("lead_uncontacted", lead["id"]) == []
    assert story.tasks("lead_sop", lead["id"]) == []
    pools = story.clinic.outside.pools
    with story.workspace.read() as unit:
        assert lead["id"] in pools.waiting(unit, "lead_pool")
        ledger = pools.ledger(unit, "lead_pool", lead["id"])
    assert ledger[-1]["from_owner"] == owner
    story.no_incidents()


def test_a_lead_contacted_in_time_is_left_in_peace(story):
    lead = push(story, phone="13112345678")["id"]
    story.pass_time(hours=3)
    story.create(
        "comm_log",
        lead_id=lead,
        channel="phone",
        result="connected",
        content="已联系并加微信",
        next_followup_at=(story.clock.at + timedelta(days=1)).isoformat(),
    )
    story.pass_time(hours=24)
    assert story.instances("lead_uncontacted", lead) == []


def test_one_thrown_into_the_pool_before_flows_have_looked_stays_there(story):
    lead = story.lead(owner_id=story.user["ann"], intent_level="a")
    story.change("lead", lead, by="ann", stage="pool")
    story.settle()
    found = story.record("lead", lead)
    assert (found["owner_id"], found["stage"], found["assign_mode"]) == (None, "pool", None)
    assert names(story.instances("lead_intake", lead), "status") == ["done"]
    story.no_incidents()


def test_who_takes_it_from_the_pool_begins_the_steps_anew(story):
    lead = push(story, phone="13012345678")
    story.pass_time(hours=49)
    assert story.record("lead", lead["id"])["stage"] == "pool"
    pools, other = story.clinic.outside.pools, "ben" if lead["owner_id"] == story.user["ann"] else "ann"
    with story.workspace.write(story.cause("user")) as unit:
        pools.claim(unit, "lead_pool", lead["id"], story.user[other])
    story.settle()
    found = story.record("lead", lead["id"])
    assert (found["stage"], found["owner_id"], found["assign_mode"]) == ("new", story.user[other], "claimed")
    assert found["assigned_at"] > found["pool_at"] > lead["assigned_at"]
    assert story.task("lead_sop", lead["id"])["assignee"] == story.user[other]
    story.no_incidents()


def test_what_is_put_there_by_hand_is_nobodys_and_only_taking_makes_it_ones_own(story):
    lead = push(story, phone="16612345678")["id"]
    had = story.name(story.record("lead", lead)["owner_id"])
    other = "ben" if had == "ann" else "ann"
    story.change("lead", lead, by=had, stage="pool")
    story.settle()
    found = story.record("lead", lead)
    assert (found["owner_id"], found["stage"], found["pool_at"]) == (None, "pool", found["updated_at"])
    with pytest.raises(NotFound):
        story.change("lead", lead, by=other, owner_id=story.user[other])
    with story.workspace.write(story.cause("user")) as unit:
        assert story.clinic.outside.pools.lies_there(unit, "lead_pool", lead)
        story.clinic.outside.pools.claim(unit, "lead_pool", lead, story.user[other])
    story.settle()
    assert story.record("lead", lead)["owner_id"] == story.user[other]
    story.no_incidents()
