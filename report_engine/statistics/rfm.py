"""RFM: how lately, how often, how much; five scores each, eight groups, and how customers move between them.

Source: A. M. Hughes, Strategic Database Marketing.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

HIGH = 4
"""A score from here on counts as high."""


@dataclass(frozen=True, slots=True)
class Customer:
    """`recency`: days since the last paid day; `frequency`: paid days; `money`: paid, both over the last 365 days.

    `interval`: mean days from one paid day to the next; None with fewer than two, or where it was not asked for.
    """

    customer_id: str
    recency: int
    frequency: int
    money: Decimal
    interval: Fraction | None = None


@dataclass(frozen=True, slots=True)
class Edges:
    """Four upper bounds each between scores. Recency: up to the first edge scores 5; the others: above the last."""

    recency: tuple[int, int, int, int]
    frequency: tuple[int, int, int, int]
    money: tuple[Decimal, Decimal, Decimal, Decimal]


@dataclass(frozen=True, slots=True)
class Scored:
    """A customer with the scores, 1 to 5, and the group."""

    customer: Customer
    recency: int
    frequency: int
    money: int
    group: str


GROUPS: Mapping[tuple[bool, bool, bool], str] = {
    (True, True, True): "champion",
    (True, False, True): "promising",
    (False, True, True): "keep",
    (False, False, True): "win_back",
    (True, True, False): "regular",
    (True, False, False): "new",
    (False, True, False): "fading",
    (False, False, False): "lost",
}
"""(recency high, frequency high, money high) → group."""

GROUP_WORDS: Mapping[str, Mapping[str, str]] = {
    "champion": {"zh": "重要价值", "en": "Champions"},
    "promising": {"zh": "重要发展", "en": "Promising"},
    "keep": {"zh": "重要保持", "en": "Worth keeping"},
    "win_back": {"zh": "重要挽留", "en": "Worth winning back"},
    "regular": {"zh": "一般价值", "en": "Regulars"},
    "new": {"zh": "一般发展", "en": "New or small"},
    "fading": {"zh": "一般保持", "en": "Fading"},
    "lost": {"zh": "一般挽留", "en": "Lost"},
}


def scored(
    customers: Sequence[Customer], edges: Edges | None = None, above_mean: bool = False
) -> list[Scored]:
    """Return every customer with scores and group, in the order given; by quintiles where no edges are given.

    High is a score from 4 on; with `above_mean` what is better than the mean of all customers, whatever its score.
    """
    recency = _scores([-one.recency for one in customers], _downwards(edges))
    frequency = _scores([one.frequency for one in customers], edges.frequency if edges else None)
    money = _scores([one.money for one in customers], edges.money if edges else None)
    high = _above_mean(customers) if above_mean else [
        (r >= HIGH, f >= HIGH, m >= HIGH) for r, f, m in zip(recency, frequency, money, strict=True)
    ]  # fmt: skip
    return [
        Scored(one, r, f, m, GROUPS[is_high])
        for one, r, f, m, is_high in zip(customers, recency, frequency, money, high, strict=True)
    ]


def _above_mean(customers: Sequence[Customer]) -> list[tuple[bool, bool, bool]]:
    count = len(customers)
    days = sum(one.recency for one in customers)
    often = sum(one.frequency for one in customers)
    paid = sum((one.money for one in customers), Decimal(0))
    # Compared by products: exact, whatever the number of customers.
    return [
        (one.recency * count < days, one.frequency * count > often, one.money * count > paid)
        for one in customers
    ]


def moves(before: Mapping[str, str], now: Mapping[str, str]) -> Counter[tuple[str | None, str | None]]:
    """Return how many customers went from which group to which; None: was not, or is no longer, a customer."""
    return Counter((before.get(one), now.get(one)) for one in before.keys() | now.keys())


def _downwards(edges: Edges | None) -> tuple[int, ...] | None:
    # Fewer days are better: the order turns round. A day on the edge still counts as within it.
    return None if edges is None else tuple(-edge - 1 for edge in reversed(edges.recency))


def _scores(values: Sequence[Any], edges: Sequence[Any] | None) -> list[int]:
    if edges is not None:
        return [1 + sum(value > edge for edge in edges) for value in values]
    # Quintiles by the share of customers that are not better; equals score alike.
    order = sorted(values)
    upto = {value: place for place, value in enumerate(order, 1)}
    return [1 + (5 * (upto[value] - 1)) // len(order) for value in values]
