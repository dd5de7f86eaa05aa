"""Signed calls in and out."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.egress import Reply
from connectors.webhook import HEADER, Connection, HttpSender, check, sign
from engine.breaker import AFTER, FIRST_PAUSE_S, LONGEST_PAUSE_S, Breaker
from engine.ports import Delivery
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


class Moment:
    """A unit of which only the time is asked."""

    now = datetime(2026, 3, 2, 1, tzinfo=UTC)


def test_who_fails_again_and_again_is_left_alone_and_tried_once_after_each_pause():
    clock, outside = [float(NOW)], Outside(Reply(503))
    known = {"his": Connection("https://his.example/api/"), "lab": Connection("https://lab.example/")}
    http = HttpSender(known.get, outside, lambda: clock[0])
    for _ in range(AFTER):
        assert http.send("k", http.prepare(Moment, "k", CALL)).state == "failed"
    later = http.prepare(Moment, "k", CALL)
    assert (later.state, later.at) == ("later", Moment.now + timedelta(seconds=FIRST_PAUSE_S))
    assert "先停一会儿" in later.error
    # Others are not concerned.
    assert not isinstance(http.prepare(Moment, "k", {**CALL, "connection": "lab"}), Delivery)
    clock[0] += FIRST_PAUSE_S
    tried = http.prepare(Moment, "k", CALL)
    assert http.prepare(Moment, "k2", CALL).state == "later"
    assert http.send("k", tried).state == "failed"
    assert http.prepare(Moment, "k", CALL).at == Moment.now + timedelta(seconds=2 * FIRST_PAUSE_S)
    clock[0] += 2 * FIRST_PAUSE_S
    outside.reply = Reply(200)
    assert http.send("k", http.prepare(Moment, "k", CALL)).state == "sent"
    assert http.send("k2", http.prepare(Moment, "k2", CALL)).state == "sent"


def test_an_answer_that_refuses_says_that_somebody_is_there():
    http, _ = sender(Reply(400))
    for _ in range(3 * AFTER):
        assert http.send("k", http.prepare(None, "k", CALL)).state == "refused"


@given(st.lists(st.tuples(st.booleans(), st.floats(0, 4000)), max_size=60))
def test_a_pause_is_never_longer_than_the_longest_and_ends(calls):
    breaker, now = Breaker(), 0.0
    for is_well, passes in calls:
        wait = breaker.wait_s("x", now)
        assert 0 <= wait <= LONGEST_PAUSE_S
        if not wait:
            breaker.note("x", is_well, now)
        now += passes
    assert breaker.wait_s("x", now + LONGEST_PAUSE_S) == 0
