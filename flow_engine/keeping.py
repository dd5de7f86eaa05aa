"""The states in which this process left instances, so that a next step of theirs need not read their rows again.

They are hints: what is kept holds only while the instance's row has the stamp and the revision that were written with
it. Every step draws a new stamp, and so does whoever changes an instance's rows beside a step (`store.touch`).
"""

import random
from threading import Lock

from flow_engine.state import State

MOST = 500
"""Instances of a workspace whose states are kept."""
MOST_PARTS = 200
"""Tasks, tokens and scopes of an instance that is kept; larger ones are read."""
Known = tuple[int, State]
"""A stamp, and the state that was written with it."""


class Kept:
    """The states of the instances of one workspace that were stepped last."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._known: dict[str, Known] = {}
        self._lock = Lock()

    def get(self, instance_id: str) -> Known | None:
        """Return how an instance was left here, and its stamp."""
        return self._known.get(instance_id)

    def put(self, stamp: int, state: State) -> None:
        """Keep a state whose rows are committed, and let go of the one that was stepped longest ago."""
        instance_id = state.instance.instance_id
        is_worth = state.instance.ended_at is None
        is_worth = is_worth and len(state.tasks) + len(state.tokens) + len(state.scopes) <= MOST_PARTS
        with self._lock:
            self._known.pop(instance_id, None)
            if is_worth and self._most:
                self._known[instance_id] = stamp, state
                if len(self._known) > self._most:
                    del self._known[next(iter(self._known))]


def new_stamp() -> int:
    """Return a stamp; that it be another one is all that matters."""
    return random.getrandbits(31)
