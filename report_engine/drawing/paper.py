"""Ink on paper: the main charts as SVG for print and mail. Words are escaped, colours are the palette's, fonts the reader's."""

import math
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from report_engine.drawing.frame import Frame, Series
from report_engine.drawing.numbers import full, short, signed, ticks
from report_engine.drawing.palette import ink, series
from report_engine.drawing.reading import clip

WIDE, TALL = 720.0, 320.0
FONT = "PingFang SC, Microsoft YaHei, Noto Sans SC, Noto Sans CJK SC, sans-serif"
LEFT, RIGHT, TOP, BOTTOM = 64.0, 16.0, 34.0, 34.0
WIDEST = 120.0
"""Of a bar, or of bars side by side."""
HAN_WIDE = 1.0
LATIN_WIDE = 0.58


def wide(text: str, size: float) -> float:
    """Return about how wide words are, in pixels: Chinese characters are square."""
    return sum(HAN_WIDE if ord(letter) > 0x2E7F else LATIN_WIDE for letter in text) * size


class Sheet:
    """Collects shapes; `page()` is the drawing."""

    def __init__(self, width: float = WIDE, height: float = TALL) -> None:
        self.width, self.height = width, height
        self._shapes: list[str] = []

    def rect(
        self, x: float, y: float, w: float, h: float, fill: str, title: str = "", round_: float = 0.0
    ) -> None:
        corner = f' rx="{round_:g}"' if round_ else ""
        said = f"<title>{escape(title)}</title>" if title else ""
        self._shapes.append(
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(0.0, w):.1f}" height="{max(0.0, h):.1f}"{corner} fill="{ink(fill)}">{said}</rect>'
        )

    def words(
        self,
        x: float,
        y: float,
        text: str,
        *,
        size: float = 12,
        fill: str = "text2",
        anchor: str = "start",
        bold: bool = False,
    ) -> None:
        weight = ' font-weight="600"' if bold else ""
        self._shapes.append(
            f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size:g}" fill="{ink(fill)}" text-anchor="{anchor}"{weight}>{escape(text)}</text>'
        )

    def line(
        self, points: Sequence[tuple[float, float]], stroke: str, width: float = 1.0, dash: str = ""
    ) -> None:
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        self._shapes.append(
            f'<polyline points="{path}" fill="none" stroke="{ink(stroke)}" stroke-width="{width:g}"{dashed}/>'
        )

    def path(self, d: str, fill: str, stroke: str = "bg") -> None:
        self._shapes.append(f'<path d="{d}" fill="{ink(fill)}" stroke="{ink(stroke)}" stroke-width="1"/>')

    def area(self, points: Sequence[tuple[float, float]], fill: str) -> None:
        self._shapes.append(
            f'<polygon points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in points)}" fill="{ink(fill)}"/>'
        )

    def dot(self, x: float, y: float, radius: float, fill: str, stroke: str) -> None:
        self._shapes.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:g}" fill="{ink(fill)}" stroke="{ink(stroke)}"/>'
        )

    def legend(self, entries: Sequence[tuple[str, str]], y: float = 14.0) -> None:
        """Write names with their colours in one row; what does not fit is left out."""
        x = LEFT
        for name, colour in entries:
            text = clip(name, 14)
            if x + 16 + wide(text, 11) > self.width - RIGHT:
                break
            self.rect(x, y - 8, 10, 10, colour, round_=2)
            self.words(x + 14, y + 1, text, size=11)
            x += 28 + wide(text, 11)

    def page(self) -> str:
        """Return the whole drawing."""
        head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width:g} {self.height:g}" width="{self.width:g}" height="{self.height:g}" font-family="{FONT}">'
        return head + "".join(self._shapes) + "</svg>"


class Plane:
    """Maps positions and numbers of a frame to the sheet, and draws both axes."""

    def __init__(
        self, sheet: Sheet, made: Frame, low: float, high: float, lang: str, *, right: float = RIGHT
    ) -> None:
        self.sheet, self.count, self.right = sheet, max(1, len(made.labels)), right
        places, words = ticks(low, high, made.format, lang)
        self.low, self.high = places[0], places[-1]
        for place, text in zip(places, words, strict=True):
            y = self.y(place)
            sheet.line([(LEFT, y), (sheet.width - right, y)], "line")
            sheet.words(LEFT - 8, y + 4, text, size=11, anchor="end")
        self._names(made)

    @property
    def step(self) -> float:
        return (self.sheet.width - LEFT - self.right) / self.count

    def x(self, position: float) -> float:
        return LEFT + (position + 0.5) * self.step

    def y(self, value: float) -> float:
        inside = self.sheet.height - TOP - BOTTOM
        return TOP + inside * (1 - (value - self.low) / ((self.high - self.low) or 1.0))

    def _names(self, made: Frame) -> None:
        """Write below each position what there is room for: every n-th of a time, shortened names otherwise."""
        longest = max((wide(text, 11) for text in made.labels), default=0.0)
        every = (
            1
            if made.axis == "category" and self.step >= 26
            else max(1, math.ceil((min(longest, 120) + 8) / self.step))
        )
        letters = max(2, int(self.step * every / 11) - 1)
        for at in range(0, len(made.labels), every):
            text = made.labels[at]
            fitting = text if wide(text, 11) <= self.step * every else clip(text, letters)
            self.sheet.words(self.x(at), self.sheet.height - BOTTOM + 18, fitting, size=11, anchor="middle")


