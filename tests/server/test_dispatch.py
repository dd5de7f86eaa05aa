"""The short way answers exactly as FastAPI's own way does, whatever comes."""

import pytest
from starlette.testclient import TestClient

from server.app import create_app, routers
from server.dispatch import Direct, ways
from tests.server.conftest import GUARD, Town

NO_ID = "01890a5d-ac96-774b-bcce-b302099a8057"
JSON = {"content-type": "application/json"}
QUERY = "/api/forms/customer/query"
RECORDS = "/api/forms/customer/records"
REQUESTS: list[tuple[str, str, bytes | None, dict[str, str]]] = [
    ("POST", QUERY, b"{}", JSON),
    ("POST", QUERY, b'{"limit": 1, "sort": ["-name"]}', JSON),
    ("POST", QUERY, b"{}", {"content-type": "application/json; charset=utf-8"}),
    ("POST", QUERY, b"{}", {"content-type": "text/plain"}),
    ("POST", QUERY, b"", JSON),
    ("POST", QUERY, b"[]", JSON),
    ("POST", QUERY, b"null", JSON),
    ("POST", QUERY, b"{", JSON),
    ("POST", QUERY, b'{"limit": "x"}', JSON),
    ("POST", QUERY, b'{"search": "a\\u0000b"}', JSON),
    ("POST", QUERY + "?x=1", b"{}", JSON),
    ("POST", QUERY + "/", b"{}", JSON),
    ("GET", QUERY, None, {}),
    ("POST", "/api/forms//query", b"{}", JSON),
    ("POST", "/api/forms/nowhere/query", b"{}", JSON),
    ("POST", RECORDS, b'{"values": {"age": 400}}', JSON),
    ("POST", RECORDS, b'{"values": []}', JSON),
    ("POST", RECORDS + "/check", b'{"values": {}}', JSON),
    ("GET", f"{RECORDS}/{NO_ID}", None, {}),
    ("GET", f"{RECORDS}/{NO_ID}?deleted=true", None, {}),
    ("GET", f"{RECORDS}/{NO_ID}?deleted=perhaps", None, {}),
    ("GET", f"{RECORDS}/check", None, {}),
    ("DELETE", f"{RECORDS}/{NO_ID}", None, {}),
    ("OPTIONS", RECORDS, None, {}),
    ("GET", "/api/app", None, {}),
    ("GET", "/api/search?q=a", None, {}),
    ("GET", "/api/search", None, {}),
    ("GET", "/api/nowhere", None, {}),
    ("POST", "/api/nowhere", b"{}", JSON),
]


@pytest.mark.parametrize("request_", REQUESTS, ids=lambda one: f"{one[0]} {one[1]} {one[2]}")
def test_both_ways_answer_alike(
    town: Town, request_: tuple[str, str, bytes | None, dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    method, path, content, headers = request_
    told = []
    boss = town.sign_in("boss")
    for is_short in (True, False):
        if not is_short:
            monkeypatch.setattr(Direct, "_find", lambda _self, _scope: (None, {}))
        answer = boss.request(method, path, content=content, headers=headers)
        told.append((answer.status_code, answer.headers.get("content-type"), answer.content))
    assert told[0] == told[1]


def test_records_take_the_short_way() -> None:
    short = {way.call.__name__ for found in ways(routers()).values() for way in found if way.call is not None}
    assert {"query_records", "create_record", "update_record", "read_record", "form_plan"} <= short


def test_a_visitor_is_refused_on_the_short_way(town: Town) -> None:
    visitor = TestClient(create_app(town.house), headers=GUARD)
    assert visitor.post(QUERY, json={}).status_code == 401
