"""Record ids: UUID version 7, as 36 characters of text on every database; sorted by time."""

import os
import re
import threading
import time

_SHAPE = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


class IdMaker:
    """Makes ids that only grow within this process, also within one millisecond (RFC 9562, method 1)."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last_ms = 0
        self._counter = 0

    def __call__(self) -> str:
        ms = time.time_ns() // 1_000_000
        random = int.from_bytes(os.urandom(8), "big")
        with self._lock:
            if ms > self._last_ms:
                self._last_ms, self._counter = ms, random >> 54 & 0x1FF
            else:
                self._counter += 1
                if self._counter > 0xFFF:
                    self._last_ms, self._counter = self._last_ms + 1, 0
            ms, counter = self._last_ms, self._counter
        value = ms << 80 | 0x7 << 76 | counter << 64 | 0b10 << 62 | random & (1 << 62) - 1
        text = f"{value:032x}"
        return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


new_id = IdMaker()


def is_id(text: object) -> bool:
    """Tell whether `text` has the shape of a record id."""
    return isinstance(text, str) and _SHAPE.fullmatch(text) is not None
