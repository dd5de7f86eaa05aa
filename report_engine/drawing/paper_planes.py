"""Ink on paper, more of it: areas, bars with lines, boxes, dots, links and calendars, all over two axes.

Charts that work out much for the screen are drawn from the very figure that the screen shows.
"""

import math
import re
from collections.abc import Mapping, Sequence
from html import unescape
from typing import Any

import numpy as np

from report_engine.drawing.frame import Frame
from report_engine.drawing.numbers import number, ticks
from report_engine.drawing.paper import (
    BOTTOM,
    LEFT,
    RIGHT,
    TOP,
    Plane,
    Sheet,
    draw_bars,
    draw_lines,
    names_of,
    wide,
)
from report_engine.drawing.reading import clip

Figure = Mapping[str, Any]
TAG = re.compile(r"<br>|</?b>")
SECOND = 60.0
"""Room for the numbers of a second axis."""


def plainly(text: str) -> str:
    """Return words made for plotly as paper writes them."""
    return unescape(TAG.sub(" ", text)).strip()


def areas(made: Frame, lang: str) -> str | None:
    """Return areas on each other. A gap is nothing on top of the others, as on screen."""
    if made.is_empty:
        return None
    sheet = Sheet()
    plane = Plane(sheet, made, *made.span(stacked=True), lang)
    base = [0.0] * plane.count
    for one in made.series:
        top = [below + (value or 0.0) for below, value in zip(base, one.values, strict=True)]
        upper = [(plane.x(at), plane.y(value)) for at, value in enumerate(top)]
        lower = [(plane.x(at), plane.y(value)) for at, value in enumerate(base)]
        if plane.count == 1:
            sheet.dot(*upper[0], 3, one.colour, one.colour)
        else:
            sheet.area([*upper, *reversed(lower)], f"{one.colour}/45")
            sheet.line(upper, one.colour, 1.5)
        base = top
    sheet.legend(names_of(made))
    return sheet.page()


def combined(made: Frame, right: Frame, lang: str) -> str | None:
    """Return bars by the left axis with lines by the right one."""
    if made.is_empty and right.is_empty:
        return None
    sheet = Sheet()
    left = made if made.labels else right
    low, high = (made if made.series else right).span()
    plane = Plane(sheet, left, low, high * 1.06, lang, right=SECOND)
    draw_bars(plane, made, lang, numbered=False)
    if right.series:
        low, high = right.span()
        places, words = ticks(low, high * 1.06, right.format, lang)
        plane.low, plane.high = places[0], places[-1]
        for place, text in zip(places, words, strict=True):
            sheet.words(sheet.width - SECOND + 8, plane.y(place) + 4, text, size=11)
        draw_lines(plane, right)
    sheet.legend([(one.name, one.colour) for one in (*made.series, *right.series)])
    return sheet.page()


class Axes:
    """Both axes of a figure, with the words and the range that it has on screen."""

    def __init__(self, sheet: Sheet, layout: Figure) -> None:
        self.sheet = sheet
        across, up = layout["xaxis"], layout["yaxis"]
        self._across, self._up = across["range"], up["range"]
        if up.get("visible", True):
            self._numbers(up)
        if across.get("visible", True):
            self._below(across)

    def x(self, value: float) -> float:
        low, high = self._across
        return float(LEFT + (self.sheet.width - LEFT - RIGHT) * (value - low) / ((high - low) or 1.0))

    def y(self, value: float) -> float:
        low, high = self._up
        inside = self.sheet.height - TOP - BOTTOM
        return float(TOP + inside * (1 - (value - low) / ((high - low) or 1.0)))

    def _numbers(self, up: Figure) -> None:
        for place, text in zip(up["tickvals"], up["ticktext"], strict=True):
            y = self.y(place)
            self.sheet.line([(LEFT, y), (self.sheet.width - RIGHT, y)], "line")
            self.sheet.words(LEFT - 8, y + 4, plainly(text), size=11, anchor="end")
        if "title" in up:
            self.sheet.words(8, TOP - 14, clip(plainly(up["title"]["text"]), 16), size=11)

    def _below(self, across: Figure) -> None:
        words = [plainly(text) for text in across["ticktext"]]
        step = (self.sheet.width - LEFT - RIGHT) / max(1, len(words))
        foot = self.sheet.height - BOTTOM + 18
        for place, text in zip(across["tickvals"], words, strict=True):
            letters = max(2, int(step / 11) - 1)
            fitting = text if wide(text, 11) <= step else clip(text, letters)
            self.sheet.words(self.x(place), foot, fitting, size=11, anchor="middle")
        if "title" in across:
            said = clip(plainly(across["title"]["text"]), 16)
            self.sheet.words(self.sheet.width - RIGHT, self.sheet.height - 2, said, size=11, anchor="end")


