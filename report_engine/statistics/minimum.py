"""The least value of a function of a few numbers, without derivatives: Nelder and Mead's simplex."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]
REFLECT, EXPAND, CONTRACT, SHRINK = 1.0, 2.0, 0.5, 0.5


def minimum(
    value: Callable[[Vector], float],
    start: Sequence[float],
    step: float = 0.25,
    tolerance: float = 1e-9,
    most: int = 4000,
) -> tuple[Vector, float]:
    """Return (place, value) of a local minimum near `start`. A value that is not finite counts as very bad.

    Stops when the simplex is flat to `tolerance`, or after `most` values. It starts anew once from where it ended,
    since a simplex may collapse early. Source: Nelder & Mead, The Computer Journal 7 (1965) 308.
    """
    place, best = _search(value, np.asarray(start, dtype=np.float64), step, tolerance, most)
    return _search(value, place, step / 5, tolerance, most) if np.isfinite(best) else (place, best)


def _search(
    value: Callable[[Vector], float], start: Vector, step: float, tolerance: float, most: int
) -> tuple[Vector, float]:
    def at(place: Vector) -> float:
        found = value(place)
        return found if np.isfinite(found) else float("inf")

    size = len(start)
    simplex = np.vstack([start, *(start + step * np.eye(size)[i] for i in range(size))])
    values = np.array([at(place) for place in simplex])
    asked = size + 1
    while asked < most:
        order = np.argsort(values, kind="stable")
        simplex, values = simplex[order], values[order]
        if np.isfinite(values[-1]) and values[-1] - values[0] <= tolerance * (abs(values[0]) + tolerance):
            break
        middle = simplex[:-1].mean(axis=0)
        asked += _move(at, simplex, values, middle)
    best = int(np.argmin(values))
    return simplex[best], float(values[best])


def _move(at: Callable[[Vector], float], simplex: Vector, values: Vector, middle: Vector) -> int:
    """Replace the worst corner, or draw all corners to the best; return how many values were asked for."""
    worst = simplex[-1]
    over = middle + REFLECT * (middle - worst)
    reflected = at(over)
    if reflected < values[0]:
        far = middle + EXPAND * (middle - worst)
        expanded = at(far)
        simplex[-1], values[-1] = (far, expanded) if expanded < reflected else (over, reflected)
        return 2
    if reflected < values[-2]:
        simplex[-1], values[-1] = over, reflected
        return 1
    near = middle + CONTRACT * ((over if reflected < values[-1] else worst) - middle)
    contracted = at(near)
    if contracted < min(reflected, values[-1]):
        simplex[-1], values[-1] = near, contracted
        return 2
    for corner in range(1, len(simplex)):
        simplex[corner] = simplex[0] + SHRINK * (simplex[corner] - simplex[0])
        values[corner] = at(simplex[corner])
    return 2 + len(simplex) - 1
