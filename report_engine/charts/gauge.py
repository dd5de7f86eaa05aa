"""Gauge (仪表盘): one number on the way to its goal, or a share of 100 %."""

from collections.abc import Iterator, Mapping
from typing import Any

from engine.problems import Problem
from engine.schema import closed
from report_engine.chart import Chart, Figure
from report_engine.drawing.numbers import full, number, short, ticks
from report_engine.drawing.palette import faint
from report_engine.drawing.paper_shapes import gauge as on_paper
from report_engine.drawing.plot import figure, layout
from report_engine.drawing.reading import column, dimensions, goal, grain, measures, of, safe, say, what
from report_engine.drawing.settings import MEASURE, check_columns, check_needs
from report_engine.table import Table

GOAL = {"zh": "目标", "en": "Goal"}


class Gauge(Chart):
    def settings(self, given: Mapping[str, Any], table: Table) -> Mapping[str, Any]:
        values = measures(table)
        return {"value": values[0].key if values else None, **super().settings(given, table)}

    def fits(self, table: Table) -> int:
        values = measures(table)
        if not values or dimensions(table):
            return 0
        return 60 if goal(table, values[0].key) or values[0].format == "percent" else 3

    def check(self, config: Mapping[str, Any], table: Table, path: str) -> Iterator[Problem]:
        yield from check_needs({"zh": self.zh, "en": self.en}, table, path, {"measure": 1})
        yield from check_columns(self.config_schema, config, table, path)

    def figure(self, config: Mapping[str, Any], table: Table, lang: str) -> Figure:
        one, whole = column(table, config.get("value")), grain(table, [])
        value = number(whole[0][table.at(one.key)]) if one is not None and whole else None
        if one is None or value is None:
            return figure(self.kind, [], layout(), is_empty=True)
        row = whole[0]
        target = goal(table, one.key)
        aim = (
            number(config["goal"])
            if "goal" in config
            else number(row[table.at(target.key)])
            if target
            else None
        )
        pace = next(
            (
                number(row[table.at(each.key)])
                for each in of(table, one.key, "compare")
                if what(each) == "goal.pace"
            ),
            None,
        )
        most = float(
            config.get("most")
            or (
                1.0
                if one.format == "percent" and value <= 1 and (aim or 0) <= 1
                else max(value, aim or 0.0) * 1.15 or 1.0
            )
        )
        low = min(0.0, value)
        colour = (
            "c1"
            if aim is None
            else "good"
            if (value >= aim) == (one.good != "down")
            else "warn"
            if value >= 0.8 * aim
            else "bad"
        )
        places, words = ticks(low, most, one.format, lang, 4)
        said = (
            f"{GOAL[lang]} {short(aim, one.format, lang)} · {full(value / aim, 'percent', lang)}"
            if aim
            else safe(say(one.name, lang))
        )
        trace = {
            "type": "indicator",
            "mode": "gauge",
            "value": value,
            "gauge": {
                "shape": "angular",
                "axis": {
                    "range": [low, most],
                    "tickmode": "array",
                    "tickvals": places,
                    "ticktext": words,
                    "ticks": "",
                    "tickfont": {"size": 11, "color": "text2"},
                },
                "bar": {"color": colour, "thickness": 1},
                "bgcolor": faint("muted", 25),
                "borderwidth": 0,
                **(
                    {"threshold": {"value": aim, "thickness": 1, "line": {"color": "text", "width": 3}}}
                    if aim
                    else {}
                ),
                **(
                    {"steps": [{"range": [low, pace], "color": faint("muted", 60)}]}
                    if pace and low < pace <= most
                    else {}
                ),
            },
            "meta": {"measure": one.key},
        }
        centre = {"x": 0.5, "xref": "paper", "yref": "paper", "showarrow": False, "xanchor": "center"}
        notes = [
            {
                **centre,
                "y": 0.18,
                "text": f"<b>{short(row[table.at(one.key)], one.format, lang)}</b>",
                "font": {"size": 24, "color": "text"},
            },
            {**centre, "y": 0.0, "text": said, "font": {"size": 12, "color": "text2"}},
        ]
        return figure(
            self.kind, [trace], layout(annotations=notes, margin={"l": 46, "r": 46, "t": 24, "b": 16})
        )

    def svg(self, config: Mapping[str, Any], table: Table, lang: str) -> str | None:
        return on_paper(self.figure(config, table, lang))


CHART = Gauge(
    kind="gauge",
    zh="仪表盘",
    en="Gauge",
    config_schema=closed(
        value=MEASURE, goal={"type": "number"}, most={"type": "number", "exclusiveMinimum": 0}
    ),
    sample={"value": "paid", "goal": 1000},
)
