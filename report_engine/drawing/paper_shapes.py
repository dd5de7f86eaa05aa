"""Ink on paper, without axes: radars, gauges, areas within areas, rings around rings, and streams, from the screen's figures."""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from report_engine.drawing.paper import Sheet, ring, wide
from report_engine.drawing.paper_planes import plainly
from report_engine.drawing.reading import clip

Figure = Mapping[str, Any]
Spot = tuple[float, float, float, float]
"""x, y, width, height."""


def radar(given: Figure) -> str | None:
    """Return polygons around a middle, an axis a measure."""
    if given["empty"]:
        return None
    sheet, middle, reach = Sheet(height=380), (360.0, 200.0), 138.0
    axes = [plainly(text) for text in given["data"][0]["theta"][:-1]]

    def place(at: int, share: float) -> tuple[float, float]:
        turn = 2 * math.pi * at / len(axes)
        return middle[0] + reach * share * math.sin(turn), middle[1] - reach * share * math.cos(turn)

    for share in (0.25, 0.5, 0.75, 1.0):
        sheet.line([place(at % len(axes), share) for at in range(len(axes) + 1)], "line")
    for at, text in enumerate(axes):
        sheet.line([middle, place(at, 1.0)], "line")
        x, y = place(at, 1.1)
        anchor = "middle" if abs(x - middle[0]) < 12 else "start" if x > middle[0] else "end"
        sheet.words(x, y + 4, text, anchor=anchor)
    for trace in given["data"]:
        spots = [place(at % len(axes), share) for at, share in enumerate(trace["r"])]
        sheet.area(spots, trace["fillcolor"])
        sheet.line(spots, trace["line"]["color"], 2)
    if len(given["data"]) > 1:
        sheet.legend([(plainly(one["name"]), one["line"]["color"]) for one in given["data"]])
    return sheet.page()


def gauge(given: Figure) -> str | None:
    """Return half a ring, filled as far as the number goes, with the goal as a stroke across it."""
    if given["empty"]:
        return None
    (trace,), sheet, middle = given["data"], Sheet(height=250), (360.0, 190.0)
    shape = trace["gauge"]
    low, high = shape["axis"]["range"]

    def turn(value: float) -> float:
        return float(-0.25 + 0.5 * min(1.0, max(0.0, (value - low) / ((high - low) or 1.0))))

    sheet.path(ring(middle, 150, 108, -0.25, 0.25), shape["bgcolor"])
    for step in shape.get("steps", ()):
        sheet.path(ring(middle, 150, 108, *map(turn, step["range"])), step["color"])
    sheet.path(ring(middle, 150, 108, -0.25, turn(trace["value"])), shape["bar"]["color"])
    if "threshold" in shape:
        angle = 2 * math.pi * turn(shape["threshold"]["value"])
        ends = [
            (middle[0] + far * math.sin(angle), middle[1] - far * math.cos(angle)) for far in (104.0, 154.0)
        ]
        sheet.line(ends, "text", 3)
    for value, text in zip(shape["axis"]["tickvals"], shape["axis"]["ticktext"], strict=True):
        if low <= value <= high:
            angle = 2 * math.pi * turn(value)
            x, y = middle[0] + 164 * math.sin(angle), middle[1] - 164 * math.cos(angle)
            anchor = "middle" if abs(x - middle[0]) < 24 else "start" if x > middle[0] else "end"
            sheet.words(x, y + 2, plainly(text), size=11, anchor=anchor)
    number, said = (plainly(one["text"]) for one in given["layout"]["annotations"])
    sheet.words(middle[0], middle[1] - 14, number, size=26, fill="text", anchor="middle", bold=True)
    sheet.words(middle[0], middle[1] + 34, said, anchor="middle")
    return sheet.page()