def names_of(made: Frame) -> list[tuple[str, str]]:
    """Return what a legend says: nothing for a single series."""
    return [(one.name, one.colour) for one in made.series] if len(made.series) > 1 else []


def bars(made: Frame, lang: str, *, stacked: bool = False) -> str | None:
    """Return bars side by side or on each other; None where there is nothing to draw."""
    if made.is_empty:
        return None
    sheet = Sheet()
    low, high = made.span(stacked=stacked)
    plane = Plane(sheet, made, low, high * (1.0 if stacked else 1.06), lang)
    draw_bars(plane, made, lang, stacked=stacked)
    sheet.legend(names_of(made))
    return sheet.page()


def draw_bars(plane: Plane, made: Frame, lang: str, *, stacked: bool = False, numbered: bool = True) -> None:
    """Draw the bars of a frame on a plane; where `numbered`, a single series of few has its numbers above."""
    sheet, thick = plane.sheet, min(plane.step * 0.68, WIDEST)
    ups, downs = [0.0] * plane.count, [0.0] * plane.count
    each = thick if stacked else thick / max(1, len(made.series))
    for place, one in enumerate(made.series):
        for at, value in enumerate(one.values):
            if value is None:
                continue
            base = (ups if value >= 0 else downs)[at] if stacked else 0.0
            if stacked:
                (ups if value >= 0 else downs)[at] += value
            x = plane.x(at) - thick / 2 + (0 if stacked else place * each)
            ends = sorted((plane.y(base), plane.y(base + value)))
            colour = f"{one.colour}/45" if one.marks[at] else one.colour
            sheet.rect(
                x,
                ends[0],
                each * 0.94,
                ends[1] - ends[0],
                colour,
                full(one.exact[at], one.column.format, lang),
            )
            if numbered and len(made.series) == 1 and plane.count <= 14:
                sheet.words(
                    plane.x(at),
                    ends[0] - 5,
                    short(one.exact[at], one.column.format, lang),
                    size=11,
                    anchor="middle",
                )


def flat_bars(made: Frame, lang: str) -> str | None:
    """Return bars from left to right, one a line, with their numbers at the end."""
    if made.is_empty:
        return None
    one = made.series[0]
    sheet = Sheet(height=16 + 26.0 * len(made.labels))
    names = min(200.0, max(wide(clip(text, 16), 12) for text in made.labels) + 12)
    most = max((abs(value) for value in one.values if value is not None), default=1.0) or 1.0
    for at, text in enumerate(made.labels):
        y, value = 8 + 26.0 * at, one.values[at]
        sheet.words(names, y + 17, clip(text, 16), anchor="end")
        length = (sheet.width - names - 110) * abs(value or 0.0) / most
        if value is not None:
            sheet.rect(names + 8, y + 4, length, 18, one.colour if value >= 0 else "bad", round_=2)
        sheet.words(
            names + 14 + length, y + 17, short(one.exact[at], one.column.format, lang), size=11, fill="text"
        )
    return sheet.page()


def lines(made: Frame, lang: str) -> str | None:
    """Return lines; gaps stay gaps, intervals are bands."""
    if made.is_empty:
        return None
    sheet = Sheet()
    draw_lines(Plane(sheet, made, *made.span(), lang), made)
    sheet.legend(names_of(made))
    return sheet.page()


def draw_lines(plane: Plane, made: Frame) -> None:
    """Draw the lines of a frame on a plane."""
    sheet = plane.sheet
    for one in made.series:
        _band(sheet, plane, one)
        dash = {"other": "3 3", "goal": "6 4"}.get(one.kind, "")
        run: list[tuple[float, float]] = []
        for at, value in enumerate([*one.values, None]):
            if value is not None:
                run.append((plane.x(at), plane.y(value)))
                continue
            if len(run) == 1:
                sheet.dot(*run[0], 3, one.colour, one.colour)
            elif run:
                sheet.line(run, one.colour, 2, dash)
            run = []