def dots(given: Figure) -> str | None:
    """Return dots, or dots with links, of a figure of scatters."""
    if given["empty"]:
        return None
    sheet = Sheet(height=360)
    axes = Axes(sheet, given["layout"])
    for trace in given["data"]:
        if trace["mode"] == "lines":
            _links(sheet, axes, trace)
        else:
            _marks(sheet, axes, trace)
    if given["layout"].get("showlegend"):
        sheet.legend([(plainly(one["name"]), one["marker"]["line"]["color"]) for one in given["data"]])
    return sheet.page()


def _links(sheet: Sheet, axes: Axes, trace: Figure) -> None:
    run: list[tuple[float, float]] = []
    for x, y in [*zip(trace["x"], trace["y"], strict=True), (None, None)]:
        if x is not None and y is not None:
            run.append((axes.x(x), axes.y(y)))
            continue
        if len(run) > 1:
            sheet.line(run, trace["line"]["color"])
        run = []


def _marks(sheet: Sheet, axes: Axes, trace: Figure) -> None:
    count, marker = len(trace["x"]), trace["marker"]
    sizes, colours = _each(marker["size"], count), _each(marker["color"], count)
    edge = marker["line"]["color"]
    for at, (x, y) in enumerate(zip(trace["x"], trace["y"], strict=True)):
        sheet.dot(axes.x(x), axes.y(y), sizes[at] / 2, colours[at], edge)
    is_below = str(trace.get("textposition", "")).startswith("bottom")
    for at, text in enumerate(_each(trace.get("text", ""), count)):
        away = sizes[at] / 2 + 11 if is_below else -sizes[at] / 2 - 4
        if text:
            sheet.words(
                axes.x(trace["x"][at]), axes.y(trace["y"][at]) + away, plainly(text), size=11, anchor="middle"
            )


def _each(given: Any, count: int) -> list[Any]:
    return list(given) if isinstance(given, Sequence) and not isinstance(given, str) else [given] * count


def boxes(given: Figure) -> str | None:
    """Return a box a group: quartiles, median, whiskers."""
    if given["empty"]:
        return None
    sheet = Sheet()
    axes = Axes(sheet, given["layout"])
    half = min(36.0, (axes.x(1) - axes.x(0)) * 0.28)
    for trace in given["data"]:
        x, colour = axes.x(trace["x0"]), trace["line"]["color"]
        low, q1, median, q3, high = (axes.y(value) for value in _five(trace))
        sheet.line([(x, low), (x, q1)], colour, 1.5)
        sheet.line([(x, q3), (x, high)], colour, 1.5)
        for end in (low, high):
            sheet.line([(x - half / 2, end), (x + half / 2, end)], colour, 1.5)
        sheet.rect(x - half, q3, 2 * half, max(1.0, q1 - q3), trace["fillcolor"])
        sheet.line([(x - half, q3), (x + half, q3), (x + half, q1), (x - half, q1), (x - half, q3)], colour)
        sheet.line([(x - half, median), (x + half, median)], colour, 2.5)
    return sheet.page()


def _five(trace: Figure) -> tuple[float, ...]:
    """Return whiskers, quartiles and median; whiskers of bare values reach 1.5 boxes at most."""
    if "q1" in trace:
        return tuple(trace[name][0] for name in ("lowerfence", "q1", "median", "q3", "upperfence"))
    values = np.array(trace["y"])
    q1, median, q3 = (float(one) for one in np.quantile(values, (0.25, 0.5, 0.75)))
    reach = 1.5 * (q3 - q1)
    inside = values[(values >= q1 - reach) & (values <= q3 + reach)]
    return float(inside.min()), q1, median, q3, float(inside.max())


def calendar(given: Figure) -> str | None:
    """Return days as squares, a column a week, as strong as their number."""
    if given["empty"]:
        return None
    (trace,), across, up = given["data"], given["layout"]["xaxis"], given["layout"]["yaxis"]
    side = min(22.0, (720.0 - 60) / max(1, len(trace["x"])))
    sheet = Sheet(height=30 + 7 * side + 8)
    numbers = [value for row in trace["z"] for cell in row if (value := number(cell)) is not None]
    low, high = min(numbers), max(numbers)
    for place, text in zip(across["tickvals"], across["ticktext"], strict=True):
        sheet.words(48 + (place + 0.5) * side, 20, plainly(text), size=11, anchor="middle")
    for place, text in zip(up["tickvals"], up["ticktext"], strict=True):
        sheet.words(42, 28 + (place + 0.5) * side + 4, plainly(text), size=11, anchor="end")
    strong = str(trace["colorscale"][-1][1]).partition("/")[0]
    for down, row in enumerate(trace["z"]):
        for at, value in enumerate(row):
            if value is None or math.isnan(value):
                continue
            strength = (value - low) / (high - low) if high > low else 0.5
            colour = f"{strong}/{round(6 + 89 * strength)}"
            sheet.rect(48 + at * side + 1, 28 + down * side + 1, side - 2, side - 2, colour, round_=1)
    return sheet.page()
