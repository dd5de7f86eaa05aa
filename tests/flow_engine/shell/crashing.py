"""Kills a clinic in the middle of its work, before the k-th statement, and looks what became of it when it was opened again.

A child process does the work and kills itself (SIGKILL: nothing is tidied up); another one goes on where it was left.
"""

import json
import os
import random
import signal
import tempfile
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import sqlalchemy
from sqlalchemy import make_url
from sqlalchemy.pool import Pool

from engine.clock import VirtualClock
from engine.ids import new_id
from engine.jobs.queue import LEASE_S
from engine.ports import Delivery
from engine.store import Installation, Settings, connections
from flow_engine.tables import FLOW_TABLES
from tests.flow_engine.shell.house import END, House, flow

http = {"kind": "http", "connection": "lab", "method": "POST", "waits": True}
STORY = flow(
    "story",
    {"key": "order", **http, "path": '"/order"', "to": {"ok": "one", "failed": "end"}},
    {
        "key": "one",
        "kind": "create",
        "form": "call",
        "set": {"what": '"one"', "lead_id": "{lead.id}"},
        "to": "ask",
    },
    {"key": "ask", "kind": "approve", "who": '"ben"', "to": {"approved": "rest", "rejected": "end"}},
    {"key": "rest", "kind": "wait", "for": "2d", "to": "book"},
    {"key": "book", **http, "path": '"/book"', "to": {"ok": "mark", "failed": "end"}},
    {"key": "mark", "kind": "update", "record": "{lead}", "set": {"stage": '"won"'}, "to": "two"},
    {
        "key": "two",
        "kind": "create",
        "form": "call",
        "set": {"what": '"two"', "lead_id": "{lead.id}"},
        "to": "tell",
    },
    {"key": "tell", **http, "path": '"/tell"', "to": {"ok": "three", "failed": "end"}},
    {
        "key": "three",
        "kind": "create",
        "form": "call",
        "set": {"what": '"three"', "lead_id": "{lead.id}"},
        "to": "end",
    },
    END,
    trigger={"kind": "record_created", "form": "lead"},
)
LIFE = timedelta(days=6)
"""More than one life of the clinic takes by its own clock."""
CALLS = ["one", "three", "two"]


@dataclass
class Post:
    """A way out that writes down every call in a file, so that it outlives the process that made it."""

    path: Path
    before: Callable[[], None] = lambda: None

    def prepare(self, unit: Any, key: str, body: Any) -> Any:
        return body

    def send(self, key: str, ready: Any) -> Delivery:
        self.before()
        with self.path.open("a", encoding="utf-8") as file:
            file.write(key + "\n")
        self.before()
        return Delivery("sent", key)

    def ended(self, unit: Any, key: str, delivery: Delivery) -> None:
        pass

    def ask(self, key: str, reference: str | None) -> Delivery:
        return Delivery("sent", key) if key in self.sent() else Delivery("failed", error="never came")

    def sent(self) -> list[str]:
        return self.path.read_text("utf-8").split() if self.path.exists() else []


@dataclass
class Bomb:
    """Counts statements, and goes off before one of them."""

    at: int | None = None
    count: int = 0

    def tick(self, *_: Any) -> None:
        self.count += 1
        if self.at is not None and self.count >= self.at:
            os.kill(os.getpid(), signal.SIGKILL)


@contextmanager
def armed(bomb: Bomb) -> Iterator[None]:
    """Let every statement of this process pass the bomb. For a process that ends afterwards: nothing is disarmed."""

    def connected(driver: Any, _record: Any) -> None:
        if hasattr(driver, "set_trace_callback"):
            driver.set_trace_callback(bomb.tick)

    sqlalchemy.event.listen(Pool, "connect", connected)
    for name in ("execute", "executemany"):
        right = getattr(psycopg.Cursor, name)

        def run(self: Any, *given: Any, _right: Any = right, **more: Any) -> Any:
            bomb.tick()
            return _right(self, *given, **more)

        setattr(psycopg.Cursor, name, run)
    begin_or_end = connections.run_words

    def run_words(driver: Any, words: str) -> Any:
        if isinstance(driver, psycopg.Connection):
            bomb.tick()
        return begin_or_end(driver, words)

    connections.run_words = run_words
    prepared = connections.run_prepared

    def run_prepared(*given: Any) -> Any:
        bomb.tick()
        return prepared(*given)

    connections.run_prepared = run_prepared
    yield


@dataclass
class Place:
    """Where the clinic lives: a folder, and a database of its own for PostgreSQL."""

    folder: Path
    url: str | None = None
    notes: dict[str, Any] = field(default_factory=dict)


