"""What all nodes share at which people decide: settings, opening of tasks, and going on when somebody did something."""

from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from msgspec import Struct, field

from engine.problems import Code, Problem
from engine.schema import FORMULA, KEY, WORDS, Schema, array, closed, one_of
from flow_engine.acts import Act
from flow_engine.approvals import deadlines
from flow_engine.approvals import people as persons
from flow_engine.approvals.deciding import MODES, NO, OVER, YES, Rule, is_yes, settle
from flow_engine.approvals.people import PEOPLE
from flow_engine.approvals.rights import FIELDS
from flow_engine.approvals.seats import (
    SAME,
    SELF,
    Seat,
    agreed_before,
    at_most,
    each_once,
    without,
)
from flow_engine.approvals.seats import (
    one_of as only_one_of,
)
from flow_engine.evolving import evolve
from flow_engine.happenings import Happening, Looked, RecordChanged, TimerFired
from flow_engine.node import Answer, Name, Node, NodeContext
from flow_engine.outcome import RETURNS, Fail, Go, Hold, Jump, NewTask, NewTimer, Notice, Outcome, TaskChange
from flow_engine.settings import CONDITION, SETS
from flow_engine.state import Task

NOBODY = Code("task.nobody", zh="“{node}”现在没有可以处理的人", en="Nobody can decide at “{node}” now",
              hint_zh="检查角色、门店和人员是否在岗，或给此节点设置“没有人时”的办法", hint_en="Look at the role, the branch and who is active, or say at this node what to do when there is nobody")  # fmt: skip
TOO_FEW = Code("task.too_few", zh="“{node}”需要 {needed}，现在只有 {there}", en="“{node}” needs {needed}, and there are only {there}",
               hint_zh="调整人数或票数的要求，增加可以处理的人，或设置“没有人时”的办法", hint_en="Ask for fewer people or votes, name more people, or say what to do when there is nobody")  # fmt: skip
NO_MODE = Code("task.mode_needs", zh="“{mode}”需要同时设置“{setting}”", en="The mode “{mode}” also needs “{setting}”",
               hint_zh="例如比例 0.6，或票数 3", hint_en="For instance a ratio of 0.6, or 3 votes")  # fmt: skip

OWN_ACTIONS = (
    "transfer", "delegate", "add_signers", "remove_signers", "send_back", "take_back", "urge", "cc", "park", "claim",
    "unclaim", "comment", "pause_clock",
)  # fmt: skip
"""Actions that a node may leave out (`without`)."""
PARK_KEY = "park."

WHO: Mapping[str, Schema] = {
    "who": PEOPLE,
    "mode": {**one_of(*MODES), "default": "any"},
    "ratio": {"type": "number", "exclusiveMinimum": 0, "maximum": 1},
    "votes": {"type": "integer", "minimum": 1, "maximum": 1000},
    "rejects": {**one_of("at_once", "at_end"), "default": "at_once"},
    "veto": PEOPLE,
    "trump": PEOPLE,
    "not_who": PEOPLE,
    "amount": FORMULA,
    "if_nobody": {"anyOf": [one_of("stop", "approve", "reject"), PEOPLE]},
    "if_self": {"anyOf": [one_of(*SELF), PEOPLE]},
    "same_people": {**one_of(*SAME), "default": "each"},
    "least": {"type": "integer", "minimum": 1, "maximum": 100},
    "most": {"type": "integer", "minimum": 1, "maximum": 100},
}
WORK: Mapping[str, Schema] = {
    "form": {**KEY, "x-kind": "form"},
    "record": FORMULA,
    "as": KEY,
    "decided_by": KEY,
    "preset": SETS,
    "done_when": CONDITION,
    "fields": FIELDS,
    "guide": {"anyOf": [KEY, WORDS]},
    "title": FORMULA,
    "due": deadlines.DUE,
    "comment": {**one_of("optional", "on_refusal", "required"), "default": "on_refusal"},
    "signature": {"type": "boolean", "default": False},
    "without": array(one_of(*OWN_ACTIONS), uniqueItems=True),
    "returns": {"anyOf": [one_of("any", "none"), array(KEY, minItems=1)], "default": "any"},
    "choose": array(
        closed(("node",), node=KEY, among=PEOPLE, label=WORDS, least={"type": "integer", "minimum": 0}),
        maxItems=10,
    ),
    "to": {
        "anyOf": [
            KEY,
            {
                "type": "object",
                "propertyNames": {"pattern": KEY["pattern"]},
                "additionalProperties": KEY,
                "minProperties": 1,
            },
        ]
    },
    "labels": {"type": "object", "propertyNames": {"pattern": KEY["pattern"]}, "additionalProperties": WORDS},
}


