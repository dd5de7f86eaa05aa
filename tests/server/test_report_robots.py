"""Reports told to chat groups: what they say, who may have them told, and the outbox that shows it."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

import connectors.robot
from engine.ports import Receipt
from tests.installations import BOTH
from tests.server.conftest import Town, problems, town_with
from tests.server.making import Definitions
from tests.server.test_report_out import _write, advance, drawer, with_reports

BOARD = {"kind": "wecom", "name": "院长群", "url": "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=k"}


def with_outbox(made: Definitions) -> None:
    with_reports(made)
    for key, one in made.items():
        if key.startswith("roles/") and one.get("rights", {}).get("export"):
            one["rights"] = {**one["rights"], "flows": True}


@pytest.fixture(scope="module", params=BOTH)
def town(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with town_with(request, tmp_path_factory, with_outbox) as made:
        boss = made.sign_in("boss")
        for at in range(6):
            _write(boss, "customer", name=f"<@all>顾客{at}", color=["red", "green"][at % 2], age=20 + at)
        yield made


@pytest.fixture
def boss(town: Town) -> Iterator[TestClient]:
    client = town.sign_in("boss")
    yield client
    for one in client.get("/api/subscriptions").json()["subscriptions"]:
        client.delete(f"/api/subscriptions/{one['id']}")
    keep(town, {})


def keep(town: Town, robots: dict[str, Any]) -> None:
    path = town.house.settings.home / "connections.json"
    path.unlink(missing_ok=True)
    path.touch(0o600)
    path.write_text(json.dumps({"*": {"robots": robots}}), "utf-8")


def subscribe(client: TestClient, key: str, robot: str, kind: str = "reports") -> Any:
    values = {"kind": kind, "key": key, "cron": "0 9 * * *", "robot": robot}
    return client.post("/api/subscriptions", json=values)


def told(town: Town, client: TestClient, subscription: str) -> dict[str, Any]:
    assert client.post(f"/api/subscriptions/{subscription}/send").status_code in (200, 202)
    advance(town, seconds=1)
    rows = client.get("/api/outbox").json()["messages"]
    return next(one for one in rows if one["key"].startswith(subscription))


def test_without_an_address_the_outbox_shows_what_would_be_sent(town: Town, boss: TestClient) -> None:
    offered = boss.get("/api/subscriptions").json()["robots"]
    assert {one["key"]: one["is_ready"] for one in offered} == dict.fromkeys(
        ("dingtalk", "feishu", "wecom"), False
    )
    made = subscribe(boss, "by_color", "feishu").json()
    assert (made["way"], made["robot"]) == ("robot", "飞书群机器人")
    row = told(town, boss, made["id"])
    assert (row["state"], row["channel"], row["subject"]) == ("outbox", "robot_feishu", "by_color")
    assert "**by＿color**" in row["text"]
    assert "：3" in row["text"]
    assert json.loads(row["data"])["card"]["elements"][0]["content"] == row["text"]


def test_names_are_shortened_and_mention_nobody(town: Town, boss: TestClient) -> None:
    row = told(town, boss, subscribe(boss, "names", "wecom").json()["id"])
    assert "顾客" not in row["text"]
    assert "<" not in row["text"]


def test_a_group_is_told_in_its_time_and_once(
    town: Town, boss: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(town, {"board": {**BOARD, "names": True}})
    posted: list[Any] = []

    def post(_method: str, _url: str, _hosts: frozenset[str], **given: Any) -> tuple[int, Any]:
        posted.append(given["json"])
        return 200, {"errcode": 0}

    monkeypatch.setattr(connectors.robot, "call_json", post)
    made = subscribe(boss, "main", "board", "dashboards").json()
    assert made["robot"] == "院长群"
    advance(town, days=1)
    assert len(posted) == 1
    text = posted[0]["markdown"]["content"]
    assert "**by＿color**" in text
    assert "＜＠all＞顾客" in text
    assert len(text.encode()) <= 4_096
    advance(town, seconds=60)
    assert len(posted) == 1
    assert boss.get("/api/subscriptions").json()["subscriptions"][0]["last_sent_at"]
    row = next(one for one in boss.get("/api/outbox").json()["messages"] if one["key"].startswith(made["id"]))
    assert (row["state"], row["address"], row["to_name"]) == ("sent", "qyapi.weixin.qq.com/…", "院长群")
    assert "key=k" not in json.dumps(row)


def test_a_robot_that_refuses_is_told_to_the_subscriber(
    town: Town, boss: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(town, {"board": BOARD})
    monkeypatch.setattr(
        connectors.robot, "call_json", lambda *_a, **_k: (200, {"errcode": 93000, "errmsg": "no such robot"})
    )
    made = subscribe(boss, "by_color", "board").json()
    assert told(town, boss, made["id"])["state"] == "failed"
    problem = boss.get("/api/subscriptions").json()["subscriptions"][0]["problem"]
    assert problem["code"] == "subscription.not_told"
    assert "no such robot" in problem["message"]["zh"]
    assert drawer(boss, "report.sent")


def test_a_group_that_is_gone_pauses_what_went_there(town: Town, boss: TestClient) -> None:
    keep(town, {"board": BOARD})
    made = subscribe(boss, "by_color", "board").json()
    keep(town, {})
    boss.post(f"/api/subscriptions/{made['id']}/send")
    advance(town, seconds=1)
    line = boss.get("/api/subscriptions").json()["subscriptions"][0]
    assert (line["paused"], line["problem"]["code"]) == (True, "subscription.no_robot")


def test_a_group_of_certain_roles_is_for_nobody_else(town: Town, boss: TestClient) -> None:
    keep(town, {"board": {**BOARD, "roles": ["nobody"]}})
    assert "board" not in {one["key"] for one in boss.get("/api/subscriptions").json()["robots"]}
    for robot in ("board", "gone"):
        refused = subscribe(boss, "by_color", robot)
        assert refused.status_code == 422
        assert problems(refused)[0]["code"] == "subscription.no_robot"


def test_what_was_begun_and_not_ended_is_not_said_twice(town: Town, boss: TestClient) -> None:
    from engine.store.unit import Cause
    from flow_engine.messages.ledger import write_outbox
    from server.report_books import Wanted

    clinic = town.house.clinic("alpha")
    robots = clinic.report_out.subscriptions.robots
    actor = clinic.person(boss.get("/api/me").json()["user"]["id"])
    group = robots.find(actor, "wecom")
    assert group is not None
    row = {"message": "x", "kind": "staff", "to_kind": "robot", "to_id": "wecom", "state": "sending"}
    with clinic.workspace.write(Cause("system")) as unit:
        write_outbox(unit, "once@1", row)
    assert robots.tell(group, actor, Wanted("reports", "by_color", {}), "once@1", "x") == Receipt("unknown")
