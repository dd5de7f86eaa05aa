"""Shapes of journeys over HTTP."""

from typing import Literal

from typing_extensions import TypedDict

from server.shapes.base import Words


class JourneyGroup(TypedDict):
    """People of one group, and how many of them reached the goal."""

    people: int
    reached: int
    share: float | None


class JourneyEffect(TypedDict):
    """By how much the journey's share is above that of the control group, between what it lies 95 times in 100."""

    points: float
    low: float
    high: float
    is_sure: bool


class JourneyGoal(TypedDict):
    """The goal in both groups. `effect`: null while a group is empty."""

    journey: JourneyGroup
    control: JourneyGroup
    effect: JourneyEffect | None


class Journey(TypedDict):
    """A journey in force. `states`: enrolments by state; `reasons`: why those that are over ended; `goal`: null without one."""

    key: str
    name: Words
    form_name: Words
    segment: Words
    again: Literal["never", "after_end", "always"]
    gap: Words | None
    most: int | None
    leaves: bool
    percent: int
    control_again: Literal["same", "drawn"]
    states: dict[str, int]
    reasons: dict[str, int]
    goal: JourneyGoal | None


class Journeys(TypedDict):
    """All journeys in force."""

    journeys: list[Journey]


class JourneyEstimate(TypedDict):
    """`counts`: `members` of the segment, who `would_enter`, who would be `control`, and why others stay out."""

    counts: dict[str, int]
