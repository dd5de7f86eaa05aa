"""What the passes of a report hand on to one another."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from engine.access.sources import Kind
from report_engine.binding import Bound
from report_engine.desk import Desk
from report_engine.query import Key
from report_engine.table import Cell, Column, Table


@dataclass(frozen=True, slots=True)
class Group:
    """One row in the making: its dimensions' values, and every other column's value by column key."""

    key: Key
    values: Mapping[str, Cell]
    cases: Mapping[str, int] = field(default_factory=dict)
    """Of rates: how many cases they rest on, by measure."""


@dataclass(frozen=True)
class Draft:
    """A table in the making. Each pass takes one and returns one."""

    bound: Bound
    desk: Desk
    rows: tuple[Group, ...] = ()
    totals: Mapping[tuple[str, ...], tuple[Group, ...]] = field(default_factory=dict)
    columns: tuple[Column, ...] = ()
    """Columns beside the dimensions, in order."""
    kept: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    edges: Mapping[str, tuple[Decimal, ...]] = field(default_factory=dict)
    kinds: Mapping[str, Kind] = field(default_factory=dict)
    warnings: tuple[Any, ...] = ()
    notes: Mapping[str, Any] = field(default_factory=dict)
    table: Table | None = None
