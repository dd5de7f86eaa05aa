"""Plotly as plain dicts: one calm layout, axes with Chinese numbers, traces whose clicks say what they mean.

Positions are numbers with words of their own, so that two people of one name stay two bars. The browser thins and
shortens the words by the room it has; `layout.meta.axis` tells it how (time, ordered: every n-th; category: shorten).
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from report_engine.drawing.frame import Frame, Series
from report_engine.drawing.numbers import full, moment, short, ticks
from report_engine.drawing.palette import faint
from report_engine.drawing.reading import label, safe
from report_engine.table import Cell, Column, Table

Trace = dict[str, Any]
NOTHING = {"zh": "这段时间没有数据", "en": "Nothing in this period"}
LEGIBLE = {"minsize": 9, "mode": "hide"}
"""Words that would have to be smaller are left out; a pointer tells them."""
ROOM = 0.07
"""Least distance of two names at line ends, as a share of the axis."""


def layout(**more: Any) -> dict[str, Any]:
    """Return the layout all charts share, with more laid over it."""
    base: dict[str, Any] = {
        "paper_bgcolor": "none",
        "plot_bgcolor": "none",
        "font": {"size": 12, "color": "text2"},
        "margin": {"l": 8, "r": 12, "t": 8, "b": 8},
        "showlegend": False,
        "legend": {
            "orientation": "h",
            "x": 0,
            "y": 1.02,
            "xanchor": "left",
            "yanchor": "bottom",
            "font": {"size": 12},
        },
        "hoverlabel": {
            "bgcolor": "bg",
            "bordercolor": "line",
            "font": {"size": 12, "color": "text"},
            "align": "left",
        },
        "hovermode": "closest",
        "dragmode": False,
        "bargap": 0.32,
        "bargroupgap": 0.06,
    }
    return {**base, **more}


def figure(
    kind: str,
    data: Sequence[Trace],
    shape: Mapping[str, Any],
    notes: Sequence[str] = (),
    *,
    is_empty: bool = False,
) -> dict[str, Any]:
    """Return a figure; `notes` are lines below it, `empty` lets the browser say that there is nothing."""
    return {"kind": kind, "data": list(data), "layout": dict(shape), "notes": list(notes), "empty": is_empty}


def positions(frame: Frame, lang: str) -> dict[str, Any]:
    """Return the axis of a frame's positions."""
    count = max(1, len(frame.labels))
    return {
        "tickmode": "array",
        "tickvals": list(range(len(frame.labels))),
        "ticktext": axis_words(frame, lang),
        "range": [-0.5, count - 0.5],
        "showgrid": False,
        "zeroline": False,
        "fixedrange": True,
        "automargin": True,
        "ticks": "",
        "tickfont": {"color": "text2"},
        "linecolor": "line",
        "showline": True,
    }


def axis_words(frame: Frame, lang: str) -> list[str]:
    """Return the words below the positions; days and months say the year only where it begins."""
    form = frame.x.format if frame.x is not None else "text"
    days = [moment(key) for key in frame.keys]
    if form in ("month", "day", "date", "week", "hour") and all(day is not None for day in days) and days:
        return [
            _near(day, days[at - 1] if at else None, form, lang)
            for at, day in enumerate(days)
            if day is not None
        ]
    return [safe(text) for text in frame.labels]


def _near(day: date, before: date | None, form: str, lang: str) -> str:
    if form == "month":
        said = f"{day.month}月" if lang == "zh" else full(day, "month", lang)[:3]
    elif form == "hour":
        return (
            f"{day:%H}:00"
            if before is not None and before.day == day.day
            else f"{day:%H}:00<br>{day.month}/{day.day}"
        )
    else:
        said = f"{day.month}/{day.day}"
    year = f"{day.year}年" if lang == "zh" else str(day.year)
    return said if before is not None and before.year == day.year else f"{said}<br>{year}"


def bar_gap(frame: Frame) -> float:
    """Return the share of a position left free between bars: one or two bars do not fill the whole chart."""
    return max(0.32, round(1 - 0.24 * len(frame.labels), 2))


def numbers(low: float, high: float, one: Column, lang: str, **more: Any) -> dict[str, Any]:
    """Return the axis of a measure with round steps in 万 and 亿."""
    places, words = ticks(low, high, one.format, lang)
    return {
        "tickmode": "array",
        "tickvals": places,
        "ticktext": words,
        "range": [places[0], places[-1] + (places[-1] - places[0]) * 0.02],
        "gridcolor": "line",
        "zeroline": low < 0,
        "zerolinecolor": "muted",
        "fixedrange": True,
        "automargin": True,
        "ticks": "",
        "tickfont": {"color": "text2"},
        **more,
    }


def hovers(frame: Frame, one: Series, lang: str) -> list[str]:
    """Return what is said when the pointer is over each point."""
    lines = []
    for at, text in enumerate(one.texts(lang)):
        head = safe(frame.labels[at])
        name = f"{safe(one.name)} " if one.name else ""
        lines.append(f"<b>{head}</b><br>{name}{text}" if head else f"{name}{text}")
    return lines


