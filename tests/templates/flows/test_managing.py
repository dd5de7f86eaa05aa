"""What those who manage flows are told in words: rules of follow-up, steps that wait for nobody, messages held back."""


def words_of(story, rules):
    return {(one["name"]["zh"], (one["rule"] or {}).get("zh")) for one in rules}


def test_rules_of_one_flow_are_told_apart(story):
    story.customer(birthday="1990-03-20")
    story.customer(birthday="1990-03-20", birthday_lunar=True)
    story.settle()
    rules = story.clinic.tasking.views.coverage(story.actor("boss"))
    assert words_of(story, rules) >= {("生日关怀", "每年（公历）"), ("生日关怀", "每年（农历）")}


def test_a_flow_that_waits_for_nobody_says_at_which_step(story):
    task = story.create("followup_task", title="三天后回访", kind="other", assignee_id=story.user["ann"], plan_at="2027-03-01T02:00:00Z", due_at="2027-03-01T08:00:00Z")  # fmt: skip
    story.settle()
    asked = {"form": "followup_task", "record_id": task}
    (item,) = story.clinic.tasking.views.instances(story.actor("boss"), asked)["instances"]
    assert [(one["name"]["zh"], one["people"]) for one in item["waits_for"]] == [("等到计划时间", [])]


def test_a_message_that_did_not_leave_says_why(story):
    lead = story.lead(phone="13912340009", consent_contact=True)
    story.change("lead", lead, owner_id=story.user["ann"])
    story.settle()
    told = story.clinic.tasking.views.outbox(story.actor("boss"), {})["messages"]
    assert told
    assert all(one["why"]["zh"] != one["reason"] for one in told if one["reason"])
