"""An import that is taken back: what flows had begun about its records stops, and does not begin again by itself."""

from engine.store import Cause
from form_engine.service import records
from tests.templates.flows.practice import names


def imported(practice, count):
    """Return the batch and the leads that it brought, as an import writes them."""
    service, batch = practice.clinic.service, f"batch{practice.numbers}"
    made, system, channel = [], practice.system, practice.one("channel", "status = 'enabled'")
    with practice.workspace.write(Cause("import", practice.user["boss"], batch_id=batch)) as unit:
        desk = service.desk(unit, system, "import")
        for _ in range(count):
            practice.numbers += 1
            values = {"name": f"导入{practice.numbers}", "phone": f"1370000{practice.numbers:04d}", "owner_id": practice.user["ann"],
                      "channel_id": channel, "intent_items": ["implant"]}  # fmt: skip
            made.append(records.create(desk, "lead", values, system={"branch_id": practice.branch}))
    return batch, made


def running(practice, lead):
    return practice.rows(
        "SELECT flow FROM cc_flow_instances WHERE record_id = :r AND ended_at IS NULL", r=lead
    )


def test_undoing_an_import_withdraws_what_flows_made_of_it(story):
    batch, [lead, other] = imported(story, 2)
    story.settle()
    assert story.tasks("lead_sop", lead) != []
    call = story.put("followup_task", title="回访", kind="other", lead_id=lead, assignee_id=story.user["ann"],
                     plan_at=story.clock.at, due_at=story.clock.at, status="todo")  # fmt: skip
    story.settle()
    assert story.tasks("followup_due", call) != []
    report = story.clinic.service.undo(story.actor("boss"), batch)
    assert (report["undone"], report["kept"]) == (2, [])
    story.settle()
    assert running(story, lead) == running(story, other) == []
    assert story.tasks("lead_sop", lead) == story.tasks("followup_due", call) == []
    assert story.record("followup_task", call)["status"] == "cancelled"
    [sop] = story.instances("lead_sop", lead)
    assert (sop["status"], sop["outcome"]) == ("cancelled", "undone")
    told = story.rows(
        "SELECT data FROM cc_flow_history WHERE instance_id = :i AND kind = 'action'", i=sop["instance_id"]
    )
    assert "导入已撤销" in told[-1]["data"]
    assert story.ran("lead_gone", lead) == ["done"]
    story.no_incidents()


def test_a_record_restored_after_that_begins_nothing_by_itself(story):
    batch, [lead] = imported(story, 1)
    story.settle()
    story.clinic.service.undo(story.actor("boss"), batch)
    story.settle()
    before = names(story.instances("lead_sop", lead), "instance_id")
    story.clinic.service.restore(story.actor("boss"), "lead", lead)
    story.settle()
    story.pass_time(hours=3)
    assert names(story.instances("lead_sop", lead), "instance_id") == before
    assert running(story, lead) == []


def test_what_is_undone_before_flows_have_looked_begins_nothing(story):
    batch, leads = imported(story, 12)
    story.clinic.service.undo(story.actor("boss"), batch)
    story.settle()
    assert [
        one
        for lead in leads
        for one in story.rows(
            "SELECT * FROM cc_flow_instances WHERE record_id = :r AND flow <> 'lead_gone'", r=lead
        )
    ] == []
    story.no_incidents()


def test_the_calls_of_a_customer_whose_import_is_undone_are_withdrawn(practice):
    system, channel = practice.system, practice.one("channel", "status = 'enabled'")
    with practice.workspace.write(Cause("import", practice.user["boss"], batch_id="patients")) as unit:
        desk = practice.clinic.service.desk(unit, system, "import")
        values = {"name": "导入患者", "gender": "female", "phone": "13600009999", "first_channel": channel}
        customer = records.create(desk, "customer", values, system={"branch_id": practice.branch})
    call = practice.put("followup_task", title="回访", kind="other", customer_id=customer, assignee_id=practice.user["ann"],
                        plan_at=practice.clock.at, due_at=practice.clock.at, status="todo")  # fmt: skip
    practice.settle()
    practice.clinic.service.undo(practice.actor("boss"), "patients")
    practice.settle()
    assert practice.record("followup_task", call)["status"] == "cancelled"
    assert practice.tasks("followup_due", call) == []
    assert practice.ran("customer_gone", customer) == ["done"]