def human_settings(required: tuple[str, ...], **more: Schema) -> Schema:
    """Return the settings of a human node: those all have, and its own."""
    return closed(required, **WHO, **WORK, **more)


@dataclass(frozen=True)
class HumanNode(Node):
    """A node at which one or several people decide; subclasses say what the ways out are."""

    group: str = "human"
    splits: str = "one"
    waits: bool = True
    watches_records: bool = True
    usual_fields: str = "read"
    """What the node lets people do with fields it does not name."""
    is_filled_in: bool = False
    """Whether people come to write something, so that one press in a list is never enough."""
    is_shared: bool = False
    """Where one of several may do it, one task waits for whoever claims it; else everybody has one."""

    def yes(self, config: Mapping[str, Any]) -> str:
        """Return the way of consent."""
        return YES

    def decisions(self, config: Mapping[str, Any]) -> tuple[str, ...]:
        """Return the ways a person may choose, consent first."""
        return (self.yes(config),)

    def gives(self, config: Mapping[str, Any]) -> Iterator[Name]:
        """A form that is filled in gets a name."""
        if "form" in config:
            yield Name(config.get("as", config["form"]), form=config["form"])
        if "decided_by" in config:
            yield Name(config["decided_by"], type="person", is_maybe=True)

    def task_data(self, ctx: NodeContext) -> Generator[Act, Any, Mapping[str, Any]]:
        """Return what the task remembers from its start."""
        return {}
        yield

    def variables(self, ctx: NodeContext, task: Task, way: str) -> Mapping[str, Any]:
        """Return the variables that leaving sets."""
        return {}

    def enter(self, ctx: NodeContext) -> Answer:
        return self._enter(ctx)

    def _enter(self, ctx: NodeContext) -> Generator[Act, Any, Outcome]:
        if (
            "done_when" in ctx.config
            and not ctx.token.data.keys() & KEPT
            and (yield from ctx.holds("done_when"))
        ):
            # The world has done it already. What was sent back is to be done again all the same.
            return leave(ctx, self.yes(ctx.config))
        seated = yield from seated_at(ctx)
        if seated.way is not None:
            return leave(ctx, seated.way, notices=seated.notices)
        if not seated.seats:
            return Fail(_why_nobody(ctx, seated))
        tasks = yield from self._tasks(ctx, seated)
        rule, told = yield from rule_of(ctx)
        if seated.short is not None and rule.votes is not None:
            # Those who decide instead cannot have more votes than they are.
            rule = replace(rule, votes=min(rule.votes, sum(one.weight for one in seated.seats)))
            told = _as_json(rule)
        memory = {
            **{key: value for key, value in ctx.token.data.items() if key in KEPT},
            "rule": told,
        }
        settled = settle(rule, [_as_task(task, index) for index, task in enumerate(tasks)])
        if settled.way is not None:
            return leave(ctx, settled.way, tasks=tuple(one for one in tasks if one.state == "done"))
        due: datetime | None = None
        timers: tuple[NewTimer, ...] = ()
        if ctx.config.get("due"):
            first = next((one for one in tasks if one.state != "done"), tasks[0])
            due = yield from deadlines.due_at(ctx, first.assignee)
            if due is not None:
                timers = yield from deadlines.ladder(ctx, due, first.assignee)
        opened = tasks
        if due is not None or settled.states != {index: one.state for index, one in enumerate(tasks)}:
            opened = tuple(
                [
                    evolve(one, due_at=due if state == "open" else None, state=state)
                    for one, state in (
                        (one, settled.states.get(index, one.state)) for index, one in enumerate(tasks)
                    )
                ]
            )
        if "on" in ctx.config.get("due", ()) and due is None:
            # A deadline that is blank yet counts from when it is filled in.
            yield from ctx.work_out("due/on")
        return Hold("task", memory, tasks=opened, timers=timers, subscriptions=_listens(ctx, tasks[0]))

    def _tasks(self, ctx: NodeContext, seated: "Seated") -> Generator[Act, Any, tuple[NewTask, ...]]:
        config = ctx.config
        form, record_id = yield from record_of_task(ctx)
        title = str((yield from ctx.work_out("title")) or "")[:200] if "title" in config else ""
        data = yield from self.task_data(ctx)
        if self.is_shared and config["mode"] == "any" and len(seated.seats) > 1:
            people = tuple(seat.person for seat in seated.seats)
            return (NewTask(self.kind, None, people, form=form, record_id=record_id, title=title, data=data),)
        tasks = []
        for index, seat in enumerate(seated.seats):
            agreed = seated.agreed.get(seat.owner or seat.person) if seated.agreed else None
            state, action, own = "open", None, data
            if agreed is not None:
                state, action, own = "done", YES, {**data, "auto": "agreed_before", "node": agreed.node}
            new = NewTask(
                self.kind, seat.person, (), seat.owner, state, index, seat.weight, None, None, form, record_id, title,
                action, None, own,
            )  # fmt: skip
            tasks.append(new)
        return tuple(tasks)

    def resume(self, ctx: NodeContext, happening: Happening) -> Answer:
        if isinstance(happening, TimerFired):
            return self._timer(ctx, happening)
        if isinstance(happening, RecordChanged | Looked):
            return self._record(ctx)
        return Hold("task")

    def _record(self, ctx: NodeContext) -> Generator[Act, Any, Outcome]:
        """The task does itself when the world has done it: a booked appointment ends “invite”. Its deadline moves with its field."""
        if "done_when" in ctx.config and (yield from ctx.holds("done_when")):
            changes = tuple(
                TaskChange(
                    task.task_id,
                    {
                        "state": "done",
                        "action": self.yes(ctx.config),
                        "done_at": ctx.now,
                        "data": {**task.data, "auto": "done_when"},
                    },
                )
                for task in ctx.tasks
                if task.state not in OVER
            )
            return leave(ctx, self.yes(ctx.config), changes=changes)
        moved = yield from self._moved(ctx)
        if moved is not None:
            return moved
        listens = _listens(ctx, ctx.tasks[0]) if ctx.tasks else ()
        return Hold("task", subscriptions=listens)

    def _moved(self, ctx: NodeContext) -> Generator[Act, Any, Hold | None]:
        """Return what follows when the field that the deadline hangs on has moved; None where it has not."""
        waiting = open_tasks(ctx.tasks)
        if "on" not in ctx.config.get("due", ()) or not waiting or ctx.token.data.get("paused"):
            return None
        person = waiting[0].assignee
        due = yield from deadlines.due_at(ctx, person)
        if due == waiting[0].due_at:
            return None
        timers = (yield from deadlines.ladder(ctx, due, person)) if due is not None else ()
        old = frozenset(deadlines.timer_keys(ctx)) - {one.key for one in timers}
        data = {key: value for key, value in ctx.token.data.items() if key != "times"}
        changes = tuple(TaskChange(task.task_id, {"due_at": due}) for task in waiting)
        listens = _listens(ctx, waiting[0])
        return Hold(
            "task", data, changes=changes, timers=timers, no_timers=tuple(sorted(old)), subscriptions=listens
        )

    def _timer(self, ctx: NodeContext, fired: TimerFired) -> Generator[Act, Any, Outcome]:
        if fired.key.startswith(PARK_KEY):
            number = int(fired.key.removeprefix(PARK_KEY))
            parked = next((one for one in ctx.tasks if one.task_id == number and one.state == "parked"), None)
            if parked is None:
                return Hold("task")
            back = Notice("task", people_of(parked), {"why": "parked"}, number)
            return Hold("task", changes=(TaskChange(number, {"state": "open"}),), notices=(back,))
        waiting = open_tasks(ctx.tasks)
        if fired.key == deadlines.DUE_KEY:
            told = tuple(Notice("late", people_of(task), {}, task.task_id) for task in waiting)
            return Hold("task", notices=told)
        if not fired.key.startswith(deadlines.LATE_KEY):
            return Hold("task")
        return (yield from self._late(ctx, int(fired.key.removeprefix(deadlines.LATE_KEY)), waiting))

    def _late(self, ctx: NodeContext, index: int, waiting: Sequence[Task]) -> Generator[Act, Any, Outcome]:
        """One rung of the ladder: remind, hand on, ask others too, or decide by itself."""
        rungs = ctx.config["due"].get("late", ())
        if index >= len(rungs):
            return Hold("task")
        rung, place = rungs[index], f"due/late/{index}"
        notices: list[Notice] = []
        if "remind" in rung:
            others: tuple[str, ...] = ()
            if rung["remind"] != "who":
                others = yield from persons.people(ctx, f"{place}/remind")
            notices += [
                Notice("remind", others or people_of(task), {"rung": index}, task.task_id) for task in waiting
            ]
        timers = yield from deadlines.again(ctx, index, _times(ctx, index), None)
        changes: list[TaskChange] = []
        new: list[NewTask] = []
        asked = {one for task in waiting for one in people_of(task)}
        if "hand_to" in rung:
            seats = without((yield from _allowed(ctx, f"{place}/hand_to")), asked)
            if self.is_shared and ctx.config["mode"] == "any" and len(seats) > 1:
                changes += [_offered(ctx, task, seats) for task in waiting]
            else:
                changes += [
                    _handed(ctx, task, seat, "late") for task, seat in zip(waiting, seats, strict=False)
                ]
                # One person has one word: where several tasks come to fewer people, the rest of them is closed.
                over = waiting[len(seats) :] if seats else ()
                changes += [
                    TaskChange(one.task_id, {"state": "handed_on", "done_at": ctx.now}) for one in over
                ]
                if ctx.config["mode"] == "any":
                    new += [_beside(waiting[-1], seat) for seat in seats[len(waiting) :]]
            notices += [
                Notice("task", people_of(evolve(task, **change.values)), {"why": "task"}, task.task_id)
                for task, change in zip(waiting, changes, strict=False)
                if change.values["state"] == "open"
            ]
        if "add" in rung:
            seats = without((yield from _allowed(ctx, f"{place}/add")), asked)
            new += [_beside(task, seat) for task in waiting[:1] for seat in seats]
        if "do" in rung:
            way = rung["do"]
            done = tuple(
                TaskChange(
                    task.task_id,
                    {
                        "state": "done",
                        "action": way,
                        "done_at": ctx.now,
                        "data": {**task.data, "auto": "late"},
                    },
                )
                for task in waiting
            )
            return leave(ctx, way, changes=done, notices=tuple(notices))
        counted = {
            **ctx.token.data,
            "times": {**ctx.token.data.get("times", {}), str(index): _times(ctx, index) + 1},
        }
        return settled_by(ctx, tuple(changes), tuple(new), tuple(notices), timers, data=counted)

    def check(self, config: Mapping[str, Any], path: str) -> Iterator[Problem]:
        """A ratio or votes need their number only if more than half is not meant; vetoes need several people."""
        if config.get("mode") == "ratio" and "ratio" not in config:
            yield NO_MODE.at(f"{path}/mode", mode="ratio", setting="ratio")


