"""Wrong, late and hostile input to tasks and flows, on both databases: a clear problem, nothing changed, nothing lost."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from httpx import Response
from sqlalchemy import inspect, text

from engine.ids import new_id
from tests.installations import BOTH, pg_database
from tests.server.conftest import Town, codes, new_customer, town_with
from tests.server.test_tasks import act, page_of, started, task_in

__all__ = ["pg_database"]

END = {"key": "end", "kind": "end"}
NAME = {"zh": "审批", "en": "Approval"}
ASK = {
    "key": "ask", "name": NAME, "trigger": {"kind": "button", "form": "customer"}, "start": "ok",
    "nodes": [
        {"key": "ok", "kind": "approve", "name": NAME, "who": {"role": "admin"}, "to": {"approved": "write", "rejected": "end"}},
        {"key": "write", "kind": "update", "record": "{customer}", "set": {"color": '"green"'}, "to": "end"},
        END,
    ],
}  # fmt: skip
SHARED = {
    "key": "shared", "name": NAME, "trigger": {"kind": "button", "form": "customer"}, "start": "do",
    "nodes": [{"key": "do", "kind": "task", "name": NAME, "who": {"role": "clerk"}, "to": "end"}, END],
}  # fmt: skip
SPIN = {
    "key": "spin", "name": NAME, "trigger": {"kind": "button", "form": "customer"}, "start": "a",
    "nodes": [{"key": "a", "kind": "set", "set": {"x": "1"}, "to": "b"}, {"key": "b", "kind": "set", "set": {"x": "2"}, "to": "a"}, END],
}  # fmt: skip


@pytest.fixture(scope="module", params=BOTH)
def town(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    def with_flows(files: Any) -> None:
        for one in (ASK, SHARED, SPIN):
            files[f"flows/{one['key']}"] = one
        files["roles/admin"]["rights"]["flows"] = True

    with town_with(request, tmp_path_factory, with_flows) as made:
        yield made


def flow_rows(town: Town) -> dict[str, list[Any]]:
    """Return everything that flows have written, and the records."""
    with town.clinic().workspace.read() as unit:
        schema = town.clinic().workspace.room.schema
        tables = inspect(unit.connection).get_table_names(schema=schema)
        wanted = [one for one in sorted(tables) if one.startswith(("cc_flow_", "f_", "cc_outbox"))]
        return {
            one: sorted(map(repr, unit.connection.execute(text(f'SELECT * FROM "{one}"')))) for one in wanted
        }


def refused(town: Town, told: Response, status: int, before: dict[str, list[Any]]) -> None:
    """Assert a clear refusal in both languages that changed nothing."""
    assert told.status_code == status, told.text
    problem = told.json()["problems"][0]
    assert problem["message"]["zh"]
    assert problem["message"]["en"]
    assert flow_rows(town) == before


def test_a_click_on_what_somebody_else_has_decided(town: Town) -> None:
    ann, boss = town.sign_in("ann"), town.sign_in("boss")
    instance, _ = started(ann, "ask")
    task = task_in(boss, instance)
    assert act(boss, task, way="rejected", comment="不行").status_code == 200
    before = flow_rows(town)
    refused(town, act(boss, task, way="approved"), 409, before)


def test_the_same_press_twice_is_done_once_and_answered_alike(town: Town) -> None:
    ann, boss = town.sign_in("ann"), town.sign_in("boss")
    instance, record = started(ann, "ask")
    task, key = task_in(boss, instance), new_id()
    first = act(boss, task, key=key, way="approved")
    before = flow_rows(town)
    again = act(boss, task, key=key, way="approved")
    assert (first.status_code, again.status_code, first.json()) == (200, 200, again.json())
    assert flow_rows(town) == before
    refused(town, act(boss, task, key=key, way="rejected", comment="x"), 409, before)
    seen = boss.get(f"/api/forms/customer/records/{record['id']}").json()["record"]
    assert (seen["color"], seen["revision"]) == ("green", record["revision"] + 1)


def test_two_presses_at_once_are_done_once(town: Town) -> None:
    ann = town.sign_in("ann")
    record = new_customer(ann)
    body = {"form": "customer", "record_id": record["id"], "key": new_id()}
    with ThreadPoolExecutor(2) as hands:
        told = list(hands.map(lambda _: ann.post("/api/flows/ask/start", json=body), range(2)))
    assert [one.status_code for one in told] == [200, 200]
    running = ann.get(f"/api/forms/customer/records/{record['id']}/flows").json()["instances"]
    assert len(running) == 1


@pytest.mark.parametrize(
    ("action", "values", "status"),
    [
        ("complete", {"way": "perhaps"}, 422),
        ("complete", {"way": "returned"}, 422),
        ("complete", {"way": "rejected"}, 422),
        ("complete", {"way": "approved", "values": {"nonsense": 1}}, 403),
        ("explode", {}, 422),
        ("transfer", {"to": "nobody"}, 422),
        ("send_back", {"to": "write"}, 422),
    ],
)
def test_an_outcome_or_action_nobody_knows(
    town: Town, action: str, values: dict[str, Any], status: int
) -> None:
    boss = town.sign_in("boss")
    instance, _ = started(town.sign_in("ann"), "ask")
    task = task_in(boss, instance)
    before = flow_rows(town)
    refused(town, act(boss, task, action, **values), status, before)
    assert act(boss, task, way="approved").status_code == 200, "what was refused is in nobody's way"


def test_a_round_that_is_over(town: Town) -> None:
    boss = town.sign_in("boss")
    instance, _ = started(town.sign_in("ann"), "ask")
    task = {**task_in(boss, instance), "round": 7}
    before = flow_rows(town)
    refused(town, act(boss, task, way="approved"), 409, before)


def test_a_task_of_somebody_else(town: Town) -> None:
    ann, boss = town.sign_in("ann"), town.sign_in("boss")
    nobody = town.sign_in("nobody")
    instance, _ = started(ann, "ask")
    task = task_in(boss, instance)
    before = flow_rows(town)
    for who in (ann, nobody):
        told = act(who, task, way="approved")
        assert told.status_code in (403, 404, 409), told.text
        refused(town, told, told.status_code, before)
    assert nobody.get(f"/api/tasks/{instance}/{task['task_id']}").status_code == 404


def test_a_shared_task_is_claimed_once(town: Town) -> None:
    ann, ben = town.sign_in("ann"), town.sign_in("ben")
    instance, _ = started(ann, "shared")
    task = task_in(ann, instance)
    assert act(ann, task, "claim").status_code == 200
    before = flow_rows(town)
    told = act(ben, task, "claim")
    refused(town, told, told.status_code, before)
    assert told.status_code in (403, 409)


def test_a_record_deleted_meanwhile_is_told_and_nothing_is_lost(town: Town) -> None:
    ann, boss = town.sign_in("ann"), town.sign_in("boss")
    instance, record = started(ann, "ask")
    task = task_in(boss, instance)
    gone = boss.request(
        "DELETE", f"/api/forms/customer/records/{record['id']}", params={"revision": record["revision"]}
    )
    assert gone.status_code in (200, 204), gone.text
    assert page_of(boss, task)["record"] is None
    assert act(boss, task, way="approved").status_code == 200
    page = boss.get(f"/api/instances/{instance}").json()
    assert page["instance"]["status"] == "failed"
    assert [one["node"] for one in page["incidents"]] == ["write"]
    assert page["incidents"][0]["problem"]["message"]["zh"]
    assert page["history"][-1]["kind"] == "incident", "what was decided is kept"
    told = boss.post("/api/incidents/settle", json={"ids": [page["incidents"][0]["id"]], "action": "skip"})
    assert told.json() == {"settled": 1, "failed": []}
    assert boss.get(f"/api/instances/{instance}").json()["instance"]["status"] == "done"


def test_a_flow_about_a_record_that_is_gone_does_not_start(town: Town) -> None:
    boss = town.sign_in("boss")
    record = new_customer(boss)
    boss.request(
        "DELETE", f"/api/forms/customer/records/{record['id']}", params={"revision": record["revision"]}
    )
    before = flow_rows(town)
    for record_id in (record["id"], new_id(), "x"):
        told = boss.post("/api/flows/ask/start", json={"form": "customer", "record_id": record_id})
        assert (told.json()["started"], len(told.json()["failed"])) == ([], 1)
    assert flow_rows(town) == before


def test_a_loop_without_end_stops_and_is_told(town: Town) -> None:
    boss = town.sign_in("boss")
    instance, _ = started(town.sign_in("ann"), "spin")
    for _ in range(60):
        if not town.run_jobs():
            break
    page = boss.get(f"/api/instances/{instance}").json()
    assert [one["problem"]["code"] for one in page["incidents"]] == ["flow.spins"]
    assert boss.post(f"/api/instances/{instance}/cancel", json={}).json()["status"] == "cancelled"


@pytest.mark.parametrize(
    "nodes",
    [
        [
            {
                "key": "ok",
                "kind": "approve",
                "who": {"role": "admin"},
                "to": {"approved": "nowhere", "rejected": "end"},
            },
            END,
        ],
        [{"key": "ok", "kind": "nonsense", "to": "end"}, END],
        [],
    ],
)
def test_a_definition_that_cannot_run_is_told_with_its_place(town: Town, nodes: list[Any]) -> None:
    boss = town.sign_in("boss")
    before = flow_rows(town)
    body = {"form": "customer", "record": {"name": "试"}, "definition": {**ASK, "nodes": nodes}}
    told = boss.post("/api/flows/ask/simulate", json=body)
    refused(town, told, 422, before)
    assert any(path.startswith(("/flows/ask", "/nodes", "/start")) for path in codes(told)), codes(told)


@pytest.mark.parametrize(
    "instance", ["x", "", "01a2035a-0188-706e-9b9b-000000000000", "'; DROP TABLE cc_jobs; --"]
)
def test_instances_that_are_not_there(town: Town, instance: str) -> None:
    boss = town.sign_in("boss")
    assert boss.get(f"/api/instances/{instance}" if instance else "/api/instances/%20").status_code == 404
    assert boss.post(f"/api/instances/{instance or '%20'}/cancel", json={}).status_code == 404
