"""After treatment: care notes at once, calls on day 1 and 7 that move with the day, what is abnormal goes to the doctor."""

from datetime import timedelta

from tests.templates.flows.practice import local


def treated(practice, rule="d7", invasive=True, **values):
    customer = practice.customer(name="陈女士")
    item = practice.item("拔牙", is_invasive=invasive, postop_rule=rule)
    made = practice.create("treatment_log", customer_id=customer, service_item_id=item, doctor_id=practice.staff["doc"],
                           assistant_id=practice.staff["nurse"], started_at=practice.clock.at.isoformat(), **values)  # fmt: skip
    practice.change("treatment_log", made, status="in_progress")
    practice.change("treatment_log", made, status="done", ended_at=practice.clock.at.isoformat())
    practice.settle()
    return made


def calls(practice, treatment):
    found = practice.find("followup_task", f'{{source_id}} = "{treatment}"')
    return [
        (one["day_no"], one["plan_at"], one["due_at"], practice.name(one["assignee_id"]), one["status"])
        for one in sorted(found, key=lambda one: one["day_no"])
    ]


def iso(at):
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def expected(day, *days):
    return [(no, iso(day + timedelta(days=no)), iso(day + timedelta(days=no, hours=10))) for no in days]


def morning(practice):
    local_day = practice.clock.at + timedelta(hours=8)
    return local_day.replace(hour=10, minute=0, second=0) - timedelta(hours=8)


def test_a_finished_extraction_makes_calls_on_day_1_and_day_7(story):
    treatment = treated(story)
    found = calls(story, treatment)
    assert [one[:3] for one in found] == expected(morning(story), 1, 7)
    assert [one[3] for one in found] == ["nurse", "ann"]
    assert story.outbox("postop_care")[-1]["state"] == "outbox"
    assert story.ran("treatment_care", treatment) == ["done"]
    story.no_incidents()


def test_saving_again_makes_no_second_call(story):
    treatment = treated(story)
    story.change("treatment_log", treatment, outcome="顺利")
    story.settle()
    assert len(calls(story, treatment)) == 2
    assert len(story.instances("postop_followup", treatment)) == 1


def test_moving_the_day_of_surgery_moves_the_calls(story):
    treatment = treated(story)
    day = story.clock.at + timedelta(days=2)
    story.change("treatment_log", treatment, ended_at=day.isoformat())
    story.settle()
    assert [one[:3] for one in calls(story, treatment)] == expected(morning(story) + timedelta(days=2), 1, 7)
    story.pass_time(days=1, hours=1)
    assert story.tasks("followup_due", None) == [] or all(
        one["subject"] not in ids(story, treatment) for one in story.tasks("followup_due")
    )
    story.pass_time(days=2)
    assert [
        story.name(one["assignee"])
        for one in story.tasks("followup_due")
        if one["subject"] in ids(story, treatment)
    ] == ["nurse"]
    story.no_incidents()


def ids(practice, treatment):
    return [one["id"] for one in practice.find("followup_task", f'{{source_id}} = "{treatment}"')]


def test_cancelling_the_treatment_withdraws_the_calls(practice):
    treatment = treated(practice)
    practice.put_in("treatment_log", treatment, status="stopped")
    practice.settle()
    assert [one[4] for one in calls(practice, treatment)] == ["cancelled", "cancelled"]
    practice.pass_time(days=2)
    assert not [one for one in practice.tasks("followup_due") if one["subject"] in ids(practice, treatment)]


def test_a_treatment_that_is_no_surgery_gets_one_call_a_week_later(practice):
    treatment = treated(practice, invasive=False)
    assert [(one[0], one[3]) for one in calls(practice, treatment)] == [(7, "care")]
    assert len(practice.ran("treatment_followup", treatment)) == 1


def test_a_call_not_made_in_time_climbs(practice):
    treatment = treated(practice)
    practice.go_to(morning(practice) + timedelta(days=2, hours=11))
    [task] = [one for one in practice.tasks("followup_due") if one["subject"] in ids(practice, treatment)]
    told = practice.rows("SELECT * FROM cc_notifications WHERE kind = 'flow.remind'")
    assert practice.user["director"] in {one["user_id"] for one in told}
    practice.complete(task, result="contacted")


def test_what_is_abnormal_goes_to_the_doctor_and_after_two_hours_to_the_director(practice):
    treatment = treated(practice)
    customer = practice.record("treatment_log", treatment)["customer_id"]
    sheet = practice.create(
        "postop_care",
        customer_id=customer,
        treatment_id=treatment,
        day_no=1,
        pain=8,
        bleeding="marked",
        swelling="mild",
    )
    practice.settle()
    assert practice.outbox("postop_abnormal", practice.user["doc"])
    assert practice.task("postop_abnormal", sheet)["assignee"] == practice.user["doc"]
    practice.pass_time(hours=2, minutes=1)
    task = practice.task("postop_abnormal", sheet)
    assert task["assignee"] == practice.user["director"]
    practice.complete(task, doctor_reply="已回院压迫止血")
    practice.settle()
    assert practice.tasks("postop_abnormal", sheet) == []
    practice.no_incidents()


assert local(2, 10)
