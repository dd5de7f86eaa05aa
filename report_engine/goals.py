"""Goals beside actuals: targets of a form, spread over working days, for the group, a branch, a person.

A form says under `goals` which of its fields mean what: `{"metric", "amount", "level", "levels": {level: [roles it is by]}}`;
its `date` is the month of a target. What is not a whole month gets the part of the month's working days it has.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from math import ceil
from typing import Any

from sqlalchemy import Select, func, select

from engine.access.amounts import units as units_of
from engine.access.sources import Source, Sources, Wanted
from engine.expressions.calendar_cn import is_workday
from engine.expressions.nodes import Node
from engine.problems import Rejected
from engine.value_type import VALUE_TYPES
from report_engine import wording as w
from report_engine.binding import Bound, Dimension
from report_engine.buckets import floor_day, next_bucket
from report_engine.dataset import Fact
from report_engine.desk import Desk
from report_engine.draft import Group
from report_engine.grains import bucket
from report_engine.measures import Measure
from report_engine.picks import Chosen, Pick, condition
from report_engine.query import Key, exact, rounded
from report_engine.table import Cell
from report_engine.tabled import day_of, kept_rows

PLACES: Mapping[str, int] = {"money": 2, "integer": 2, "percent": 6}
TEAM = "team"
ORDER = ("group", "branch", TEAM, "personal")
GOAL_PARTS = ("goal", "goal.attainment", "goal.pace", "goal.forecast", "goal.per_day")
BRANCH_WORDS = frozenset({"branch", "region", "branches"})


@dataclass(frozen=True, slots=True)
class Target:
    """What was aimed at in a month: the sum of targets, and how many they are."""

    month: date
    amount: Decimal
    count: int


@dataclass(frozen=True)
class Scope:
    """Whose targets are meant: the levels to look at, widest first, and what else must hold of them."""

    levels: tuple[str, ...]
    by: Dimension | None = None
    where: tuple[Wanted, ...] = ()


def with_goals(bound: Bound, desk: Desk, by: tuple[str, ...], found: dict[Key, Group]) -> None:
    """Put goals beside the groups of these dimensions, and groups for goals that nothing was done for yet."""
    fact = goal_fact(bound)
    if fact is None:
        return
    scope = _scope(bound, desk, fact, [bound.dimension(key) for key in by])
    if scope is None:
        return
    _Goals(bound, desk, fact, scope, by).put(found)


def goal_fact(bound: Bound) -> Fact | None:
    """Return the form that holds targets, as far as the asker knows of it."""
    return next((fact for fact in bound.data.facts.values() if fact.goals), None)


def goal_columns(one: Measure) -> tuple[str, ...]:
    return tuple(f"{one.key}@{what}" for what in GOAL_PARTS)


def _scope(bound: Bound, desk: Desk, fact: Fact, dimensions: list[Dimension]) -> Scope | None:
    """Return whose targets stand beside groups of these dimensions; None where there can be none."""
    levels: Mapping[str, Any] = fact.goals.get("levels", {})
    others = [one for one in dimensions if not one.is_time]
    named = [name for one in others if (name := one.role or one.key) is not None]
    picked = [pick for pick in bound.picks if pick not in bound.ignored]
    roles = [*named, *(str(pick.by.get("role") or pick.by.get("field")) for pick in picked)]
    if len(others) > 1 or any(one.formulas for one in dimensions):
        return None
    where = []
    for pick in picked:
        made = _picked(bound, fact, pick)
        if made is None:
            return None
        where.append(made)
    if roles:
        level = next((key for key in reversed(ORDER) if set(roles) & set(levels.get(key, ()))), None)
        if level is None or (others and fact.roles.get(named[0]) is None):
            return None
        return Scope((level,), others[0] if others else None, tuple(where))
    return _own(bound, desk, fact, levels)


def _picked(bound: Bound, fact: Fact, pick: Pick) -> Wanted | None:
    role = str(pick.by.get("role") or pick.by.get("field"))
    path = fact.roles.get(role)
    field = bound.data.field(fact, path) if path is not None else None
    if path is None or field is None:
        return None
    node = condition(pick, Chosen(path, field.value_type, None, None, field.label or {}, "/picks", False))
    return Wanted(formula=w.read_again(node, "/picks"), condition=True)


def _own(bound: Bound, desk: Desk, fact: Fact, levels: Mapping[str, Any]) -> Scope:
    """Return the targets that belong to whom the asker sees: everybody's, his branches', his own."""
    form = bound.facts[0].partition(".")[0] if bound.facts else fact.key
    rule = desk.gate.rights.row(form, "view")
    if rule.is_all:
        return Scope(tuple(level for level in ORDER if level in levels))
    actor = desk.actor
    mine = _of_mine(bound, fact, "branch", list(actor.region_branches or actor.branches))
    if rule.words & BRANCH_WORDS and mine is not None:
        return Scope(("branch",), None, (mine,))
    people = [actor.user_id, *([actor.staff_id] if actor.staff_id else [])]
    if "team" in rule.words and (actor.team or actor.team_staff):
        team = [*people, *actor.team, *actor.team_staff]
        found = [_of_level(bound, fact, TEAM, people), _of_level(bound, fact, "personal", team)]
        nodes = [one for one in found if one is not None]
        return Scope((TEAM, "personal"), None, (_condition(w.any_of(nodes)),) if nodes else ())
    mine_alone = _of_level(bound, fact, "personal", people)
    return Scope(("personal",), None, (_condition(mine_alone),) if mine_alone is not None else ())


def _of_level(bound: Bound, fact: Fact, level: str, people: list[str]) -> Node | None:
    """Return the test that a target is of this level and of one of these people; None where it cannot be told."""
    roles = [str(one) for one in fact.goals.get("levels", {}).get(level, ())]
    path = next((p for one in roles if (p := fact.roles.get(one)) and bound.data.field(fact, p)), None)
    if path is None or not people:
        return None
    whose = w.any_of([w.op("=", w.field(path), w.literal(one)) for one in dict.fromkeys(people)])
    return w.all_of([w.op("=", w.field(str(fact.goals["level"])), w.literal(level)), whose])


def _condition(node: Node) -> Wanted:
    return Wanted(formula=w.read_again(node, "/compare"), condition=True)


def _of_mine(bound: Bound, fact: Fact, role: str, ids: list[str]) -> Wanted | None:
    path = fact.roles.get(role)
    if path is None or bound.data.field(fact, path) is None or not ids:
        return None
    return _condition(w.any_of([w.op("=", w.field(path), w.literal(one)) for one in dict.fromkeys(ids)]))


class _Goals:
    def __init__(self, bound: Bound, desk: Desk, fact: Fact, scope: Scope, by: tuple[str, ...]) -> None:
        self.bound, self.desk, self.fact, self.scope, self.by = bound, desk, fact, scope, by
        self.measures = [one for one in bound.measures if one.show is None]
        times = [at for at, key in enumerate(by) if bound.dimension(key).is_time]
        self.time = times[0] if times else None

    def put(self, found: dict[Key, Group]) -> None:
        try:
            targets = self._targets()
        except Rejected:
            # Whoever may not read targets has none beside his numbers.
            return
        for key in self._keys(targets):
            found.setdefault(key, Group(key, {}))
        for key, group in found.items():
            whose = self._whose(key)
            period = self._days(key)
            values = dict(group.values)
            for one in self.measures:
                values |= self._cells(
                    one, values.get(one.key), targets.get((metric_of(one), whose), ()), period
                )
            found[key] = replace(group, values=values)

    def _targets(self) -> Mapping[tuple[str, Any], tuple[Target, ...]]:
        """Return the targets by metric and whose they are, at the widest level that has any for the metric."""
        who = self.scope.by is not None
        metrics = tuple(metric_of(one) for one in self.measures)
        where = tuple(w.written(one.formula) for one in self.scope.where if one.formula is not None)
        path = self.fact.roles[self.scope.by.role or self.scope.by.key] if self.scope.by is not None else None
        key = ("goals", self.fact.key, metrics, self.scope.levels, path, where, self._whole())
        rows = kept_rows(self.desk, key, lambda gate: self._statement(gate, metrics, path), self.fact.key)
        units = self._units()
        found: dict[tuple[str, Any], dict[str, list[Target]]] = {}
        for metric, level, *rest in rows:
            whose = rest[0] if who else None
            raw, count = rest[-2], int(rest[-1])
            if raw is not None:
                made = Target(day_of(rest[-3]), exact(raw, units), count)
                found.setdefault((str(metric), whose), {}).setdefault(str(level), []).append(made)
        return {key: tuple(next(some[one] for one in ORDER if one in some)) for key, some in found.items()}

    def _statement(
        self, gate: Sources, metrics: tuple[str, ...], path: str | None
    ) -> tuple[Select[Any], list[Source]]:
        goals, fact = self.fact.goals, self.fact
        fields = {
            "metric": Wanted(str(goals["metric"])), "amount": Wanted(str(goals["amount"])), "level": Wanted(str(goals["level"])),
            "day": Wanted(self.bound.data.day(fact, fact.date)),
        }  # fmt: skip
        if path is not None:
            fields["who"] = Wanted(path)
        source = gate.source(fact.key, fields, self.scope.where, name="goals")
        who = [source.c.who] if path is not None else []
        month = bucket(source.c.day, "month", self.desk.unit.dialect, self.desk.zone).label("month")
        keys = [source.c.metric, source.c.level, *who, month]
        wanted = [source.c.metric.in_(metrics), source.c.level.in_(self.scope.levels)]
        start, end = self._whole()
        if start is not None:
            wanted.append(source.c.day >= floor_day(start, "month"))
        if end is not None:
            wanted.append(source.c.day < end)
        each = select(*keys, source.c.amount).where(*wanted).subquery("each")
        columns = list(each.c)[:-1]
        return select(*columns, func.sum(each.c.amount), func.count(each.c.amount)).group_by(*columns), [
            source
        ]

    def _units(self) -> int:
        """Return how many decimals the raw numbers of targets have."""
        field = self.bound.data.field(self.fact, str(self.fact.goals["amount"]))
        assert field is not None
        column = VALUE_TYPES.get(field.value_type).column(field.config)
        return units_of(column, self.desk.unit.dialect)

    def _whole(self) -> tuple[date | None, date | None]:
        period = self.bound.period
        return (period.start, period.end) if period is not None else (None, None)

    def _whose(self, key: Key) -> Any:
        if self.scope.by is None:
            return None
        return key[self.by.index(self.scope.by.key)]

    def _keys(self, targets: Mapping[tuple[str, Any], tuple[Target, ...]]) -> Iterable[Key]:
        """Yield the groups that have goals, up to the bucket of today."""
        for (_, whose), some in targets.items():
            if self.time is None:
                yield tuple(whose for _ in self.by)
                continue
            grain = str(self.bound.dimension(self.by[self.time]).grain)
            if grain in ("hour", "day", "week", "xun"):
                continue
            start, end = self._whole()
            for one in some:
                here = floor_day(one.month, grain)
                inside = (start is None or next_bucket(here, grain) > start) and (end is None or here < end)
                if inside and here <= self.bound.today:
                    yield tuple(here if at == self.time else whose for at in range(len(self.by)))

    def _days(self, key: Key) -> tuple[date | None, date | None]:
        """Return the days that a group's goal is for."""
        start, end = self._whole()
        if self.time is None:
            return start, end
        here = key[self.time]
        if not isinstance(here, date):
            return None, None
        grain = str(self.bound.dimension(self.by[self.time]).grain)
        stop = next_bucket(here, grain)
        return max(here, start) if start else here, min(stop, end) if end else stop

    def _cells(
        self, one: Measure, value: Cell, targets: tuple[Target, ...], days: tuple[date | None, date | None]
    ) -> dict[str, Cell]:
        start, end = days
        names = goal_columns(one)
        is_rate = not (one.adds_up or one.format in ("money", "integer"))
        goal = _mean(targets, start, end) if is_rate else _sum(targets, start, end)
        if goal is None or goal == 0:
            return dict.fromkeys(names)
        if one.format == "percent" and goal > Fraction(3, 2):
            goal /= 100
        attained = Fraction(value) / goal if isinstance(value, int | Decimal) else None
        pace = None if start is None or end is None else gone(start, end, self.bound.today)
        ahead = attained if is_rate or not pace or attained is None else attained / pace
        shown = (rounded(one_, 6) if one_ is not None else None for one_ in (attained, pace, ahead))
        per_day = None if is_rate else self._per_day(one, goal, value, days)
        return dict(zip(names, (rounded(goal, PLACES.get(one.format, 2)), *shown, per_day), strict=True))

    def _per_day(
        self, one: Measure, goal: Fraction, value: Cell, days: tuple[date | None, date | None]
    ) -> Decimal | None:
        """Return what each working day left, today with it, has to bring for the goal; rounded up, so that it does."""
        start, end = days
        if start is None or end is None or not isinstance(value, int | Decimal | None):
            return None
        left = workdays(max(start, self.bound.today), end) if self.bound.today < end else 0
        gap = goal - Fraction(value or 0)
        if not left:
            return None
        places = 0 if one.format == "integer" else PLACES.get(one.format, 2)
        return Decimal(ceil(max(gap, Fraction(0)) / left * 10**places)).scaleb(-places)


