"""The 52 teeth: FDI, Universal and Palmer names, surfaces, places in the arch."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

SURFACES = ("M", "D", "B", "L", "O", "I")
"""Mesial, distal, buccal (or labial), lingual (or palatal), occlusal, incisal; always in this order."""


@dataclass(frozen=True, slots=True)
class Tooth:
    """A tooth. `place` is the FDI number of the permanent tooth that stands, or will stand, there."""

    fdi: str
    is_primary: bool
    quadrant: int
    position: int
    zh: str
    en: str
    universal: str
    palmer: str
    surfaces: tuple[str, ...]
    arch: str

    @property
    def place(self) -> str:
        return f"{(self.quadrant - 1) % 4 + 1}{self.position}"


@cache
def teeth() -> Mapping[str, Tooth]:
    """Return all teeth by FDI number (ISO 3950)."""
    text = (files(__package__) / "_data" / "teeth.csv").read_text("utf-8")
    return {row["fdi"]: _tooth(row) for row in csv.DictReader(text.splitlines())}


def _tooth(row: Mapping[str, str]) -> Tooth:
    return Tooth(
        fdi=row["fdi"],
        is_primary=row["dentition"] == "deciduous",
        quadrant=int(row["quadrant"]),
        position=int(row["position"]),
        zh=row["name_zh"],
        en=row["name_en"],
        universal=row["universal"],
        palmer=row["palmer"],
        surfaces=tuple(row["surfaces"].split("|")),
        arch=row["arch"],
    )


def in_order(surfaces: object) -> list[str]:
    """Return the surfaces in their fixed order, each once."""
    given = set(surfaces) if isinstance(surfaces, list | tuple | set | str | dict) else set()
    return [surface for surface in SURFACES if surface in given]


def chart_order(fdi: str) -> tuple[int, int]:
    """Return the sort key that reads a chart: quadrants 1 to 8, from the midline back."""
    return int(fdi[0]), int(fdi[1])
