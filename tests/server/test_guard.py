"""What stands around every route: who may ask without a session, headers, sizes, one connection at a time."""

import re
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from httpx import Response
from sqlalchemy import event
from sqlalchemy.engine import Connection
from sqlalchemy.pool import Pool
from starlette.testclient import TestClient

from engine.store.connections import Connections, _Transaction
from server.app import create_app
from tests.server.conftest import Town, codes, new_customer, problems

PUBLIC = {
    ("GET", "/api/health"), ("GET", "/api/openapi.json"), ("GET", "/api/workspaces/public"),
    ("POST", "/api/session"), ("DELETE", "/api/session"),
    ("GET", "/api/public/{workspace}/{token}"), ("POST", "/api/public/{workspace}/{token}"),
    ("GET", "/{path:path}"),
}  # fmt: skip
"""All that anybody may ask. Whatever is added here is open to the world."""
SIGNED = {("POST", "/api/webhooks/{workspace}/{source}")}
"""Answers whoever signs what they send."""
ENDLESS = {("GET", "/api/live")}
"""Tells what happens for as long as somebody listens; tested apart."""
NO_ID = "01890a5d-ac96-774b-bcce-b302099a8057"
PARTS = {"form": "customer", "record_id": NO_ID, "field": "photo", "key": "grid", "workspace": "alpha", "token": "x", "action": "open",
         "path": "x", "flow": "greet", "pool": "leads", "task": f"{NO_ID}.1", "trigger": "new", "source": "ads", "journey": "back"}  # fmt: skip


def routes(town: Town) -> list[tuple[str, str]]:
    """Return (method, path) of everything the server answers."""
    return sorted(set(_walk(create_app(town.house))))


def _walk(app: FastAPI) -> Iterator[tuple[str, str]]:
    schema = app.openapi()
    for path, methods in schema["paths"].items():
        yield from ((method.upper(), path) for method in methods)
    for route in app.routes:
        if isinstance(route, APIRoute) and not route.include_in_schema:
            yield from ((method, route.path) for method in route.methods)


def filled(path: str) -> str:
    return re.sub(r"\{(\w+)(?::path)?\}", lambda found: _part(found.group(1)), path)


def _part(name: str) -> str:
    return NO_ID if name.endswith("_id") and name not in PARTS else PARTS[name]


def ask(client: TestClient, method: str, path: str) -> Response:
    """Ask a route with a body that it can at least read."""
    if path in ("/api/files", "/api/forms/{form}/imports"):
        return client.request(method, filled(path), files={"file": ("a.csv", b"name\nx\n", "text/csv")})
    has_body = method in ("POST", "PUT", "PATCH")
    return client.request(method, filled(path), json={} if has_body else None)


def test_no_route_but_the_listed_ones_answers_without_a_session(town: Town) -> None:
    visitor = town.visitor()
    asked = [one for one in routes(town) if one not in PUBLIC | SIGNED]
    assert len(asked) > 40
    for method, path in asked:
        told = ask(visitor, method, path)
        assert told.status_code == 401, (method, path, told.text)
        assert codes(told) == {"": "account.sign_in_first"}


def test_a_webhook_without_its_signature_is_refused(town: Town) -> None:
    told = ask(town.visitor(), "POST", "/api/webhooks/{workspace}/{source}")
    assert told.status_code == 403


def test_every_public_route_exists(town: Town) -> None:
    assert set(routes(town)) >= PUBLIC - {("GET", "/api/openapi.json")}


def test_no_route_writes_without_the_header_of_our_pages(town: Town) -> None:
    visitor = town.visitor()
    visitor.headers.pop("x-clinicraft")
    for method, path in routes(town):
        if method not in ("GET", "HEAD"):
            told = ask(visitor, method, path)
            assert told.status_code == 403, (method, path)


@dataclass
class Held:
    """How many connections each thread had at most, transactions of units and any others."""

    most: int = 0
    now: Counter[int] = field(default_factory=Counter)

    def more(self) -> None:
        here = threading.get_ident()
        self.now[here] += 1
        self.most = max(self.most, self.now[here])

    def less(self) -> None:
        self.now[threading.get_ident()] -= 1


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Iterator[Held]:
    counted = Held()
    enter, leave, take = _Transaction.__enter__, _Transaction.__exit__, Connections.take
    taking = threading.local()

    def entered(self: _Transaction) -> Connection:
        counted.more()
        return enter(self)

    def left(self: _Transaction, *told: Any) -> None:
        leave(self, *told)
        counted.less()

    def taken(self: Connections) -> tuple[Connection, float]:
        taking.now = True
        try:
            return take(self)
        finally:
            taking.now = False

    def out(*_: object) -> None:
        # Whoever asks the pool past the units holds a connection that nobody counts.
        if not getattr(taking, "now", False):
            counted.more()

    monkeypatch.setattr(_Transaction, "__enter__", entered)
    monkeypatch.setattr(_Transaction, "__exit__", left)
    monkeypatch.setattr(Connections, "take", taken)
    event.listen(Pool, "checkout", out)
    yield counted
    event.remove(Pool, "checkout", out)


