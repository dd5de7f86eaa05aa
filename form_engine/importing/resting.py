"""Rest for the garbage collector while a chunk is worked through: its rows are many, and in no circles."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collector_rests() -> Iterator[None]:
    """Leave cycles uncollected in the block; what no circle holds goes at once as ever."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
