"""Names of the theme's colours, and what they are on paper. `c1/25` is a quarter of `c1`'s strength."""

from collections.abc import Mapping
from typing import Any

SERIES = tuple(f"c{n}" for n in range(1, 11))
PAPER: Mapping[str, str] = {
    "c1": "#0f8582",
    "c2": "#d07f1f",
    "c3": "#4a69b5",
    "c4": "#c0503a",
    "c5": "#6f9330",
    "c6": "#8560a5",
    "c7": "#c65f92",
    "c8": "#567a90",
    "c9": "#9c8226",
    "c10": "#35936a",
    "good": "#1d7f45",
    "bad": "#cf2a36",
    "warn": "#b55a00",
    "muted": "#a9b3b6",
    "text": "#1f2629",
    "text2": "#5a6468",
    "line": "#e3e8e9",
    "bg": "#ffffff",
}
NAMES = frozenset(PAPER)


def series(place: int) -> str:
    """Return the colour of the `place`-th series, from 0."""
    return SERIES[place % len(SERIES)]


def faint(name: str, percent: int) -> str:
    """Return a colour at so much of its strength."""
    return f"{name}/{percent}"


def ink(name: str, colours: Mapping[str, str] = PAPER) -> str:
    """Return a colour name as CSS writes it; other text is given back as it is."""
    base, slash, percent = name.partition("/")
    if name == "none":
        return "rgba(0,0,0,0)"
    if base not in colours or (slash and not percent.isdigit()):
        return name
    if not slash:
        return colours[base]
    red, green, blue = (int(colours[base][at : at + 2], 16) for at in (1, 3, 5))
    return f"rgba({red},{green},{blue},{int(percent) / 100:g})"


def change(value: float | None, good: str | None) -> str:
    """Return the colour of a change: by whether it is welcome, muted where nobody said."""
    if not value or good not in ("up", "down"):
        return "muted"
    return "good" if (value > 0) == (good == "up") else "bad"


COLOUR_KEYS = (
    "color",
    "colors",
    "bgcolor",
    "bordercolor",
    "colorscale",
    "paper_bgcolor",
    "plot_bgcolor",
    "fillcolor",
)


def inked(figure: Any, colours: Mapping[str, str] = PAPER, key: str = "") -> Any:
    """Return a figure with the names of colours replaced; words of the data are left alone."""
    if isinstance(figure, Mapping):
        return {name: inked(value, colours, str(name)) for name, value in figure.items()}
    if isinstance(figure, list | tuple):
        return [inked(value, colours, key) for value in figure]
    return ink(figure, colours) if isinstance(figure, str) and key.endswith(COLOUR_KEYS) else figure
