"""Buttons of lists: chosen leads are followed up, taken through the seven steps or given back; chosen customers are recalled."""

from engine.ids import new_id
from server.pressing import Press, Pressing
from tests.templates.flows.practice import names


def press(practice, flow, login, form, *ids, trigger=None, **asked):
    """Press a button as somebody, on chosen records; return the problems by record."""
    done = Pressing(practice.clinic).at_once(
        practice.actor(login), Press(flow, trigger, form, asked, new_id()), ids
    )
    practice.settle()
    return {one["record_id"]: one["problems"][0]["code"] for one in done.failures()}


def owned(practice, who="ann", **values):
    """Return a lead that has been given to somebody and is in the seven steps."""
    found = practice.lead(owner_id=practice.user[who], branch_id=practice.branch, **values)
    practice.settle()
    return found


def calls(practice, form, record_id):
    return practice.find("followup_task", f'{{{form}_id}} = "{record_id}"')


def test_chosen_leads_are_contacted_by_their_owners_on_the_day(story):
    one, other = owned(story), owned(story, "ben")
    assert (
        press(
            story,
            "lead_follow_up",
            "director",
            "lead",
            one,
            other,
            what="问种植意向",
            by="2026-03-04",
            who=None,
        )
        == {}
    )
    (call,) = calls(story, "lead", one)
    assert (call["assignee_id"], call["guide"], call["plan_at"]) == (
        story.user["ann"],
        "问种植意向",
        "2026-03-04T02:00:00Z",
    )
    assert call["due_at"] == "2026-03-04T12:00:00Z"
    assert calls(story, "lead", other)[0]["assignee_id"] == story.user["ben"]
    assert story.record("lead", one)["next_followup_at"] == call["plan_at"]
    assert story.tasks("followup_due", call["id"]) == []
    story.pass_time(days=2, hours=1)
    assert story.task("followup_due", call["id"])["assignee"] == story.user["ann"]
    story.no_incidents()


def test_a_contact_may_be_given_to_somebody_named_and_falls_on_today_unless_told(story):
    lead = owned(story)
    assert press(story, "lead_follow_up", "lead", "lead", lead, what="核对预算", who=story.user["ben"]) == {}
    (call,) = calls(story, "lead", lead)
    assert call["assignee_id"] == story.user["ben"]
    assert call["plan_at"][:10] == story.clock.at.date().isoformat()
    story.no_incidents()


def test_a_lead_goes_back_to_the_pool_with_its_reason_and_nothing_left_to_do(story):
    lead = owned(story)
    press(story, "lead_follow_up", "director", "lead", lead, what="再联系", by="2026-04-20", who=None)
    assert story.ran("lead_sop", lead) == ["running"]
    assert press(story, "lead_return", "director", "lead", lead, why="一直没人跟") == {}
    found = story.record("lead", lead)
    assert (found["stage"], found["owner_id"], found["lost_note"]) == ("pool", None, "退回公海：一直没人跟")
    assert found["pool_at"] is not None
    assert names(calls(story, "lead", lead), "status") == ["cancelled"]
    assert story.ran("lead_sop", lead) == ["done"]
    assert press(story, "lead_return", "director", "lead", lead, why="再退") == {lead: "flow.not_for_record"}
    story.no_incidents()


def test_a_colleagues_lead_is_not_given_back_over_their_head(story):
    mine, theirs = owned(story, "ann"), owned(story, "ben")
    told = press(story, "lead_return", "ann", "lead", mine, theirs, why="不合适")
    assert list(told) == [theirs]
    assert story.record("lead", theirs)["owner_id"] == story.user["ben"]


def test_the_seven_steps_begin_by_hand_where_they_do_not_run(story):
    lead = owned(story)
    running = story.task("lead_sop", lead)
    told = press(story, "lead_sop", "director", "lead", lead, trigger="by_hand")
    assert told == {lead: "flow.runs_already"}
    flows = story.clinic.flows
    flows.act(story.actor("boss"), running["instance_id"], "cancel", {}, "换人重来", new_id())
    story.settle()
    assert press(story, "lead_sop", "director", "lead", lead, trigger="by_hand") == {}
    assert story.task("lead_sop", lead)["node"] == "clean"
    story.no_incidents()


def test_a_customer_who_books_is_a_recall_that_worked_and_needs_no_call(story):
    comes, stays = story.customer(), story.customer()
    assert (
        press(
            story,
            "customer_recall",
            "director",
            "customer",
            comes,
            stays,
            what="洁牙到期",
            by="2026-09-01",
            who=None,
        )
        == {}
    )
    assert names(calls(story, "customer", comes), "assignee_id") == [story.user["care"]]
    story.pass_time(minutes=1)
    story.put("appointment", customer_id=comes, branch_id=story.branch, kind="first", status="booked", staff_id=story.staff["doc"],
              start_at=story.clock.at, end_at=story.clock.at)  # fmt: skip
    story.pass_time(minutes=1)
    assert press(story, "customer_recall", "director", "customer", stays, what="再来", by="2026-09-01") == {
        stays: "flow.runs_already"
    }
    story.pass_time(days=31)
    assert names(story.instances("customer_recall", comes), "outcome") == ["came"]
    assert names(calls(story, "customer", comes), "status") == ["cancelled"]
    assert names(story.instances("customer_recall", stays), "outcome") == ["none"]
    assert names(calls(story, "customer", stays), "status") == ["todo"]
    story.no_incidents()
