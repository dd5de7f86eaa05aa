"""What a timeline says of a record: names, states and amounts, each once, in the reader's language."""

import pytest

from form_engine.plan import FormPlan
from form_engine.story import detail_of
from tests.form_engine.making import app, field, form

DOCTORS = {"doctor": {"d1": "王医生"}, "lead": {"l1": "张三"}}


@pytest.fixture(scope="module")
def bill() -> FormPlan:
    doctor = form("doctor", field("name"), title="{name}")
    lead = form("lead", field("name"), title="{name}")
    made = form(
        "bill",
        field("lead_id", "link", to="lead"),
        field("note"),
        field("doctor_id", "link", to="doctor"),
        {**field("paid", "money"), "label": {"zh": "实收", "en": "Paid"}},
        {**field("owed", "money"), "label": {"zh": "欠款", "en": "Owed"}},
        field("state", "select", options=[{"key": "done", "label": {"zh": "已收", "en": "Settled"}}]),
        page={"header": ["state", "paid"]},
    )
    return app(doctor, lead, made).forms["bill"]


RECORD = {
    "id": "b1",
    "lead_id": "l1",
    "note": "随便",
    "doctor_id": "d1",
    "paid": "1318.00",
    "owed": "0.00",
    "state": "done",
}


def test_the_header_comes_first_then_who_and_how_much(bill: FormPlan) -> None:
    told = frozenset({"张三"})
    assert detail_of(bill, RECORD, DOCTORS, "zh", told) == "已收 · 实收 ¥1,318.00 · 王医生"
    assert detail_of(bill, RECORD, DOCTORS, "en", told) == "Settled · Paid ¥1,318.00 · 王医生"


def test_what_the_reader_may_not_see_is_not_told(bill: FormPlan) -> None:
    masked = {**RECORD, "paid": "***", "doctor_id": None, "state": None}
    assert detail_of(bill, masked, DOCTORS, "zh", frozenset()) == "张三"
