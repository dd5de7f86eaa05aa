"""How much of a field one may have: nothing, a mask, the value, or the pen."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from typing import Any


class Level(IntEnum):
    """Each level includes the ones below it."""

    NONE = 0
    MASKED = 1
    READ = 2
    WRITE = 3

    @property
    def word(self) -> str:
        return self.name.lower()


WORDS = {level.word: level for level in Level}


@dataclass(frozen=True)
class Condition:
    """A checked formula over one form's record. Two conditions of the same form and text are the same."""

    form: str
    text: str
    checked: Any

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Condition) and (self.form, self.text) == (other.form, other.text)

    def __hash__(self) -> int:
        return hash((self.form, self.text))


Step = tuple[Level, frozenset[Condition]]


@dataclass(frozen=True, slots=True)
class FieldLevel:
    """A level that holds always (`floor`) and higher ones that hold where all conditions of a step are true."""

    floor: Level
    steps: tuple[Step, ...] = ()

    @property
    def ceiling(self) -> Level:
        return max((level for level, _ in self.steps), default=self.floor)

    @property
    def is_fixed(self) -> bool:
        return not self.steps

    def union(self, other: "FieldLevel") -> "FieldLevel":
        """Return the wider of both: what either role gives."""
        return _tidy(max(self.floor, other.floor), (*self.steps, *other.steps))

    def meet(self, other: "FieldLevel") -> "FieldLevel":
        """Return what both give: a value made of two inputs is as secret as the more secret one."""
        mine: tuple[Step, ...] = ((self.floor, frozenset()), *self.steps)
        theirs: tuple[Step, ...] = ((other.floor, frozenset()), *other.steps)
        both = tuple((min(a, b), x | y) for a, x in mine for b, y in theirs)
        return _tidy(min(self.floor, other.floor), both)

    def capped(self, most: Level) -> "FieldLevel":
        """Return this level, but never above `most`."""
        return _tidy(min(self.floor, most), tuple((min(level, most), when) for level, when in self.steps))

    def given(self, holds: Iterable[Condition]) -> Level:
        """Return the level where exactly the conditions in `holds` are true."""
        true = frozenset(holds)
        return max((level for level, when in self.steps if when <= true), default=self.floor)

    def conditions(self) -> frozenset[Condition]:
        return frozenset().union(*(when for _, when in self.steps))


def _tidy(floor: Level, steps: Iterable[Step]) -> FieldLevel:
    always = max((level for level, when in steps if not when), default=floor)
    floor = max(floor, always)
    kept = sorted({step for step in steps if step[0] > floor and step[1]}, key=_order)
    return FieldLevel(floor, tuple(kept))


def _order(step: Step) -> tuple[int, list[str]]:
    return -step[0], sorted(c.text for c in step[1])


HIDDEN = FieldLevel(Level.NONE)
MASKED = FieldLevel(Level.MASKED)
READ = FieldLevel(Level.READ)
WRITE = FieldLevel(Level.WRITE)