KEPT = frozenset({*RETURNS, "people", "returned"})
"""What a token brings from a jump that the node goes on remembering."""


class Seated(Struct, frozen=True, gc=False):
    """Who is to be asked; or `way`: nobody, because it is decided."""

    seats: tuple[Seat, ...] = ()
    way: str | None = None
    agreed: Mapping[str, Task] = field(default_factory=dict)
    notices: tuple[Notice, ...] = ()
    short: tuple[int, int] | None = None
    """(needed, there) where there are too few."""


def seated_at(ctx: NodeContext) -> Generator[Act, Any, Seated]:
    """Return who decides here: the people named, without doubles, without who may not, and by the policies."""
    config = ctx.config
    again = ctx.token.data.get("people")
    if again:
        found = yield from persons.named(ctx, persons.ids_of(again))
        if found:
            return Seated(each_once(found), None, {})
    barred = yield from _barred(ctx)
    seats = without(each_once((yield from persons.seats(ctx, "who"))), barred)
    before, policy = seats, config.get("if_self", "self")
    if policy != "self":
        seats = yield from _not_oneself(ctx, seats, barred)
    if before and not seats and policy == "skip":
        # Only the starter was there, and need not ask themselves.
        return Seated((), YES, {})
    seats = at_most(only_one_of(seats, config["mode"], ctx.chance), config.get("most"))
    short = _short(config, seats)
    if not seats or short is not None:
        return (yield from _nobody(ctx, barred, short))
    agreed: Mapping[str, Task] = {}
    if config["same_people"] != "each":
        agreed = agreed_before((yield from ctx.past()), config["same_people"], ctx.token.node)
    return Seated(seats, None, agreed)


