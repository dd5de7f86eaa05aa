"""When is it decided, and whose turn is it? Pure: a rule and the tasks of a node in, the answer out.

Tasks form a tree. Base tasks, and the groups added beside them (并加签), vote by the rule of the node; a group added
before a task (前加签) is heard before it may be decided, one added after (后加签) when its holder has agreed. What is
added votes by a mode of its own (any, all, order), and may add again.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from msgspec import Struct, field

from flow_engine.state import Task

YES, NO = "approved", "rejected"
MODES = ("any", "all", "ratio", "votes", "order", "first", "random")
SIDES = ("before", "after", "parallel")
OVER = frozenset({"done", "cancelled", "handed_on"})
GONE = frozenset({"cancelled", "handed_on"})


@dataclass(frozen=True, slots=True)
class Rule:
    """How many must agree.

    `mode`: any (或签), all (会签), ratio (比例), votes (票签), order (依次); first and random name one person, whose word
    counts as with any. `share`: of the people (ratio) or of all votes (votes) that must agree, 0 to 1; `votes`: a number
    of votes instead. `rejects`: at_once (a refusal ends it) or at_end (any: all must refuse; all: everybody is heard
    first). `vetoes`: whose refusal ends it at once; `trumps`: whose consent does.
    """

    mode: str = "any"
    share: Decimal | None = None
    votes: int | None = None
    rejects: str = "at_once"
    vetoes: frozenset[str] = frozenset()
    trumps: frozenset[str] = frozenset()


class Settled(Struct, frozen=True, gc=False):
    """`way`: how the node is left, None while it is open. `states`: what the tasks not yet over should be, by id."""

    way: str | None
    states: Mapping[int, str] = field(default_factory=dict)

    def changed(self, tasks: Iterable[Task]) -> Iterator[tuple[int, str]]:
        """Yield (task id, new state) of the tasks that are something else now. A parked task stays parked on its turn."""
        for task in tasks:
            state = self.states.get(task.task_id, task.state)
            if state != task.state and not (state == "open" and task.state == "parked"):
                yield task.task_id, state


def settle(rule: Rule, tasks: Sequence[Task]) -> Settled:
    """Return how it stands: decided or not, and whose turn it is."""
    if len(tasks) == 1 and rule.mode not in ("ratio", "votes") and _speaks_alone(tasks[0]):
        # One person, nobody added: most steps of most flows.
        way = tasks[0].action if tasks[0].state == "done" else None
        return Settled(way, {} if way is not None else {tasks[0].task_id: "open"})
    tree = _Tree(tasks)
    states: dict[int, str] = {}
    way = tree.hear(rule, tree.base, states, is_due=True)
    return Settled(way, states)


def _speaks_alone(task: Task) -> bool:
    return task.state not in GONE and task.kind != "cc" and "added" not in task.data


def added(task: Task) -> Mapping[str, Any] | None:
    """Return `{group, side, mode, by}` of a task that was added to another (加签); None for a task of the node itself."""
    found = task.data.get("added")
    return found if isinstance(found, Mapping) else None


@dataclass(slots=True)
class _Voter:
    """One voice: a person, or a group that was added."""

    position: tuple[int, int]
    weight: int
    way: str | None
    people: frozenset[str]


class _Tree:
    def __init__(self, tasks: Sequence[Task]) -> None:
        self._known = {task.task_id: task for task in tasks}
        self._groups: dict[tuple[int, str], dict[str, list[Task]]] = {}
        self.base: list[Task] = []
        living = [task for task in tasks if task.state not in GONE and task.kind != "cc"]
        for task in sorted(living, key=lambda one: (one.position, one.task_id)):
            place = self._place_of(task)
            if place is None:
                continue
            parent_id, side, group = place
            if parent_id is None:
                self.base.append(task)
            else:
                self._groups.setdefault((parent_id, side), {}).setdefault(group, []).append(task)

    def _place_of(self, task: Task) -> tuple[int | None, str, str] | None:
        """Return where a task speaks: (task it was added to, side, group); no task: by the rule of the node.

        Whoever added people may have been taken off: those beside them then speak in their place, those they wanted to
        hear before or after do not speak at all (None).
        """
        extra = added(task)
        if extra is None:
            return None, "", ""
        parent = self._known.get(task.parent_id or 0)
        if parent is not None and parent.state not in GONE:
            return parent.task_id, extra["side"], extra["group"]
        if extra["side"] != "parallel":
            return None
        return (None, "", "") if parent is None else self._place_of(parent)

    def hear(
        self, rule: Rule, members: Sequence[Task], states: dict[int, str], *, is_due: bool
    ) -> str | None:
        """Return the way `members` and the groups beside them have decided, and say what each task should be."""
        voters: list[_Voter] = []
        silent: list[tuple[_Voter, Sequence[Task], Rule | None]] = []
        for task in members:
            voice = _Voter((task.position, task.task_id), task.weight, self.vote(task), _people(task))
            voters.append(voice)
            silent.append((voice, (task,), None))
            for mode, group in self.groups(task, "parallel"):
                inner = Rule(mode)
                way = self.hear(inner, group, {}, is_due=False)
                place = (task.position, group[0].task_id)
                voice = _Voter(place, 1, way, frozenset().union(*(_people(one) for one in group)))
                voters.append(voice)
                silent.append((voice, group, inner))
        way = verdict(rule, voters)
        turn = min((one.position for one in voters if one.way is None), default=None)
        for voice, tasks, among in silent:
            may = is_due and way is None and (rule.mode != "order" or voice.position == turn)
            over = voice.way is not None or way is not None
            if among is None:
                self._place(tasks[0], states, is_due=may, is_over=over)
            elif over:
                self._close(tasks, states)
            else:
                self.hear(among, tasks, states, is_due=may)
        return way

    def vote(self, task: Task) -> str | None:
        """Return how one task has been decided, those heard before and after it included."""
        for mode, group in self.groups(task, "before"):
            way = self.hear(Rule(mode), group, {}, is_due=False)
            if way != YES:
                return way
        own = task.action if task.state == "done" else None
        if own is None or own == NO or not is_yes(own):
            return own
        for mode, group in self.groups(task, "after"):
            way = self.hear(Rule(mode), group, {}, is_due=False)
            if way is None or not is_yes(way):
                return way
        return own

    def groups(self, task: Task, side: str) -> Iterator[tuple[str, list[Task]]]:
        for group in self._groups.get((task.task_id, side), {}).values():
            yield self._mode(group), group

    def _mode(self, group: Sequence[Task]) -> str:
        """Return how a group votes: as whoever made it has said, also when others speak in their place."""
        at = group[0]
        while (
            (parent := self._known.get(at.parent_id or 0)) is not None
            and parent.state in GONE
            and added(parent)
        ):
            at = parent
        return str((added(at) or {}).get("mode", "all"))

    def _place(self, task: Task, states: dict[int, str], *, is_due: bool, is_over: bool) -> None:
        """Say what a task and those heard before and after it should be."""
        if is_over:
            self._close((task,), states)
            return
        goes_on = is_due
        for mode, group in self.groups(task, "before"):
            way = self.hear(Rule(mode), group, states, is_due=goes_on)
            goes_on = goes_on and way is not None
        if task.state not in OVER:
            states[task.task_id] = "open" if goes_on else "waiting"
            goes_on = False
        for mode, group in self.groups(task, "after"):
            way = self.hear(Rule(mode), group, states, is_due=goes_on)
            goes_on = goes_on and way is not None

    def _close(self, tasks: Sequence[Task], states: dict[int, str]) -> None:
        for task in tasks:
            if task.state not in OVER:
                states[task.task_id] = "cancelled"
            for side in SIDES:
                for _, group in self.groups(task, side):
                    self._close(group, states)


def is_yes(way: str) -> bool:
    """Tell whether a way is consent (or simply “done”): what a refusal or a return is not."""
    return way in (YES, "done", "to")


def refuses(way: str) -> bool:
    """Tell whether a way says no, sends back or leaves out: nothing need be filled in then, but a reason given."""
    return way in (NO, "returned", "skipped")


def verdict(rule: Rule, voters: Sequence[_Voter]) -> str | None:
    """Return the way the voices come to by the rule; None while it is open. A way of its own decides at once."""
    told = [one for one in sorted(voters, key=lambda one: one.position) if one.way is not None]
    for one in told:
        if one.way is not None and one.way != NO and not is_yes(one.way):
            return one.way
    yes = [one for one in told if one.way is not None and is_yes(one.way)]
    no = [one for one in told if one.way == NO]
    if any(one.people & rule.vetoes for one in no):
        return NO
    for one in yes:
        if one.people & rule.trumps:
            return one.way
    consent = yes[0].way if yes else YES
    if rule.mode in ("ratio", "votes"):
        return _counted(rule, voters, yes, no, consent)
    is_open = len(told) < len(voters)
    if rule.mode in ("all", "order"):
        if no and (rule.rejects == "at_once" or not is_open):
            return NO
        return None if is_open or not voters else consent
    if yes:
        return consent
    return NO if no and (rule.rejects == "at_once" or not is_open) else None


def _counted(
    rule: Rule, voters: Sequence[_Voter], yes: Sequence[_Voter], no: Sequence[_Voter], consent: str | None
) -> str | None:
    """Count shares or votes: passed as soon as it is reached, refused as soon as it cannot be reached any more."""
    weighs = rule.mode == "votes"

    def count(some: Sequence[_Voter]) -> int:
        return sum(one.weight if weighs else 1 for one in some)

    total = count(voters)
    if total == 0:
        return None
    if rule.votes is not None and weighs:
        reached, possible = count(yes) >= rule.votes, total - count(no) >= rule.votes
    elif rule.share is not None:
        need = rule.share * total
        reached, possible = count(yes) >= need and bool(yes), total - count(no) >= need
    else:
        reached, possible = count(yes) * 2 > total, (total - count(no)) * 2 > total
    if reached:
        return consent
    return None if possible else NO


def _people(task: Task) -> frozenset[str]:
    return frozenset(one for one in (task.assignee, task.owner, task.done_by) if one)