def metric_of(one: Measure) -> str:
    """Return what targets call a measure."""
    return one.goal or one.key.rpartition(".")[2]


def _sum(targets: tuple[Target, ...], start: date | None, end: date | None) -> Fraction | None:
    parts = [Fraction(one.amount) * share for one in targets if (share := part(one.month, start, end))]
    return sum(parts, Fraction(0)) if parts else None


def _mean(targets: tuple[Target, ...], start: date | None, end: date | None) -> Fraction | None:
    weighed = [
        (Fraction(one.amount) / one.count, share)
        for one in targets
        if one.count and (share := part(one.month, start, end))
    ]
    whole = sum((share for _, share in weighed), Fraction(0))
    return sum((value * share for value, share in weighed), Fraction(0)) / whole if whole else None


def part(month: date, start: date | None, end: date | None) -> Fraction:
    """Return which part of a month's working days lies between two days."""
    stop = next_bucket(month, "month")
    first, last = max(month, start or month), min(stop, end or stop)
    if first <= month and last >= stop:
        return Fraction(1)
    whole = workdays(month, stop)
    return Fraction(workdays(first, last), whole) if first < last and whole else Fraction(0)


def gone(start: date, end: date, today: date) -> Fraction:
    """Return which part of the working days between two days is over, today included."""
    whole = workdays(start, end)
    if today + timedelta(days=1) >= end or not whole:
        return Fraction(1)
    return Fraction(workdays(start, max(start, today + timedelta(days=1))), whole)


@lru_cache(maxsize=4096)
def workdays(start: date, end: date) -> int:
    """Return how many days people work from `start` up to, not with, `end`: the calendar of the country."""
    return sum(is_workday(start + timedelta(days=at)) for at in range((end - start).days))


__all__ = ["goal_columns", "goal_fact", "with_goals", "workdays"]
