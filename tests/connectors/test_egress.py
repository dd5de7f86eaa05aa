"""The way out: only public addresses, only listed hosts, one look-up, and caps."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

import connectors.egress as egress
from connectors.egress import Egress, Limits, is_listed, is_public
from engine.problems import Rejected

PRIVATE = [
    "127.0.0.1", "127.1.2.3", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
    "192.0.0.8", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fe80::1%eth0",
    "fc00::1", "ff02::1", "::ffff:10.0.0.1", "::ffff:127.0.0.1", "64:ff9b::a00:1", "2002:a00:1::", "2001::1", "::7f00:1",
    "nonsense",
]  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_addresses_of_a_house_are_never_called(address):
    assert not is_public(address)
    asked = []

    def resolve(host: str, port: int) -> list[str]:
        asked.append(host)
        return [address]

    with pytest.raises(Rejected) as refused:
        Egress(Limits(frozenset({"evil.example"})), resolve).call("GET", "https://evil.example/")
    assert refused.value.problems[0].code == "egress.private"
    assert asked == ["evil.example"], "looked up once"


@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111"])
def test_public_addresses_may_be_called(address):
    assert is_public(address)


def test_one_private_address_among_public_ones_is_enough_to_refuse():
    with pytest.raises(Rejected):
        Egress(Limits(frozenset({"a.example"})), lambda h, p: ["8.8.8.8", "10.0.0.1"]).call(
            "GET", "https://a.example/"
        )


@pytest.mark.parametrize(
    "url",
    [
        "http://a.example/", "ftp://a.example/", "file:///etc/passwd", "https://a.example:22/", "https://u:p@a.example/",
        "https://", "a.example", "https://a.example:99999/", "gopher://a.example", "javascript:alert(1)", "\nhttps://a.example",
    ],
)  # fmt: skip
def test_addresses_that_are_none_are_refused(url):
    with pytest.raises(Rejected) as refused:
        Egress(Limits(frozenset({"a.example", ""})), lambda h, p: ["8.8.8.8"]).call("GET", url)
    assert refused.value.problems[0].code == "egress.address"


@pytest.mark.parametrize(
    "url", ["https://b.example/", "https://a.example.evil.test/", "https://127.0.0.1/", "https://[::1]/"]
)
def test_hosts_that_are_not_listed_are_refused(url):
    with pytest.raises(Rejected) as refused:
        Egress(Limits(frozenset({"a.example"}))).call("GET", url)
    assert refused.value.problems[0].code == "egress.host"


def test_lists_of_hosts():
    assert is_listed("API.example.com.", {"*.example.com"})
    assert not is_listed("example.com", {"*.example.com"})
    assert not is_listed("evilexample.com", {"*.example.com"})


@contextmanager
def server(*pieces: bytes, pause_s: float = 0.0) -> Iterator[int]:
    """A server that answers every call with these bytes."""
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                line, _ = listening.accept()
            except OSError:
                return
            with line:
                line.recv(65_536)
                try:
                    for piece in pieces:
                        line.sendall(piece)
                        time.sleep(pause_s)
                except OSError:
                    continue

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield listening.getsockname()[1]
    listening.close()


@pytest.fixture
def loopback(monkeypatch):
    """Let a server of the test be called: what is checked elsewhere is not checked here."""
    monkeypatch.setattr(egress, "is_public", lambda address: True)

    def caller(port: int, **limits) -> Egress:
        monkeypatch.setitem(egress.PORTS, "http", frozenset({port}))
        return Egress(
            Limits(frozenset({"there.test"}), plain_http=True, **limits), lambda h, p: ["127.0.0.1"]
        )

    return caller


def test_a_call_gives_status_and_body(loopback):
    with server(b"HTTP/1.1 201 Created\r\nContent-Length: 8\r\nX-A: b\r\n\r\n", b'{"a": 1}') as port:
        reply = loopback(port).call("POST", f"http://there.test:{port}/x", json={"n": 1}, query={"q": "1"})
    assert (reply.status, reply.json(), reply.headers["x-a"]) == (201, {"a": 1}, "b")


def test_redirects_are_not_followed(loopback):
    with server(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/\r\nContent-Length: 0\r\n\r\n") as port:
        assert loopback(port).call("GET", f"http://there.test:{port}/").status == 302


def test_a_large_answer_is_cut_off(loopback):
    with server(b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 100_000) as port, pytest.raises(Rejected) as refused:
        loopback(port, most_bytes=10_000).call("GET", f"http://there.test:{port}/")
    assert refused.value.problems[0].code == "egress.too_big"


def test_an_answer_that_drips_is_given_up(loopback):
    began = time.monotonic()
    with server(*[b"H"] * 40, pause_s=0.1) as port, pytest.raises(TimeoutError):
        loopback(port, total_s=0.4).call("GET", f"http://there.test:{port}/")
    assert time.monotonic() - began < 3


def test_nobody_there_is_told_as_not_sent(loopback):
    free = socket.create_server(("127.0.0.1", 0))
    port = free.getsockname()[1]
    free.close()
    with pytest.raises(ConnectionError):
        loopback(port).call("GET", f"http://there.test:{port}/")