def _barred(ctx: NodeContext) -> Generator[Act, Any, frozenset[str]]:
    """Return who may not decide here (职责分离), whoever names them."""
    if "not_who" not in ctx.config:
        return frozenset()
    return frozenset((yield from persons.people(ctx, "not_who")))


def _allowed(ctx: NodeContext, place: str) -> Generator[Act, Any, tuple[Seat, ...]]:
    """Return whom the settings at `place` bring in later, without those who may not decide."""
    seats = without(each_once((yield from persons.seats(ctx, place))), (yield from _barred(ctx)))
    starter = ctx.instance.started_by
    if starter is None or ctx.config.get("if_self", "self") == "self":
        return seats
    return without(seats, {starter})


def _short(config: Mapping[str, Any], seats: Sequence[Seat]) -> tuple[int, int] | None:
    """Return (needed, there) where there are fewer people, or votes, than must be; None where there are enough."""
    least = config.get("least", 1)
    if len(seats) < least:
        return least, len(seats)
    votes = sum(seat.weight for seat in seats)
    if config["mode"] == "votes" and votes < config.get("votes", 0):
        return config["votes"], votes
    return None


def _why_nobody(ctx: NodeContext, seated: "Seated") -> Problem:
    if seated.short is None or not seated.short[1]:
        return NOBODY.at("", node=ctx.token.node)
    return TOO_FEW.at("", node=ctx.token.node, needed=seated.short[0], there=seated.short[1])


