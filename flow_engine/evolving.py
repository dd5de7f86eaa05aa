"""Copies of frozen values with some properties changed: what `dataclasses.replace` does, for the few that every step makes."""

from functools import lru_cache
from operator import attrgetter
from typing import Any, TypeVar

T = TypeVar("T")


@lru_cache(maxsize=32)
def _shape(kind: Any) -> tuple[Any, dict[str, int]]:
    names: tuple[str, ...] = kind.__slots__
    return attrgetter(*names), {name: at for at, name in enumerate(names)}


def evolve(one: T, **changes: Any) -> T:
    """Return a copy of a slotted dataclass with `changes`."""
    kind: Any = type(one)
    read, places = _shape(kind)
    values = list(read(one))
    for name, value in changes.items():
        values[places[name]] = value
    changed: T = kind(*values)
    return changed
