"""Record ids: UUID version 7, as 36 characters of text on every database; sorted by time."""

import os
import re
import threading
import time
from collections.abc import Iterator

_SHAPE = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


class IdMaker:
    """Makes ids that only grow within this process, also within one millisecond (RFC 9562, method 1)."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = 0
        """The millisecond and, in its last twelve bits, the counter of the id made last."""

    def __call__(self) -> str:
        random = os.urandom(8).hex()
        return _written(self._reserved(1, random), random)

    def many(self, count: int) -> Iterator[str]:
        """Yield `count` ids, each greater than the one before. The random bits of all are drawn at once."""
        if not count:
            return
        drawn = os.urandom(8 * count).hex()
        first = self._reserved(count, drawn)
        for at in range(count):
            yield _written(first + at, drawn[16 * at : 16 * at + 16])

    def _reserved(self, count: int, random: str) -> int:
        """Take the next `count` places of the count, and return the first of them."""
        now = time.time_ns() // 1_000_000 << 12
        with self._lock:
            # A new millisecond starts at a random place in the first eighth of its counter.
            first = now + (int(random[-3:], 16) & 0x1FF) if now > self._last | 0xFFF else self._last + 1
            self._last = first + count - 1
            return first


def _written(place: int, random: str) -> str:
    """Return the id of a place in the count: version 7 before the counter, variant 2 before the random bits."""
    told = f"{place:015x}"
    return f"{told[:8]}-{told[8:12]}-7{told[12:]}-{_VARIANT[random[0]]}{random[1:4]}-{random[4:]}"


_VARIANT = {digit: "89ab"[int(digit, 16) & 3] for digit in "0123456789abcdef"}


new_id = IdMaker()


def is_id(text: object) -> bool:
    """Tell whether `text` has the shape of a record id."""
    return isinstance(text, str) and _SHAPE.fullmatch(text) is not None
