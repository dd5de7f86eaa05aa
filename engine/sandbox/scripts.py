"""Scripts as the house sees them: text in, JSON in and out, and a list of what they may ask for.

`BoxScripts` keeps the box running (a program of its own), gives each script a fresh line to it and answers its calls.
"""

import contextlib
import json
import select
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from engine.problems import Code, Problem, Rejected
from engine.sandbox.box import language

REFUSED = Code("script.refused", zh="脚本第 {line} 行不能这样写：{why}", en="Line {line} of the script is not allowed: {why}",
               hint_zh="脚本没有类、导入和文件；数据从 given 取，结果写进 result", hint_en="Scripts have no classes, imports or files; take data from given, put the answer into result")  # fmt: skip
FAILED = Code(
    "script.failed", zh="脚本在第 {line} 行出错：{why}", en="The script failed in line {line}: {why}"
)
TOO_SLOW = Code("script.too_slow", zh="脚本运行超过 {seconds} 秒，已停止", en="The script ran longer than {seconds} s and was stopped",
                hint_zh="请检查循环，或把数据分批处理", hint_en="Check its loops, or work on less data at once")  # fmt: skip
MEMORY = Code(
    "script.memory", zh="脚本用的内存超过 {most} MB", en="The script needs more than {most} MB of memory"
)
TOO_MUCH = Code("script.too_much", zh="脚本交换的数据超过 {most} 字节或调用超过 {calls} 次", en="The script exchanged more than {most} bytes, or asked more than {calls} times")  # fmt: skip
STOPPED = Code(
    "script.stopped",
    zh="脚本意外停止",
    en="The script stopped unexpectedly",
    hint_zh="请再试一次",
    hint_en="Try again",
)
OFF = Code("script.off", zh="本机不运行脚本：{why}", en="Scripts are off on this machine: {why}",
           hint_zh="脚本需要 Linux 的 seccomp；请让系统管理员查看运行环境", hint_en="Scripts need seccomp of Linux; ask whoever runs the server")  # fmt: skip

PROGRAM = Path(language.__file__).parent / "program.py"
MOST_BYTES = 2_000_000
MOST_CALLS = 1_000
GRACE_S = 2.0
CALLS_WALL_S = 10.0

Calls = Mapping[str, Callable[..., Any]]


@dataclass(frozen=True, slots=True)
class Limits:
    """What one run may take. Open time of the clock is a little longer than that of the processor."""

    memory: int = 256 << 20
    most_s: float = 10.0


def check_script(source: str, path: str = "") -> list[Problem]:
    """Return what a script may not do, without running anything of it."""
    return [REFUSED.at(path, line=line, why=why) for line, why in language.wrong(source)]


