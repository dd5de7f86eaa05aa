"""China's provinces, cities and districts, by code."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Division:
    """A division: `code` has 2, 4 or 6 digits; `parent` is "" for provinces."""

    code: str
    name: str
    parent: str


@cache
def divisions() -> Mapping[str, Division]:
    """Return all divisions by code (National Bureau of Statistics)."""
    text = (files(__package__) / "_data" / "cn_divisions.csv").read_text("utf-8")
    return {row["code"]: Division(**row) for row in csv.DictReader(text.splitlines())}


@cache
def children() -> Mapping[str, tuple[Division, ...]]:
    """Return the divisions below each code; "" has the provinces."""
    below: dict[str, list[Division]] = {}
    for division in divisions().values():
        below.setdefault(division.parent, []).append(division)
    return {code: tuple(found) for code, found in below.items()}


def line_of(code: str) -> tuple[Division, ...]:
    """Return the divisions from the province down to `code`; empty when unknown."""
    found: list[Division] = []
    known = divisions().get(code)
    while known is not None:
        found.append(known)
        known = divisions().get(known.parent)
    return tuple(reversed(found))
