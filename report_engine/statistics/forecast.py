"""A forecast with its interval and its proof: models tried on the past, the best few combined.

Every model forecasts from earlier and earlier moments of the past what is known by now. What it missed by there
chooses the models, and makes the interval: no assumption about how errors are spread.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.problems import Code, Rejected
from report_engine.statistics.models import MODELS, seasonal_naive

Vector = NDArray[np.float64]
TOO_SHORT = Code(
    "forecast.too_short",
    zh="只有 {count} 期数据，至少要 {least} 期才能预测",
    en="There are only {count} periods; a forecast needs {least}",
    hint_zh="选更细的时间粒度（周或日），或等数据积累",
    hint_en="Choose a finer grain (weeks or days), or wait for more data",
)
LEAST = 6
ORIGINS = 12
"""From how many moments of the past models are tried, at most."""
NEAR = 1.1
"""Models within this much of the best one's error have a say."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """The next values with the bounds of their interval, and how well the method did on the past."""

    values: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    level: float
    models: Mapping[str, float]
    """Models that were combined, and their weights."""
    smape: float | None
    """Back-test error in per cent, 0 to 200; None: too short to be tried."""
    naive_smape: float | None
    """The same of “as last season”: what there is to beat."""
    tried: int
    """How many of the latest periods of the past the back-test foretold."""
    is_sure: bool
    """False where the past is shorter than two seasons."""


def forecast(past: Sequence[float], season: int, ahead: int, level: float = 0.8) -> Forecast:
    """Return `ahead` values after `past` (newest last, no gaps, blanks as 0). Rejected: fewer than 6 periods.

    `season`: periods a year or week (12, 52, 7); 1: none. A series that was never negative is not forecast so.
    """
    known = np.asarray(past, dtype=np.float64)
    if len(known) < LEAST:
        raise Rejected(TOO_SHORT.at("", count=len(known), least=LEAST))
    trials = _trials(known, season, ahead)
    weights = _chosen(trials)
    values = sum(
        (weight * MODELS[name](known, season, ahead) for name, weight in weights.items()), np.zeros(ahead)
    )
    misses = _misses(trials, weights)
    low, high = _interval(values, misses, level)
    if np.all(known >= 0):
        values, low, high = (np.maximum(one, 0) for one in (values, low, high))
    return Forecast(
        _plain(values), _plain(low), _plain(high), level, weights,
        smape=_mean([_smape(trial.truth, _mixed(trial, weights)) for trial in trials]),
        naive_smape=_mean([_smape(trial.truth, trial.said["seasonal_naive"]) for trial in trials]),
        tried=max((len(known) - trial.origin for trial in trials), default=0),
        is_sure=len(known) >= 2 * season,
    )  # fmt: skip


def smape(truth: Sequence[float], said: Sequence[float]) -> float:
    """Return the symmetric mean absolute percentage error, 0 to 200."""
    return _smape(np.asarray(truth, dtype=np.float64), np.asarray(said, dtype=np.float64))


@dataclass(frozen=True, slots=True)
class _Trial:
    origin: int
    truth: Vector
    said: Mapping[str, Vector]


def _trials(known: Vector, season: int, ahead: int) -> list[_Trial]:
    """Return what each model would have said, from the latest moments that leave it enough past."""
    least = max(LEAST, 2 * season if len(known) > 2 * season + 1 else season // 2)
    # Moments from which the whole way ahead is known, where there are any: near steps are easy, far ones decide.
    latest = max(len(known) - ahead, min(least + ORIGINS, len(known) - 1))
    found = []
    for origin in range(latest, least - 1, -1)[:ORIGINS]:
        truth = known[origin : origin + ahead]
        found.append(
            _Trial(
                origin,
                truth,
                {name: model(known[:origin], season, len(truth)) for name, model in MODELS.items()},
            )
        )
    return found


def _chosen(trials: list[_Trial]) -> dict[str, float]:
    if not trials:
        return {"seasonal_naive": 1.0}
    errors = {name: float(np.mean([_smape(one.truth, one.said[name]) for one in trials])) for name in MODELS}
    best = min(errors.values())
    near = {name: 1 / max(error, 1e-9) ** 2 for name, error in errors.items() if error <= best * NEAR + 1e-9}
    whole = sum(near.values())
    return {name: weight / whole for name, weight in near.items()}


def _mixed(trial: _Trial, weights: Mapping[str, float]) -> Vector:
    return sum((weight * trial.said[name] for name, weight in weights.items()), np.zeros(len(trial.truth)))


def _misses(trials: list[_Trial], weights: Mapping[str, float]) -> list[list[float]]:
    """Return by how many steps ahead (0 first) the relative misses of the combination."""
    found: list[list[float]] = []
    for trial in trials:
        said = _mixed(trial, weights)
        for step, (truth, one) in enumerate(zip(trial.truth, said, strict=True)):
            while len(found) <= step:
                found.append([])
            found[step].append(float((truth - one) / max(abs(one), 1e-9)))
    return found


def _interval(values: Vector, misses: list[list[float]], level: float) -> tuple[Vector, Vector]:
    """Return the bounds: quantiles of the misses so far ahead and nearer, never narrower than one step before."""
    low, high = values.copy(), values.copy()
    seen: list[float] = []
    below = above = 0.0
    for step, value in enumerate(values):
        seen = [*seen, *(misses[step] if step < len(misses) else ())]
        if seen:
            recent = np.asarray(seen[-4 * ORIGINS :])
            below = min(below, float(np.quantile(recent, (1 - level) / 2)))
            above = max(above, float(np.quantile(recent, (1 + level) / 2)))
        low[step], high[step] = value + below * abs(value), value + above * abs(value)
    return low, high


def _smape(truth: Vector, said: Vector) -> float:
    size = np.abs(truth) + np.abs(said)
    return float(np.mean(np.where(size > 0, 200 * np.abs(truth - said) / np.where(size > 0, size, 1), 0.0)))


def _mean(values: list[float]) -> float | None:
    return float(np.mean(values)) if values else None


def _plain(values: Vector) -> tuple[float, ...]:
    return tuple(float(one) for one in values)


__all__ = ["TOO_SHORT", "Forecast", "forecast", "seasonal_naive", "smape"]