def live(place: Place, bomb: Bomb, late: timedelta) -> None:
    """Work until the story is told: a lead comes in, somebody approves, days pass."""
    clock = VirtualClock()
    clock.advance(late)
    settings = Settings(
        place.folder / "data", place.url, pool_size=2, clock=clock, more_tables=(FLOW_TABLES,)
    )
    installation = Installation.open(settings)
    if not installation.registry():
        installation.create("clinic", {"zh": "x"})
    house = House(installation.workspace("clinic"), clock, STORY)
    house.wire = Post(place.folder / "post.txt", bomb.tick)  # type: ignore[assignment]
    object.__setattr__(house.service.ports, "senders", {"http": house.wire})
    bomb.count = 0
    with_bomb = bomb.at
    if not house.rows("SELECT id FROM f_lead"):
        house.create("lead", name="张三")
    for _ in range(14):
        house.settle()
        for task in house.tasks():
            house.act(task, key=f"click:{task['instance_id']}:{task['task_id']}", way="approved")
        if house.instances() and house.instances()[0]["ended_at"] is not None:
            break
        house.clock.advance(timedelta(hours=9))
    house.clock.advance(timedelta(seconds=2 * LEASE_S))
    house.settle()
    if with_bomb is None:
        (place.folder / "report.json").write_text(json.dumps(report(house, bomb.count)), "utf-8")
    installation.close()


def report(house: House, statements: int) -> dict[str, Any]:
    """Return what is wrong (nothing, it is hoped) and how many statements there were."""
    wrong: list[str] = []
    instances = house.instances()
    if [one["status"] for one in instances] != ["done"]:
        wrong.append(f"instances: {[one['status'] for one in instances]} {house.incidents()}")
    if sorted(house.calls()) != CALLS:
        wrong.append(f"records: {house.calls()}")
    sent = house.wire.sent() if isinstance(house.wire, Post) else []
    effects = house.rows("SELECT key, state FROM cc_flow_effects ORDER BY key")
    if sorted(set(sent)) != [one["key"] for one in effects] or len(effects) != 3:
        wrong.append(f"calls {sent} are not the ledger {effects}")
    if any(one["state"] != "sent" for one in effects):
        wrong.append(f"ledger: {effects}")
    try:
        house.no_orphans()
    except AssertionError as error:
        wrong.append(f"orphans: {error}")
    left = house.rows("SELECT kind, state FROM cc_jobs WHERE state NOT IN ('done', 'cancelled')")
    if left:
        wrong.append(f"jobs left: {left}")
    if house.rows("SELECT id FROM cc_events"):
        wrong.append("events left")
    done = [house.history(one["instance_id"]).count("finished") for one in instances]
    if done != [1]:
        wrong.append(f"finished {done} times")
    return {"wrong": wrong, "statements": statements, "repeated": len(sent) - len(set(sent))}


def in_child(work: Callable[[], None], log: Path) -> int:
    """Do something in a process of its own; return how it ended (-9: killed)."""
    child = os.fork()
    if child == 0:
        try:
            work()
        except BaseException:
            log.write_text(traceback.format_exc(), "utf-8")
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def told(place: Place, kills: list[int]) -> dict[str, Any]:
    """Tell the story with a kill before each of these statements in turn; return the report of the last, undisturbed life."""
    late = timedelta(0)
    for at in kills:
        bomb = Bomb(at)

        def work(bomb: Bomb = bomb, late: timedelta = late) -> None:
            with armed(bomb):
                live(place, bomb, late)

        ended = in_child(work, place.folder / "error.txt")
        if ended == 1:
            return {
                "wrong": [(place.folder / "error.txt").read_text("utf-8")],
                "statements": 0,
                "repeated": 0,
            }
        # Later than anything the life before can have seen: a clock never goes back.
        late += LIFE

    def finish() -> None:
        bomb = Bomb()
        with armed(bomb):
            live(place, bomb, late)

    if in_child(finish, place.folder / "error.txt") != 0:
        return {"wrong": [(place.folder / "error.txt").read_text("utf-8")], "statements": 0, "repeated": 0}
    found: dict[str, Any] = json.loads((place.folder / "report.json").read_text("utf-8"))
    return found


class Yard:
    """Makes fresh places: folders, and databases copied from an empty one."""

    def __init__(self, folder: Path, pg_url: str | None = None) -> None:
        self.folder, self.pg_url = folder, pg_url
        self._made: list[str] = []

    @contextmanager
    def place(self) -> Iterator[Place]:
        name = new_id()[-12:]
        folder = Path(tempfile.mkdtemp(prefix="crash", dir=self.folder))
        if self.pg_url is None:
            yield Place(folder)
            return
        base = make_url(self.pg_url)
        plain = base.set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(plain, autocommit=True) as server:
            server.execute(f"CREATE DATABASE crash_{name}".encode())
        try:
            yield Place(folder, base.set(database=f"crash_{name}").render_as_string(hide_password=False))
        finally:
            with psycopg.connect(plain, autocommit=True) as server:
                server.execute(f"DROP DATABASE IF EXISTS crash_{name} WITH (FORCE)".encode())

    def run(self, kills: list[int]) -> dict[str, Any]:
        with self.place() as place:
            return told(place, kills)


def some(statements: int, how_many: int, seed: int) -> list[int]:
    """Return statements to be killed before: spread, and never quite the same ones."""
    chosen = random.Random(seed)
    step = max(statements // how_many, 1)
    return sorted({min(at + chosen.randrange(step), statements) for at in range(1, statements, step)})
