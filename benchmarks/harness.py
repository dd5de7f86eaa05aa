"""Load on a local server: requests a second, latency, and CPU of the server and its database per request."""

import http.client
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psutil

ROUNDS = 6
SHORTEST = 100
Request = tuple[str, str, bytes | None]
"""Method, path, JSON body."""


@dataclass(frozen=True, slots=True)
class Load:
    """What `load` measured. Times in ms; CPU in ms a request."""

    requests: int
    per_s: float
    p50_ms: float
    p95_ms: float
    server_cpu_ms: float
    database_cpu_ms: float

    @property
    def cpu_ms(self) -> float:
        return self.server_cpu_ms + self.database_cpu_ms


@contextmanager
def serving(module: str, environment: Mapping[str, str]) -> Iterator[tuple[int, psutil.Process]]:
    """Run `python -m module` with PORT set; yield port and process once it answers /api/health."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", module], env={**os.environ, **environment, "PORT": str(port)}
    )
    try:
        _until_healthy(port, process)
        yield port, psutil.Process(process.pid)
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _until_healthy(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/api/health")
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.02)
    raise RuntimeError("the server did not start")


def load(
    port: int,
    process: psutil.Process,
    make: Callable[[int], Request],
    *,
    count: int,
    concurrency: int = 8,
    headers: Mapping[str, str] | None = None,
    database: Sequence[psutil.Process] = (),
    warm: int = 50,
) -> Load:
    """Send `count` requests (after `warm`) from `concurrency` threads over kept connections; every answer must be 2xx.

    They go in several rounds; CPU is that of the cheapest one, since whatever else runs only ever adds to it.
    """
    _send(port, make, range(warm), concurrency, headers or {})
    times: list[float] = []
    cheapest = (float("inf"), 0.0)
    # CPU time is counted in hundredths of a second, so a round must not be short.
    rounds = max(1, min(ROUNDS, count // SHORTEST))
    took, each = 0.0, count // rounds
    for number in range(rounds):
        before, before_db = cpu_s([process]), cpu_s(database)
        started = time.perf_counter()
        first = warm + number * each
        times += _send(port, make, range(first, first + each), concurrency, headers or {})
        took += time.perf_counter() - started
        used, used_db = cpu_s([process]) - before, cpu_s(database) - before_db
        cheapest = min(cheapest, (max(0.01, used + used_db), used_db))
    times.sort()
    return Load(
        len(times),
        len(times) / took,
        times[len(times) // 2] * 1000,
        times[int(len(times) * 0.95)] * 1000,
        (cheapest[0] - cheapest[1]) * 1000 / each,
        cheapest[1] * 1000 / each,
    )


def _send(
    port: int,
    make: Callable[[int], Request],
    numbers: Sequence[int],
    concurrency: int,
    headers: Mapping[str, str],
) -> list[float]:
    shares = [numbers[i::concurrency] for i in range(concurrency)]
    times: list[float] = []
    failures: list[str] = []

    def work(mine: Sequence[int]) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        for number in mine:
            method, path, body = make(number)
            started = time.perf_counter()
            connection.request(method, path, body, {"content-type": "application/json", **headers})
            response = connection.getresponse()
            content = response.read()
            times.append(time.perf_counter() - started)
            if response.status >= 300:
                failures.append(f"{response.status} {content[:300]!r}")
                return

    threads = [threading.Thread(target=work, args=(share,)) for share in shares]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise RuntimeError(failures[0])
    return times


def ask(port: int, method: str, path: str, content: bytes | None, headers: Mapping[str, str]) -> Any:
    """Send one request and return its JSON."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request(method, path, content, {"content-type": "application/json", **headers})
    response = connection.getresponse()
    if response.status >= 300:
        raise RuntimeError(f"{response.status} {response.read()[:300]!r}")
    return json.loads(response.read())


def cpu_s(processes: Sequence[psutil.Process]) -> float:
    """Return the CPU seconds that processes and their children have used."""
    total = 0.0
    for process in processes:
        for one in (process, *process.children(recursive=True)):
            try:
                used = one.cpu_times()
            except psutil.NoSuchProcess:
                continue
            total += used.user + used.system
    return total


def body(value: Any) -> bytes:
    """Return `value` as a JSON body."""
    return json.dumps(value).encode()
