"""Reading through the gate: what one sees, and what one may ask."""

from decimal import Decimal

from engine.access.query import RecordQuery
from tests.access.clinic import Clinic, names, someone

ALL = {"grants": {"*": {"view": "all"}}, "masks": {"phone": "read", "cost": "read"}}


def test_a_page_shows_live_records_newest_first(clinic: Clinic) -> None:
    clinic.add("customer", name="张三")
    clinic.add("customer", name="李四", cost=Decimal("12.50"))
    gate = clinic.gate(clinic.policy(boss=ALL), someone("boss"))
    page = gate.page(RecordQuery("customer", ("name", "cost", "visits")))
    assert names(page.records) == ["李四", "张三"]
    assert page.records[0]["cost"] == "12.50"
    assert page.records[0]["visits"] == 0
