"""A lock that goes to whoever has waited longest."""

import threading
from collections import deque
from types import TracebackType


class Turns:
    """Held by one at a time, in the order in which they asked.

    With a plain lock, a background job that lets go and asks again at once passes everybody who waits meanwhile: a thread that
    runs is quicker than one that has to be woken.
    """

    __slots__ = ("_guard", "_is_held", "_waiting")

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._is_held = False
        self._waiting: deque[threading.Lock] = deque()

    @property
    def waiting(self) -> int:
        """How many wait."""
        return len(self._waiting)

    def __enter__(self) -> "Turns":
        with self._guard:
            if not self._is_held:
                self._is_held = True
                return self
            mine = threading.Lock()
            mine.acquire()
            self._waiting.append(mine)
        try:
            mine.acquire()
        except BaseException:
            self._leave(mine)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._guard:
            if self._waiting:
                # It stays held: whoever asks now comes after all who wait.
                self._waiting.popleft().release()
            else:
                self._is_held = False

    def _leave(self, mine: threading.Lock) -> None:
        """Give up waiting; what was handed over in the same moment goes to the next."""
        with self._guard:
            if mine in self._waiting:
                self._waiting.remove(mine)
                return
        self.__exit__(None, None, None)
