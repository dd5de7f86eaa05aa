"""One command of an instance after the other within this process, before any of them takes a connection.

The row lock of the database decides; this only spares it a queue. Fifty people who approve at once would otherwise hold
fifty connections, most of them opened just to wait, and each would find the state that it asked by already outdated.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

MOST_WAIT_S = 5.0
"""Whoever waited that long goes on without a turn, and waits for the row."""
_LOCKS = 256
"""Instances share them; two that meet on one wait for each other's commands, which are short."""


class Turns:
    """Whose turn it is, by instance."""

    def __init__(self, most_wait_s: float = MOST_WAIT_S) -> None:
        self._most_wait_s = most_wait_s
        self._locks = tuple(Lock() for _ in range(_LOCKS))

    @contextmanager
    def of(self, instance_id: str) -> Iterator[bool]:
        """Hold the turn of an instance, and say whether it is held; not to be asked for within another, or in a unit."""
        lock = self._locks[hash(instance_id) % _LOCKS]
        is_held = lock.acquire(timeout=self._most_wait_s)
        try:
            yield is_held
        finally:
            if is_held:
                lock.release()
