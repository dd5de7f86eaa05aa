"""Celery and Redis, the only place that knows them. They carry hints: “there is work in this clinic”, and nothing else.

What is to be done stands in the database. A hint that is lost costs a sweep's wait, one that comes twice finds nothing
to do, and a Redis that is gone, emptied or brought back empty loses nothing. So there is no result backend, no
countdown and no acknowledgement that matters: messages name workspaces, never work.
"""

import logging
import threading
from collections.abc import Callable
from typing import Any

from celery import Celery
from celery.signals import setup_logging

from server.clinics import House

DRAIN = "clinicraft.drain"
QUEUE = "clinicraft"
QUIET_S = 5.0
"""How long nothing is sent after Redis could not be reached."""
STALE_S = 30
"""A hint older than this is of no use: a sweep has been there."""
MOST_ROUNDS = 1000
log = logging.getLogger(__name__)


def make_celery(redis_url: str) -> Celery:
    """Return the application that both ends share."""
    app = Celery("clinicraft", broker=redis_url)
    app.conf.update(
        task_ignore_result=True,
        task_serializer="json",
        accept_content=["json"],
        task_default_queue=QUEUE,
        task_acks_late=False,
        task_publish_retry=False,
        worker_prefetch_multiplier=1,
        worker_enable_remote_control=False,
        worker_send_task_events=False,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_transport_options={
            "socket_timeout": 5,
            "socket_connect_timeout": 2,
            "retry_on_timeout": False,
        },
    )
    return app


class Hints:
    """Sends hints from a thread of its own, so that no request ever waits for Redis; many at once become one."""

    def __init__(self, redis_url: str, otherwise: Callable[[], None] = lambda: None) -> None:
        self._app = make_celery(redis_url)
        self._otherwise = otherwise
        self._woken, self._stopping = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name="clinicraft-hints", daemon=True)
        self._thread.start()

    def __call__(self) -> None:
        """Say that there is work."""
        self._woken.set()

    def close(self) -> None:
        """Stop; a hint not yet sent is lost, which loses nothing."""
        self._stopping.set()
        self._woken.set()
        self._thread.join(3)
        self._app.close()

    def _run(self) -> None:
        while True:
            self._woken.wait()
            self._woken.clear()
            if self._stopping.is_set():
                return
            if not self._send():
                self._otherwise()
                self._stopping.wait(QUIET_S)

    def _send(self) -> bool:
        try:
            self._app.send_task(DRAIN, ignore_result=True, retry=False, expires=STALE_S)
        except Exception as error:
            # Whatever is the matter with Redis, the work is in the database and will be found there.
            log.warning("no hint sent: %s", error)
            return False
        return True


def make_worker(house: House, redis_url: str) -> Celery:
    """Return the application of a worker process: its task does what is to do in every clinic until all is still."""
    app = make_celery(redis_url)

    @app.task(name=DRAIN, ignore_result=True, shared=False)  # type: ignore[untyped-decorator]  # Celery has no types
    def drain() -> int:
        done = 0
        for _ in range(MOST_ROUNDS):
            found = house.work_once()
            done += found
            if not found:
                break
        return done

    return app


def run_worker(house: House, redis_url: str, concurrency: int) -> None:
    """Work until stopped: on hints at once, and by the house's own sweeps whatever becomes of Redis."""
    setup_logging.connect(_leave_logging)
    house.start_jobs()
    try:
        make_worker(house, redis_url).worker_main(
            ["worker", "--pool", "threads", "--concurrency", str(concurrency), "--without-gossip", "--without-mingle",
             "--without-heartbeat", "--loglevel", "warning"]
        )  # fmt: skip
    finally:
        house.close()


def _leave_logging(**_: Any) -> None:
    """Keep Celery from taking over the log."""
