"""The program of the box: `python -I -S program.py <folder of RestrictedPython>`, with a control socket as its input.

It stays warm and forks for each run. The house sends `{"cpu_s", "wall_s", "memory", "probe"?}` with one end of a fresh
socket; over that one the child takes `{"source", "given", "calls"}` and answers. What a child leaves behind can
therefore never be read by the next run. When a child has ended, however it did, the box says so last.
"""

import contextlib
import ctypes
import errno
import json
import os
import select
import signal
import socket
import sys
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).parent), *sys.argv[1:]]

import language
import walls

READY = b'{"ready":true}\n'


def main() -> None:
    """Serve runs until the house hangs up."""
    control = socket.socket(fileno=os.dup(0))
    walls.leave_the_house()
    control.sendall(READY)
    children: dict[int, tuple[int, float, socket.socket]] = {}
    while True:
        soonest = min((deadline for _, deadline, _ in children.values()), default=None)
        wait = None if soonest is None else max(0.0, soonest - time.monotonic())
        ready, _, _ = select.select([control.fileno(), *children], [], [], wait)
        if control.fileno() in ready and not _accept(control, children):
            break
        for pidfd in [fd for fd in children if fd in ready]:
            _finish(children, pidfd, "exit")
        now = time.monotonic()
        for pidfd in [fd for fd, (_, deadline, _) in children.items() if deadline <= now]:
            signal.pidfd_send_signal(pidfd, signal.SIGKILL)
            _finish(children, pidfd, "wall")
    for pidfd in list(children):
        signal.pidfd_send_signal(pidfd, signal.SIGKILL)


def _accept(control: socket.socket, children: dict[int, tuple[int, float, socket.socket]]) -> bool:
    head, fds, _, _ = socket.recv_fds(control, 4096, 1)
    if not head:
        return False
    order = json.loads(head)
    pid = os.fork()
    if pid == 0:
        _child(fds[0], order)
    line = socket.socket(fileno=fds[0])
    children[os.pidfd_open(pid)] = (pid, time.monotonic() + order["wall_s"], line)
    return True


def _finish(children: dict[int, tuple[int, float, socket.socket]], pidfd: int, why: str) -> None:
    pid, _, line = children.pop(pidfd)
    _, status = os.waitpid(pid, 0)
    os.close(pidfd)
    ended = {"why": why, "signal": os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0}
    with contextlib.suppress(OSError), line:
        # the leading line end closes whatever half a line the child left
        line.send(
            b"\n" + json.dumps({"ended": ended}).encode() + b"\n", socket.MSG_DONTWAIT | socket.MSG_NOSIGNAL
        )


def _child(fd: int, order: dict[str, Any]) -> None:
    """Run one script behind the walls; never returns."""
    try:
        os.dup2(fd, 3)
        for other in (0, 1, 2):
            os.close(other)
        os.closerange(4, 256)
        walls.shut(order["memory"], order["cpu_s"])
        line = _Line(3)
        line.say(_probe() if order.get("probe") else _run(line))
    except BaseException as why:
        with contextlib.suppress(BaseException):
            said = json.dumps({"error": {"kind": "failed", "line": 1, "why": type(why).__name__}})
            os.write(3, f"\n{said}\n".encode())
    finally:
        os._exit(0)


def _run(line: "_Line") -> dict[str, Any]:
    job = line.hear()
    calls = {name: _call(line, name) for name in job["calls"]}
    found: dict[str, Any] = language.run(job["source"], job["given"], calls)
    return found


def _call(line: "_Line", name: str) -> Callable[..., Any]:
    def call(*args: Any, **settings: Any) -> Any:
        line.say({"call": name, "args": language.plain(args), "settings": language.plain(settings)})
        answer = line.hear()
        if "refused" in answer:
            raise language.CallRefused(answer["refused"])
        return answer["answer"]

    return call


class _Line:
    """Lines of JSON over one file descriptor, by read and write alone."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._rest = b""

    def say(self, what: dict[str, Any]) -> None:
        left = json.dumps(what).encode() + b"\n"
        while left:
            left = left[os.write(self._fd, left) :]

    def hear(self) -> Any:
        while b"\n" not in self._rest:
            piece = os.read(self._fd, 65_536)
            if not piece:
                os._exit(1)
            self._rest += piece
        found, _, self._rest = self._rest.partition(b"\n")
        return json.loads(found, parse_float=Decimal)


def _probe() -> dict[str, Any]:
    """Try to break out in plain Python; return what worked, which must be nothing."""
    parent = os.getpid()
    tries: dict[str, Callable[[], Any]] = {
        "read_file": lambda: os.open("/etc/hostname", os.O_RDONLY),
        "list_folder": lambda: os.listdir("/"),
        "write_file": lambda: os.open("/tmp/clinicraft-probe", os.O_CREAT | os.O_WRONLY),
        "tcp": lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM),
        "unix_socket": lambda: socket.socket(socket.AF_UNIX),
        "fork": _fork,
        "exec": _exec,
        "kill": lambda: os.kill(parent, 0),
        "ptrace": lambda: _said(walls.LIBC.ptrace(16, 1, 0, 0)),
        "unshare": lambda: _said(walls.LIBC.unshare(0x10000000)),
        "memory": lambda: bytearray(4 << 30),
    }
    broken = []
    for name, attempt in tries.items():
        with contextlib.suppress(OSError, MemoryError):
            attempt()
            broken.append(name)
    return {"result": broken}


def _fork() -> None:
    if os.fork() == 0:
        os._exit(0)


def _exec() -> None:
    """Only a refusal to start anything at all counts: a folder that cannot be run shows that programs can be."""
    try:
        os.execv("/", ["/"])
    except OSError as why:
        if why.errno == errno.EPERM:
            raise


def _said(answer: int) -> None:
    if answer != 0:
        raise OSError(ctypes.get_errno(), "refused")


if __name__ == "__main__":
    main()
