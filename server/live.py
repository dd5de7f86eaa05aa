"""Server-sent events: open pages hear at once that something is new. Losing a word costs a refresh, never data.

One queue a page; what does not fit is dropped, since every word only says “look again”.
"""

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Iterable

import msgspec

MOST_WAITING = 20
MOST_PAGES = 5_000
BEAT_S = 25.0
"""A comment now and then keeps proxies from closing the line, and tells us that the page has gone."""


class LiveWords:
    """Who listens, by workspace and person. `tell` may be called from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pages: dict[tuple[str, str], set[tuple[asyncio.AbstractEventLoop, asyncio.Queue[bytes]]]] = {}
        self._count = 0

    def tell(self, workspace: str, user_ids: Iterable[str], topic: str, body: object = None) -> None:
        """Tell people's open pages; nobody waits for them."""
        word = b"event: %s\ndata: %s\n\n" % (topic.encode(), msgspec.json.encode(body))
        for user_id in dict.fromkeys(user_ids):
            with self._lock:
                pages = list(self._pages.get((workspace, user_id), ()))
            for loop, queue in pages:
                # A loop that is closing has no page to tell any more.
                with contextlib.suppress(RuntimeError):
                    loop.call_soon_threadsafe(_put, queue, word)

    def tell_all(self, workspace: str, topic: str) -> None:
        """Tell every open page of a workspace."""
        with self._lock:
            people = [user_id for key, user_id in self._pages if key == workspace]
        self.tell(workspace, people, topic)

    async def words(self, workspace: str, user_id: str) -> AsyncIterator[bytes]:
        """Yield what is told to a person, until the page goes."""
        page = (asyncio.get_running_loop(), asyncio.Queue[bytes](MOST_WAITING))
        key = (workspace, user_id)
        with self._lock:
            if self._count >= MOST_PAGES:
                return
            self._count += 1
            self._pages.setdefault(key, set()).add(page)
        try:
            yield b"retry: 5000\n\n"
            while True:
                try:
                    yield await asyncio.wait_for(page[1].get(), BEAT_S)
                except TimeoutError:
                    yield b": beat\n\n"
        finally:
            with self._lock:
                self._count -= 1
                self._pages[key].discard(page)
                if not self._pages[key]:
                    del self._pages[key]


def _put(queue: asyncio.Queue[bytes], word: bytes) -> None:
    with contextlib.suppress(asyncio.QueueFull):
        queue.put_nowait(word)
