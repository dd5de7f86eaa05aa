"""What a patient put a name under stays as it was: the text of a consent, the lines and the amount of a plan."""

from datetime import datetime
from typing import Any

import pytest

from form_engine.service.records import update
from tests.templates.making import customer, dentist, item
from tests.templates.reporting import Tiny

RISKS = ["indications", "contraindications", "risks", "precautions", "alternatives", "cost"]
SIGN = {
    "strokes": [[[0.1, 0.4, 0], [0.3, 0.5, 40]]], "signed_at": "2026-11-02T01:00:00Z", "ratio": 2.5, "signer": {"name": "王芳", "relation": "本人"},
}  # fmt: skip


@pytest.fixture(scope="module")
def clinic(house: Tiny) -> Tiny:
    return house.another()


def change(clinic: Tiny, form: str, record_id: str, **values: Any) -> None:
    with clinic.service.writing(clinic.boss, "system") as desk:
        update(desk, form, record_id, values, None)


def seen(clinic: Tiny, form: str, record_id: str) -> dict[str, Any]:
    return dict(clinic.service.get(clinic.boss, form, record_id)["record"])


def text(clinic: Tiny, key: str, body: str) -> str:
    return clinic.add(
        "print_template",
        "2026-01-01 09:00",
        key=key,
        name="诊疗知情同意书",
        form_key="consent",
        body=body,
        version=1,
    )


def consent(clinic: Tiny, template: str, **more: Any) -> str:
    return clinic.add(
        "consent", "2026-11-02 09:00", customer_id=customer(clinic, "王芳"), kind="treatment", template_id=template, explained_by=dentist(clinic),
        risks_read=RISKS, signer="self", sign=SIGN, signed_at="2026-11-02T09:00:00+08:00", **more,
    )  # fmt: skip


def test_a_signed_consent_keeps_the_text_that_was_signed(clinic: Tiny) -> None:
    template = text(clinic, "consent_kept", "<p>第一版</p>")
    waiting = consent(clinic, template)
    assert seen(clinic, "consent", waiting)["signed_text"] is None
    change(clinic, "consent", waiting, status="signed")
    change(clinic, "print_template", template, body="<p>第二版</p>", name="改了名")
    kept = seen(clinic, "consent", waiting)["signed_text"]["values"]
    assert kept == {
        "template_id.name": "诊疗知情同意书",
        "template_id.version": 1,
        "template_id.body": "<p>第一版</p>",
    }
    change(clinic, "consent", waiting, status="revoked")
    assert seen(clinic, "consent", waiting)["signed_text"]["values"] == kept


def test_an_accepted_plan_keeps_its_lines_and_amounts(clinic: Tiny) -> None:
    what = item(clinic, "种植", ["filling", "filling_direct"], "8000.00")
    line = {"service_item": what, "qty": "1", "price": "7600.00", "discount": "0.95"}
    plan = clinic.add(
        "plan", "2026-11-02 09:00", customer_id=customer(clinic, "李四"), title="种植方案", doctor_id=dentist(clinic), consultant_id="u1",
        items=[line], status="sent", customer_sign=SIGN, discount_limit="0.9",
    )  # fmt: skip
    assert seen(clinic, "plan", plan)["as_accepted"] is None
    change(clinic, "plan", plan, status="accepted")
    change(clinic, "plan", plan, items=[{**line, "price": "9000.00"}], status="in_progress")
    record = seen(clinic, "plan", plan)
    kept = record["as_accepted"]["values"]
    assert (record["total"], kept["total"]) == ("9000.00", "7600.00")
    assert [(row["service_item"], row["price"]) for row in kept["items"]] == [(what, "7600.00")]


def test_the_floor_price_that_was_kept_stays_off_paper_too(clinic: Tiny) -> None:
    told = clinic.plan.forms["plan"].client(clinic.plan.policy.rights(clinic.boss))
    [accepted] = [field for field in told["fields"] if field["key"] == "as_accepted"]
    [lines] = [field for field in accepted["config"]["kept"] if field["key"] == "items"]
    said = {column["key"]: column.get("print", True) for column in lines["fields"]}
    assert (said["floor"], said["price"]) == (False, True)


def test_what_is_loaded_with_its_past_was_kept_then(clinic: Tiny) -> None:
    at = datetime.fromisoformat
    made, signed = at("2026-11-02T09:00:00+08:00"), at("2026-11-02T09:20:00+08:00")
    past = [
        {"at": made, "by": None, "set": {"status": "to_sign"}},
        {"at": signed, "by": None, "set": {"status": "signed"}},
    ]
    template = text(clinic, "consent_past", "<p>文本</p>")
    record = seen(clinic, "consent", consent(clinic, template, status="signed", past=past))
    assert record["signed_text"]["taken_at"] == "2026-11-02T01:20:00Z"
    assert record["sign"]["signed_at"] == SIGN["signed_at"]
    at_once = seen(clinic, "consent", consent(clinic, template, status="signed"))
    assert at_once["signed_text"]["taken_at"] == "2026-11-02T01:00:00Z"
