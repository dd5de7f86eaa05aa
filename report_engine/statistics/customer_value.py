"""What customers will do: BG/NBD for how often they come back, gamma-gamma for how much they spend.

Sources: P. Fader, B. Hardie, K. Lee, “Counting your customers” the easy way, Marketing Science 24 (2005) 275;
P. Fader, B. Hardie, The gamma-gamma model of monetary value (2013).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import lgamma

import numpy as np
from numpy.typing import NDArray

from report_engine.statistics.minimum import minimum

Vector = NDArray[np.float64]
LEAST_REPEATERS = 200
"""Fewer customers who came back do not carry a model: the empirical value is shown instead."""
_lgamma = np.vectorize(lgamma, otypes=[np.float64])


@dataclass(frozen=True, slots=True)
class Histories:
    """One entry a customer: `repeats` purchases after the first, `last` (time from first to last purchase) and `age`
    (time from first purchase to now), all times in the same unit."""

    repeats: Vector
    last: Vector
    age: Vector

    @classmethod
    def of(cls, repeats: Sequence[float], last: Sequence[float], age: Sequence[float]) -> "Histories":
        """Return histories of plain lists."""
        return cls(*(np.asarray(one, dtype=np.float64) for one in (repeats, last, age)))


@dataclass(frozen=True, slots=True)
class BgNbd:
    """Buying at a gamma-spread rate (`r`, `alpha`) until, after some purchase, dropping out by a beta-spread chance (`a`, `b`)."""

    r: float
    alpha: float
    a: float
    b: float
    log_likelihood: float

    def alive(self, of: Histories) -> Vector:
        """Return for each customer the chance of still being one. Who never came back counts as alive (the model says so)."""
        odds = (self.a / (self.b + np.maximum(of.repeats, 1) - 1)) * (
            (self.alpha + of.age) / (self.alpha + of.last)
        ) ** (self.r + of.repeats)
        return np.where(of.repeats > 0, 1 / (1 + odds), 1.0)

    def expected(self, of: Histories, ahead: float) -> Vector:
        """Return for each customer how many purchases are to be expected in the next `ahead` units of time."""
        r, alpha, a, b = self.r, self.alpha, self.a, self.b
        series = _hypergeometric(
            r + of.repeats, b + of.repeats, a + b + of.repeats - 1, ahead / (alpha + of.age + ahead)
        )
        share = ((alpha + of.age) / (alpha + of.age + ahead)) ** (r + of.repeats)
        grown = (a + b + of.repeats - 1) / (a - 1) * (1 - share * series)
        return grown * self.alive(of)


@dataclass(frozen=True, slots=True)
class GammaGamma:
    """Mean spend a purchase: gamma-spread around a customer's own mean (`p`), which is spread over customers (`q`, `v`)."""

    p: float
    q: float
    v: float

    def mean(self, repeats: Vector, mean_spend: Vector) -> Vector:
        """Return what each customer is expected to spend a purchase; newcomers get the mean of all."""
        weight = self.p * repeats
        return (self.q - 1) / (weight + self.q - 1) * (self.v * self.p / (self.q - 1)) + np.where(
            repeats > 0, weight / (weight + self.q - 1) * mean_spend, 0.0
        )


def fit_bg_nbd(of: Histories) -> BgNbd:
    """Return the most likely model. The likelihood is worked out once per distinct history."""
    table, counts = np.unique(np.column_stack([of.repeats, of.last, of.age]), axis=0, return_counts=True)
    repeats, last, age = table.T

    def lack(logs: Vector) -> float:
        return -float(np.dot(counts, _log_likelihood(np.exp(logs), repeats, last, age)))

    place, best = minimum(lack, [0.0, 1.0, 0.0, 1.0], step=0.5)
    r, alpha, a, b = (float(one) for one in np.exp(place))
    return BgNbd(r, alpha, a, b, -best)


def fit_gamma_gamma(repeats: Sequence[float], mean_spend: Sequence[float]) -> GammaGamma:
    """Return the most likely model of those who came back; `mean_spend` is over their repeat purchases, above 0."""
    x, m = np.asarray(repeats, dtype=np.float64), np.asarray(mean_spend, dtype=np.float64)
    known = (x > 0) & (m > 0)
    x, m = x[known], m[known]

    def lack(logs: Vector) -> float:
        p, q, v = np.exp(logs)
        each = (
            _lgamma(p * x + q) - _lgamma(p * x) - lgamma(q) + q * np.log(v) + (p * x - 1) * np.log(m)
            + p * x * np.log(x) - (p * x + q) * np.log(v + m * x)
        )  # fmt: skip
        return -float(each.sum())

    place, _ = minimum(lack, [1.0, 1.0, float(np.log(m.mean()))], step=0.5)
    p, q, v = (float(one) for one in np.exp(place))
    return GammaGamma(p, q, v)


def _log_likelihood(parameters: Vector, repeats: Vector, last: Vector, age: Vector) -> Vector:
    r, alpha, a, b = parameters
    base = (
        _lgamma(r + repeats) - lgamma(r) + r * np.log(alpha)
        + lgamma(a + b) + _lgamma(b + repeats) - lgamma(b) - _lgamma(a + b + repeats)
    )  # fmt: skip
    stayed = -(r + repeats) * np.log(alpha + age)
    left = np.log(a) - np.log(b + np.maximum(repeats, 1) - 1) - (r + repeats) * np.log(alpha + last)
    return np.asarray(base + np.where(repeats > 0, np.logaddexp(stayed, left), stayed), dtype=np.float64)


def _hypergeometric(a: Vector, b: Vector, c: Vector, z: Vector) -> Vector:
    """Return 2F1(a, b; c; z) for 0 ≤ z < 1, summed until the terms no longer count."""
    term = np.ones_like(z)
    total = np.ones_like(z)
    for n in range(10_000):
        term = term * (a + n) * (b + n) / ((c + n) * (n + 1)) * z
        total = total + term
        if np.all(np.abs(term) <= 1e-13 * np.abs(total)):
            break
    return total
