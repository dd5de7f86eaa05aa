"""Models of one series with a season: each maps past values to the next ones. Newest value last; no gaps.

Sources: Hyndman & Athanasopoulos, Forecasting: Principles and Practice; Assimakopoulos & Nikolopoulos, The theta
model, International Journal of Forecasting 16 (2000) 521.
"""

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from report_engine.statistics.minimum import minimum

Vector = NDArray[np.float64]
Model = Callable[[Vector, int, int], Vector]
"""(past, length of the season, how many ahead) → the next values."""


def seasonal_naive(past: Vector, season: int, ahead: int) -> Vector:
    """Return last season's values again; of a shorter past its last value."""
    if len(past) < season:
        return np.full(ahead, float(past[-1]))
    return np.resize(past[-season:], ahead)


def season_index(past: Vector, season: int) -> Vector:
    """Return the factor of each place in the season, their mean 1, from ratios to a centred moving mean.

    `past[0]` has place 0. All ones where the past is shorter than two seasons or not above zero.
    """
    if season < 2 or len(past) < 2 * season or not _is_above_zero(past):
        return np.ones(max(season, 1))
    weights = np.ones(season + 1) if season % 2 == 0 else np.ones(season)
    if season % 2 == 0:
        weights[0] = weights[-1] = 0.5
    middle = np.convolve(past, weights / weights.sum(), mode="valid")
    skip = len(weights) // 2
    ratios = past[skip : skip + len(middle)] / middle
    places = (np.arange(len(ratios)) + skip) % season
    index = np.array([np.median(ratios[places == place]) for place in range(season)])
    return np.asarray(index / index.mean(), dtype=np.float64)


def damped(past: Vector, season: int, ahead: int) -> Vector:
    """Return exponential smoothing with a damped trend, of the series without its season."""
    level, smooth = _without_season(past, season)
    return _back(_damped_trend(smooth, ahead), level, len(past))


def theta(past: Vector, season: int, ahead: int) -> Vector:
    """Return the theta model: half the straight line through the past, half its smoothing, season put back."""
    index, smooth = _without_season(past, season)
    steps = np.arange(len(smooth), dtype=np.float64)
    slope = float(np.polyfit(steps, smooth, 1)[0]) if len(smooth) > 1 else 0.0
    weight = _best(lambda one: _smoothing_error(smooth, one[0]), (0.3,))[0]
    level = _smoothed(smooth, weight)
    gone = (1 - (1 - weight) ** len(smooth)) / weight
    ahead_of = np.arange(ahead, dtype=np.float64) + gone
    return _back(np.asarray(level + slope / 2 * ahead_of, dtype=np.float64), index, len(past))


def holt_winters(past: Vector, season: int, ahead: int) -> Vector:
    """Return triple exponential smoothing with a straight trend and a season that multiplies.

    Needs two seasons above zero; of anything else it is `damped`.
    """
    return _triple(past, season, ahead, (0.4, 0.1, 0.2))


def holt_winters_damped(past: Vector, season: int, ahead: int) -> Vector:
    """Return the same with a trend that flattens."""
    return _triple(past, season, ahead, (0.4, 0.1, 0.2, 0.98))


def _triple(past: Vector, season: int, ahead: int, weights: tuple[float, ...]) -> Vector:
    if season < 2 or len(past) < 2 * season or not _is_above_zero(past):
        return damped(past, season, ahead)
    index = season_index(past, season)
    free = past / index[np.arange(len(past)) % season]
    start = (
        float(free[:season].mean()),
        float((free[season : 2 * season].mean() - free[:season].mean()) / season),
    )

    def error(weights: tuple[float, ...]) -> float:
        return _holt_winters(past, season, index, start, weights, 0)[1]

    return _holt_winters(past, season, index, start, _best(error, weights), ahead)[0]


