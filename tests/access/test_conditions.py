"""Conditions that are built like a list's filter and kept as a formula: both find the same records, on both databases."""

import json
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from engine.access.gate import Gate
from engine.access.query import RecordQuery
from tests.access.clinic import NOW, Clinic, field, form, names, shapes, someone

CASES: list[dict[str, Any]] = json.loads(Path(__file__).with_name("conditions.json").read_text("utf-8"))
"""Written and read by the browser's conditions (`designer_ui/tests/shared/conditions.test.ts`)."""
FORMS = shapes(
    form("doctor", field("name"), title="{name}"),
    form(
        "customer",
        field("name"),
        field("paid", "money"),
        field("visits", "integer"),
        field("born", "date"),
        field("seen_at", "datetime"),
        field("level", "choice", options=[]),
        field("tags", "choices", options=[]),
        field("vip", "boolean"),
        field("doctor_id", "reference", to="doctor"),
        field("friends", "references", to="doctor"),
        field("team", "persons"),
        title="{name}",
    ),
)
TODAY = NOW.date()


@pytest.fixture
def gate(connection: Connection) -> Gate:
    """Customers of every sort, one of whom nothing is known."""
    clinic = Clinic(connection, FORMS)
    clinic.person("me", "me")
    for key in ("d1", "d2"):
        clinic.add("doctor", id=key, name=key)
    moments = [NOW + timedelta(days=days, hours=hours) for days in (-400, -31, -30, -29, -7, -1, 0, 1, 29, 30, 31) for hours in (0, 12)]  # fmt: skip
    days: list[date] = [date(2026, 2, 1), date(2026, 2, 28), date(2026, 3, 1), date(2008, 3, 5), date(2008, 3, 6), date(1990, 3, 7), date(1996, 2, 29)]  # fmt: skip
    days += [TODAY + timedelta(days=at) for at in (-31, -30, -29, -1, 0, 1, 29, 30, 31)]
    many: list[dict[str, Any]] = [{"seen_at": at} for at in moments] + [{"born": day} for day in days]
    many += [{"seen_at": datetime.fromisoformat(f"2026-0{at}T{hour}:00:00Z")} for at in ("1-31", "2-01", "2-28", "3-01") for hour in ("15", "17")]  # fmt: skip
    many += [{"visits": at, "paid": Decimal(paid)} for at, paid in enumerate(("-4", "-3", "3", "20000.5", "20001", "1"))]  # fmt: skip
    many += [{"name": name} for name in ("x", "xa", "ax", "z", 'a"{}b and more')]
    many += [{"level": one} for one in ("a", "b", "c")] + [{"vip": True}, {"vip": False}]
    many += [{"tags": tags} for tags in (("a",), ("b",), ("a", "b"), ("c",))]
    many += [{"doctor_id": "d1", "friends": ("d1", "d2")}, {"doctor_id": "d2", "friends": ("d2",)}]
    many += [{"owner_id": "me", "team": ("me",)}, {"owner_id": "you", "team": ("you", "me")}, {}]
    for at, values in enumerate(many):
        clinic.add("customer", **{"name": f"n{at}", **values} if values else {})
    policy = clinic.policy(boss={"grants": {"*": {"view": "all"}}})
    return clinic.gate(policy, someone("boss", user_id="me"))


def test_a_filter_and_its_formula_find_the_same(gate: Gate) -> None:
    apart = {}
    for case in CASES:
        where = {"op": "and", "items": [case["item"]]}
        listed = names(gate.page(RecordQuery("customer", ("name",), where=where, limit=200)).records)
        built = names(gate.page(RecordQuery("customer", ("name",), formulas=(case["formula"],), limit=200)).records)  # fmt: skip
        assert listed, f"nobody is found by {case['item']}"
        if set(listed) != set(built):
            apart[case["formula"]] = set(listed) ^ set(built)
    assert apart == {}
