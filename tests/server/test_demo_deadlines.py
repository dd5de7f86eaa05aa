"""The first talks of the practice clinic's last months: told by its leads, in all four months, kept and missed."""

from datetime import timedelta
from pathlib import Path

import pytest

from engine.access.actor import system_actor
from engine.store.platform import from_instant
from engine.store.unit import Cause
from server.clinics import Clinic, House
from server.demo.deadlines import FLOW, IN, past_first_talks
from server.installing import install
from server.settings import Settings


@pytest.fixture
def clinic(tmp_path: Path, repository: Path) -> "Clinic":
    return install(House(Settings(home=tmp_path)), "dental", repository / "templates" / "dental")


def test_each_lead_tells_whether_it_was_talked_to_in_time(clinic: Clinic) -> None:
    now = clinic.workspace.clock.now()
    asked = now - timedelta(days=30)
    hours = {"soon": 3, "late": 40, "never": None, "long ago": 3, "just now": 3}
    when = {"long ago": now - timedelta(days=300), "just now": now - timedelta(hours=5)}
    system = system_actor("dental", zone=clinic.workspace.zone)
    rows = [
        {
            "name": name, "phone": f"1390000{at:04}", "owner_id": "u1", "stage": "contacted",
            "created_at": when.get(name, asked), "assigned_at": when.get(name, asked),
            "first_contact_at": None if after is None else when.get(name, asked) + timedelta(hours=after),
        }
        for at, (name, after) in enumerate(hours.items())
    ]  # fmt: skip
    service = clinic.service
    with clinic.workspace.write(Cause("system")) as unit:
        desk = service.desk(unit, system)
        branch = unit.insert(desk.system_gate.write("branch", "insert"), {"name": "一店"})["id"]
        for row in rows:
            unit.insert(desk.system_gate.write("lead", "insert"), {**row, "branch_id": branch})
    assert past_first_talks(clinic) == 3
    with clinic.workspace.read() as unit:
        found = unit.cursor.execute(
            "SELECT i.title, t.state, t.due_at, t.done_at, i.flow FROM cc_flow_tasks t JOIN cc_flow_instances i "
            "ON i.instance_id = t.instance_id"
        ).fetchall()
    told = {row[0]: row[1:] for row in found}
    assert {row[3] for row in told.values()} == {FLOW}
    assert {name: row[0] for name, row in told.items()} == {
        "soon": "done",
        "late": "done",
        "never": "cancelled",
    }
    in_time = {name: row[2] <= row[1] for name, row in told.items()}
    assert in_time == {"soon": True, "late": False, "never": False}
    assert from_instant(told["soon"][1]) == asked + IN
