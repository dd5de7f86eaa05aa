"""Pie and ring (饼图、环形图): parts of one whole; few of them, the rest together."""

from collections.abc import Iterator, Mapping
from typing import Any

from engine.problems import Problem
from engine.schema import closed
from report_engine.chart import Chart, Figure
from report_engine.drawing.frame import Frame, frame
from report_engine.drawing.numbers import full, short
from report_engine.drawing.palette import series
from report_engine.drawing.paper import pie
from report_engine.drawing.plot import figure, layout
from report_engine.drawing.reading import dimensions, is_ordered, measures, safe
from report_engine.drawing.settings import DIMENSION, MEASURE, check_columns, check_needs, most, natural
from report_engine.table import Table

NEGATIVE = {"zh": "负数不画在饼图里", "en": "Negative numbers are not in the pie"}
LEAST_NAMED = 0.03
"""Slices below this share have no words of their own beside them."""


def slices(table: Table, config: Mapping[str, Any], lang: str) -> tuple[Frame, list[int]]:
    """Return the frame and the places of what can be a slice: above zero, largest first, the rest last."""
    made = frame(
        table, {**config, "split": None, "values": [config.get("value")]}, lang, config.get("most", 8)
    )
    if not made.series:
        return made, []
    values = made.series[0].values
    whole = [at for at, value in enumerate(values) if value is not None and value > 0]
    rest = len(made.keys)
    return made, sorted(whole, key=lambda at: (at >= rest, -(values[at] or 0.0)))


class Pie(Chart):
    def settings(self, given: Mapping[str, Any], table: Table) -> Mapping[str, Any]:
        chosen = natural(super().settings(given, table), table, splits=False)
        values = chosen.pop("values")
        return {"value": values[0] if values else None, **chosen}

    def fits(self, table: Table) -> int:
        axes, values = dimensions(table), measures(table)
        if len(axes) != 1 or len(values) != 1 or not values[0].adds_up or is_ordered(axes[0]):
            return 0
        return 55 if len(table.rows) <= 6 else 30

    def check(self, config: Mapping[str, Any], table: Table, path: str) -> Iterator[Problem]:
        yield from check_needs({"zh": self.zh, "en": self.en}, table, path, {"dimension": 1, "measure": 1})
        yield from check_columns(self.config_schema, config, table, path)

    def figure(self, config: Mapping[str, Any], table: Table, lang: str) -> Figure:
        made, places = slices(table, config, lang)
        if not places:
            return figure(self.kind, [], layout(), is_empty=True)
        one = made.series[0]
        whole = sum(one.values[at] or 0.0 for at in places)
        shares = [(one.values[at] or 0.0) / whole for at in places]
        names = [safe(made.labels[at]) for at in places]
        said = [full(share, "percent", lang) for share in shares]
        is_ring = config.get("ring", True)
        trace = {
            "type": "pie",
            "labels": list(range(len(places))),
            "values": [one.values[at] for at in places],
            "text": [
                f"{name} {part}" if share >= LEAST_NAMED else ""
                for name, part, share in zip(names, said, shares, strict=True)
            ],
            "textinfo": "text",
            "textposition": "outside",
            "hovertext": [
                f"<b>{n}</b><br>{full(one.exact[at], one.column.format, lang)} ({p})"
                for n, p, at in zip(names, said, places, strict=True)
            ],
            "hovertemplate": "%{hovertext}<extra></extra>",
            "customdata": [one.picks[at] for at in places],
            "hole": 0.58 if is_ring else 0,
            "sort": False,
            "direction": "clockwise",
            "rotation": 0,
            "automargin": True,
            "marker": {
                "colors": ["muted" if at >= len(made.keys) else series(n) for n, at in enumerate(places)],
                "line": {"color": "bg", "width": 1.5},
            },
            "meta": {"measure": one.key},
        }
        middle = {
            "text": f"<b>{short(whole, one.column.format, lang)}</b>",
            "x": 0.5,
            "y": 0.5,
            "showarrow": False,
            "font": {"size": 18, "color": "text"},
        }
        negative = any((value or 0.0) < 0 for value in one.values)
        notes = [*made.notes, NEGATIVE[lang]] if negative else made.notes
        return figure(self.kind, [trace], layout(annotations=[middle] if is_ring else []), notes)

    def svg(self, config: Mapping[str, Any], table: Table, lang: str) -> str | None:
        made, places = slices(table, config, lang)
        return pie(made, places, lang)


CHART = Pie(
    kind="pie",
    zh="饼图",
    en="Pie chart",
    config_schema=closed(
        x=DIMENSION, value=MEASURE, most=most(8, 12), ring={"type": "boolean", "default": True}
    ),
    sample={"x": "channel", "value": "paid", "ring": False},
)
