"""Box (箱线图): how a measure spreads in each group: quartiles, ends and what lies outside.

From one row a thing (`value`), or from quartiles the report has worked out: measures `min`, `q1`, `median`, `q3`, `max`.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from engine.problems import Problem
from engine.schema import closed
from report_engine.chart import Chart, Figure
from report_engine.drawing.frame import Frame, parts
from report_engine.drawing.numbers import full, number
from report_engine.drawing.palette import faint, series
from report_engine.drawing.paper_planes import boxes
from report_engine.drawing.plot import figure, layout, numbers, positions
from report_engine.drawing.reading import column, dimensions, measures, plain, safe, say
from report_engine.drawing.settings import DIMENSION, MEASURE, check_columns, check_needs, most
from report_engine.table import Cell, Column, Table

FIVE = ("min", "q1", "median", "q3", "max")
WORDS = {
    "zh": ("最小", "下四分位", "中位", "上四分位", "最大"),
    "en": ("lowest", "lower quarter", "median", "upper quarter", "highest"),
}


def five_columns(table: Table) -> list[Column]:
    """Return the columns with the five numbers of a box; empty where one is missing."""
    found = {one.key.rsplit(".", 1)[-1]: one for one in measures(table)}
    return [found[name] for name in FIVE] if all(name in found for name in FIVE) else []


class Box(Chart):
    def settings(self, given: Mapping[str, Any], table: Table) -> Mapping[str, Any]:
        chosen = dict(super().settings(given, table))
        values, axes = measures(table), [one.key for one in dimensions(table)]
        chosen.setdefault("value", values[0].key if values else None)
        chosen.setdefault("x", axes[0] if axes else None)
        return chosen

    def fits(self, table: Table) -> int:
        axes = dimensions(table)
        return (
            89 if five_columns(table) and len(axes) <= 1 else 6 if len(axes) == 2 and measures(table) else 0
        )

    def check(self, config: Mapping[str, Any], table: Table, path: str) -> Iterator[Problem]:
        yield from check_needs({"zh": self.zh, "en": self.en}, table, path, {"measure": 1})
        yield from check_columns(self.config_schema, config, table, path)

    def figure(self, config: Mapping[str, Any], table: Table, lang: str) -> Figure:
        one, x = column(table, config.get("value")), column(table, config.get("x"))
        five = five_columns(table)
        ready = one is not None and one in five
        if one is None:
            return figure(self.kind, [], layout(), is_empty=True)
        drawn_columns = five if ready else [one]
        every = [
            v
            for row in table.rows
            for each in drawn_columns
            if (v := number(row[table.at(each.key)])) is not None
        ]
        if not every:
            return figure(self.kind, [], layout(), is_empty=True)
        keys: list[Cell] = [None]
        names, notes = [say(one.name, lang)], list[str]()
        if x is not None:
            found, notes = parts(table, x, table.rows, lang, config.get("most", 20), None, folds=False)
            keys, names = found.keys, found.labels
        frame = Frame(names, "category", x, [], notes, list(keys))
        drawn = []
        for place, key in enumerate(keys):
            rows = [row for row in table.rows if x is None or row[table.at(x.key)] == key]
            shared = {
                "type": "box",
                "name": safe(frame.labels[place]),
                "x0": place,
                "fillcolor": faint(series(0), 25),
                "line": {"color": series(0), "width": 1.5},
                "marker": {"color": faint(series(0), 60), "size": 4},
                "meta": {"measure": one.key, "pick": {x.key: plain(key)} if x else {}},
            }
            made = _ready(table, five, rows) if ready else _raw(table, one, rows)
            if made:
                drawn.append(
                    {
                        **shared,
                        **made,
                        **_hover(table, five if ready else [], rows, frame.labels[place], lang, place),
                    }
                )
        low, high = min(every), max(every)
        low = min(0.0, low) if low < high * 0.6 else low
        shape = layout(
            xaxis=positions(frame, lang),
            yaxis=numbers(low, high, one, lang),
            meta={"axis": "category"},
            boxgap=0.45,
        )
        return figure(self.kind, drawn, shape, notes)

    def svg(self, config: Mapping[str, Any], table: Table, lang: str) -> str | None:
        return boxes(self.figure(config, table, lang))


def _raw(table: Table, one: Column, rows: list[Any]) -> dict[str, Any]:
    values = [v for row in rows if (v := number(row[table.at(one.key)])) is not None]
    return {"y": values, "boxpoints": "outliers"} if values else {}


def _ready(table: Table, five: list[Column], rows: list[Any]) -> dict[str, Any]:
    whole = [
        found for row in rows if None not in (found := [number(row[table.at(each.key)]) for each in five])
    ]
    if not whole:
        return {}
    low, q1, median, q3, high = whole[0]
    return {"lowerfence": [low], "q1": [q1], "median": [median], "q3": [q3], "upperfence": [high]}


def _hover(
    table: Table, five: list[Column], rows: list[Any], head: str, lang: str, place: int
) -> dict[str, Any]:
    if not five or not rows:
        return {"hoverinfo": "y"}
    said = [
        f"{word} {full(rows[0][table.at(each.key)], each.format, lang)}"
        for word, each in zip(WORDS[lang], five, strict=True)
    ]
    return {"hoverinfo": "text", "hovertext": f"<b>{safe(head)}</b><br>" + "<br>".join(said), "x": [place]}


CHART = Box(
    kind="box",
    zh="箱线图",
    en="Box chart",
    config_schema=closed(x=DIMENSION, value=MEASURE, most=most(20, 40)),
    sample={"x": "channel", "value": "paid"},
)