def _not_oneself(
    ctx: NodeContext, seats: tuple[Seat, ...], barred: frozenset[str]
) -> Generator[Act, Any, tuple[Seat, ...]]:
    """Return the seats when the starter of the flow is not to approve what they asked for (自批)."""
    policy, starter = ctx.config["if_self"], ctx.instance.started_by
    if starter is None or not any(starter in seat.people for seat in seats):
        return seats
    others = without(seats, {starter})
    if policy == "skip":
        return others
    if policy == "manager":
        instead = yield from persons.managers(ctx, starter)
    else:
        instead = yield from persons.seats(ctx, "if_self")
    place = next(index for index, seat in enumerate(seats) if starter in seat.people)
    return each_once((*others[:place], *without(instead, {starter, *barred}), *others[place:]))


def _nobody(
    ctx: NodeContext, barred: frozenset[str], short: tuple[int, int] | None
) -> Generator[Act, Any, Seated]:
    """Return what the node does when nobody is there to decide (审批人为空)."""
    policy = ctx.config.get("if_nobody", "stop")
    if policy == "approve":
        return Seated((), YES, {})
    if policy == "reject":
        return Seated((), NO, {})
    if policy == "stop":
        return Seated((), None, {}, short=short)
    seats = without(each_once((yield from persons.seats(ctx, "if_nobody"))), barred)
    starter = ctx.instance.started_by
    if starter is not None and ctx.config.get("if_self", "self") != "self":
        # Whoever is the last resort, and alone, has nobody above to ask.
        seats = without(seats, {starter}) or seats
    return Seated(seats, None, {}, short=short)


