"""Days that stand out, judged on the past alone: like weekdays are compared, holidays with holidays.

What comes later never changes a verdict, so the newest day is judged like any other.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median

LIKE_DAYS = 8
"""How many days of the same sort before it a day is compared with, at most."""
LEAST_DAYS = 4
SPREAD = 1.4826
"""Median absolute deviation times this is a standard deviation, where values are normally spread."""
LEAST_SHARE = 0.1
"""A spread below this share of the usual value is taken as this: quiet weeks must not make every ripple an alarm."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was usual for such a day, and how many spreads off the day is; None: too few days like it."""

    day: date
    value: float
    usual: float | None
    score: float | None

    def stands_out(self, threshold: float) -> bool:
        """Tell whether the day is at least `threshold` spreads off."""
        return self.score is not None and abs(self.score) >= threshold


def verdicts(
    days: Sequence[tuple[date, float]], sort_of: Callable[[date], str] = lambda day: str(day.isoweekday())
) -> list[Verdict]:
    """Return a verdict a day, in order. `days`: oldest first, gaps allowed.

    `sort_of` says which days are alike: the weekday, or “holiday”, or “make-up day”.
    """
    before: dict[str, list[float]] = {}
    found = []
    for day, value in days:
        like = before.setdefault(sort_of(day), [])
        found.append(_judged(day, value, like[-LIKE_DAYS:]))
        like.append(value)
    return found


def _judged(day: date, value: float, like: Sequence[float]) -> Verdict:
    if len(like) < LEAST_DAYS:
        return Verdict(day, value, None, None)
    usual = median(like)
    spread = SPREAD * median(abs(one - usual) for one in like)
    spread = max(spread, LEAST_SHARE * abs(usual), 1e-9)
    return Verdict(day, value, usual, (value - usual) / spread)
