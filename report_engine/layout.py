"""Where the cells of a dashboard stand for one reader: those that are not for him are left out, and the grid closes."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

Json = Mapping[str, Any]
Place = tuple[int, int, int, int]
"""x, y, width, height, in columns and rows of the grid."""
COLUMNS = 24


def closed_up(cells: Sequence[Json], kept: frozenset[str]) -> list[dict[str, Any]]:
    """Return the cells that are kept, without holes where the others stood; a board all of which is kept stays as it is.

    Cells beside each other share the width of the one that is gone; of rows of cells alike, all are dealt out anew.
    """
    made: dict[str, Place] = {}
    top = 0
    for band in _bands(cells):
        places = _places(band, [one for one in band if one["key"] in kept])
        if not places:
            continue
        first = min(y for _, y, _, _ in places.values())
        made |= {key: (x, y - first + top, w, h) for key, (x, y, w, h) in places.items()}
        top = max(made[key][1] + made[key][3] for key in places)
    return [{**one, "at": list(made[one["key"]])} for one in cells if one["key"] in made]


def _places(band: Sequence[Json], left: Sequence[Json]) -> dict[str, Place]:
    """Return where the cells left of a stretch stand in it."""
    if not left or len(left) == len(band):
        return {str(one["key"]): _at(one) for one in left}
    if _is_alike(band):
        return _dealt(band, left)
    return _shared(left) if _is_row(band) else _grown(band, left)


def _at(cell: Json) -> Place:
    x, y, w, h = cell["at"]
    return x, y, w, h


def _bands(cells: Sequence[Json]) -> list[list[Json]]:
    """Return stretches of the board that no cell reaches across; rows of cells all alike that follow each other are one."""
    bands: list[list[Json]] = []
    end = 0
    for one in sorted(cells, key=lambda cell: (cell["at"][1], cell["at"][0])):
        _, y, _, h = _at(one)
        if not bands or y >= end:
            bands.append([])
        bands[-1].append(one)
        end = max(end, y + h)
    made: list[list[Json]] = []
    for band in bands:
        if made and _is_alike(band) and _is_alike(made[-1]) and _size(band) == _size(made[-1]):
            made[-1] += band
        else:
            made.append(band)
    return made


def _size(band: Iterable[Json]) -> set[tuple[int, int]]:
    return {(w, h) for _, _, w, h in map(_at, band)}


def _is_alike(band: Sequence[Json]) -> bool:
    """Tell whether the cells are of one size, in full rows: cards of numbers, mostly."""
    sizes = _size(band)
    if len(sizes) != 1:
        return False
    ((width, _),) = sizes
    return COLUMNS % width == 0 and len(band) % (COLUMNS // width) == 0 and width < COLUMNS


def _is_row(band: Sequence[Json]) -> bool:
    return len({(y, h) for _, y, _, h in map(_at, band)}) == 1


def _shared(left: Sequence[Json]) -> dict[str, Place]:
    """Return one row filled by cells as wide as before in proportion."""
    _, y, _, h = _at(left[0])
    total, x, done = sum(one["at"][2] for one in left), 0, 0
    made: dict[str, Place] = {}
    for one in left:
        done += one["at"][2]
        end = round(COLUMNS * done / total)
        made[str(one["key"])] = (x, y, end - x, h)
        x = end
    return made


def _dealt(band: Sequence[Json], left: Sequence[Json]) -> dict[str, Place]:
    """Return cells of one size dealt out evenly over as few rows as before would take."""
    _, y, width, height = _at(band[0])
    rows = -(-len(left) // (COLUMNS // width))
    made: dict[str, Place] = {}
    for row, several in groupby(enumerate(left), key=lambda one: one[0] * rows // len(left)):
        line = [{**one, "at": [0, y + row * height, width, height]} for _, one in several]
        made |= _shared(line)
    return made


def _grown(band: Sequence[Json], left: Sequence[Json]) -> dict[str, Place]:
    """Return cells grown into the room beside them, then above and below, as far as nothing stands there."""
    top = min(one["at"][1] for one in band)
    end = max(one["at"][1] + one["at"][3] for one in band)
    places = {str(one["key"]): _at(one) for one in left}
    for key, (x, y, w, h) in list(places.items()):
        others = [at for name, at in places.items() if name != key]
        beside = [(a, a + b) for a, v, b, n in others if v < y + h and y < v + n]
        west = max((to for _, to in beside if to <= x), default=0)
        east = min((from_ for from_, _ in beside if from_ >= x + w), default=COLUMNS)
        over = [(v, v + n) for a, v, b, n in others if a < east and west < a + b]
        north = max((to for _, to in over if to <= y), default=top)
        south = min((from_ for from_, _ in over if from_ >= y + h), default=end)
        places[key] = (west, north, east - west, south - north)
    return places


__all__ = ["COLUMNS", "closed_up"]
