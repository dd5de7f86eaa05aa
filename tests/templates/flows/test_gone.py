"""A record that is deleted: what flows had begun about it is withdrawn, and so are the calls that came of it."""

import pytest

from engine.store import Cause
from form_engine.service import records
from tests.templates.flows.practice import Practice


def deleted(practice: Practice, form: str, record_id: str) -> None:
    with practice.workspace.write(Cause("user")) as unit:
        records.delete(practice.clinic.service.desk(unit, practice.system), form, record_id)
    practice.settle()


def running(practice: Practice, record_id: str) -> list[str]:
    query = "SELECT flow FROM cc_flow_instances WHERE record_id = :r AND ended_at IS NULL"
    return [one["flow"] for one in practice.rows(query, r=record_id)]


def calls_of(practice: Practice, record_id: str) -> list[str]:
    return sorted(one["status"] for one in practice.find("followup_task", f'{{source_id}} = "{record_id}"'))


def extraction(practice: Practice, **item: object) -> str:
    rule = {"is_invasive": True, "postop_rule": "d7", **item}
    made = practice.create("treatment_log", customer_id=practice.customer(), service_item_id=practice.item(**rule), doctor_id=practice.staff["doc"],
                           assistant_id=practice.staff["nurse"], started_at=practice.clock.at.isoformat())  # fmt: skip
    practice.change("treatment_log", made, status="in_progress")
    practice.change("treatment_log", made, status="done", ended_at=practice.clock.at.isoformat())
    practice.settle()
    return made


@pytest.mark.parametrize("is_invasive", [True, False], ids=["surgery", "treatment"])
def test_deleting_a_treatment_withdraws_its_post_op_calls(practice: Practice, is_invasive: bool):
    made = extraction(practice, is_invasive=is_invasive)
    assert set(calls_of(practice, made)) == {"todo"}
    deleted(practice, "treatment_log", made)
    assert set(calls_of(practice, made)) == {"cancelled"}
    assert running(practice, made) == []
    practice.pass_time(days=9)
    assert practice.tasks("followup_due") == []
    practice.no_incidents()


def test_a_call_that_was_made_stays_as_it_was(practice: Practice):
    made = extraction(practice)
    [first, _] = sorted(
        practice.find("followup_task", f'{{source_id}} = "{made}"'), key=lambda one: one["day_no"]
    )
    practice.put_in("followup_task", first["id"], status="done")
    deleted(practice, "treatment_log", made)
    assert calls_of(practice, made) == ["cancelled", "done"]


def test_deleting_a_plan_withdraws_its_approvals_and_calls(practice: Practice):
    customer = practice.customer()
    plan = practice.put("plan", title="种植方案", customer_id=customer, consultant_id=practice.user["ann"], status="sent",
                        branch_id=practice.branch)  # fmt: skip
    asked = practice.put("plan", title="正畸方案", customer_id=customer, consultant_id=practice.user["ann"], doctor_id=practice.staff["doc"],
                         status="draft", branch_id=practice.branch)  # fmt: skip
    practice.put_in("plan", plan, status="draft")
    practice.settle()
    practice.put_in("plan", plan, status="sent")
    practice.put_in("plan", asked, status="doctor_review")
    practice.settle()
    assert calls_of(practice, plan) == ["todo"]
    assert running(practice, asked) != []
    deleted(practice, "plan", plan)
    deleted(practice, "plan", asked)
    assert calls_of(practice, plan) == ["cancelled"]
    assert running(practice, plan) == running(practice, asked) == []
    practice.no_incidents()


def test_deleting_a_visit_ends_its_way_through_the_house_and_its_calls(practice: Practice):
    customer = practice.customer()
    visit = practice.put("visit", customer_id=customer, visit_type="first_visit", status="waiting", consultant_id=practice.user["ann"],
                         arrived_at=practice.clock.at, branch_id=practice.branch)  # fmt: skip
    practice.settle()
    assert "visit_flow" in running(practice, visit)
    practice.put_in("visit", visit, status="left")
    practice.settle()
    assert calls_of(practice, visit) == ["todo", "todo"]
    deleted(practice, "visit", visit)
    assert running(practice, visit) == []
    practice.no_incidents()
    assert calls_of(practice, visit) == ["cancelled", "cancelled"]


def test_the_run_says_that_its_record_was_deleted_and_does_not_begin_again_when_it_is_restored(
    practice: Practice,
):
    made = extraction(practice)
    deleted(practice, "treatment_log", made)
    [run] = practice.instances("postop_followup", made)
    assert (run["status"], run["outcome"]) == ("cancelled", "deleted")
    told = practice.rows(
        "SELECT data FROM cc_flow_history WHERE instance_id = :i AND kind = 'action'", i=run["instance_id"]
    )
    assert "记录已删除" in told[-1]["data"]
    with practice.workspace.write(Cause("user")) as unit:
        records.restore(practice.clinic.service.desk(unit, practice.system), "treatment_log", made)
    practice.settle()
    assert running(practice, made) == []


@pytest.mark.parametrize(
    ("flow", "form"),
    [
        ("appointment_gone", "appointment"),
        ("visit_gone", "visit"),
        ("consultation_gone", "consultation"),
        ("plan_gone", "plan"),
        ("treatment_gone", "treatment_log"),
        ("implant_case_gone", "implant_case"),
        ("ortho_case_gone", "ortho_case"),
    ],
)
def test_whatever_a_call_came_of_it_is_withdrawn_with_it_and_no_other(
    practice: Practice, flow: str, form: str
):
    customer = practice.customer()
    mine, other = (practice.put(form, customer_id=customer, branch_id=practice.branch) for _ in range(2))

    def call(source: str, status: str) -> str:
        return practice.put("followup_task", title="回访", kind="other", customer_id=customer, assignee_id=practice.user["ann"], status=status,
                            branch_id=practice.branch, source_form=form, source_id=source)  # fmt: skip

    calls = [call(mine, "todo"), call(mine, "done"), call(other, "todo")]
    practice.settle()
    deleted(practice, form, mine)
    assert [practice.record("followup_task", one)["status"] for one in calls] == ["cancelled", "done", "todo"]
    assert practice.ran(flow, mine) == ["done"]
    assert practice.ran(flow, other) == []
    practice.no_incidents()
