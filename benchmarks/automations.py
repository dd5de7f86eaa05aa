"""Automations from the save of a record to the end of the workflow it sets off, carried as the product is shipped.

SQLite: the dispatcher inside the server. PostgreSQL: two worker processes beside it, as in `compose.yaml`.
"""

import gc
import multiprocessing
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.databases import Database
from benchmarks.findings import Finding
from engine.clock import VirtualClock
from engine.events import dispatch
from engine.jobs import Dispatcher, work
from engine.store import Installation, Settings
from flow_engine.tables import FLOW_TABLES
from tests.flow_engine.shell.house import END, House, flow

WORKERS = 2
SWEEP_S = 0.02
READY_S = 120
KEY = "flows"
"""The workspace."""
AUTOMATION = flow(
    "automation",
    {"key": "which", "kind": "switch", "ways": [{"key": "high", "when": "{lead.score} >= 5", "to": "mark"}, {"key": "low", "otherwise": True, "to": "end"}]},
    {"key": "mark", "kind": "update", "record": "{lead}", "set": {"stage": '"open"'}, "to": "call"},
    {"key": "call", "kind": "create", "form": "call", "set": {"what": '"call back"', "lead_id": "{lead.id}"}, "to": "end"},
    END,
    trigger={"kind": "record_created", "form": "lead"},
)  # fmt: skip
DONE = "SELECT count(*) AS n FROM cc_flow_instances WHERE flow = 'automation' AND status = 'done'"


def settings(home: Path, url: str | None, connections: int, clock: VirtualClock) -> Settings:
    """Return how the benchmark's clinic is opened."""
    return Settings(home / "flows", url, pool_size=connections, clock=clock, more_tables=(FLOW_TABLES,))


def measure(
    database: Database, house: House, flows: Sequence[Mapping[str, Any]], count: int
) -> Iterator[Finding]:
    """Yield how many automations a second are finished while eight people create records."""
    if database.url is None:
        with _dispatcher(house):
            yield _finding(database, house, count, "automations from save to end", 160)
        return
    with _dispatcher(house):
        yield _finding(database, house, count, "automations, all in one process", None)
    with _workers(database, flows):
        # Each prepares its statements on its first ones.
        _take(house, 40)
        yield _finding(database, house, count, "automations from save to end", 160)


def _finding(database: Database, house: House, count: int, what: str, goal: float | None) -> Finding:
    whole, took = _take(house, count)
    p95 = sorted(took)[int(len(took) * 0.95)] * 1000
    told = f"{count} records by 8 at once, each with condition, update and related record; create p95 {p95:.0f} ms"
    details = {"p95_ms": p95}
    return Finding(what, database.name, told, count / whole, goal, at_least=True, unit="/s", details=details)


def _take(house: House, count: int) -> tuple[float, list[float]]:
    """Let eight people create records; return the seconds until all of their flows are done, and those of each create."""
    actor = house.actor()
    before = int(house.rows(DONE)[0]["n"])
    took: list[float] = []

    def create(at: int) -> None:
        began = time.perf_counter()
        house.records.create(actor, "lead", {"name": f"n{at}", "score": 7})
        took.append(time.perf_counter() - began)

    began = time.perf_counter()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(create, range(count)))
    while int(house.rows(DONE)[0]["n"]) < before + count:
        time.sleep(0.01)
    return time.perf_counter() - began, took


@contextmanager
def _dispatcher(house: House) -> Iterator[Dispatcher]:
    """Carry flows by a thread of this process."""
    service = house.service
    stepping = (
        lambda workspace: dispatch(workspace, (service.listen,)),
        lambda workspace: work(workspace, service.handlers(), "bench"),
    )
    dispatcher = Dispatcher(lambda: [house.workspace], stepping, SWEEP_S)
    house.workspace.on_news = dispatcher.wake
    dispatcher.start()
    try:
        yield dispatcher
    finally:
        dispatcher.stop()
        house.workspace.on_news = lambda: None


@contextmanager
def _workers(database: Database, flows: Sequence[Mapping[str, Any]]) -> Iterator[None]:
    """Carry flows by processes of their own."""
    spawn = multiprocessing.get_context("spawn")
    over = spawn.Event()
    ready = [spawn.Event() for _ in range(WORKERS)]
    given = (database.home, database.url, list(flows))
    processes = [spawn.Process(target=_work, args=(*given, one, over), daemon=True) for one in ready]
    for process in processes:
        process.start()
    try:
        assert all(one.wait(READY_S) for one in ready), "a worker did not come up"
        yield
    finally:
        over.set()
        for process in processes:
            process.join(READY_S)


def _work(home: Path, url: str, flows: list[Mapping[str, Any]], ready: Any, over: Any) -> None:
    """Be a worker until told that it is over."""
    clock = VirtualClock()
    installation = Installation.open(settings(home, url, 4, clock))
    clinic = installation.workspace(KEY)
    house = House(clinic, clock, *flows)
    gc.collect()
    gc.freeze()
    with _dispatcher(house):
        ready.set()
        over.wait()
    installation.close()
