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
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import psutil

ROUND = 60
"""Requests a round: long enough to average over requests, short enough to fall between other programs' work."""
CHEAP = 4
"""One round in so many counts for CPU: the cheapest quarter, since whatever else runs only ever adds to it."""
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


@dataclass(frozen=True, slots=True)
class Asking:
    """Requests to one server: `make(number)` gives the next one."""

    port: int
    process: psutil.Process
    make: Callable[[int], Request]
    headers: Mapping[str, str] = field(default_factory=dict)


def load(
    askings: Sequence[Asking],
    *,
    count: int,
    concurrency: int = 8,
    database: Sequence[psutil.Process] = (),
    warm: int = 60,
) -> list[Load]:
    """Send `count` requests of each kind (after `warm`) from `concurrency` threads over kept connections.

    They go in short rounds, the kinds taking turns, so that what else the machine does meets all of them alike.
    Every answer must be 2xx.
    """
    for one in askings:
        _send(one, range(warm), concurrency)
    rounds = [_Rounds() for _ in askings]
    for first in range(warm, warm + max(count, ROUND * CHEAP), ROUND):
        for one, kept in zip(askings, rounds, strict=True):
            before, before_db = cpu_s([one.process]), cpu_s(database)
            started = time.perf_counter()
            kept.times += _send(one, range(first, first + ROUND), concurrency)
            kept.took += time.perf_counter() - started
            kept.cpu.append((cpu_s([one.process]) - before, cpu_s(database) - before_db))
    return [one.load() for one in rounds]


@dataclass
class _Rounds:
    """What the rounds of one kind took, in seconds."""

    times: list[float] = field(default_factory=list)
    took: float = 0.0
    cpu: list[tuple[float, float]] = field(default_factory=list)

    def load(self) -> Load:
        times = sorted(self.times)
        cheap = sorted(self.cpu, key=sum)[: max(1, len(self.cpu) // CHEAP)]
        server, database = (sum(part) * 1000 / len(cheap) / ROUND for part in zip(*cheap, strict=True))
        p50, p95 = times[len(times) // 2], times[int(len(times) * 0.95)]
        return Load(len(times), len(times) / self.took, p50 * 1000, p95 * 1000, server, database)


def _send(asking: Asking, numbers: Sequence[int], concurrency: int) -> list[float]:
    shares = [numbers[i::concurrency] for i in range(concurrency)]
    times: list[float] = []
    failures: list[str] = []
    headers = {"content-type": "application/json", **asking.headers}

    def work(mine: Sequence[int]) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", asking.port, timeout=60)
        for number in mine:
            method, path, body = asking.make(number)
            started = time.perf_counter()
            connection.request(method, path, body, headers)
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
    """Return the CPU seconds that processes and their living children have used."""
    total = 0.0
    for process in processes:
        for one in (process, *process.children(recursive=True)):
            with suppress(psutil.NoSuchProcess, OSError):
                total += _cpu_s(one)
    return total


def _cpu_s(process: psutil.Process) -> float:
    if sys.platform == "linux":
        # The kernel's CPU clock of another process, in nanoseconds; psutil's counts in hundredths of a second.
        return time.clock_gettime((~process.pid << 3) | 2)
    used = process.cpu_times()
    return float(used.user + used.system)


def body(value: Any) -> bytes:
    """Return `value` as a JSON body."""
    return json.dumps(value).encode()
