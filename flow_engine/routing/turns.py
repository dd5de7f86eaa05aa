"""Turns by weight: whoever is owed most comes next (smooth weighted round robin). Pure.

Each turn adds to everyone who may come their weight, and takes from the chosen one all that was added. What is owed
therefore always adds up to nothing, and with the same people there after as many turns as all weights together
everyone has had exactly their share. Who is away is owed nothing for the time, and nobody gets their turns in a lump.
Source: the smooth weighted balancing of nginx, 2012.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any


@dataclass(frozen=True, slots=True)
class Turns:
    """Where a rotation stands. `owed`: person → what they are owed; `counts`: turns had on `day`; `seq`: when each came last."""

    owed: Mapping[str, Fraction] = field(default_factory=dict)
    day: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)
    last: Mapping[str, int] = field(default_factory=dict)
    seq: int = 0

    def to_json(self) -> dict[str, Any]:
        """Return what is kept in `cc_flow_assign_cursors`."""
        return {
            "owed": {person: str(owed) for person, owed in self.owed.items()},
            "day": self.day,
            "counts": dict(self.counts),
            "last": dict(self.last),
            "seq": self.seq,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Turns":
        """Return a stored rotation."""
        owed = {person: Fraction(text) for person, text in data.get("owed", {}).items()}
        return cls(
            owed, data.get("day", ""), data.get("counts", {}), data.get("last", {}), data.get("seq", 0)
        )

    def today(self, day: str) -> "Turns":
        """Return the same with the counts of a day."""
        return self if self.day == day else Turns(self.owed, day, {}, self.last, self.seq)

    def noted(self, person: str, owed: Mapping[str, Fraction] | None = None) -> "Turns":
        """Return how it stands after a person got it."""
        seq = self.seq + 1
        counts = {**self.counts, person: self.counts.get(person, 0) + 1}
        return Turns(
            owed if owed is not None else self.owed, self.day, counts, {**self.last, person: seq}, seq
        )


def next_turn(turns: Turns, people: Sequence[str], weights: Mapping[str, int]) -> tuple[str | None, Turns]:
    """Return whose turn it is among `people` (those who may come now, in order) and how the rotation then stands.

    A weight that is not given is 1; 0 never comes. None when nobody may come.
    """
    able = {person: weights.get(person, 1) for person in people if weights.get(person, 1) > 0}
    if not able:
        return None, turns
    total = sum(able.values())
    owed = dict(turns.owed)
    # what those here are owed beyond their share of it is that of others who left: it is spread over all of them
    surplus = Fraction(sum((owed.get(person, Fraction(0)) for person in able), Fraction(0)), len(able))
    for person, weight in able.items():
        bounded = max(Fraction(-total), min(Fraction(total), owed.get(person, Fraction(0)) - surplus))
        owed[person] = bounded + weight
    order = {person: number for number, person in enumerate(able)}
    chosen = max(able, key=lambda person: (owed[person], -order[person]))
    owed[chosen] -= total
    return chosen, turns.noted(chosen, {person: value for person, value in owed.items() if value})