def airline(past: Vector, season: int, ahead: int) -> Vector:
    """Return the airline model, ARIMA (0,1,1)(0,1,1) of logarithms: growth and season both drift slowly.

    Needs two seasons and a bit above zero; of anything else it is `damped`. Source: Box & Jenkins, Time Series
    Analysis, chapter 9.
    """
    if season < 2 or len(past) < 2 * season + 3 or not _is_above_zero(past):
        return damped(past, season, ahead)
    logs = np.log(past)
    steps = np.diff(logs)
    changes = (steps[season:] - steps[:-season]).tolist()

    def error(weights: tuple[float, ...]) -> float:
        shocks = _shocks(changes, season, weights)
        return float(np.dot(shocks, shocks))

    weights = _best(error, (0.4, 0.6))
    shocks = [*_shocks(changes, season, weights), *([0.0] * ahead)]
    near, far = weights
    found = logs.tolist()
    for at in range(len(shocks) - ahead, len(shocks)):
        change = near * far * shocks[at - season - 1] - near * shocks[at - 1] - far * shocks[at - season]
        found.append(change + found[-1] + found[-season] - found[-season - 1])
    return np.asarray(np.exp(found[-ahead:]), dtype=np.float64)


MODELS: Mapping[str, Model] = {
    "seasonal_naive": seasonal_naive,
    "damped": damped,
    "theta": theta,
    "holt_winters": holt_winters,
    "holt_winters_damped": holt_winters_damped,
    "airline": airline,
}


def _is_above_zero(past: Vector) -> bool:
    """Tell whether ratios and logarithms of the values mean anything."""
    return bool(past.min() > 1e-6 * past.max())


def _without_season(past: Vector, season: int) -> tuple[Vector, Vector]:
    index = season_index(past, season)
    return index, past / index[np.arange(len(past)) % len(index)]


def _back(values: Vector, index: Vector, gone: int) -> Vector:
    return values * index[(np.arange(len(values)) + gone) % len(index)]


def _best(error: Callable[[tuple[float, ...]], float], start: tuple[float, ...]) -> tuple[float, ...]:
    """Return the weights between 0 and 1 with the least error; searched on the whole line, by logits."""

    def at(place: Vector) -> float:
        return error(_weights(place))

    near = [float(np.log(one / (1 - one))) for one in start]
    return _weights(minimum(at, near, step=0.8, tolerance=1e-6, most=400)[0])


def _weights(place: Vector) -> tuple[float, ...]:
    return tuple(float(one) for one in 1 / (1 + np.exp(-np.clip(place, -12, 12))))


def _smoothed(past: Vector, weight: float) -> float:
    level = float(past[0])
    for value in past[1:]:
        level += weight * (float(value) - level)
    return level


def _smoothing_error(past: Vector, weight: float) -> float:
    level, total = float(past[0]), 0.0
    for value in past[1:]:
        miss = float(value) - level
        total += miss * miss
        level += weight * miss
    return total


def _damped_trend(past: Vector, ahead: int) -> Vector:
    if len(past) < 3:
        return np.full(ahead, past[-1])

    def run(weights: tuple[float, ...]) -> tuple[float, float, float]:
        quick, slow, damping = weights
        level, trend, total = float(past[0]), float(past[1] - past[0]), 0.0
        for value in past[1:]:
            expected = level + damping * trend
            miss = float(value) - expected
            total += miss * miss
            level = expected + quick * miss
            trend = damping * trend + quick * slow * miss
        return level, trend, total

    weights = _best(lambda one: run(one)[2], (0.5, 0.1, 0.9))
    level, trend, _ = run(weights)
    return level + trend * np.cumsum(weights[2] ** np.arange(1, ahead + 1))


def _holt_winters(
    past: Vector,
    season: int,
    index: Vector,
    start: tuple[float, float],
    weights: tuple[float, ...],
    ahead: int,
) -> tuple[Vector, float]:
    quick, slow, turning, damping = (*weights, 1.0)[:4]
    level, trend = start
    factors, total = [float(one) for one in index], 0.0
    for at, value in enumerate(past.tolist()):
        place = at % season
        base = level + damping * trend
        miss = value - base * factors[place]
        total += miss * miss
        step = miss / max(factors[place], 1e-9)
        level = base + quick * step
        trend = damping * trend + quick * slow * step
        factors[place] += turning * (1 - quick) * miss / max(base, 1e-9)
    steps = np.cumsum(damping ** np.arange(1, ahead + 1))
    seasons = np.array([factors[(len(past) + one) % season] for one in range(ahead)])
    return (level + trend * steps) * seasons, total


def _shocks(changes: list[float], season: int, weights: tuple[float, ...]) -> list[float]:
    """Return what each change held that was not foreseen, after `season + 1` noughts for before the beginning."""
    near, far = weights
    found = [0.0] * (season + 1)
    for change in changes:
        expected = near * far * found[-season - 1] - near * found[-1] - far * found[-season]
        found.append(change - expected)
    return found
