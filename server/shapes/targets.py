"""The shapes of targets dealt out."""

from typing import Literal, NotRequired

from typing_extensions import TypedDict

from server.shapes.base import Words

Number = str
"""A decimal number as text."""


class SplitAsk(TypedDict):
    """How a target is to be dealt out. `whole`: how much, else the target's amount (times `months`)."""

    over: Literal["branch", "personal", "months"]
    by: NotRequired[Literal["history", "even"]]
    whole: NotRequired[Number]
    months: NotRequired[int]
    without: NotRequired[list[str]]


class PartAmount(TypedDict):
    key: str
    amount: Number


class SplitWrite(SplitAsk):
    """The same, with amounts that somebody changed."""

    parts: NotRequired[list[PartAmount]]


class SplitMetric(TypedDict):
    key: str
    name: Words


class SplitPart(TypedDict):
    """One share. `came`: what it was weighed by; `record_id`, `stands`: the target that is there already."""

    key: str
    name: str
    month: str
    amount: Number
    came: Number | None
    record_id: str | None
    stands: Number | None


class MemberLeftOut(TypedDict):
    key: str
    name: str


class TargetSplit(TypedDict):
    """A target and its parts. `is_same`: a rate, handed on as it is; `is_even`: there was no history to go by."""

    over: str
    by: str
    ways: list[str]
    level: str
    metric: SplitMetric
    month: str
    target: Number | None
    whole: Number
    places: int
    is_same: bool
    is_even: bool
    parts: list[SplitPart]
    left_out: list[MemberLeftOut]


class SplitWritten(TypedDict):
    batch: str
    created: int
    updated: int