Told = Mapping[str, Any]
"""A rule as JSON."""


def rule_of(ctx: NodeContext) -> Generator[Act, Any, tuple[Rule, Told]]:
    """Return the rule by which this node decides, also as its token remembers it."""
    config = ctx.config
    if "veto" not in config and "trump" not in config:
        share = config.get("ratio")
        return _usual(
            config["mode"], None if share is None else str(share), config.get("votes"), config["rejects"]
        )
    sets: dict[str, frozenset[str]] = {}
    for key in ("veto", "trump"):
        sets[key] = frozenset((yield from persons.people(ctx, key))) if key in config else frozenset()
    share = config.get("ratio")
    rule = Rule(
        config["mode"],
        Decimal(str(share)) if share is not None else None,
        config.get("votes"),
        config["rejects"],
        sets["veto"],
        sets["trump"],
    )
    return rule, _as_json(rule)


@lru_cache(maxsize=1000)
def _usual(mode: str, share: str | None, votes: int | None, rejects: str) -> tuple[Rule, Told]:
    """Return a rule in which nobody's word weighs more than the others', made once."""
    rule = Rule(mode, None if share is None else Decimal(share), votes, rejects)
    return rule, _as_json(rule)


def _as_json(rule: Rule) -> Mapping[str, Any]:
    told = {
        "mode": rule.mode,
        "share": str(rule.share) if rule.share is not None else None,
        "votes": rule.votes,
        "rejects": rule.rejects,
        "vetoes": sorted(rule.vetoes),
        "trumps": sorted(rule.trumps),
    }
    return {key: one for key, one in told.items() if one}


def kept_rule(data: Mapping[str, Any]) -> Rule:
    """Return the rule that a token remembers from its start: people who come and go since do not change it."""
    kept = data.get("rule", {})
    share = kept.get("share")
    if "vetoes" not in kept and "trumps" not in kept:
        return _usual(kept.get("mode", "any"), share, kept.get("votes"), kept.get("rejects", "at_once"))[0]
    return Rule(
        kept.get("mode", "any"),
        Decimal(share) if share is not None else None,
        kept.get("votes"),
        kept.get("rejects", "at_once"),
        frozenset(kept.get("vetoes", ())),
        frozenset(kept.get("trumps", ())),
    )


