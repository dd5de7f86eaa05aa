"""Requests on a running server beside the bare one: creating a record, and pages of 50 for two people."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

import psutil

from benchmarks import calibration, clinic, harness
from benchmarks.databases import Database, twin
from benchmarks.findings import Finding
from benchmarks.harness import Load, Request
from server.clinics import Clinic, House

FIELDS = ["no", "client_id", "doctor_id", "subject", "status", "kind", "price", "qty", "amount", "day"]
FILTER = {
    "op": "and",
    "items": [
        {"field": "status", "op": "eq", "value": "open"},
        {"field": "kind", "op": "eq", "value": "first"},
    ],
}
PAGE: dict[str, Any] = {"filter": FILTER, "sort": ["-day"], "limit": 50, "fields": FIELDS}
PEOPLE = ("admin", "member")


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many visits there are and how many requests are sent."""

    visits: int = 100_000
    times: int = 10
    requests: int = 1_200


@dataclass(frozen=True, slots=True)
class Server:
    """A server that answers."""

    port: int
    process: psutil.Process

    def asking(
        self, make: Callable[[int], Request], headers: Mapping[str, str] | None = None
    ) -> harness.Asking:
        return harness.Asking(self.port, self.process, make, headers or {})


def measure(database: Database, sizes: Sizes) -> Iterator[Finding]:
    """Yield what creating and paging cost, at one size and at `times` that."""
    house, made, facts = clinic.build(database.home, database.url, sizes.visits)
    bare = calibration.prepare(database, made.workspace, facts["owners"][0])
    _settle(database, made)
    house.close()
    with _servers(database) as (product, plain):
        pages, plains = _pages(database, product, plain, facts, bare, sizes)
        yield from _creating(database, product, plain, facts, sizes)
    name, size = database.name, f"{sizes.visits:,} records"
    for who, label in (("admin", "page of 50, administrator"), ("member", "page of 50, own records only")):
        yield _ratio(f"{label}, {size}", name, pages[who], plains[who], 2)
    yield _ratio(f"page: member to administrator, {size}", name, pages["member"], pages["admin"], 1.3)
    yield from _grown(database, facts, bare, sizes)


def _pages(
    database: Database,
    product: Server,
    plain: Server,
    facts: dict[str, Any],
    bare: calibration.Bare,
    sizes: Sizes,
) -> tuple[dict[str, Load], dict[str, Load]]:
    """Return what the first page costs each person, on the product and done by hand."""
    ours = [_page(product, facts[who]) for who in PEOPLE]
    theirs = [_plain(plain, getattr(bare, who)) for who in PEOPLE]
    found = harness.load([*ours, *theirs], count=sizes.requests, database=database.processes)
    return dict(zip(PEOPLE, found, strict=False)), dict(zip(PEOPLE, found[len(PEOPLE) :], strict=True))


def _creating(
    database: Database, product: Server, plain: Server, facts: dict[str, Any], sizes: Sizes
) -> Iterator[Finding]:
    start = 10 * sizes.visits

    def record(number: int) -> Request:
        values = {"values": clinic.visit(facts, start + number)}
        return "POST", "/api/forms/visit/records", harness.body(values)

    def row(number: int) -> Request:
        given = clinic.visit(facts, start + number)
        # As the columns hold them.
        given["topics"] = json.dumps(given["topics"])
        given["price"] = round(float(given["price"]) * 100)
        return "POST", "/insert", harness.body(given)

    both = [product.asking(record, _headers(facts["admin"])), plain.asking(row)]
    ours, theirs = harness.load(both, count=sizes.requests, database=database.processes)
    yield _ratio("create a record (20 fields)", database.name, ours, theirs, 4)


def _grown(
    database: Database, facts: dict[str, Any], bare: calibration.Bare, sizes: Sizes
) -> Iterator[Finding]:
    """Yield what pages cost at `times` the records, beside a copy with as many as before: both are asked by turns."""
    with twin(database) as small:
        house, made = _reopened(database)
        calibration.grow(database, made.workspace, sizes.times)
        _settle(database, made)
        house.close()
        with _servers(database) as (product, plain), _serving(small) as before:
            follow = _followed(product, facts["admin"])
            pages = [_page(product, facts[who]) for who in PEOPLE]
            third = _page(product, facts["admin"], follow)
            fewer = [_page(before, facts[who]) for who in PEOPLE]
            plains = [_plain(plain, getattr(bare, who)) for who in PEOPLE]
            askings = [*pages, *fewer, *plains, third]
            found = harness.load(askings, count=sizes.requests, database=database.processes)
    name, size = database.name, f"{sizes.visits * sizes.times:,}"
    for at, who in enumerate(PEOPLE):
        ours, earlier, by_hand = found[at], found[at + 2], found[at + 4]
        yield _ratio(f"page, {who}: {size} records to {sizes.visits:,}", name, ours, earlier, 1.5)
        yield _ratio(f"page, {who}, {size} records", name, ours, by_hand)
    yield _ratio(f"third page: {size} records to first page", name, found[-1], found[2], 1.5)


def _reopened(database: Database) -> tuple[House, Clinic]:
    house = clinic.reopen(database.home, database.url)
    return house, house.clinic("bench")


def _settle(database: Database, made: Clinic) -> None:
    """Let the database count the product's rows too."""
    if database.url is None:
        with made.workspace.change() as connection:
            connection.exec_driver_sql("ANALYZE")


def _page(server: Server, token: str, cursor: str | None = None) -> harness.Asking:
    question = _question(cursor)
    return server.asking(lambda _n: question, _headers(token))


def _question(cursor: str | None) -> Request:
    return "POST", "/api/forms/visit/query", harness.body({**PAGE, **({"cursor": cursor} if cursor else {})})


def _followed(server: Server, token: str) -> str:
    """Return the cursor of the third page."""
    cursor = None
    for _ in range(2):
        cursor = harness.ask(server.port, *_question(cursor), headers=_headers(token))["cursor"]
    return str(cursor)


def _plain(server: Server, question: Mapping[str, Any]) -> harness.Asking:
    body = harness.body(question)
    return server.asking(lambda _n: ("POST", "/page", body))


def _headers(token: str) -> dict[str, str]:
    return {"cookie": f"cc_session={token}", "x-clinicraft": "1"}


@contextmanager
def _servers(database: Database) -> Iterator[tuple[Server, Server]]:
    """Run the product and the bare server beside each other."""
    with (
        _serving(database) as product,
        harness.serving("benchmarks.bare", {"BARE_DATABASE": database.bare_url}) as plain,
    ):
        yield product, Server(*plain)


@contextmanager
def _serving(database: Database) -> Iterator[Server]:
    with harness.serving("benchmarks.product", database.environment) as found:
        yield Server(*found)


def _ratio(what: str, database: str, one: Load, other: Load, goal: float | None = None) -> Finding:
    told = f"{one.cpu_ms:.2f} to {other.cpu_ms:.2f} CPU-ms; {one.per_s:,.0f}/s, p50 {one.p50_ms:.1f}, p95 {one.p95_ms:.1f} ms"
    details = {"product": asdict(one), "beside": asdict(other)}
    return Finding(what, database, told, one.cpu_ms / other.cpu_ms, goal, details=details)
