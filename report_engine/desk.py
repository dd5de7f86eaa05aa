"""What a report may ask of the house: one asker, one transaction, sealed sources."""

from dataclasses import dataclass
from typing import Any, Protocol

from engine.access.actor import Actor
from engine.access.gate import Gate
from engine.access.query import Record, ScopedQuery


class Runs(Protocol):
    """An open transaction."""

    @property
    def dialect(self) -> str: ...
    def execute(self, scoped: ScopedQuery) -> list[Record]: ...


class Desk(Protocol):
    """The only way from a report to data, for one asker."""

    @property
    def gate(self) -> Gate: ...
    @property
    def unit(self) -> Runs: ...
    @property
    def actor(self) -> Actor: ...
    @property
    def zone(self) -> str: ...


@dataclass(frozen=True)
class PlainDesk:
    """A desk as it is: a gate and its transaction. `zone`: what hours of the day mean."""

    gate: Gate
    unit: Any
    zone: str = "Asia/Shanghai"

    @property
    def actor(self) -> Actor:
        return self.gate.actor