class _Tree:
    """The parts of a figure's tree below one another."""

    def __init__(self, trace: Figure) -> None:
        self.trace = trace
        self.below: dict[str, list[int]] = {}
        for at, parent in enumerate(trace["parents"]):
            self.below.setdefault(parent, []).append(at)

    def under(self, at: int) -> list[int]:
        return self.below.get(self.trace["ids"][at], [])

    def colour(self, at: int) -> str:
        return str(self.trace["marker"]["colors"][at])


def treemap(given: Figure) -> str | None:
    """Return areas within areas; a parent keeps a line for its name."""
    if given["empty"]:
        return None
    sheet, tree = Sheet(height=360), _Tree(given["data"][0])
    _fill(sheet, tree, tree.below[""], (4.0, 4.0, 712.0, 352.0))
    return sheet.page()


def _fill(sheet: Sheet, tree: _Tree, parts: Sequence[int], room: Spot) -> None:
    values = [tree.trace["values"][at] for at in parts]
    for at, (x, y, w, h) in zip(parts, squares(values, room), strict=True):
        # Colours of parts are faint: the paper shall shine through them, not the parent.
        sheet.rect(x + 1, y + 1, w - 2, h - 2, "bg")
        sheet.rect(x + 1, y + 1, w - 2, h - 2, tree.colour(at))
        inner, is_parent = tree.under(at), bool(tree.under(at))
        name, said = plainly(tree.trace["labels"][at]), tree.trace["text"][at]
        letters = int((w - 10) / 12)
        if letters >= 2 and h >= 18:
            whole = f"{name} {said}" if wide(f"{name} {said}", 12) < w - 10 else clip(name, letters)
            one_line = h < 36 or is_parent
            sheet.words(x + 6, y + 15, whole if one_line else clip(name, letters), fill="bg", bold=is_parent)
            if not one_line and wide(said, 11) < w - 10:
                sheet.words(x + 6, y + 31, said, size=11, fill="bg")
        if is_parent and w > 12 and h > 30:
            _fill(sheet, tree, inner, (x + 3, y + 21, w - 6, h - 24))


def squares(values: Sequence[float], room: Spot) -> list[Spot]:
    """Return a rectangle for each value, largest first, all as square as may be.

    Source: M. Bruls, K. Huizing and J. van Wijk, Squarified treemaps, 2000.
    """
    whole = sum(values) or 1.0
    left = [value / whole * room[2] * room[3] for value in values]
    x, y, w, h = room
    made: list[Spot] = []
    while left:
        side, taken = max(min(w, h), 1e-6), 1
        while taken < len(left) and _worst(left[: taken + 1], side) <= _worst(left[:taken], side):
            taken += 1
        thick, along = sum(left[:taken]) / side, 0.0
        for area in left[:taken]:
            long = area / max(thick, 1e-9)
            made.append((x, y + along, thick, long) if w >= h else (x + along, y, long, thick))
            along += long
        x, y, w, h = (x + thick, y, w - thick, h) if w >= h else (x, y + thick, w, h - thick)
        left = left[taken:]
    return made


def _worst(areas: Sequence[float], side: float) -> float:
    whole = sum(areas)
    return max(side**2 * max(areas) / whole**2, whole**2 / (side**2 * max(min(areas), 1e-9)))


def sunburst(given: Figure) -> str | None:
    """Return rings around the whole, the parts of each part outside it."""
    if given["empty"]:
        return None
    sheet, tree, middle = Sheet(height=380), _Tree(given["data"][0]), (360.0, 190.0)
    deep = max(depth for depth, *_ in _rings(tree, tree.below["root"], 0, 0.0, 1.0))
    thick = 132.0 / (deep + 1)
    for depth, at, start, end in _rings(tree, tree.below["root"], 0, 0.0, 1.0):
        hole = 50 + thick * depth
        sheet.path(ring(middle, hole + thick, hole, start, end), tree.colour(at))
        angle, far = math.pi * (start + end), hole + thick / 2
        name = plainly(tree.trace["labels"][at])
        letters = int(min(thick, 2 * math.pi * far * (end - start) * 1.6) / 11)
        if letters >= 2 and 2 * math.pi * far * (end - start) > 14:
            x, y = middle[0] + far * math.sin(angle), middle[1] - far * math.cos(angle)
            sheet.words(x, y + 4, clip(name, letters), size=11, fill="bg", anchor="middle")
    said = plainly(given["layout"]["annotations"][0]["text"])
    sheet.words(middle[0], middle[1] + 5, said, size=15, fill="text", anchor="middle", bold=True)
    return sheet.page()


