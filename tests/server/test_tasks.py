"""Tasks over HTTP, on both databases: who sees what, who may do what, and what the record looks like afterwards."""

from collections.abc import Iterator

import pytest
from httpx import Response
from jsonschema import Draft202012Validator

from engine.ids import new_id
from server.app import VERSION, routers
from server.openapi import document
from tests.installations import BOTH, pg_database
from tests.server.conftest import Town, codes, new_customer, town_with

__all__ = ["pg_database"]

END = {"key": "end", "kind": "end"}
APPROVAL = {
    "key": "discount",
    "name": {"zh": "折扣审批", "en": "Discount"},
    "trigger": {"kind": "button", "form": "customer", "name": {"zh": "提交", "en": "Ask"}, "when": '{stage} <> "won"'},
    "start": "ok",
    "nodes": [
        {"key": "ok", "kind": "approve", "name": {"zh": "主管", "en": "Boss"}, "who": {"role": "admin"}, "not_who": "{customer.created_by}",
         "if_nobody": {"role": "clerk"}, "signature": True, "fields": {"note": "required", "phone": "masked", "cost": "hidden"},
         "to": {"approved": "write", "rejected": "end", "returned": "again"}},
        {"key": "again", "kind": "fill", "who": "{customer.created_by}", "fields": {"note": "write"}, "to": "ok"},
        {"key": "write", "kind": "update", "record": "{customer}", "set": {"color": '"green"'}, "to": "end"},
        END,
    ],
}  # fmt: skip
PATIENT = {
    "key": "patient",
    "name": {"zh": "等等看", "en": "Wait and see"},
    "trigger": {"kind": "button", "form": "customer"},
    "start": "ok",
    "nodes": [
        {"key": "ok", "kind": "approve", "name": {"zh": "确认", "en": "Confirm"}, "who": {"role": "admin"}, "mode": "all",
         "due": {"in": "1d", "late": [{"remind": "who"}, {"after": "1d", "hand_to": {"role": "clerk"}}, {"after": "2d", "do": "rejected"}]},
         "to": {"approved": "rest", "rejected": "end"}},
        {"key": "rest", "kind": "wait", "name": {"zh": "缓一天", "en": "Rest"}, "for": "1d", "to": "call"},
        {"key": "call", "kind": "task", "name": {"zh": "去电", "en": "Call"}, "who": "{customer.created_by}", "to": "end"},
        END,
    ],
}  # fmt: skip
BY_ROLE = {
    "key": "by_role",
    "name": {"zh": "按角色", "en": "By role"},
    "trigger": {"kind": "button", "form": "customer"},
    "start": "ok",
    "nodes": [
        {"key": "ok", "kind": "approve", "who": [{"role": "admin"}, {"role": "clerk"}],
         "fields": {"*": "read", "note": {"admin": "required", "clerk": "hidden"}}, "to": {"approved": "end", "rejected": "end"}},
        END,
    ],
}  # fmt: skip
BOTH_AGREE = {
    "key": "both",
    "name": {"zh": "会签", "en": "Both"},
    "trigger": {"kind": "button", "form": "customer"},
    "start": "ok",
    "nodes": [
        {"key": "ok", "kind": "approve", "who": [{"role": "admin"}, {"role": "clerk"}], "mode": "all", "to": {"approved": "end", "rejected": "end"}},
        END,
    ],
}  # fmt: skip