def _band(sheet: Sheet, plane: Plane, one: Series) -> None:
    ends = [
        (at, low, high)
        for at, (low, high) in enumerate(zip(one.low, one.high, strict=True))
        if low is not None and high is not None
    ]
    if len(ends) > 1:
        upper = [(plane.x(at), plane.y(high)) for at, _, high in ends]
        sheet.area(
            [*upper, *reversed([(plane.x(at), plane.y(low)) for at, low, _ in ends])], f"{one.colour}/18"
        )


def pie(made: Frame, places: Sequence[int], lang: str) -> str | None:
    """Return a ring with its parts listed beside it."""
    if not places:
        return None
    one = made.series[0]
    sheet = Sheet(height=max(240.0, 40.0 + 24 * len(places)))
    whole = sum(one.values[at] or 0.0 for at in places)
    middle, radius, hole, turn = (150.0, sheet.height / 2), 100.0, 58.0, 0.0
    for n, at in enumerate(places):
        share = (one.values[at] or 0.0) / whole
        colour = "muted" if at >= len(made.keys) else series(n)
        sheet.path(ring(middle, radius, hole, turn, turn + share), colour)
        y = sheet.height / 2 + 24 * (n - (len(places) - 1) / 2)
        sheet.rect(300, y - 8, 10, 10, colour, round_=2)
        sheet.words(318, y + 1, clip(made.labels[at], 20), fill="text")
        sheet.words(600, y + 1, full(one.exact[at], one.column.format, lang), anchor="end")
        sheet.words(680, y + 1, full(share, "percent", lang), anchor="end", fill="text")
        turn += share
    sheet.words(
        middle[0],
        middle[1] + 6,
        short(whole, one.column.format, lang),
        size=18,
        fill="text",
        anchor="middle",
        bold=True,
    )
    return sheet.page()


def ring(middle: tuple[float, float], radius: float, hole: float, start: float, end: float) -> str:
    """Return the path of a slice of a ring; a whole ring stops just short of its start."""
    end = min(end, start + 0.99999)
    at = [(math.sin(2 * math.pi * turn), -math.cos(2 * math.pi * turn)) for turn in (start, end)]
    outer = [(middle[0] + radius * x, middle[1] + radius * y) for x, y in at]
    inner = [(middle[0] + hole * x, middle[1] + hole * y) for x, y in at]
    large = int(end - start > 0.5)
    return (
        f"M{outer[0][0]:.2f} {outer[0][1]:.2f}A{radius:g} {radius:g} 0 {large} 1 {outer[1][0]:.2f} {outer[1][1]:.2f}"
        f"L{inner[1][0]:.2f} {inner[1][1]:.2f}A{hole:g} {hole:g} 0 {large} 0 {inner[0][0]:.2f} {inner[0][1]:.2f}Z"
    )


def funnel(made: Frame, said: Sequence[str]) -> str | None:
    """Return steps from top to bottom, each as wide as its count."""
    if made.is_empty:
        return None
    one = made.series[0]
    sheet = Sheet(height=16 + 44.0 * len(made.labels))
    most = max((value for value in one.values if value is not None), default=1.0) or 1.0
    middle = 420.0
    for at, text in enumerate(made.labels):
        y, length = 8 + 44.0 * at, 440 * max(0.0, one.values[at] or 0.0) / most
        sheet.words(150, y + 23, clip(text, 12), anchor="end", fill="text")
        strength = max(40, 100 - 12 * at)
        sheet.rect(middle - length / 2, y + 2, length, 34, f"c1/{strength}", round_=2)
        inside = wide(said[at], 12) + 12 < length
        sheet.words(
            middle if inside else middle + length / 2 + 8,
            y + 23,
            said[at],
            fill="bg" if inside and strength > 80 else "text",
            anchor="middle" if inside else "start",
        )
    return sheet.page()


def waterfall(
    made: Frame, ends: Sequence[tuple[float, float]], colours: Sequence[str], lang: str
) -> str | None:
    """Return bars that begin where the one before ended."""
    if made.is_empty:
        return None
    sheet, one = Sheet(), made.series[0]
    flat = [end for pair in ends for end in pair]
    plane = Plane(sheet, made, min(0.0, *flat), max(0.0, *flat) * 1.08, lang)
    for at, (start, end) in enumerate(ends):
        top, foot = sorted((plane.y(start), plane.y(end)))
        sheet.rect(plane.x(at) - plane.step * 0.34, top, plane.step * 0.68, max(1.0, foot - top), colours[at])
        said = signed if colours[at] != "c1" else short
        sheet.words(
            plane.x(at), top - 5, said(one.exact[at], one.column.format, lang), size=11, anchor="middle"
        )
    return sheet.page()


