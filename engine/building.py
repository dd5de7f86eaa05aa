"""Building what stays: code at the start of a program, the plan of an app. Nothing of it is garbage, so none is looked for."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def building(again: bool = False) -> Iterator[None]:
    """Hold the garbage collector off, and keep it from ever walking again over what was built inside.

    A plan has a hundred thousand objects: looking through them costs a tenth of the start, and again and again while
    requests are served. `again`: what was built before is about to be replaced, and freed when the next one is built.
    """
    gc.disable()
    try:
        if again:
            gc.unfreeze()
            gc.collect()
        yield
    finally:
        gc.freeze()
        gc.enable()
