"""Who is signed in, for how long, and to which clinic."""

import time
from datetime import timedelta
from types import SimpleNamespace

import pytest

from engine.access import accounts
from engine.store import Cause
from tests.server.conftest import GUARD, PASSWORD, Town, codes, new_customer, problems


def test_the_cookie_cannot_be_read_by_scripts_nor_sent_by_other_sites(town: Town) -> None:
    told = town.visitor().post(
        "/api/session", json={"workspace": "alpha", "login": "ann", "password": PASSWORD}
    )
    cookie = told.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "path=/" in cookie
    assert "secure" not in cookie


def test_over_https_the_cookie_is_secure(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(town.house.settings, "secure_cookies", True)
    body = {"workspace": "alpha", "login": "ann", "password": PASSWORD}
    told = town.visitor().post("/api/session", json=body)
    assert "secure" in told.headers["set-cookie"].lower()


def test_the_token_is_not_in_the_database(town: Town) -> None:
    client = town.sign_in("ann")
    token = client.cookies["cc_session"].partition(".")[2]
    with town.clinic().workspace.read() as unit:
        kept = unit.connection.exec_driver_sql("SELECT * FROM cc_sessions").fetchall()
    assert token not in str(kept)


def test_signing_out_ends_the_session_for_every_copy_of_the_cookie(town: Town) -> None:
    client = town.sign_in("ann")
    copy = town.visitor()
    copy.cookies.set("cc_session", client.cookies["cc_session"])
    assert copy.get("/api/me").status_code == 200
    assert client.delete("/api/session").status_code == 204
    assert copy.get("/api/me").status_code == 401


def test_a_revoked_session_is_refused_within_two_seconds(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    client = town.sign_in("ben")
    assert client.get("/api/me").status_code == 200
    with town.clinic().workspace.write(Cause("system")) as unit:
        accounts.end_sessions(unit.connection, town.ids["alpha", "ben"])
    later = SimpleNamespace(monotonic=lambda: time.monotonic() + 2.0)
    monkeypatch.setattr("server.people.time", later)
    assert client.get("/api/me").status_code == 401


def test_a_person_switched_off_is_out_within_two_seconds(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    client = town.sign_in("ben")
    client.get("/api/me")
    workspace = town.clinic().workspace
    with workspace.write(Cause("system")) as unit:
        account = accounts.account_of(unit.connection, town.ids["alpha", "ben"])
        assert account is not None
        accounts.change_account(unit.connection, type(account)(**{**_fields(account), "is_active": False}))
    later = SimpleNamespace(monotonic=lambda: time.monotonic() + 2.0)
    monkeypatch.setattr("server.people.time", later)
    assert client.get("/api/me").status_code == 401
    body = {"workspace": "alpha", "login": "ben", "password": PASSWORD}
    assert town.visitor().post("/api/session", json=body).status_code == 401
    with workspace.write(Cause("system")) as unit:
        accounts.change_account(unit.connection, account)


def _fields(account: accounts.Account) -> dict[str, object]:
    return {name: getattr(account, name) for name in account.__dataclass_fields__}


def test_an_idle_session_ends(town: Town) -> None:
    client = town.sign_in("ann")
    clock = town.house.clock
    clock.advance(accounts.ABSOLUTE + timedelta(minutes=1))  # type: ignore[attr-defined]
    town.clinic().people.forget()
    assert client.get("/api/me").status_code == 401


@pytest.mark.parametrize(
    "body",
    [
        {"workspace": "alpha", "login": "ann", "password": "wrong"},
        {"workspace": "alpha", "login": "no such login", "password": PASSWORD},
        {"workspace": "no_such_clinic", "login": "ann", "password": PASSWORD},
        {"workspace": "../alpha", "login": "ann", "password": PASSWORD},
        {"workspace": "alpha", "login": "\U0001f600", "password": PASSWORD},
        {"workspace": "alpha", "login": {"a": 1}, "password": ["x"]},
        {"workspace": ["alpha"], "login": "ann", "password": PASSWORD},
        {"workspace": "alpha", "login": "a" * 5000, "password": "b" * 5000},
        {"workspace": "alpha"},
        {},
    ],
)
def test_every_refused_sign_in_gets_the_same_answer(town: Town, body: dict[str, object]) -> None:
    told = town.visitor().post("/api/session", json=body)
    assert told.status_code == 401, told.text
    assert codes(told) == {"": "account.wrong_sign_in"}


def test_a_locked_login_gets_the_same_answer_even_with_the_right_password(town: Town) -> None:
    visitor = town.visitor()
    wrong = {"workspace": "beta", "login": "ben", "password": "wrong"}
    answers = [visitor.post("/api/session", json=wrong).json() for _ in range(12)]
    right = visitor.post("/api/session", json={**wrong, "password": PASSWORD})
    assert right.status_code == 401
    assert all(one == right.json() for one in answers)
    town.house.clock.advance(timedelta(hours=1))  # type: ignore[attr-defined]
    assert visitor.post("/api/session", json={**wrong, "password": PASSWORD}).status_code == 200


def test_too_many_attempts_from_one_address_are_slowed_down(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(town.house.settings, "sign_in_per_minute", 0)
    told = town.visitor().post("/api/session", json={"workspace": "alpha", "login": "x", "password": "y"})
    assert told.status_code == 429
    problems(told)


def test_a_session_of_one_clinic_is_nothing_in_another(town: Town) -> None:
    token = town.sign_in("boss", "alpha").cookies["cc_session"].partition(".")[2]
    thief = town.visitor()
    thief.cookies.set("cc_session", f"beta.{token}")
    assert thief.get("/api/me").status_code == 401


@pytest.mark.parametrize(
    "cookie", ["", ".", "alpha", "alpha.", "alpha.x", ".x", "../alpha.x", "nope.x", "alpha." + "x" * 4000]
)
def test_a_forged_cookie_is_no_session(town: Town, cookie: str) -> None:
    visitor = town.visitor()
    visitor.headers["cookie"] = f"cc_session={cookie}"
    assert codes(visitor.get("/api/me")) == {"": "account.sign_in_first"}


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {**GUARD, "origin": "https://evil.example"},
        {**GUARD, "origin": "null"},
        {**GUARD, "origin": "http://testserver.evil.example"},
    ],
)
def test_a_write_asked_by_another_site_is_refused(town: Town, headers: dict[str, str]) -> None:
    client = town.sign_in("ann")
    client.headers.pop("x-clinicraft")
    told = client.post("/api/forms/customer/records", json={"values": {"name": "x"}}, headers=headers)
    assert told.status_code == 403
    assert codes(told) == {"": "http.cross_site"}


def test_a_write_from_our_own_pages_is_taken(town: Town) -> None:
    client = town.sign_in("ann")
    client.headers["origin"] = "http://testserver"
    new_customer(client)


def test_a_new_password_ends_every_other_session(town: Town) -> None:
    here, there = town.sign_in("nobody"), town.sign_in("nobody")
    assert there.get("/api/me").status_code == 200
    assert here.post("/api/me/password", json={"old": "x", "new": PASSWORD}).status_code == 422
    assert codes(here.post("/api/me/password", json={"old": PASSWORD, "new": "12345678"})) == {
        "/new": "password.too_common"
    }
    assert here.post("/api/me/password", json={"old": PASSWORD, "new": PASSWORD + "!"}).status_code == 204
    assert here.get("/api/me").status_code == 200
    assert there.get("/api/me").status_code == 401
    assert here.post("/api/me/password", json={"old": PASSWORD + "!", "new": PASSWORD}).status_code == 204


def test_attempts_and_sign_ins_are_in_the_audit(town: Town) -> None:
    town.visitor().post("/api/session", json={"workspace": "alpha", "login": "ann", "password": "no"})
    town.sign_in("ann")
    with town.clinic().workspace.read() as unit:
        found = unit.connection.exec_driver_sql("SELECT action FROM cc_audit").scalars().all()
    assert {"sign_in_failed", "signed_in"} <= set(found)