def heat_map(made: Frame, lang: str) -> str | None:
    """Return squares whose strength is their number."""
    if made.is_empty:
        return None
    sheet = Sheet(height=36 + 26.0 * len(made.series))
    names = min(170.0, max(wide(clip(one.name, 12), 11) for one in made.series) + 12)
    step = (sheet.width - names - 8) / max(1, len(made.labels))
    numbers = [value for one in made.series for value in one.values if value is not None]
    low, high = min(numbers), max(numbers)
    every = max(1, math.ceil(max(wide(clip(text, 8), 10) + 6 for text in made.labels) / step))
    for at in range(0, len(made.labels), every):
        sheet.words(names + (at + 0.5) * step, 20, clip(made.labels[at], 8), size=10, anchor="middle")
    for row, one in enumerate(made.series):
        y = 30 + 26.0 * row
        sheet.words(names - 6, y + 16, clip(one.name, 12), size=11, anchor="end")
        for at, value in enumerate(one.values):
            if value is None:
                continue
            strength = (value - low) / (high - low) if high > low else 0.5
            colour = "bad" if one.column.good == "down" else "c1"
            sheet.rect(names + at * step + 1, y, step - 2, 24, f"{colour}/{round(6 + 84 * strength)}")
            text = short(one.exact[at], one.column.format, lang)
            if wide(text, 10) + 4 < step:
                sheet.words(
                    names + (at + 0.5) * step,
                    y + 16,
                    text,
                    size=10,
                    fill="bg" if strength > 0.6 else "text",
                    anchor="middle",
                )
    return sheet.page()


def kpi(card: Mapping[str, Any]) -> str | None:
    """Return a card: name, number, changes, and its line."""
    if card["empty"]:
        return None
    sheet = Sheet(240, 124)
    sheet.words(12, 24, clip(card["name"], 18))
    sheet.words(12, 58, card["value"], size=26, fill="text", bold=True)
    x = 12.0
    for each in card["changes"][:2]:
        text = f"{clip(each['name'], 8)} {each['text']}"
        sheet.words(x, 82, text, size=11, fill=each["colour"])
        x += wide(text, 11) + 12
    goal = card["goal"]
    if goal:
        sheet.rect(12, 94, 216, 6, "muted/40", round_=3)
        sheet.rect(12, 94, 216 * min(1.0, max(0.0, goal["share"])), 6, goal["colour"], round_=3)
        sheet.words(12, 115, f"{clip(goal['name'], 8)} {goal['value']} · {goal['text']}", size=10)
    elif card["others"]:
        for place, each in enumerate(card["others"][:2]):
            sheet.words(12, 102 + 15 * place, f"{clip(each['name'], 10)} {each['value']}", size=10)
    values = [each["value"] for each in card["trend"] if each["value"] is not None]
    if len(values) > 1:
        low, high = min(values), max(values)
        span = (high - low) or 1.0
        sheet.line(
            [
                (150 + 78 * at / (len(values) - 1), 60 - 30 * (value - low) / span)
                for at, value in enumerate(values)
            ],
            "c1",
            1.5,
        )
    return sheet.page()


def table(given: Mapping[str, Any]) -> str | None:
    """Return the rows as lines of words; numbers stand right."""
    if given["empty"]:
        return None
    columns = given["columns"][:9]
    rows = [row["cells"] for row in given["rows"]] + ([given["total"]] if given["total"] else [])
    sheet = Sheet(height=12 + 24.0 * (len(rows) + 1))
    needs = [
        max([wide(clip(c["name"], 14), 12), *(wide(clip(row[at]["text"], 22), 12) for row in rows)]) + 16
        for at, c in enumerate(columns)
    ]
    scale = min(1.6, (sheet.width - 16) / sum(needs))
    size = min(12.0, 12 * scale)
    x = 8.0
    for at, (one, need) in enumerate(zip(columns, needs, strict=True)):
        is_right = one["align"] == "right"
        place, anchor = (x + need * scale - 8, "end") if is_right else (x, "start")
        sheet.words(place, 20, clip(one["name"], 14), size=size, anchor=anchor)
        for down, row in enumerate(rows):
            is_total = bool(given["total"]) and down == len(rows) - 1
            sheet.words(
                place,
                20 + 24.0 * (down + 1),
                clip(row[at]["text"], 22),
                size=size,
                fill=row[at].get("colour", "text"),
                anchor=anchor,
                bold=is_total,
            )
        x += need * scale
    for down in range(len(rows)):
        sheet.line([(8, 28 + 24.0 * down), (sheet.width - 8, 28 + 24.0 * down)], "line")
    return sheet.page()
