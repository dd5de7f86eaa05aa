"""The dental clinic: no answer to any of its roles holds a phone number, a diagnosis or a cost that is not theirs to see."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from engine.access.actor import system_actor
from engine.access.levels import Level
from engine.problems import Rejected
from form_engine.exporting.service import Exported, ExportService
from tests.templates.conftest import Practice, dental, practice
from tests.templates.test_roles import ROLES

__all__ = ["dental", "practice"]

SECRET = {
    "phone": ("customer", "lead", "staff"),
    "phone2": ("customer",),
    "id_no": ("customer",),
    "past_history": ("customer",),
    "diagnosis": ("clinical_record",),
    "diagnosis_text": ("clinical_record",),
    "chief_complaint": ("clinical_record",),
}
"""Fields whose values are looked for, with the forms that have them."""


def secrets(practice: Practice) -> Iterator[tuple[str, str, str, str]]:
    """Yield (form, field, record id, value) of every long enough secret of the clinic."""
    system = system_actor("dental")
    for key, forms in SECRET.items():
        for form in forms:
            if form in practice.plan.forms and key in practice.plan.shapes[form].fields:
                for record in practice.service.query(system, form, {"fields": [key], "limit": 300})[
                    "records"
                ]:
                    value = json.dumps(record.get(key), ensure_ascii=False).strip('"')
                    if len(value) >= 5 and value != "null":
                        yield form, key, record["id"], value


def readable(practice: Practice, role: str) -> set[str]:
    """Return every secret that some record shows the role in full, as its lists and pages tell field by field."""
    actor, found = practice.actor(role), set()
    for key, forms in SECRET.items():
        for form in forms:
            if form not in practice.plan.forms or key not in practice.plan.shapes[form].fields:
                continue
            rights = practice.plan.policy.rights(actor)
            if not rights.verb(form, "view") or rights.effective(form, key).ceiling < Level.READ:
                continue
            for record in practice.service.query(actor, form, {"fields": [key], "limit": 500})["records"]:
                found.add(json.dumps(record.get(key), ensure_ascii=False).strip('"'))
    return found


def answers(practice: Practice, role: str) -> Iterator[tuple[str, str]]:
    """Yield what the role gets from every form's lists, groups, pages, histories, exports, searches."""
    actor, service = practice.actor(role), practice.service
    exports = ExportService(service, lambda _id: actor)

    def ask(name: str, *given: Any) -> Any:
        try:
            return getattr(service, name)(actor, *given)
        except Rejected as refused:
            return [problem.to_json() for problem in refused.problems]

    def text(found: Any) -> str:
        return json.dumps(found, ensure_ascii=False, default=str)

    yield "workbench", text(ask("workbench"))
    yield "search", text([ask("quick_search", one) for one in ("张", "138", "0001", "w")])
    for form, plan in practice.plan.forms.items():
        page = ask("query", form, {"limit": 60, "count": True})
        yield f"{form} list", text(page)
        for view in plan.views:
            yield f"{form} {view}", text(ask("query", form, {"view": view, "limit": 60}))
        records = page["records"] if isinstance(page, dict) else []
        for record in records[:1]:
            for name in ("get", "history", "timeline"):
                yield f"{form} {name}", text(ask(name, form, record["id"]))
        for key, shape in plan.shape.fields.items():
            if key in SECRET:
                yield f"{form} by {key}", text(ask("groups", form, {"by": key}))
                yield f"{form} max {key}", text(ask("aggregate", form, {"totals": {key: "max"}}))
            if shape.value_type == "reference":
                yield f"{form} via {key}", text(ask("query", form, {"fields": [f"{key}.phone"], "limit": 60}))
                yield f"{form} options {key}", text(ask("options", form, key))
        try:
            made = exports.export(actor, form, {"format": "csv"})
            yield f"{form} export", made.data.decode() if isinstance(made, Exported) else ""
        except Rejected:
            pass


@pytest.mark.parametrize("role", ROLES)
def test_no_answer_holds_a_secret_that_the_role_may_not_see(practice: Practice, role: str) -> None:
    known = readable(practice, role)
    # A clinical record says the past history in the same words: who reads the one knows the other.
    rights = practice.plan.policy.rights(practice.actor(role))
    told_anyway = {"past_history"} if rights.verb("clinical_record", "view") else set()
    hidden = {
        value: (form, key)
        for form, key, _, value in secrets(practice)
        if value not in known and key not in told_anyway
    }
    # One pattern over all: looking for thousands of words one by one would take minutes.
    wanted = re.compile(
        "|".join(re.escape(value) for value in sorted(hidden, key=len, reverse=True)) or r"(?!)"
    )
    sees_costs = rights.effective("material", "cost_price").ceiling >= Level.READ
    for question, answer in answers(practice, role):
        found = wanted.search(answer)
        if not sees_costs:
            # A cost is no word of its own, another price may be the same: here its place tells.
            assert re.search(r'"cost_price": "?\d', answer) is None, question
        assert found is None, (question, hidden[found.group()], found.group())


def test_there_are_secrets_to_look_for(practice: Practice) -> None:
    found = {(form, key) for form, key, _, _ in secrets(practice)}
    assert {("customer", "phone"), ("lead", "phone")} <= found
    assert len(found) >= 3


def test_the_marketing_role_sees_not_one_whole_number(practice: Practice) -> None:
    for question, answer in answers(practice, "marketing"):
        # Numbers of branches are for everybody: a switchboard is no secret.
        if not question.startswith(("branch", "staff")):
            assert re.search(r'"1[3-9]\d{9}"', answer) is None, question