@pytest.mark.parametrize("login", ["boss", "ann", "nobody"])
def test_no_route_breaks_or_takes_a_second_connection(
    town: Town, login: str, held: Held, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`NestedUnitError` would be a 500, a deadlock or a count of two."""
    client = town.sign_in(login)
    record = new_customer(client) if login != "nobody" else {"id": NO_ID}
    monkeypatch.setitem(PARTS, "record_id", record["id"])
    for method, path in routes(town):
        if (method, path) not in ENDLESS and path not in ("/api/session", "/{path:path}"):
            told = ask(client, method, path)
            assert told.status_code < 500, (method, path, told.text)
            if told.status_code >= 400:
                problems(told)
    assert held.most == 1


def test_every_answer_carries_the_security_headers(town: Town) -> None:
    client = town.sign_in("ann")
    for told in (
        client.get("/api/me"),
        client.get("/api/nothing"),
        client.get("/"),
        town.visitor().get("/api/me"),
    ):
        policy = told.headers["content-security-policy"]
        assert "default-src 'self'" in policy
        assert "script-src 'self';" in policy
        assert "object-src 'none'" in policy
        assert "base-uri 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe-eval" not in policy
        assert told.headers["x-content-type-options"] == "nosniff"
        assert told.headers["referrer-policy"] == "same-origin"
        assert told.headers["cross-origin-resource-policy"] == "same-origin"


def test_whoever_comes_over_https_is_kept_there(town: Town) -> None:
    app = create_app(town.house)
    over_https = TestClient(app, base_url="https://testserver").get("/api/workspaces/public")
    assert over_https.headers["strict-transport-security"] == "max-age=31536000"
    assert "strict-transport-security" not in TestClient(app).get("/api/workspaces/public").headers


def test_refusals_before_any_route_carry_the_headers_too(town: Town) -> None:
    told = TestClient(create_app(town.house)).post("/api/session", json={})
    assert told.status_code == 403
    assert told.headers["x-content-type-options"] == "nosniff"
    assert "default-src" in told.headers["content-security-policy"]


def test_answers_of_the_api_are_not_kept_by_browsers(town: Town) -> None:
    assert town.sign_in("ann").get("/api/me").headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "path",
    [
        "/../../pyproject.toml", "/..%2f..%2fpyproject.toml", "/%2e%2e/%2e%2e/etc/passwd", "/assets/../../app.py",
        "/assets/..%2f..%2fapp.py", "/..%5c..%5capp.py", "//etc/passwd", "/%2fetc/passwd", "/.env", "/index.html%00.png",
        "/" + "a" * 5000, "/" + "a/" * 3000, "/~root", "/C:/windows/win.ini",
    ],
)  # fmt: skip
def test_no_address_leads_out_of_the_browser_app(town: Town, path: str) -> None:
    told = town.visitor().get(path)
    assert told.status_code in (200, 404, 422, 503), told.text
    assert "root:" not in told.text
    assert "[project]" not in told.text
    assert "FastAPI" not in told.text


def test_a_body_that_is_too_large_is_refused_before_it_is_read(town: Town) -> None:
    client = town.sign_in("ann")
    told = client.post("/api/forms/customer/records", content=b"x" * 3_000_000)
    assert told.status_code == 413
    assert codes(told) == {"": "http.too_large"}


def test_a_body_that_lies_about_its_length_is_refused_when_it_grows(town: Town) -> None:
    def parts() -> Iterator[bytes]:
        for _ in range(30):
            yield b"x" * 100_000

    client = town.sign_in("ann")
    told = client.post(
        "/api/forms/customer/records", content=parts(), headers={"content-type": "application/json"}
    )
    assert told.status_code == 413
    assert codes(told) == {"": "http.too_large"}


@pytest.mark.parametrize("length", ["abc", "-1", "1e9", "", "9" * 400])
def test_a_length_that_is_no_number_does_not_break_the_server(town: Town, length: str) -> None:
    visitor = town.visitor()
    told = visitor.post("/api/session", content=b"{}", headers={"content-length": length})
    assert told.status_code in (400, 401, 413, 422), told.text


def test_the_wrong_method_and_address_are_told_in_both_languages(town: Town) -> None:
    visitor = town.visitor()
    assert codes(visitor.get("/api/nothing/here")) == {"": "http.not_found"}
    assert codes(visitor.patch("/api/health")) == {"": "http.method"}


def test_a_bug_tells_a_reference_and_nothing_of_its_inside(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("secret of the inside")

    client = town.sign_in("ann")
    monkeypatch.setattr("server.routes.session.me", broken)
    told = client.get("/api/me")
    assert told.status_code == 500
    assert "secret" not in told.text
    assert codes(told) == {"": "http.broken"}


def test_signing_in_is_guarded_like_every_write(town: Town) -> None:
    visitor = town.visitor()
    visitor.headers.pop("x-clinicraft")
    assert visitor.post("/api/session", json={}).status_code == 403