@pytest.fixture(scope="module", params=BOTH)
def town(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """Return a house with one clinic whose app has two approvals. Its pool has one connection."""

    def with_flows(files):
        files["flows/discount"], files["flows/both"] = APPROVAL, BOTH_AGREE
        files["flows/patient"], files["flows/by_role"] = PATIENT, BY_ROLE
        files["roles/admin"]["rights"]["flows"] = True

    with town_with(request, tmp_path_factory, with_flows) as made:
        yield made


def started(client, flow="discount", **values) -> tuple[str, dict]:
    """Start a flow about a new customer; return the instance's id and the record."""
    record = new_customer(client, **values)
    told = client.post(
        f"/api/flows/{flow}/start", json={"form": "customer", "record_id": record["id"], "key": new_id()}
    )
    assert told.status_code == 200, told.text
    assert told.json()["failed"] == [], told.text
    return told.json()["started"][0], record


def task_in(client, instance: str) -> dict:
    """Return my task in an instance."""
    found = [
        one for one in client.get("/api/tasks?limit=200").json()["tasks"] if one["instance_id"] == instance
    ]
    assert found, "no task"
    return found[0]


def page_of(client, task: dict) -> dict:
    told = client.get(f"/api/tasks/{task['instance_id']}/{task['task_id']}")
    assert told.status_code == 200, told.text
    return told.json()


def act(client, task: dict, action: str = "complete", comment=None, key=None, **values) -> Response:
    body = {"values": values, "comment": comment, "round": task["round"], "key": key or new_id()}
    return client.post(f"/api/tasks/{task['instance_id']}/{task['task_id']}/{action}", json=body)


def approve(client, task: dict, **more) -> Response:
    return act(client, task, way="approved", signed={"shown": page_of(client, task)["shown"]}, **more)


def test_an_approval_from_the_button_to_the_record(town):
    ann, boss = town.sign_in("ann"), town.sign_in("boss")
    instance, record = started(ann, note="老客")
    task = task_in(boss, instance)
    assert approve(boss, task).status_code == 200
    after = boss.get(f"/api/forms/customer/records/{record['id']}").json()["record"]
    assert after["color"] == "green"
    assert ann.get(f"/api/instances/{instance}").json()["instance"]["status"] == "done"


def test_the_page_says_what_comes_next_and_hides_what_the_step_hides(town):
    ann, boss = town.sign_in("ann"), town.sign_in("boss")
    instance, record = started(ann)
    boss.patch(
        f"/api/forms/customer/records/{record['id']}",
        json={"revision": 1, "values": {"phone": "13800001111", "cost": "5"}},
    )
    page = page_of(boss, task_in(boss, instance))
    ways = {one["way"]: one for one in page["ways"]}
    assert ways["approved"]["next"] == [{"kind": "end", "outcome": None}]
    assert ways["rejected"]["next"] == [{"kind": "end", "outcome": None}]
    assert [(step["node"], step["people"]) for step in ways["returned"]["next"]] == [
        ("again", [town.ids["alpha", "ann"]])
    ]
    assert "cost" not in page["record"]["record"]
    assert page["record"]["record"]["phone"] == "•••"


def test_the_page_of_a_flow_says_what_each_choice_and_each_timer_leads_to(town):
    ann, boss = town.sign_in("ann"), town.sign_in("boss")
    instance, _ = started(ann, "patient")
    (place,) = ann.get(f"/api/instances/{instance}").json()["ahead"]
    ways = {one["label"]["zh"]: one["next"] for one in place["ways"]}
    assert [(step["kind"], step["node"]) for step in ways["同意"]] == [("timer", "rest")]
    assert ways["拒绝"] == [{"kind": "end", "outcome": None}]
    handed = next(one for one in place["timers"] if one["label"]["zh"] == "超时转给")
    assert town.ids["alpha", "ann"] in handed["people"]
    late = next(one for one in place["timers"] if one["label"]["zh"] == "超时自动“拒绝”")
    assert late["next"] == [{"kind": "end", "outcome": None}]
    assert [one["at"] for one in place["timers"]] == sorted(one["at"] for one in place["timers"])
    task = task_in(boss, instance)
    assert act(boss, task, way="approved").status_code == 200
    (place,) = ann.get(f"/api/instances/{instance}").json()["ahead"]
    (timer,) = place["timers"]
    assert [(step["node"], step["people"]) for step in timer["next"]] == [
        ("call", [town.ids["alpha", "ann"]])
    ]


def test_looking_ahead_changes_nothing(town):
    ann = town.sign_in("ann")
    instance, record = started(ann, "patient")
    first = ann.get(f"/api/instances/{instance}").json()
    assert ann.get(f"/api/instances/{instance}").json() == first
    assert (
        ann.get(f"/api/forms/customer/records/{record['id']}").json()["record"]["revision"]
        == record["revision"]
    )


def test_who_would_be_asked_is_told_before(town):
    ann = town.sign_in("ann")
    record = new_customer(ann)
    told = ann.post(
        "/api/flows/discount/preview", json={"form": "customer", "record_id": record["id"]}
    ).json()
    assert [step["people"] for step in told["steps"]] == [[town.ids["alpha", "boss"]]]
    assert ann.get(f"/api/forms/customer/records/{record['id']}/flows").json()["instances"] == [], (
        "nothing has started"
    )


def test_a_required_field_must_be_filled_and_a_read_one_cannot_be_written(town):
    ann, boss = town.sign_in("ann"), town.sign_in("boss")
    instance, record = started(ann)
    task = task_in(boss, instance)
    assert codes(approve(boss, task)) == {"/values/note": "flow.field_required"}
    told = approve(boss, task, values={"note": "ok", "color": "red"})
    assert (told.status_code, codes(told)) == (403, {"/values/color": "flow.field_not_yours"})
    assert boss.get(f"/api/forms/customer/records/{record['id']}").json()["record"]["note"] is None, (
        "nothing was written"
    )
    assert approve(boss, task, values={"note": "ok"}).status_code == 200


def test_long_lists_come_in_pages(town):
    ann, boss = town.sign_in("ann"), town.sign_in("boss")
    made = {started(ann, "both")[0] for _ in range(5)}
    for path, rows, who in (
        ("/api/tasks?box=open", "tasks", boss),
        ("/api/tasks?box=started&status=running", "instances", ann),
        ("/api/instances?flow=both&status=live", "instances", boss),
    ):
        found, offset, more = [], 0, True
        while more:
            page = who.get(f"{path}&limit=2&offset={offset}").json()
            assert len(page[rows]) <= 2
            found += [(one["instance_id"], one.get("task_id")) for one in page[rows]]
            offset, more = len(found), page["more"]
        assert len(found) == len(set(found)), path
        assert made <= {instance for instance, _ in found}, path
    for path in ("tasks", "instances", "outbox", "incidents"):
        page = boss.get(f"/api/{path}?limit=100000&offset=100000").json()
        assert page["more"] is False


def test_field_rights_differ_by_role_and_the_server_keeps_them(town):
    ann, boss = town.sign_in("ann"), town.sign_in("boss")
    instance, _ = started(ann, "by_role", note="内部")
    for who, level in ((ann, "hidden"), (boss, "required")):
        page = page_of(who, task_in(who, instance))
        assert page["node"]["fields"]["note"] == level
        assert ("note" in page["record"]["record"]) == (level != "hidden")
    told = act(ann, task_in(ann, instance), way="approved", values={"note": "改"})
    assert (told.status_code, codes(told)) == (403, {"/values/note": "flow.field_not_yours"})
    assert act(boss, task_in(boss, instance), way="approved", values={"note": "好"}).status_code == 200


def test_a_signature_is_void_when_what_was_shown_has_changed(town):
    ann, boss = town.sign_in("ann"), town.sign_in("boss")
    instance, record = started(ann, note="one")
    task = task_in(boss, instance)
    shown = page_of(boss, task)["shown"]
    ann.patch(f"/api/forms/customer/records/{record['id']}", json={"revision": 1, "values": {"note": "two"}})
    told = act(boss, task, way="approved", signed={"shown": shown})
    assert (told.status_code, codes(told)) == (409, {"/values/signed": "task.changed_since"})


def test_somebody_elses_task_is_none_of_my_business(town):
    ann, ben = town.sign_in("ann"), town.sign_in("ben")
    instance, _ = started(ann)
    task = task_in(town.sign_in("boss"), instance)
    path = f"/api/tasks/{instance}/{task['task_id']}"
    assert ben.get(path).status_code == 404
    assert ben.get(f"/api/instances/{instance}").status_code == 404
    assert act(ben, task, way="approved", signed={"shown": "x"}).status_code in (403, 404)
    assert ben.get("/api/instances").status_code == 403
    assert ben.get("/api/outbox").status_code == 403


def test_the_same_click_twice_is_done_once_and_another_one_is_told_who_was_quicker(town):
    ann, boss = town.sign_in("ann"), town.sign_in("boss")
    instance, _ = started(ann, note="x")
    task = task_in(boss, instance)
    key, signed = new_id(), {"shown": page_of(boss, task)["shown"]}
    first = act(boss, task, key=key, way="approved", signed=signed)
    assert first.status_code == 200
    late = act(boss, task, way="rejected", comment="no")
    assert late.status_code == 409
    assert ann.get(f"/api/instances/{instance}").json()["instance"]["status"] == "done"


def test_many_at_once_each_by_itself(town):
    ann, boss = town.sign_in("ann"), town.sign_in("boss")
    items = [task_in(boss, started(ann, "both")[0]) for _ in range(2)]
    places = [{"instance_id": one["instance_id"], "task_id": one["task_id"]} for one in items]
    strange = {"instance_id": new_id(), "task_id": 3}
    told = boss.post(
        "/api/tasks/many",
        json={
            "items": [*places, strange],
            "action": "complete",
            "values": {"way": "approved"},
            "key": new_id(),
        },
    )
    assert [one["ok"] for one in told.json()["results"]] == [True, True, False]
    assert told.json()["results"][2]["problems"][0]["message"]["zh"]


def test_returned_changed_and_approved(town):
    ann, boss = town.sign_in("ann"), town.sign_in("boss")
    instance, record = started(ann, note="weak")
    assert act(boss, task_in(boss, instance), way="returned", comment="say more").status_code == 200
    mine = task_in(ann, instance)
    assert mine["quick"] == [], "what is to be filled in is not done by one press"
    page = page_of(ann, mine)
    assert page["returned"]["comment"] == "say more"
    assert page["node"]["fields"] == {"*": "read", "note": "write"}
    assert (
        act(
            ann, mine, way="done", values={"note": "strong"}, revision=page["record"]["record"]["revision"]
        ).status_code
        == 200
    )
    assert approve(boss, task_in(boss, instance)).status_code == 200
    assert boss.get(f"/api/forms/customer/records/{record['id']}").json()["record"]["note"] == "strong"


def test_withdrawn_by_whoever_started_it_and_taken_back_by_whoever_decided(town):
    ann, boss = town.sign_in("ann"), town.sign_in("boss")
    instance, _ = started(ann)
    assert ann.get(f"/api/instances/{instance}").json()["actions"] == ["withdraw"]
    assert ann.post(f"/api/instances/{instance}/withdraw", json={}).json()["status"] == "cancelled"
    again, _ = started(ann, note="x")
    task = task_in(boss, again)
    assert act(boss, task, way="returned", comment="?").status_code == 200
    offer = page_of(boss, task)["actions"]
    assert [one["kind"] for one in offer] == ["take_back"]
    after = {**task, "task_id": offer[0]["task_id"], "round": offer[0]["round"]}
    assert act(boss, after, "take_back").status_code == 200
    assert task_in(boss, again)["node"] == "ok"


def test_the_drawer_tells_of_new_tasks_in_both_languages(town):
    ann, boss = town.sign_in("ann"), town.sign_in("boss")
    instance, _ = started(ann)
    newest = boss.get("/api/notifications").json()["items"][0]
    assert newest["body"]["instance"] == instance
    assert newest["body"]["title"]["zh"].startswith("新待办：折扣审批")
    assert newest["body"]["title"]["en"].startswith("New task: ")


def test_a_proxy_decides_while_somebody_is_away_and_never_in_a_circle(town):
    ann, boss = town.sign_in("ann"), town.sign_in("boss")
    today = town.clinic().workspace.clock.now().date().isoformat()
    days = {"from": today, "until": "2999-01-01"}
    assert codes(boss.post("/api/proxies", json={"proxy": town.ids["alpha", "ben"], **days})) == {
        "/until": "proxy.dates"
    }
    days["until"] = today
    made = boss.post("/api/proxies", json={"proxy": town.ids["alpha", "ben"], **days})
    assert made.status_code == 200, made.text
    ben = town.sign_in("ben")
    circle = ben.post("/api/proxies", json={"proxy": town.ids["alpha", "boss"], **days})
    assert codes(circle) == {"/proxy": "proxy.circle"}
    instance, _ = started(ann)
    task = task_in(ben, instance)
    assert task["owner"] == town.ids["alpha", "boss"]
    assert boss.delete(f"/api/proxies/{made.json()['id']}").status_code == 204


def test_a_hand_over_is_seen_before_done_and_taken_back(town):
    ann, boss = town.sign_in("ann"), town.sign_in("boss")
    record = new_customer(ann)
    instance, _ = started(ann, "both")
    wanted = {"from_user": town.ids["alpha", "ann"], "to": [town.ids["alpha", "ben"]]}
    assert ann.post("/api/handovers", json=wanted).status_code == 403
    seen = boss.post("/api/handovers/preview", json=wanted).json()
    assert instance in {one["instance_id"] for one in seen["tasks"]}
    done = boss.post("/api/handovers", json=wanted).json()
    assert done["moved"] == len(seen["tasks"])
    owner = boss.get(f"/api/forms/customer/records/{record['id']}").json()["record"]["owner_id"]
    assert owner == town.ids["alpha", "ben"]
    back = boss.post(f"/api/handovers/{done['id']}/undo").json()
    assert back == {"undone": done["moved"], "kept": 0}
    assert task_in(ann, instance)["assignee"] == town.ids["alpha", "ann"]
    owner = boss.get(f"/api/forms/customer/records/{record['id']}").json()["record"]["owner_id"]
    assert owner == town.ids["alpha", "ann"]


def test_the_button_stands_only_where_its_condition_holds(town):
    boss = town.sign_in("boss")
    record = new_customer(boss, stage="new")
    path = f"/api/forms/customer/records/{record['id']}"
    assert {one["flow"] for one in boss.get(f"{path}/flows").json()["buttons"]} == {
        "discount",
        "both",
        "patient",
        "by_role",
    }
    for stage in ("open", "won"):
        revision = boss.get(path).json()["record"]["revision"]
        assert boss.patch(path, json={"revision": revision, "values": {"stage": stage}}).status_code == 200
    assert {one["flow"] for one in boss.get(f"{path}/flows").json()["buttons"]} == {
        "both",
        "patient",
        "by_role",
    }
    told = boss.post("/api/flows/discount/start", json={"form": "customer", "record_id": record["id"]}).json()
    assert (told["started"], len(told["failed"])) == ([], 1)


@pytest.mark.parametrize(
    "body", [{"values": {"way": 3}}, {"values": {"boss": 1}}, {"values": []}, {"comment": 7}]
)
def test_bad_input_is_told(town, body):
    boss = town.sign_in("boss")
    task = task_in(boss, started(town.sign_in("ann"))[0])
    told = boss.post(f"/api/tasks/{task['instance_id']}/{task['task_id']}/complete", json=body)
    assert told.status_code == 422
    assert codes(told)
    for path in (f"/api/tasks/{task['instance_id']}/x", f"/api/tasks/{new_id()}/1", "/api/tasks/nonsense/1"):
        assert boss.get(path).status_code == 404


def test_answers_have_the_shapes_that_are_told(town):
    told = document(routers(), VERSION)
    ann, boss = town.sign_in("ann"), town.sign_in("boss")
    instance, record = started(ann)
    task = task_in(boss, instance)
    paths = {
        "/api/tasks": "/api/tasks", "/api/tasks/counts": "/api/tasks/counts", "/api/tasks/candidates": "/api/tasks/candidates",
        f"/api/tasks/{instance}/{task['task_id']}": "/api/tasks/{instance_id}/{task}",
        f"/api/instances/{instance}": "/api/instances/{instance_id}", "/api/instances": "/api/instances", "/api/flows": "/api/flows",
        f"/api/forms/customer/records/{record['id']}/flows": "/api/forms/{form}/records/{record_id}/flows",
        "/api/forms/customer/flows": "/api/forms/{form}/flows", "/api/proxies": "/api/proxies", "/api/handovers": "/api/handovers",
        "/api/incidents": "/api/incidents", "/api/outbox": "/api/outbox", "/api/coverage": "/api/coverage",
        "/api/contact-policy": "/api/contact-policy", "/api/contact-policy/held": "/api/contact-policy/held",
        f"/api/contact-policy/people/customer/{record['id']}": "/api/contact-policy/people/{form}/{record_id}",
    }  # fmt: skip
    for path, name in paths.items():
        answer = boss.get(path)
        assert answer.status_code == 200, (path, answer.text)
        schema = told["paths"][name]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
        faults = list(
            Draft202012Validator({**schema, "components": told["components"]}).iter_errors(answer.json())
        )
        assert not faults, (path, faults[0].message, list(faults[0].absolute_path))


def test_the_contact_policy_is_for_those_who_manage_flows(town):
    boss, ann = town.sign_in("boss"), town.sign_in("ann")
    record = new_customer(boss)
    for path in ("", "/held", f"/people/customer/{record['id']}"):
        assert ann.get(f"/api/contact-policy{path}").status_code == 403
    for path in (f"customer/{new_id()}", "customer/x", f"nothing/{record['id']}", f"branch/{record['id']}"):
        assert boss.get(f"/api/contact-policy/people/{path}").status_code == 404
    assert boss.get("/api/contact-policy/held?limit=-3&offset=-1&reason=%27").json()["held"] == []
