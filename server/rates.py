"""Counts of attempts a minute and address, kept in this process: a brake on guessing, not a bookkeeper."""

import threading
import time
from collections import deque

from engine.problems import Code, TooMany

SLOW_DOWN = Code(
    "http.slow_down",
    zh="操作太频繁，请稍候再试",
    en="Too many attempts; please wait a moment",
    hint_zh="约一分钟后可继续",
    hint_en="You can go on in about a minute",
)

MOST_KEYS = 20_000


class Rates:
    """A moving window of one minute for each key."""

    def __init__(self) -> None:
        self._seen: dict[str, deque[float]] = {}
        self._lock = threading.Lock()

    def note(self, key: str, most: int) -> None:
        """Count one attempt. TooMany above `most` in the last minute."""
        now = time.monotonic()
        with self._lock:
            if len(self._seen) > MOST_KEYS:
                self._seen = {k: times for k, times in self._seen.items() if times[-1] > now - 60}
            times = self._seen.setdefault(key, deque())
            while times and times[0] <= now - 60:
                times.popleft()
            if len(times) >= most:
                raise TooMany(SLOW_DOWN.at(""))
            times.append(now)
