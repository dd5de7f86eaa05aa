"""Signed calls in and out."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.egress import Reply
from connectors.webhook import HEADER, Connection, HttpSender, check, sign
from engine.problems import Forbidden, Rejected

BODY = b'{"name": "lead"}'
NOW = 1_772_692_200


def test_a_call_signed_with_the_secret_comes_in():
    assert check(("s",), BODY, sign("s", BODY, NOW), NOW + 60)
    assert check(("new", "s"), BODY, sign("s", BODY, NOW), NOW), "the former secret while it is being changed"


def test_the_same_call_has_the_same_id_so_that_a_replay_is_seen():
    header = sign("s", BODY, NOW)
    assert check(("s",), BODY, header, NOW) == check(("s",), BODY, header, NOW + 200)
    assert check(("s",), BODY, header, NOW) != check(("s",), BODY, sign("s", BODY, NOW + 1), NOW)


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "t=1",
        "v1=abc",
        f"t={NOW},v1=",
        f"t={NOW},v1=ab",
        "t=x,v1=y",
        f"t={NOW},v1=é",
        "t=²,v1=a",
        "=,=",
        "t" * 9999,
    ],
)
def test_a_wrong_signature_stays_out(header):
    with pytest.raises(Forbidden):
        check(("s",), BODY, header, NOW)


def test_old_or_changed_calls_stay_out():
    header = sign("s", BODY, NOW)
    for body, now, secrets in (
        (BODY + b" ", NOW, ("s",)),
        (BODY, NOW + 301, ("s",)),
        (BODY, NOW, ("x",)),
        (BODY, NOW, ()),
    ):
        with pytest.raises(Forbidden):
            check(secrets, body, header, now)
    with pytest.raises(Forbidden):
        check(("s",), BODY, header.replace(f"t={NOW}", f"t={NOW + 100}"), NOW)
    with pytest.raises(Rejected):
        check(("s",), b"x" * 1_000_001, header, NOW)


def test_an_empty_secret_opens_nothing():
    with pytest.raises(Forbidden):
        check(("",), BODY, sign("", BODY, NOW), NOW)


@given(st.text(), st.binary())
def test_any_header_is_judged(header, body):
    with pytest.raises(Forbidden):
        check(("secret",), body, header, NOW)


class Outside:
    """An outside system."""

    def __init__(self, reply) -> None:
        self.reply, self.calls = reply, []

    def __call__(self, hosts):
        self.hosts = hosts
        return self

    def call(self, method, url, *, headers, content, query):
        self.calls.append((method, url, headers, content, query))
        if isinstance(self.reply, Exception):
            raise self.reply
        return self.reply


def sender(reply) -> tuple[HttpSender, Outside]:
    outside = Outside(reply)
    known = {"his": Connection("https://his.example/api/", "secret", {"X-Key": "k"})}
    return HttpSender(known.get, outside, lambda: NOW), outside


CALL = {
    "connection": "his",
    "method": "POST",
    "path": "/patients",
    "query": {"a": 1, "b": None},
    "body": {"名": "张"},
}


def test_a_call_goes_out_signed_under_the_effects_key():
    http, outside = sender(Reply(200, {}, b'{"id": 7}'))
    ready = http.prepare(None, "k1", CALL)
    delivery = http.send("k1", ready)
    assert (delivery.state, delivery.result) == ("sent", {"status": 200, "body": {"id": 7}})
    method, url, headers, content, query = outside.calls[0]
    assert (method, url, query) == ("POST", "https://his.example/api/patients", {"a": "1"})
    assert headers["Idempotency-Key"] == "k1"
    assert check(("secret",), content, headers[HEADER], NOW)
    assert json.loads(content) == {"名": "张"}
    assert outside.hosts == {"his.example"}
    assert "secret" not in str(ready)


@pytest.mark.parametrize(
    ("reply", "state"),
    [
        (Reply(204), "sent"),
        (Reply(400), "refused"),
        (Reply(429), "failed"),
        (Reply(503), "failed"),
        (ConnectionError("down"), "failed"),
    ],
)
def test_what_comes_back_decides(reply, state):
    http, _ = sender(reply)
    assert http.send("k", http.prepare(None, "k", CALL)).state == state


def test_a_line_that_broke_is_left_open():
    http, _ = sender(TimeoutError("slow"))
    with pytest.raises(OSError):
        http.send("k", http.prepare(None, "k", CALL))


@pytest.mark.parametrize("path", ["//evil.example/", "/../admin", "@evil.example", "/a\\b", "evil"])
def test_a_path_cannot_lead_elsewhere(path):
    http, _ = sender(Reply(200))
    assert http.prepare(None, "k", {**CALL, "path": path}).state == "refused"


def test_an_unknown_connection_is_refused():
    http, _ = sender(Reply(200))
    assert http.prepare(None, "k", {**CALL, "connection": "x"}).state == "refused"