def _rings(
    tree: _Tree, parts: Sequence[int], depth: int, start: float, end: float
) -> Iterator[tuple[int, int, float, float]]:
    """Yield depth, part, start and end in turns."""
    whole = sum(tree.trace["values"][at] for at in parts) or 1.0
    each = (end - start) / whole
    for at in parts:
        stop = start + each * tree.trace["values"][at]
        yield depth, at, start, stop
        yield from _rings(tree, tree.under(at), depth + 1, start, stop)
        start = stop


def sankey(given: Figure) -> str | None:
    """Return streams from level to level, each as wide as its number."""
    if given["empty"]:
        return None
    (trace,) = given["data"]
    link, names = trace["link"], trace["node"]["label"]
    streams = list(zip(link["source"], link["target"], link["value"], link["color"], strict=True))
    levels = _levels(len(names), streams)
    sheet = Sheet(height=max(240.0, 40 + 30.0 * max(levels.count(level) for level in set(levels))))
    sizes = [
        max(
            sum(value for a, _, value, _ in streams if a == at),
            sum(value for _, b, value, _ in streams if b == at),
        )
        for at in range(len(names))
    ]
    tops, scale = _stacked(levels, sizes, sheet.height)
    last, out, into = max(levels), list(tops), list(tops)
    across = [90 + (sheet.width - 180 - 12) * level / max(1, last) for level in levels]
    for a, b, value, colour in streams:
        x, to, w = across[a] + 12, across[b], value * scale
        bend = (x + to) / 2
        sheet.path(
            f"M{x:.1f} {out[a]:.1f}C{bend:.1f} {out[a]:.1f} {bend:.1f} {into[b]:.1f} {to:.1f} {into[b]:.1f}"
            f"V{into[b] + w:.1f}C{bend:.1f} {into[b] + w:.1f} {bend:.1f} {out[a] + w:.1f} {x:.1f} {out[a] + w:.1f}Z",
            colour,
            "none",
        )
        out[a] += w
        into[b] += w
    for at, name in enumerate(names):
        sheet.rect(across[at], tops[at], 12, max(1.0, sizes[at] * scale), trace["node"]["color"][at])
        is_first = levels[at] == 0
        x = across[at] - 6 if is_first else across[at] + 18
        y = tops[at] + sizes[at] * scale / 2 + 4
        sheet.words(x, y, clip(plainly(name), 7), fill="text", anchor="end" if is_first else "start")
    return sheet.page()


def _levels(count: int, streams: Sequence[tuple[int, int, float, str]]) -> list[int]:
    """Return how many steps each node is from where streams begin. Streams only go from a level to the next."""
    levels = [0] * count
    for _ in range(count):
        for a, b, _, _ in streams:
            levels[b] = max(levels[b], min(levels[a] + 1, count))
    return levels


def _stacked(levels: Sequence[int], sizes: Sequence[float], height: float) -> tuple[list[float], float]:
    """Return where each node begins, and how many pixels one unit is."""
    gap, sums, counts = 10.0, dict[int, float](), dict[int, int]()
    for level, size in zip(levels, sizes, strict=True):
        sums[level], counts[level] = sums.get(level, 0.0) + size, counts.get(level, 0) + 1
    scale = min((height - 24 - gap * (counts[level] - 1)) / (sums[level] or 1.0) for level in sums)
    tops, at = [0.0] * len(sizes), dict.fromkeys(sums, 12.0)
    for place, (level, size) in enumerate(zip(levels, sizes, strict=True)):
        tops[place] = at[level]
        at[level] += size * scale + gap
    return tops, scale