class BoxScripts:
    """Port `Scripts`. Starts the box with the first script; thread-safe; `close` ends it."""

    def __init__(self, limits: Limits | None = None, program: Path = PROGRAM) -> None:
        self._limits = limits or Limits()
        self._program = program
        self._lock = threading.Lock()
        self._box: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._off: Problem | None = None
        self._is_tested = False

    @property
    def off_because(self) -> Problem | None:
        """Return why scripts are off, after the box has been tested once; None when they run."""
        with self._lock:
            if not self._is_tested:
                self._off = self._test()
                self._is_tested = True
            return self._off

    def run(self, source: str, given: Mapping[str, Any], calls: Calls, timeout_s: float = 2.0) -> Any:
        """Return what the script put into `result`, as JSON. Rejected: refused, failed, too slow, too big, scripts off.

        `calls`: what it may ask for by name; arguments and answers are JSON. A call that raises Rejected is told to
        the script as an exception `CallRefused`, which it may catch.
        """
        off = self.off_because
        if off is not None:
            raise Rejected(off)
        seconds = min(timeout_s, self._limits.most_s)
        job = {"source": source, "given": language.plain(dict(given)), "calls": sorted(calls)}
        return self._exchange({}, job, calls, seconds)["result"]

    def close(self) -> None:
        """End the box."""
        with self._lock:
            self._end()

    # ---- the box ----

    def _test(self) -> Problem | None:
        """Start the box and try to break out of it; what works, or does not stop, keeps scripts off."""
        if sys.platform != "linux" or not hasattr(socket, "SOCK_SEQPACKET"):
            return OFF.at("", why="Linux?")
        try:
            broken = self._exchange({"probe": True}, None, {}, 1.0, is_locked=True)["result"]
            if broken:
                return OFF.at("", why=", ".join(broken))
            answer = self._exchange({}, {"source": "result = given['a'] + 1", "given": {"a": 1}, "calls": []}, {}, 1.0, True)  # fmt: skip
            if answer["result"] != 2:
                return OFF.at("", why="1 + 1")
        except Rejected as why:
            return OFF.at("", why=why.problems[0].message("en"))
        except OSError as why:
            return OFF.at("", why=str(why))
        with contextlib.suppress(Rejected):
            self._exchange(
                {}, {"source": "while True:\n    pass", "given": {}, "calls": []}, {}, 0.2, is_locked=True
            )
            return OFF.at("", why="while True")
        return None

    def _start(self) -> socket.socket:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        spec = find_spec("RestrictedPython")
        folder = str(Path(spec.origin).parent.parent) if spec and spec.origin else ""
        with theirs:
            self._box = subprocess.Popen(  # noqa: S603 - our own program, nothing of a user's in its arguments
                [sys.executable, "-I", "-S", "-B", str(self._program), folder],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env={},
                cwd="/",
                start_new_session=True,
            )
        ours.settimeout(20)
        if not ours.recv(64):
            ours.close()
            self._end()
            raise Rejected(OFF.at("", why="the box does not start"))
        self._control = ours
        return ours

    def _end(self) -> None:
        if self._control is not None:
            self._control.close()
        if self._box is not None:
            self._box.kill()
            self._box.wait()
        self._box = self._control = None

    def _open_line(self, order: Mapping[str, Any]) -> socket.socket:
        """Return our end of a fresh line to a new child of the box; starts the box anew when it is gone."""
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                self._hand_over(order, theirs)
            except OSError:
                self._end()
                self._hand_over(order, theirs)
        return ours

    def _hand_over(self, order: Mapping[str, Any], line: socket.socket) -> None:
        control = self._control or self._start()
        socket.send_fds(control, [json.dumps(order).encode()], [line.fileno()])

    def _exchange(
        self,
        more: Mapping[str, Any],
        job: Mapping[str, Any] | None,
        calls: Calls,
        seconds: float,
        is_locked: bool = False,
    ) -> dict[str, Any]:
        wall = seconds + (CALLS_WALL_S if calls else 0.5)
        order = {"cpu_s": seconds, "wall_s": wall, "memory": self._limits.memory, **more}
        with contextlib.nullcontext() if is_locked else self._lock:
            line = self._open_line(order)
        with line:
            try:
                return self._talk(_Line(line, time.monotonic() + wall + GRACE_S), job, calls, seconds)
            except (OSError, ValueError) as why:
                # ValueError: a child that got out of its language may write anything
                raise Rejected(STOPPED.at("")) from why

    def _talk(
        self, line: "_Line", job: Mapping[str, Any] | None, calls: Calls, seconds: float
    ) -> dict[str, Any]:
        if job is not None:
            line.say(job)
        asked = 0
        while True:
            heard = line.hear()
            if "call" in heard:
                asked += 1
                if asked > MOST_CALLS:
                    raise Rejected(TOO_MUCH.at("", most=MOST_BYTES, calls=MOST_CALLS))
                line.say(_answer(heard, calls))
            elif "result" in heard:
                return heard
            else:
                raise Rejected(self._problem(heard, seconds))

    def _problem(self, heard: Mapping[str, Any], seconds: float) -> Problem:
        error, ended = heard.get("error"), heard.get("ended")
        if isinstance(error, dict):
            line, why = error.get("line", 1), str(error.get("why", ""))
            kind = error.get("kind")
            if kind == "memory":
                return MEMORY.at("", most=self._limits.memory >> 20)
            return (REFUSED if kind == "refused" else FAILED).at("", line=line, why=why)
        if isinstance(ended, dict) and (ended.get("why") == "wall" or ended.get("signal") in (9, 24, 27)):
            return TOO_SLOW.at("", seconds=seconds)
        return STOPPED.at("")


def _answer(heard: Mapping[str, Any], calls: Calls) -> dict[str, Any]:
    call = calls.get(str(heard["call"]))
    if call is None:
        return {"refused": str(heard["call"])}
    args, settings = heard.get("args"), heard.get("settings")
    try:
        return {"answer": language.plain(call(*(args or ()), **(settings or {})))}
    except Rejected as refused:
        problem = refused.problems[0]
        return {"refused": f"{problem.code}: {problem.message('zh')}"}
    except TypeError as why:
        return {"refused": str(why)}


class _Line:
    """Lines of JSON over a socket, with a deadline and a cap on what comes in."""

    def __init__(self, line: socket.socket, deadline: float) -> None:
        self._line = line
        self._deadline = deadline
        self._rest = b""
        self._left = MOST_BYTES

    def say(self, what: Mapping[str, Any]) -> None:
        self._line.settimeout(max(0.01, self._deadline - time.monotonic()))
        self._line.sendall(json.dumps(what).encode() + b"\n")

    def hear(self) -> dict[str, Any]:
        while True:
            found, end, rest = self._rest.partition(b"\n")
            if end:
                self._rest = rest
                if found.strip():
                    heard = json.loads(found, parse_float=Decimal)
                    if not isinstance(heard, dict):
                        raise ValueError("not an object")
                    return heard
                continue
            self._rest += self._more()

    def _more(self) -> bytes:
        ready, _, _ = select.select([self._line], [], [], max(0.0, self._deadline - time.monotonic()))
        if not ready:
            raise TimeoutError
        piece = self._line.recv(65_536)
        self._left -= len(piece)
        if not piece:
            raise ConnectionError
        if self._left < 0:
            raise Rejected(TOO_MUCH.at("", most=MOST_BYTES, calls=MOST_CALLS))
        return piece
