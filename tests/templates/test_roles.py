"""What each role of the dental app may see and do, asked of the real gate over the demo clinic."""

from typing import Any

import pytest

from engine.access.levels import Level
from engine.access.type_scope import ShapeTypes
from engine.expressions import check, parse
from tests.templates.conftest import Practice

ROLES = (
    "group_admin", "director", "ops", "consultant_lead", "consultant", "online_consultant", "doctor", "nurse", "front_desk", "service", "marketing",
    "finance", "warehouse", "auditor",
)  # fmt: skip


def tabs_of(practice: Practice, role: str) -> list[tuple[str, dict[str, Any]]]:
    """Return (page, tab) of everything the role finds in its menu."""
    found = []
    for key, plan in practice.plan.pages.items():
        page = plan.definition
        if role in page.get("roles", [role]):
            found += [(key, tab) for tab in page.get("tabs", ()) if role in tab.get("roles", [role])]
    return found


@pytest.mark.parametrize("role", ROLES)
def test_every_tab_in_a_roles_menu_opens(practice: Practice, role: str) -> None:
    actor = practice.actor(role)
    for _, tab in tabs_of(practice, role):
        practice.service.query(actor, tab["form"], {"view": tab.get("view"), "limit": 20})


@pytest.mark.parametrize("role", ROLES)
def test_the_workbench_opens(practice: Practice, role: str) -> None:
    keys = {section["key"] for section in practice.service.workbench(practice.actor(role))["sections"]}
    assert {"overdue_tasks", "tasks"} <= keys


def listed(practice: Practice, role: str, form: str, **more: Any) -> list[dict[str, Any]]:
    records: list[dict[str, Any]] = practice.service.query(
        practice.actor(role), form, {"limit": 500, **more}
    )["records"]
    return records


def test_a_consultant_sees_own_leads_and_the_pool_of_the_branch(practice: Practice) -> None:
    actor = practice.actor("consultant")
    for lead in listed(practice, "consultant", "lead"):
        assert actor.user_id in (lead["owner_id"], lead.get("created_by")) or lead["stage"] == "pool"


def test_the_phone_of_a_pooled_lead_is_masked_until_it_is_claimed(practice: Practice) -> None:
    by_pool = {
        lead["stage"] == "pool": lead["phone"]
        for lead in listed(practice, "consultant", "lead")
        if lead.get("phone")
    }
    assert "*" in by_pool.get(True, "*")
    assert "*" not in by_pool.get(False, "")


def test_the_front_desk_sees_allergies_but_no_history(practice: Practice) -> None:
    rights = practice.plan.policy.rights(practice.actor("front_desk"))
    assert rights.level("customer", "allergies").floor is Level.WRITE
    assert rights.level("customer", "past_history").ceiling is Level.NONE
    assert not rights.verb("clinical_record", "view")
    assert rights.verb("refund", "create")
    assert not rights.verb("refund", "edit")


def test_marketing_reads_leads_without_numbers_and_no_patient(practice: Practice) -> None:
    rights = practice.plan.policy.rights(practice.actor("marketing"))
    assert not rights.verb("customer", "view")
    assert rights.level("lead", "phone").ceiling is Level.MASKED
    assert not rights.verb("lead", "edit")


def test_finance_knows_patients_by_name_and_file_number_only(practice: Practice) -> None:
    rights = practice.plan.policy.rights(practice.actor("finance"))
    seen = {
        key
        for key in practice.plan.shapes["customer"].fields
        if rights.effective("customer", key).ceiling > Level.NONE
    }
    assert seen == {"name", "file_no"}


def test_a_doctor_edits_own_records_and_reads_those_of_the_branch(practice: Practice) -> None:
    actor = practice.actor("doctor")
    records = practice.service.query(actor, "clinical_record", {"limit": 200})["records"]
    assert {record["doctor_id"] for record in records} > {actor.staff_id}
    mine = {record["id"] for record in records if record["doctor_id"] == actor.staff_id}
    assert all(record["_can"]["edit"] is False for record in records if record["id"] not in mine)


def test_whose_a_colleagues_record_is_a_doctor_learns_by_surname_and_number(practice: Practice) -> None:
    """Patients are only those assigned to him, so a name that is not his to read stands masked beside what he reads."""
    names = {row["id"]: row["name"] for row in listed(practice, "group_admin", "customer")}
    mine = {row["id"] for row in listed(practice, "doctor", "customer")}
    page = practice.service.query(practice.actor("doctor"), "clinical_record", {"limit": 500})
    others = {one: label for one, label in page["labels"]["customer"].items() if one not in mine}
    assert others
    for one, label in others.items():
        assert label.startswith(f"{names[one][0]}* · CU-")
        assert names[one] not in label
    own = {one: label for one, label in page["labels"]["customer"].items() if one in mine}
    assert own == {one: names[one] for one in own}


def test_what_is_worked_out_when_read_can_be_worked_out_by_the_database(practice: Practice) -> None:
    shapes = practice.plan.shapes
    slow = [
        f"{form}.{field.key}"
        for form, shape in shapes.items()
        for field in shape.fields.values()
        if field.formula
        and not field.stored
        and not check(parse(field.formula), ShapeTypes(shapes, shape)).is_sql
    ]
    assert slow == []
