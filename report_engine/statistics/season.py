"""Season index: how many times the usual a calendar month brings, by the ratio to a centred mean of twelve months.

Source: the classical decomposition, M. G. Kendall and A. Stuart, The Advanced Theory of Statistics, volume 3.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

YEAR = 12
SURE = 24
"""Months from which on an index can be relied on."""


@dataclass(frozen=True, slots=True)
class Season:
    """`index`: calendar month → times the usual, 1 on average. `mean`: what such a month brought on average."""

    index: Mapping[int, Fraction]
    mean: Mapping[int, Fraction]
    months: int

    @property
    def is_sure(self) -> bool:
        return self.months >= SURE

    def peaks(self, most: int, least: Fraction) -> list[int]:
        """Return the months that bring at least `least` times the usual, at most so many, in the order of the year."""
        ranked = sorted(self.index, key=lambda month: (-self.index[month], month))
        return sorted(month for month in ranked[:most] if self.index[month] >= least)


def season(first: int, values: Sequence[Fraction]) -> Season:
    """Return the season of a run of months, the first of which is the calendar month `first`.

    With fewer than two years each month is held against the mean of all there are.
    """
    by_month: dict[int, list[Fraction]] = {}
    for at, value in enumerate(values):
        by_month.setdefault(_month(first, at), []).append(value)
    mean = {month: sum(some, Fraction(0)) / len(some) for month, some in by_month.items()}
    ratios: dict[int, list[Fraction]] = {}
    if len(values) >= SURE:
        for at, usual in _usual(values):
            if usual:
                ratios.setdefault(_month(first, at), []).append(values[at] / usual)
        found = {month: sum(some, Fraction(0)) / len(some) for month, some in ratios.items()}
        total = sum(found.values(), Fraction(0))
        index = {month: one * len(found) / total for month, one in found.items()} if total else {}
    else:
        whole = sum(values, Fraction(0)) / len(values) if values else Fraction(0)
        index = {month: one / whole for month, one in mean.items()} if whole else {}
    return Season(dict(sorted(index.items())), dict(sorted(mean.items())), len(values))


def _month(first: int, at: int) -> int:
    return (first - 1 + at) % YEAR + 1


def _usual(values: Sequence[Fraction]) -> list[tuple[int, Fraction]]:
    """Return the centred mean of twelve months around each month that has half a year on both sides."""
    half = YEAR // 2
    return [
        (at, (values[at - half] / 2 + sum(values[at - half + 1 : at + half]) + values[at + half] / 2) / YEAR)
        for at in range(half, len(values) - half)
    ]


__all__ = ["SURE", "Season", "season"]
