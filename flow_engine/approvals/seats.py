"""Who sits at the table: from the people a rule names to those who really decide. Pure."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

from msgspec import Struct

from flow_engine.evolving import evolve
from flow_engine.state import Task

SAME = ("each", "consecutive", "flow")
"""Whether somebody who agreed before is asked again: always, not right after, not in this instance."""
SELF = ("self", "skip", "manager")


class Seat(Struct, frozen=True, gc=False):
    """A place at the table. `owner`: for whom `person` sits there, as proxy (代理)."""

    person: str
    owner: str | None = None
    weight: int = 1

    @property
    def people(self) -> frozenset[str]:
        return frozenset(one for one in (self.person, self.owner) if one)


def seats_of(answers: Iterable[Any], weight: int = 1) -> tuple[Seat, ...]:
    """Return seats for what the world says about people: ids, or (proxy, owner)."""
    return tuple(
        [Seat(one, None, weight) if isinstance(one, str) else Seat(one[0], one[1], weight) for one in answers]
    )


def each_once(seats: Iterable[Seat]) -> tuple[Seat, ...]:
    """Return the seats with every person once, at their first place; votes of several seats add up."""
    if type(seats) is tuple and len(seats) < 2:
        return seats
    found: dict[str, Seat] = {}
    for seat in seats:
        known = found.get(seat.person)
        if known is None:
            found[seat.person] = seat
        else:
            # Somebody who sits there in their own right does not sit there for another.
            owner = None if known.owner is None or seat.owner is None else known.owner
            found[seat.person] = evolve(known, owner=owner, weight=known.weight + seat.weight)
    return tuple(found.values())


def without(seats: Iterable[Seat], people: Collection[str]) -> tuple[Seat, ...]:
    """Return the seats that none of `people` holds, for themselves or for another (职责分离)."""
    barred = frozenset(people)
    return tuple(seat for seat in seats if not seat.people & barred)


def at_most(seats: Sequence[Seat], most: int | None) -> tuple[Seat, ...]:
    """Return the first `most` seats."""
    return tuple(seats if most is None else seats[:most])


def one_of(seats: Sequence[Seat], mode: str, chance: Callable[[str], float]) -> tuple[Seat, ...]:
    """Return the only seat where the mode asks one person: the first, or one drawn by lot."""
    if mode == "first":
        return tuple(seats[:1])
    if type(seats) is tuple and mode != "random":
        return seats
    if mode == "random" and seats:
        return (seats[min(int(chance("who") * len(seats)), len(seats) - 1)],)
    return tuple(seats)


def agreed_before(past: Sequence[Task], same: str, node: str) -> Mapping[str, Task]:
    """Return whoever agreed in an earlier approval, with the task in which they did, as far as `same` looks back.

    What was returned since is not agreed any more: everybody is asked again.
    """
    if same == "each":
        return {}
    told = [task for task in past if task.kind == "approve" and task.state == "done"]
    for index in range(len(told) - 1, -1, -1):
        if told[index].action not in ("approved", "rejected"):
            told = told[index + 1 :]
            break
    if any(task.node == node for task in told):
        # The flow has come round to this node again: this is another question.
        last = max(index for index, task in enumerate(told) if task.node == node)
        told = told[last + 1 :]
    if same == "consecutive" and told:
        latest = (told[-1].node, told[-1].token_id, told[-1].round)
        told = [task for task in told if (task.node, task.token_id, task.round) == latest]
    return {
        person: task
        for task in told
        if task.action == "approved"
        for person in (task.done_by, task.owner)
        if person
    }
