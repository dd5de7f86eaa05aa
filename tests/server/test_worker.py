"""Redis carries hints: with it work is done at once, without it a little later, and nothing it does can lose any."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from celery.contrib.testing.worker import start_worker
from sqlalchemy import text

from engine.access.actor import system_actor
from server import worker
from server.clinics import House
from server.installing import install
from server.settings import Settings
from server.worker import DRAIN, Hints, make_celery, make_worker
from tests.installations import pg_database
from tests.server.making import write_app
from tools.own_redis import OwnRedis

__all__ = ["pg_database"]

GREET = {
    "key": "greet", "name": {"zh": "问候"}, "trigger": {"kind": "record_created", "form": "customer"}, "start": "note",
    "nodes": [
        {"key": "note", "kind": "create", "form": "talk", "set": {"customer_id": "{customer.id}", "content": '"hello"'}, "to": "end"},
        {"key": "end", "kind": "end"},
    ],
}  # fmt: skip


@pytest.fixture
def own_redis(tmp_path: Path) -> Iterator[OwnRedis]:
    server = OwnRedis(tmp_path)
    yield server
    server.stop()


@pytest.fixture
def redis(own_redis: OwnRedis) -> Any:
    return own_redis.client


@pytest.fixture
def house(tmp_path: Path, pg_database: Callable[[], str]) -> Iterator[House]:
    settings = Settings(home=tmp_path / "home", threads=4).model_copy(update={"database_url": pg_database()})
    made = House(settings)
    install(
        made,
        "alpha",
        write_app(tmp_path / "app", lambda files: files.update({"flows/greet": GREET})),
        {"zh": "a"},
    )
    yield made
    made.close()


def add(house: House, times: int = 1) -> None:
    clinic = house.clinic("alpha")
    for _ in range(times):
        clinic.service.create(system_actor("alpha"), "customer", {"name": "张三"})


def greeted(house: House) -> int:
    with house.clinic("alpha").workspace.read() as unit:
        found: int = unit.connection.execute(text("SELECT count(*) FROM f_talk")).scalar_one()
    return found


def in_time(done: Callable[[], bool], within_s: float = 20) -> bool:
    """Tell whether something comes true in time: another thread is at it."""
    end = time.monotonic() + within_s
    while not done():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def test_a_hint_brings_the_worker_at_once(house: House, redis: Any, own_redis: OwnRedis):
    app = make_worker(house, own_redis.url)
    house.hint = Hints(own_redis.url)
    with start_worker(app, pool="threads", concurrency=2, perform_ping_check=False):
        add(house, 5)
        assert in_time(lambda: greeted(house) == 5)
    house.hint.close()


def test_the_same_hint_many_times_does_nothing_twice(house: House, redis: Any, own_redis: OwnRedis):
    app = make_worker(house, own_redis.url)
    add(house, 5)
    sender = make_celery(own_redis.url)
    for _ in range(12):
        sender.send_task(DRAIN)
    with start_worker(app, pool="threads", concurrency=4, perform_ping_check=False):
        assert in_time(lambda: greeted(house) == 5 and redis.llen(worker.QUEUE) == 0)
    assert greeted(house) == 5


def test_an_emptied_redis_loses_nothing(house: House, redis: Any, own_redis: OwnRedis):
    house.hint = Hints(own_redis.url)
    add(house, 3)
    assert in_time(lambda: redis.llen(worker.QUEUE) > 0)
    redis.flushall()
    while house.work_once():
        pass
    assert greeted(house) == 3
    house.hint.close()


def test_a_redis_that_is_gone_stops_nobody(house: House, redis: Any, own_redis: OwnRedis):
    woken: list[bool] = []
    house.hint = Hints(f"{own_redis.url}.gone", lambda: woken.append(True))
    began = time.monotonic()
    add(house, 3)
    assert time.monotonic() - began < 10
    assert in_time(lambda: bool(woken))
    while house.work_once():
        pass
    assert greeted(house) == 3
    house.hint.close()


def test_a_worker_needs_a_database_and_a_redis(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    from typer.testing import CliRunner

    from server.cli import app

    for name in ("DATABASE_URL", "REDIS_URL"):
        monkeypatch.delenv(name, raising=False)
    told = CliRunner().invoke(app, ["worker", "--home", str(tmp_path)])
    assert "worker.no_redis" in str(told.exception)