def points(frame: Frame, one: Series, lang: str, *, flat: bool = False) -> Trace:
    """Return what every trace over a frame has: places, numbers, words and clicks; `flat`: numbers along x."""
    along = list(range(len(one.values)))
    return {
        "name": safe(one.name),
        "x": one.values if flat else along,
        "y": along if flat else one.values,
        "customdata": [dict(pick) if pick is not None else None for pick in one.picks],
        "hovertext": hovers(frame, one, lang),
        "hovertemplate": "%{hovertext}<extra></extra>",
        "meta": {"measure": one.key},
    }


def bar_colours(one: Series) -> dict[str, Any]:
    """Return a bar marker: pale where immature, hatched where few, other periods pale."""
    if one.kind == "other":
        return {"color": faint("muted", 55)}
    if not any(one.marks):
        return {"color": one.colour}
    hatched = {"small": "/", "forecast": "."}
    return {
        "color": [
            faint(one.colour, 40) if mark in ("immature", "forecast") else one.colour for mark in one.marks
        ],
        "pattern": {
            "shape": [hatched.get(mark, "") for mark in one.marks],
            "fillmode": "overlay",
            "size": 6,
            "solidity": 0.35,
        },
    }


def bar_labels(one: Series, lang: str, wanted: str, room: int) -> dict[str, Any]:
    """Return the words at the bars' ends where there is room for them."""
    if one.kind != "value" or wanted == "never" or (wanted == "auto" and len(one.values) > room):
        return {}
    texts = [
        short(cell, one.column.format, lang) if value is not None else ""
        for cell, value in zip(one.exact, one.values, strict=True)
    ]
    return {
        "text": texts,
        "textposition": "outside",
        "cliponaxis": False,
        "textfont": {"size": 11, "color": "text2"},
        "textangle": 0,
    }


def line(one: Series, *, is_dense: bool = False) -> dict[str, Any]:
    """Return how a line looks; a single point between gaps still shows as a dot."""
    if one.kind == "other":
        return {"mode": "lines", "line": {"color": "muted", "width": 1.5, "dash": "dot"}}
    if one.kind == "goal":
        return {"mode": "lines", "line": {"color": "warn", "width": 1.5, "dash": "dash"}}
    fills = [{"small": "bg", "immature": faint(one.colour, 40)}.get(mark, one.colour) for mark in one.marks]
    sizes = [
        5 if not is_dense or mark or _is_alone(one.values, at) else 0 for at, mark in enumerate(one.marks)
    ]
    return {
        "mode": "lines+markers",
        "line": {"color": one.colour, "width": 2},
        "marker": {"color": fills, "size": sizes, "line": {"color": one.colour, "width": 1.5}},
    }


def _is_alone(values: Sequence[float | None], at: int) -> bool:
    before = at == 0 or values[at - 1] is None
    after = at + 1 == len(values) or values[at + 1] is None
    return before and after


def band(one: Series) -> list[Trace]:
    """Return the interval around a forecast: two lines, the upper filled down to the lower."""
    at = [
        place
        for place, (low, high) in enumerate(zip(one.low, one.high, strict=True))
        if low is not None and high is not None
    ]
    if len(at) < 2:
        return []
    quiet = {
        "mode": "lines",
        "hoverinfo": "skip",
        "showlegend": False,
        "type": "scatter",
        "line": {"width": 0, "color": one.colour},
    }
    return [
        {**quiet, "x": at, "y": [one.low[place] for place in at]},
        {
            **quiet,
            "x": at,
            "y": [one.high[place] for place in at],
            "fill": "tonexty",
            "fillcolor": faint(one.colour, 18),
        },
    ]


def end_names(frame: Frame, span: tuple[float, float]) -> list[dict[str, Any]]:
    """Return the names at the ends of lines, moved apart where they would cover each other."""
    low, high = span
    room = max(high - low, 1e-9) * ROOM
    ends: list[tuple[float, Series]] = []
    for one in frame.series:
        last = next((value for value in reversed(one.values) if value is not None), None)
        if last is not None:
            ends.append((last, one))
    ends.sort(key=lambda end: end[0])
    for at in range(1, len(ends)):
        ends[at] = (max(ends[at][0], ends[at - 1][0] + room), ends[at][1])
    return [
        {
            "x": 1,
            "xref": "paper",
            "xanchor": "left",
            "xshift": 4,
            "y": place,
            "yanchor": "middle",
            "text": safe(one.name if len(one.name) <= 8 else one.name[:7] + "…"),
            "showarrow": False,
            "font": {"size": 11, "color": one.colour if one.kind == "value" else "text2"},
        }
        for place, one in ends
    ]


def says(table: Table, one: Column, value: Cell, lang: str) -> str:
    """Return a dimension's value in words that plotly shows as they are."""
    return safe(label(table, one, value, lang))
