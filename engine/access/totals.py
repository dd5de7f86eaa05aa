"""Totals and groups: how their raw results become exact values."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func

from engine.access.amounts import AGGREGATES, COUNTS, is_number, is_whole, mean, units
from engine.access.query import Keys, Record, Row

Read = Callable[[Any], Any] | None
MEAN_OF_INTEGERS = 2
"""Decimals of the mean of whole numbers."""


@dataclass(frozen=True)
class Total:
    """One total: its columns, and what makes a value of their raw results. "rows" is the group's own count."""

    name: str
    function: str
    columns: tuple[ColumnElement[Any], ...]
    read: Callable[[Sequence[Any]], Any] | None


def total(
    label: str, name: str, function: str, column: ColumnElement[Any], read: Read, dialect: str
) -> Total:
    """Return the total of a checked column; `read` reads values of that column."""
    if function in COUNTS:
        return Total(name, function, (AGGREGATES[function](column).label(label),), lambda raw: int(raw[0]))
    whole = is_number(column.type) and is_whole(column.type, dialect)
    if function == "avg":
        made = (func.sum(column).label(label), func.count(column).label(f"{label}n"))
        return Total(
            name, function, made, _mean_reader(column.type, whole, units(column.type, dialect), read)
        )
    # PostgreSQL sums BIGINT as NUMERIC; readers expect what the column holds.
    return Total(name, function, (AGGREGATES[function](column).label(label),), _value_reader(whole, read))


def _value_reader(whole: bool, read: Read) -> Callable[[Sequence[Any]], Any]:
    def value(raw: Sequence[Any]) -> Any:
        if raw[0] is None:
            return None
        found = int(raw[0]) if whole else raw[0]
        return found if read is None else read(found)

    return value


def _mean_reader(type_: Any, whole: bool, scale: int, read: Read) -> Callable[[Sequence[Any]], Any]:
    def value(raw: Sequence[Any]) -> Any:
        if not raw[1]:
            return None
        if whole and scale == 0:
            return str(mean(raw[0], raw[1], MEAN_OF_INTEGERS))
        decimals = 0 if whole else int(getattr(type_, "scale", None) or 6)
        found = mean(raw[0], raw[1], decimals)
        exact: Any = int(found) if whole and found is not None else found
        return exact if read is None else read(exact)

    return value


def read_groups(
    readers: Sequence[Read], totals: Sequence[Total], rows: Sequence[Row], _keys: Keys | None
) -> list[Record]:
    """Return `{"values": [...], "count": n, "totals": {...}}` for each group."""
    width = len(readers)
    found: list[Record] = []
    for row in rows:
        pairs = zip(row[:width], readers, strict=True)
        values = [v if v is None or read is None else read(v) for v, read in pairs]
        made, at = {}, width + 1
        for one in totals:
            made[one.name] = row[width] if one.read is None else one.read(row[at : at + len(one.columns)])
            at += len(one.columns)
        found.append({"values": values, "count": row[width], "totals": made})
    return found
