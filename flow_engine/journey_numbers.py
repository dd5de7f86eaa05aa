"""What a journey would do and what it has done: who would come in, who is where, and what it changed against the control group."""

from dataclasses import dataclass
from datetime import datetime
from math import sqrt
from typing import Any

from sqlalchemy import func, select

from engine.store.platform import from_instant
from engine.store.unit import Unit
from flow_engine.journeys import CONTROL, JourneyRule, Journeys, is_control
from flow_engine.tables import ENROLMENTS

PAGE = 500
MOST = 100_000
SURE = 1.96
"""Standard deviations within which a difference lies by chance alone, 95 times in 100."""


@dataclass(frozen=True, slots=True)
class Group:
    """How many people of a group there are, and how many of them reached the goal."""

    people: int
    reached: int

    @property
    def share(self) -> float | None:
        return self.reached / self.people if self.people else None


@dataclass(frozen=True, slots=True)
class Effect:
    """By how much the share of a journey is above that of its control group, and between what it lies 95 times in 100."""

    points: float
    low: float
    high: float

    @property
    def is_sure(self) -> bool:
        """Tell whether chance alone would hardly make such a difference."""
        return self.low > 0 or self.high < 0


def effect(journey: Group, control: Group) -> Effect | None:
    """Return what a journey changed; None without people in both groups.

    Source: A. Agresti, B. Caffo, Simple and Effective Confidence Intervals for Proportions, The American Statistician 54 (2000).
    """
    if journey.share is None or control.share is None:
        return None
    shares = [(one.reached + 1) / (one.people + 2) for one in (journey, control)]
    spread = SURE * sqrt(
        sum(
            share * (1 - share) / (one.people + 2)
            for share, one in zip(shares, (journey, control), strict=True)
        )
    )
    middle = shares[0] - shares[1]
    return Effect(journey.share - control.share, max(-1.0, middle - spread), min(1.0, middle + spread))


class JourneyNumbers:
    """The numbers of the journeys of one workspace. Nothing is written."""

    def __init__(self, journeys: Journeys) -> None:
        self._journeys = journeys

    def estimate(self, unit: Unit, journey: str, most: int = MOST) -> dict[str, int]:
        """Return how many would come in now, and why others would not, before anything is published."""
        rule = self._journeys.rule(journey)
        counts: dict[str, int] = {"members": 0, "would_enter": 0}
        records, after = self._journeys.records(unit, rule), None
        while True:
            page, after = records.scan(rule.form, rule.where, frozenset(), PAGE, after)
            entries = self._journeys.entries(unit, rule, [contact_id for contact_id, _ in page])
            for contact_id, entry in entries.items():
                why = entry.why_not
                if entry.rotation is not None:
                    why = "control" if is_control(rule, contact_id, entry.rotation) else "would_enter"
                counts["members"] += 1
                counts[str(why)] = counts.get(str(why), 0) + 1
            if after is None or counts["members"] >= most:
                return counts

    def numbers(self, unit: Unit, journey: str) -> dict[str, Any]:
        """Return how many are in each state, why they ended, and of each group how many people reached the goal."""
        rule, c = self._journeys.rule(journey), ENROLMENTS.c
        query = (
            select(c.state, c.exit_reason, func.count())
            .where(c.journey == journey)
            .group_by(c.state, c.exit_reason)
        )
        states: dict[str, int] = {}
        reasons: dict[str, int] = {}
        for state, reason, count in unit.connection.execute(query).all():
            states[state] = states.get(state, 0) + count
            if reason and state != CONTROL:
                reasons[reason] = reasons.get(reason, 0) + count
        return {
            "states": states,
            "reasons": reasons,
            "goal": self._goal(unit, rule) if rule.goal or rule.goal_since else None,
        }

    def _goal(self, unit: Unit, rule: JourneyRule) -> dict[str, Any]:
        people = self._people(unit, rule)
        reached: dict[bool, int] = {True: 0, False: 0}
        records, after = self._journeys.records(unit, rule), None
        times = [(field,) for field in rule.goal_since]
        is_dated = " OR ".join(f"NOT(ISBLANK({{{field}}}))" for field in rule.goal_since)
        where = " AND ".join(f"({one})" for one in (rule.goal, is_dated) if one)
        while True:
            page, after = records.scan(rule.form, where, frozenset(times), PAGE, after)
            for contact_id, values in page:
                if contact_id not in people:
                    continue
                is_apart, entered_at = people[contact_id]
                latest = max((at for time in times if (at := values.get(time)) is not None), default=None)
                if not times or (latest is not None and latest > entered_at):
                    reached[is_apart] += 1
            if after is None:
                break
        apart = sum(is_apart for is_apart, _ in people.values())
        taken, control = Group(len(people) - apart, reached[False]), Group(apart, reached[True])
        found = effect(taken, control)
        return {
            **{
                key: {"people": one.people, "reached": one.reached, "share": one.share}
                for key, one in (("journey", taken), ("control", control))
            },
            "effect": None
            if found is None
            else {"points": found.points, "low": found.low, "high": found.high, "is_sure": found.is_sure},
        }

    @staticmethod
    def _people(unit: Unit, rule: JourneyRule) -> dict[str, tuple[bool, datetime]]:
        """Return for everybody who was ever in whether they belong to the control group, and when they came in last."""
        c = ENROLMENTS.c
        query = (
            select(c.contact_id, c.state, c.entered_at)
            .where(c.journey == rule.key)
            .order_by(c.contact_id, c.rotation)
        )
        rows = unit.connection.execute(query)
        return {row.contact_id: (row.state == CONTROL, from_instant(row.entered_at)) for row in rows}


__all__ = ["Effect", "Group", "JourneyNumbers", "effect"]