def settled_by(
    ctx: NodeContext,
    changes: tuple[TaskChange, ...] = (),
    new: tuple[NewTask, ...] = (),
    notices: tuple[Notice, ...] = (),
    timers: tuple[NewTimer, ...] = (),
    no_timers: tuple[str, ...] = (),
    data: Mapping[str, Any] | None = None,
    variables: Mapping[str, Any] | None = None,
) -> Outcome:
    """Return what follows from changes of tasks: the node is left when they decide it, else turns go round."""
    made = {change.task_id: change.values for change in changes}
    tasks = [evolve(task, **made[task.task_id]) if task.task_id in made else task for task in ctx.tasks]
    first, voters = 0, tasks
    if new:
        first = max((task.task_id for task in tasks), default=0) + 1
        voters = [*tasks, *(_as_task(task, first + index) for index, task in enumerate(new))]
    settled = settle(kept_rule(data or ctx.token.data), voters)
    if settled.way is not None:
        return leave(ctx, settled.way, changes, notices, variables=variables)
    if variables:
        # Known to the flow once the node is left, and to whoever decides after this one.
        before = data if data is not None else ctx.token.data
        data = {**before, "variables": {**before.get("variables", {}), **variables}}
    turns = dict(settled.changed(tasks))
    all_changes = [
        TaskChange(
            task_id, {**made.get(task_id, {}), **({"state": turns[task_id]} if task_id in turns else {})}
        )
        for task_id in dict.fromkeys([*made, *turns])
    ]
    opened = tuple(
        evolve(task, state=settled.states.get(first + index, task.state)) for index, task in enumerate(new)
    )
    told = tuple(
        Notice("task", people_of(task), {"why": "turn"}, task.task_id)
        for task in tasks
        if turns.get(task.task_id) == "open" and task.state == "waiting"
    )
    return Hold("task", data, opened, tuple(all_changes), timers, no_timers, notices=(*notices, *told))


def with_new_turn(ctx: NodeContext, outcome: Outcome) -> Generator[Act, Any, Outcome]:
    """Return the outcome with a deadline of their own for whoever's turn it is now (依次): the clock begins anew."""
    if ctx.config.get("mode") != "order" or not isinstance(outcome, Hold) or not ctx.config.get("due"):
        return outcome
    before = {task.task_id: task for task in ctx.tasks if task.state == "waiting"}
    turns = [
        one.task_id for one in outcome.changes if one.task_id in before and one.values.get("state") == "open"
    ]
    if not turns:
        return outcome
    person = before[turns[0]].assignee
    due = yield from deadlines.due_at(ctx, person)
    if due is None:
        return outcome
    timers = yield from deadlines.ladder(ctx, due, person)
    changes = tuple(
        TaskChange(one.task_id, {**one.values, "due_at": due}) if one.task_id in turns else one
        for one in outcome.changes
    )
    data = dict(outcome.data if outcome.data is not None else ctx.token.data)
    data.pop("times", None)
    # A clock that stood still for who had it before runs for who has it now.
    data.pop("paused", None)
    old = deadlines.timer_keys(ctx)
    return evolve(
        outcome,
        data=data,
        changes=changes,
        timers=(*outcome.timers, *timers),
        no_timers=(*outcome.no_timers, *(key for key in old if key not in {one.key for one in timers})),
    )


def leave(
    ctx: NodeContext,
    way: str,
    changes: tuple[TaskChange, ...] = (),
    notices: tuple[Notice, ...] = (),
    tasks: tuple[NewTask, ...] = (),
    variables: Mapping[str, Any] | None = None,
) -> Outcome:
    """Leave by a way; where somebody sent it back and wants it straight again, jump there."""
    kept = ctx.token.data.get("variables")
    if kept:
        variables = {**kept, **(variables or {})}
    if "decided_by" in ctx.config:
        variables = {**(variables or {}), ctx.config["decided_by"]: _decided_by(changes, tasks)}
    back = ctx.token.data.get("back_to")
    if back and is_yes(way):
        return Jump(
            back,
            ctx.token.data.get("back_data", {}),
            scope_id=ctx.token.data.get("back_scope"),
            variables=variables or {},
            changes=changes,
            notices=notices,
        )
    return Go(way, variables or {}, tasks, changes, notices)


def _decided_by(changes: Sequence[TaskChange], tasks: Sequence[NewTask]) -> str | None:
    """Return whose word it was: who did the last task, or agreed before; None where nobody did."""
    said = [one.values["done_by"] for one in changes if one.values.get("done_by")]
    return said[-1] if said else next((one.assignee for one in tasks if one.state == "done"), None)


