"""Leaves an outside system alone for a while when call after call fails, so that those who call do not wear themselves out."""

import threading
from dataclasses import dataclass

AFTER = 5
"""Failures one after the other."""
FIRST_PAUSE_S, LONGEST_PAUSE_S = 60.0, 1800.0


@dataclass
class _Line:
    failures: int = 0
    pause_s: float = 0.0
    until: float = 0.0


class Breaker:
    """One for all connections of a clinic, each by its name; of one process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._lines: dict[str, _Line] = {}

    def wait_s(self, name: str, now: float) -> float:
        """Return for how long a connection is to be left alone; 0: call it.

        After each pause one call goes through to see how things are, and the others wait for what comes of it.
        """
        with self._lock:
            line = self._lines.get(name)
            if line is None or line.failures < AFTER:
                return 0.0
            if now < line.until:
                return line.until - now
            line.until = now + line.pause_s
            return 0.0

    def note(self, name: str, is_well: bool, now: float) -> None:
        """Take note of how a call went. An answer that refuses is well: somebody is there."""
        with self._lock:
            if is_well:
                self._lines.pop(name, None)
                return
            line = self._lines.setdefault(name, _Line())
            line.failures += 1
            if line.failures >= AFTER:
                line.pause_s = min(line.pause_s * 2 or FIRST_PAUSE_S, LONGEST_PAUSE_S)
                line.until = now + line.pause_s
