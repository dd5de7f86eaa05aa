"""Copies of the frozen values of a step with some properties changed.

States, steps and outcomes are structs of msgspec, which are made and copied several times as quickly as dataclasses: a
step makes some thirty of them.
"""

from typing import Any, TypeVar

from msgspec import Struct
from msgspec.structs import replace

T = TypeVar("T", bound=Struct)


def evolve(one: T, **changes: Any) -> T:
    """Return a copy of a struct with `changes`."""
    return replace(one, **changes)