def record_of_task(ctx: NodeContext) -> Generator[Act, Any, tuple[str | None, str | None]]:
    """Return (form, record id) a task is about: the record it fills in, if it is there, else what the flow is about."""
    config = ctx.config
    if "record" in config:
        value = yield from ctx.work_out("record")
        form = config.get("form") or ctx.form_of("record")
        return form, value if isinstance(value, str) and value else None
    if "form" in config:
        found = ctx.record(config.get("as", config["form"]))
        return found if found is not None else (config["form"], None)
    return ctx.instance.form, ctx.instance.record_id


def open_tasks(tasks: Sequence[Task]) -> tuple[Task, ...]:
    """Return the tasks that somebody may do now."""
    return tuple(task for task in tasks if task.state in ("open", "parked") and task.kind != "cc")


def people_of(task: Task) -> tuple[str, ...]:
    """Return whoever may do the task now."""
    return (task.assignee,) if task.assignee else task.candidates


def handed(task: Task, to: str, owner: str | None, how: str, by: str | None, at: Any) -> Mapping[str, Any]:
    """Return the properties of a task that now lies with somebody else; where it came from is kept."""
    trail = [
        *task.data.get("trail", ()),
        {"from": task.assignee, "to": to, "how": how, "by": by, "at": at.isoformat()},
    ]
    data = {**deadlines.answers(task, at), "trail": trail[-20:]}
    return {"assignee": to, "owner": owner, "candidates": (), "data": data}


def _handed(ctx: NodeContext, task: Task, seat: Seat, how: str) -> TaskChange:
    return TaskChange(
        task.task_id, {**handed(task, seat.person, seat.owner, how, None, ctx.now), "state": "open"}
    )


def _offered(ctx: NodeContext, task: Task, seats: Sequence[Seat]) -> TaskChange:
    """Return the change by which a task of several lies with several others, for one of them to take."""
    kept = handed(task, "", None, "late", None, ctx.now)["data"]
    data = {key: value for key, value in kept.items() if key != "claimable"}
    people = tuple(seat.person for seat in seats)
    return TaskChange(
        task.task_id, {"assignee": None, "owner": None, "candidates": people, "data": data, "state": "open"}
    )


def _beside(task: Task, seat: Seat) -> NewTask:
    """Return a task for one more person, whose word counts like that of the one who is late."""
    added = {"group": f"late.{task.task_id}", "side": "parallel", "mode": "any", "by": None}
    return NewTask(
        task.kind, seat.person, owner=seat.owner, position=task.position, parent_id=task.task_id, due_at=task.due_at,
        form=task.form, record_id=task.record_id, title=task.title, data={"added": added},
    )  # fmt: skip


def _times(ctx: NodeContext, index: int) -> int:
    return int(ctx.token.data.get("times", {}).get(str(index), 1))


def _as_task(task: NewTask, task_id: int) -> Task:
    """Return a task that is not numbered yet as the rule sees it."""
    return Task(
        task_id, 0, "", 1, task.kind, task.state, task.assignee, task.candidates, task.owner, task.position,
        task.weight, task.parent_id, task.action, data=task.data,
    )  # fmt: skip


def _listens(ctx: NodeContext, task: NewTask | Task) -> tuple[tuple[str, str], ...]:
    """Return the records whose changes may do the task or move its deadline: its own, and what the formulas look at."""
    found: list[tuple[str, str]] = []
    if "done_when" in ctx.config:
        about = ((task.form, task.record_id), (ctx.instance.form, ctx.instance.record_id))
        found += [(f"record:{form}", record_id) for form, record_id in about if form and record_id]
        found += ctx.watched("done_when")
    if "on" in ctx.config.get("due", ()):
        found += ctx.watched("due/on")
    return tuple(dict.fromkeys(found))
