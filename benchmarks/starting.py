"""How long the server of a whole clinic takes to answer, and the memory it holds when nobody asks anything."""

import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks import harness
from benchmarks.clinic import reopen
from benchmarks.databases import Database
from benchmarks.findings import Finding
from engine.access import accounts
from engine.access.accounts import Account
from engine.ids import new_id
from engine.store.unit import Cause
from server.installing import install

DENTAL = Path(__file__).resolve().parent.parent / "templates" / "dental"
IDLE_S = 3.0


def measure(database: Database) -> Iterator[Finding]:
    """Yield seconds from the command to the first answer about the app, and the memory (RSS) after a few requests."""
    house = reopen(database.home, database.url)
    made = install(house, "start", DENTAL)
    forms = len(made.plan.forms)
    person = Account(new_id(), "starter", "开门的人", tuple(made.plan.roles)[:1], (), None)
    with made.workspace.write(Cause("system")) as unit:
        accounts.create_accounts(unit.connection, [(person, None)], unit.now)
        token = accounts.open_session(unit.connection, person.user_id, unit.now)
    house.close()
    headers = {"cookie": f"cc_session=start.{token}", "x-clinicraft": "1"}
    best, cpu = float("inf"), 0.0
    for _ in range(3):
        started = time.perf_counter()
        with harness.serving("benchmarks.product", database.environment) as (port, process):
            healthy = time.perf_counter() - started
            harness.ask(port, "GET", "/api/app", None, headers)
            took = time.perf_counter() - started
            if took < best:
                best, cpu, first = took, harness.cpu_s([process]), healthy
            time.sleep(IDLE_S)
            memory = process.memory_info().rss / 1024 / 1024
    told = f"{forms} forms; health after {first:.2f} s, the app after {best:.2f} s, {cpu:.2f} CPU-s"
    yield Finding("server start with the dental app", database.name, told, best, 3, unit="s")
    yield Finding("memory of the idle server", database.name, f"{forms} forms, RSS", memory, 250, unit="MB")
