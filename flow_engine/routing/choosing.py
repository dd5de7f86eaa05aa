"""One of several people by a routing rule. Pure: what is known of each person is given."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from flow_engine.routing.turns import Turns, next_turn

MODES = ("fixed", "rotation", "weighted", "least_load", "skill", "sticky", "random")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A person who might get it. `load`: open work now; `skills`: how many of the wanted ones they have."""

    person: str
    is_present: bool = True
    load: int = 0
    skills: int = 0
    weight: int = 1


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the rule wants. `daily`: at most so many a day; `most`: at most so much open work."""

    mode: str = "rotation"
    daily: int | None = None
    most: int | None = None
    needs_skill: bool = False
    sticky: str | None = None
    """Who had it before."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """Who gets it, why, and why each of the others does not: absent, full, daily, unskilled, weight."""

    person: str | None
    turns: Turns
    reason: str
    passed_over: Mapping[str, str] = field(default_factory=dict)


def choose(wanted: Wanted, candidates: Sequence[Candidate], turns: Turns, seed: str = "") -> Chosen:
    """Return the choice. `turns` must be those of today; `seed` decides where chance does, always in the same way."""
    passed = {one.person: why for one in candidates if (why := _why_not(wanted, one, turns)) is not None}
    able = [one for one in candidates if one.person not in passed]
    if wanted.sticky is not None and any(one.person == wanted.sticky for one in able):
        return Chosen(wanted.sticky, turns.noted(wanted.sticky), "sticky", passed)
    if not able:
        return Chosen(None, turns, "nobody", passed)
    if wanted.mode == "fixed":
        return Chosen(able[0].person, turns.noted(able[0].person), "fixed", passed)
    if wanted.mode == "random":
        return _by_chance(able, turns, passed, seed)
    if wanted.mode == "least_load":
        person = min(able, key=lambda one: (one.load / one.weight, turns.last.get(one.person, 0))).person
        return Chosen(person, turns.noted(person), "least_load", passed)
    if wanted.needs_skill:
        best = max(one.skills for one in able)
        able = [one for one in able if one.skills == best]
    found, after = next_turn(turns, [one.person for one in able], {one.person: one.weight for one in able})
    return Chosen(found, after, "rotation", passed)


def _why_not(wanted: Wanted, one: Candidate, turns: Turns) -> str | None:
    if not one.is_present:
        return "absent"
    if one.weight <= 0:
        return "weight"
    if wanted.needs_skill and one.skills == 0:
        return "unskilled"
    if wanted.most is not None and one.load >= wanted.most:
        return "full"
    if wanted.daily is not None and turns.counts.get(one.person, 0) >= wanted.daily:
        return "daily"
    return None


def _by_chance(able: Sequence[Candidate], turns: Turns, passed: Mapping[str, str], seed: str) -> Chosen:
    total = sum(one.weight for one in able)
    point = int.from_bytes(sha256(seed.encode()).digest()[:8]) % total
    for one in able:
        point -= one.weight
        if point < 0:
            return Chosen(one.person, turns.noted(one.person), "random", passed)
    raise AssertionError("unreachable")
