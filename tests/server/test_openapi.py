"""The contract is true: the committed files are those of the code, and real answers have the shapes they declare."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

import msgspec
import pytest
from httpx import Request, Response
from jsonschema import Draft202012Validator
from starlette.testclient import TestClient

from engine.access.actor import Actor
from engine.definitions import load_template
from form_engine.client import client_plan
from form_engine.compile import compile_app
from server import bulk_edits
from server.app import VERSION
from server.openapi import PROBLEM, document
from server.routes.app import verbs_of
from tests.server import contract
from tests.server.conftest import Town, new_customer, phone
from tests.server.contract import JSON, Json, closed, hold_against, operation
from tools.openapi import files


@pytest.fixture(scope="module")
def told() -> Json:
    return contract.told()


@pytest.mark.parametrize("name", ["docs/openapi.json", "designer_ui/src/api/schema.d.ts"])
def test_the_committed_file_is_what_the_code_gives(name: str, repository: Path) -> None:
    text = (repository / name).read_text("utf-8")
    assert text == files()[name], "run `make types` and commit what it writes"


def operations(told: Json) -> Iterator[tuple[str, str, Json]]:
    return ((method, path, one) for path, by in told["paths"].items() for method, one in by.items())


def test_every_operation_has_a_name_a_sentence_an_answer_and_a_refusal(told: Json) -> None:
    names = [one["operationId"] for _, _, one in operations(told)]
    assert len(set(names)) == len(names)
    for method, path, one in operations(told):
        assert re.fullmatch(r"[a-z][a-z_]+", one["operationId"])
        assert one["summary"].endswith("."), path
        assert PROBLEM in one["responses"]["default"]["content"], path
        given = {status for status in one["responses"] if status != "default"}
        assert given, path
        assert given == {"204"} or "content" in one["responses"][min(given)], (method, path)


def test_every_reference_leads_somewhere(told: Json) -> None:
    text = msgspec.json.encode(told).decode()
    named = set(re.findall(r'"#/components/schemas/(\w+)"', text))
    assert named == set(told["components"]["schemas"])


def test_the_server_tells_the_same_document(town: Town, told: Json) -> None:
    assert town.visitor().get("/api/openapi.json").json() == told


def wrong(schema: Json, value: Any) -> list[str]:
    found = Draft202012Validator({**closed(), **schema}).iter_errors(value)
    return [f"{one.json_path}: {one.message[:300]}" for one in found]


@dataclass
class Witness:
    """Asks as somebody, and looks whether requests are as declared; answers are looked at wherever anybody asks."""

    client: TestClient
    seen: set[str] = field(default_factory=set)

    def __call__(self, method: str, path: str, body: Any = None, **more: Any) -> Any:
        shape = operation(method, path.partition("?")[0])
        assert shape is not None, f"no such operation: {method} {path}"
        self.seen.add(shape["operationId"])
        if body is not None:
            assert wrong(shape["requestBody"]["content"][JSON]["schema"], body) == [], path
            more["json"] = body
        answer = self.client.request(method, path, **more)
        assert answer.status_code < 400, answer.text
        declared = shape["responses"][str(answer.status_code)].get("content", {})
        media = answer.headers.get("content-type", "").partition(";")[0]
        assert not declared or media in declared or "application/octet-stream" in declared, path
        return answer.json() if media == JSON else answer.content or None


def me(ask: Witness, town: Town) -> None:
    ask("GET", "/api/health")
    ask("GET", "/api/workspaces/public")
    ask("GET", "/api/me")
    ask("PATCH", "/api/me", {"lang": "zh", "theme": "dark", "branch_id": None})
    ask("GET", "/api/app")
    ask("GET", "/api/workbench")
    ask("PUT", "/api/prefs/list.customer", {"value": {"density": "small"}})
    ask("GET", "/api/prefs/list.customer")
    ask("PUT", "/api/forms/customer/saved-views", {"views": [{"key": "mine", "name": {"zh": "我的"}}]})
    ask("GET", "/api/forms/customer/saved-views")
    ask("GET", "/api/notifications")
    ask("POST", "/api/notifications/read", {})


def one_record(ask: Witness, town: Town) -> None:
    form = "/api/forms/customer"
    ask("GET", form)
    ask("GET", f"{form}/schema")
    values = {"name": "王五", "phone": phone(), "items": [{"item": "洗牙", "price": "99.00"}]}
    ask("POST", f"{form}/records/check", {"values": values})
    made = ask("POST", f"{form}/records", {"values": values})["record"]
    talk = {"customer_id": made["id"], "content": "电话", "at": "2026-03-01T09:00:00+08:00"}
    ask("POST", "/api/forms/talk/records", {"values": talk})
    at = f"{form}/records/{made['id']}"
    ask("GET", at)
    ask("POST", f"{at}/check", {"values": {"age": 400}})
    changed = {"revision": made["revision"], "values": {"age": 40, "doctor_id": town.ids["alpha", "ann"]}}
    ask("PATCH", at, changed)
    ask("POST", f"{at}/actions/open", {"values": {}})
    assert ask("GET", f"{at}/history")["entries"]
    assert ask("GET", f"{at}/timeline")["items"]
    ask("GET", f"{at}/explain")
    other = f"{form}/records/{new_customer(ask.client, phone=phone())['id']}"
    ask("DELETE", other)
    ask("POST", f"{other}/restore")


def many_records(ask: Witness, town: Town) -> None:
    form = "/api/forms/customer"
    ids = [new_customer(ask.client, phone=phone(), stage="new")["id"] for _ in range(3)]
    group = {"op": "and", "items": [{"field": "name", "op": "not_empty"}]}
    filtered = {"op": "or", "items": [group, {"field": "age", "op": "gt", "value": 3}]}
    query = {"filter": filtered, "sort": ["name"], "limit": 2, "count": True}
    found = ask("POST", f"{form}/query", query)
    assert len(found["records"]) == 2
    ask("POST", f"{form}/query", {**query, "cursor": found["cursor"]})
    ask("POST", f"{form}/groups", {"by": "stage", "totals": {"age": "max"}})
    ask("POST", f"{form}/aggregate", {"totals": {"age": "sum", "total": "sum"}})
    top = ask("POST", "/api/forms/channel/records", {"values": {"name": phone()}})["record"]["id"]
    ask("POST", "/api/forms/channel/records", {"values": {"name": phone(), "parent": top}})
    assert "children" in ask("POST", "/api/forms/channel/tree", {"view": "tree"})
    ask("GET", f"{form}/options/channel_id?q=")
    ask("POST", f"{form}/options/doctor_id", {"q": "", "values": {}})
    ask("GET", "/api/search?q=张")
    done = ask("POST", f"{form}/bulk", {"ids": ids, "values": {"age": 33}})
    ask("PATCH", f"{form}/records/{ids[0]}", {"values": {"age": 34}})
    assert ask("POST", f"/api/batches/{done['batch']}/undo")["kept"]
    with pytest.MonkeyPatch.context() as few:
        few.setattr(bulk_edits, "AT_ONCE", 2)
        begun = ask("POST", f"{form}/bulk", {"ids": ids, "values": {"age": 35}})
    assert ask("GET", f"/api/bulk-edits/{begun['job']}")["total"] == len(ids)
    town.run_jobs()
    ask("POST", f"{form}/export", {"columns": ["name"], "format": "csv"})
    ask("POST", f"{form}/export", {"format": "xlsx", "limit": 5})


def sheets(ask: Witness, town: Town) -> None:
    table = f"姓名,手机,年纪\n赵六,{phone()},30\n,坏,x\n".encode()
    file = {"file": ("名单.csv", table, "text/csv")}
    upload = ask("POST", "/api/forms/customer/imports", files=file)
    at = f"/api/imports/{upload['id']}"
    ask("POST", f"{at}/look", {"sheet": None, "header_row": 0})
    settings = {"map": {"0": "name", "1": "phone", "2": None}, "policy": "fill", "header_row": 0}
    started = ask("POST", f"{at}/dry-run", settings)
    ask("GET", f"/api/jobs/{started['job']}")
    town.run_jobs()
    assert ask("GET", at)["rows"]
    ask("POST", f"{at}/run")
    town.run_jobs()
    assert ask("GET", at)["counts"]["created"] == 1
    assert ask("GET", "/api/notifications")["items"]
    ask("GET", f"{at}/errors.xlsx")
    ask("POST", f"{at}/undo")


def files_and_links(ask: Witness, town: Town) -> None:
    sent = ask("POST", "/api/files", files={"file": ("a.txt", b"text", "text/plain")})
    ask("GET", f"/api/files/{sent['id']}")
    links = "/api/forms/customer/public-links"
    link = ask("POST", links, {"name": "海报"})
    assert ask("GET", links)["links"]
    at = f"/api/public/alpha/{link['token']}"
    ask("GET", at)
    ask("POST", at, {"values": {"name": "访客", "phone": phone()}, "lang": "zh"})
    ask("DELETE", f"{links}/{link['id']}")


def leaving(ask: Witness, town: Town) -> None:
    given = {"workspace": "alpha", "login": "boss", "password": "correct horse battery"}
    ask("DELETE", "/api/session")
    ask("POST", "/api/session", given)


STORIES: tuple[Callable[[Witness, Town], None], ...] = (
    me, one_record, many_records, sheets, files_and_links, leaving,
)  # fmt: skip
ELSEWHERE = {"reveal_field", "fetch_export", "change_password"}
"""Told in tests of their own: masked values here, large exports and passwords beside them."""
OF_FORMS = ("app", "desk", "exports", "files", "imports", "public", "records", "session")
"""The route files whose every operation is asked here; the others have clinics of their own to be asked in."""


def test_real_requests_and_answers_are_as_declared(town: Town, boss: TestClient) -> None:
    ask = Witness(boss)
    for story in STORIES:
        story(ask, town)
    modules = [import_module(f"server.routes.{name}") for name in OF_FORMS]
    shapes = document([one.router for one in modules], VERSION)
    assert {one["operationId"] for _, _, one in operations(shapes)} - ask.seen == ELSEWHERE


def test_an_answer_that_is_not_as_declared_fails_the_test_that_asked() -> None:
    asked = Request("GET", "http://testserver/api/health")
    with pytest.raises(AssertionError):
        hold_against(Response(200, json={"undeclared": 1}, request=asked))


def test_a_masked_value_and_its_reveal_are_as_declared(town: Town, boss: TestClient, ann: TestClient) -> None:
    ask = Witness(ann)
    made = new_customer(boss, phone=phone(), owner_id=town.ids["alpha", "ann"])
    ask("GET", "/api/forms/customer")
    at = f"/api/forms/customer/records/{made['id']}"
    assert ask("GET", at)["masked"] == ["phone"]
    ask("POST", f"{at}/reveal", {"field": "phone"})
    ask("GET", f"{at}/history")


def test_a_refusal_and_a_clash_are_as_declared(boss: TestClient) -> None:
    made = new_customer(boss, phone=phone())
    at = f"/api/forms/customer/records/{made['id']}"
    for name in ("一", "二"):
        answer = boss.patch(at, json={"revision": made["revision"], "values": {"name": name}})
    assert answer.status_code == 409
    assert answer.json()["clashes"][0]["theirs"] == "一"
    problem = {"$ref": "#/components/schemas/ProblemBody"}
    assert wrong(problem, answer.json()) == []
    missing = boss.get("/api/forms/nothing").json()
    assert wrong(problem, missing) == []


def plans(repository: Path, role: str) -> Iterator[Mapping[str, Any]]:
    app = compile_app(load_template(repository / "templates" / "dental"))
    actor = Actor("w", "u", role, role, frozenset({role}), None, ())
    rights = app.policy.rights(actor)
    for plan in app.forms.values():
        if plan.parent is None and rights.verb(plan.key, "view"):
            yield {**client_plan(plan, rights), "verbs": verbs_of(plan.key, rights)}


def test_every_form_of_the_dental_template_is_told_as_declared(repository: Path) -> None:
    shape = {"$ref": "#/components/schemas/FormPlan"}
    for plan in plans(repository, "director"):
        sent = msgspec.json.decode(msgspec.json.encode(plan))
        assert wrong(shape, sent) == [], plan["key"]
