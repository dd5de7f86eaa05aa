"""An interpreter of block-structured flows that knows nothing of tokens: what is left to do is a term, and doing a task
turns it into another term. It shares no code with the engine and is what the engine is held against.

Terms: `("task", key)`, `("seq", [terms])`, `("par", [terms])` all of them, `("some", n, rest, [terms])` the first n,
`("region", term)` over only when everything in it is, `("timed", key, term, late)` a region that a timer may cut short,
`("copies", how many, at once, term)`.
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

Term = tuple[Any, ...]


@dataclass
class Left:
    """What is left of a term once it has begun. `behind`: what still runs although the flow has gone on."""

    term: Term
    parts: list["Left | None"] = field(default_factory=list)
    at: int = 0
    passed: bool = False
    behind: list["Left"] = field(default_factory=list)


def begin(term: Term) -> "Left | None":
    """Return what is left of a term when it has just begun; None when there is nothing to do."""
    kind = term[0]
    if kind == "task":
        return Left(term)
    if kind == "seq":
        return _next(Left(term, [None], -1))
    if kind == "par":
        left = Left(term, [begin(one) for one in term[1]])
        return left if any(left.parts) else None
    if kind == "some":
        return _some(Left(term, [begin(one) for one in term[3]]))
    if kind == "region":
        return _region(Left(term, [begin(term[1])]))
    if kind == "timed":
        return _region(Left(term, [begin(term[2])]))
    if kind == "copies":
        return _copies(Left(term, [], 0))
    raise AssertionError(kind)


def _next(left: Left) -> "Left | None":
    """Go on in a sequence while nothing holds it up."""
    if not left.term[1]:
        return None
    while left.parts[0] is None or left.parts[0].passed:
        if left.parts[0] is not None:
            left.behind.append(left.parts[0])
        left.at += 1
        if left.at == len(left.term[1]):
            return _gone_on(left)
        left.parts[0] = begin(left.term[1][left.at])
    return left


def _gone_on(left: Left) -> "Left | None":
    """What is over in front may still run behind."""
    left.behind = [one for one in left.behind if not is_over(one)]
    left.parts, left.passed = [], True
    return left if left.behind else None


def _some(left: Left) -> "Left | None":
    _, needed, rest, terms = left.term
    over = sum(1 for one in left.parts if one is None or one.passed)
    if not left.passed and over >= min(needed, len(terms)):
        left.passed = True
        if rest == "cancel":
            return None
    if left.passed and all(one is None or is_over(one) for one in left.parts):
        return None
    return left


def _region(left: Left) -> "Left | None":
    """A region holds on until what runs behind is over, too."""
    return left if left.parts[0] is not None and not is_over(left.parts[0]) else None


def _copies(left: Left) -> "Left | None":
    _, many, at_once, term = left.term
    left.parts = [one for one in left.parts if one is not None]
    while left.at < many and len(left.parts) < at_once:
        left.at += 1
        begun = begin(("region", term))
        if begun is not None:
            left.parts.append(begun)
    return left if left.parts else None


def is_over(left: Left) -> bool:
    """Tell whether nothing of it can be done any more."""
    return not waiting(left)


def waiting(left: "Left | None") -> Counter[str]:
    """Return the tasks that can be done now, with how many of each."""
    if left is None:
        return Counter()
    if left.term[0] == "task":
        return Counter([left.term[1]])
    found: Counter[str] = Counter()
    for one in (*left.parts, *left.behind):
        found += waiting(one)
    return found


def timers(left: "Left | None") -> list[str]:
    """Return the timers that may fire now."""
    if left is None or left.term[0] == "task":
        return []
    found = [left.term[1]] if left.term[0] == "timed" and left.at == 0 else []
    for one in (*left.parts, *left.behind):
        found += timers(one)
    return found


def done(left: Left, task: str, which: list[int]) -> "Left | None":
    """Return what is left once a task has been done: the `which[0]`-th of its name, which is counted down."""
    if left.term[0] == "task":
        if left.term[1] == task:
            which[0] -= 1
            return None if which[0] == -1 else left
        return left
    return _changed(left, lambda one: done(one, task, which))


def fired(left: Left, timer: str, which: list[int]) -> "Left | None":
    """Return what is left once a timer has cut its region short: the `which[0]`-th of its name."""
    if left.term[0] == "task":
        return left
    if left.term[0] == "timed" and left.term[1] == timer and left.at == 0:
        which[0] -= 1
        if which[0] != -1:
            return left
        return _region(Left(("timed", timer, left.term[2], left.term[3]), [begin(left.term[3])], 1))
    return _changed(left, lambda one: fired(one, timer, which))


def _changed(left: Left, change: Any) -> "Left | None":
    left.parts = [None if one is None else change(one) for one in left.parts]
    left.behind = [found for one in left.behind if (found := change(one)) is not None]
    kind = left.term[0]
    if left.passed and kind == "seq":
        return _gone_on(left)
    if kind == "seq":
        return _next(left)
    if kind == "par":
        if any(one is not None and not one.passed for one in left.parts):
            return left
        return _gone_on_all(left)
    if kind == "some":
        return _some(left)
    if kind == "copies":
        return _copies(left)
    return _region(left)


def _gone_on_all(left: Left) -> "Left | None":
    left.behind += [one for one in left.parts if one is not None]
    return _gone_on(left)
