"""Calendar heat map (日历热力图): a square a day, a column a week, Monday on top."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from engine.problems import Problem
from engine.schema import closed
from report_engine.chart import Chart, Figure
from report_engine.charts.heat_map import scale
from report_engine.drawing.numbers import CALENDAR, WEEKDAYS, full, moment, number
from report_engine.drawing.paper_planes import calendar
from report_engine.drawing.plot import figure, layout
from report_engine.drawing.reading import column, dimensions, grain, is_time, measures, picked, safe, say
from report_engine.drawing.settings import DIMENSION, MEASURE, check_columns, check_needs
from report_engine.table import Cell, Column, Table

MOST_WEEKS = 60
DAILY = frozenset({"day", "date"})
CUT = {"zh": "只画出最近 60 周", "en": "The latest 60 weeks are drawn"}


class CalendarHeatMap(Chart):
    def settings(self, given: Mapping[str, Any], table: Table) -> Mapping[str, Any]:
        chosen = dict(super().settings(given, table))
        days, values = [one for one in dimensions(table) if one.format in CALENDAR], measures(table)
        chosen.setdefault("x", days[0].key if days else None)
        chosen.setdefault("value", values[0].key if values else None)
        return chosen

    def fits(self, table: Table) -> int:
        axes = dimensions(table)
        is_daily = len(axes) == 1 and axes[0].format in DAILY and bool(measures(table))
        return (45 if len(table.rows) > 92 else 20) if is_daily else 0

    def check(self, config: Mapping[str, Any], table: Table, path: str) -> Iterator[Problem]:
        yield from check_needs({"zh": self.zh, "en": self.en}, table, path, {"time": 1, "measure": 1})
        yield from check_columns(self.config_schema, config, table, path)

    def figure(self, config: Mapping[str, Any], table: Table, lang: str) -> Figure:
        days, one = column(table, config.get("x")), column(table, config.get("value"))
        found = _by_day(table, days) if days and one and is_time(days) else {}
        if (
            days is None
            or one is None
            or not any(number(row[table.at(one.key)]) is not None for row in found.values())
        ):
            return figure(self.kind, [], layout(), is_empty=True)
        last = max(found)
        first = max(min(found), last - timedelta(days=7 * MOST_WEEKS - 1))
        start = first - timedelta(days=first.weekday())
        weeks = (last - start).days // 7 + 1
        drawn = _Squares(table, days, one, found, start, weeks, lang).trace()
        return figure(
            self.kind, [drawn], _shape(start, weeks, lang), [CUT[lang]] if first > min(found) else []
        )

    def svg(self, config: Mapping[str, Any], table: Table, lang: str) -> str | None:
        return calendar(self.figure(config, table, lang))


def _by_day(table: Table, days: Column) -> dict[date, tuple[Cell, ...]]:
    found: dict[date, tuple[Cell, ...]] = {}
    for row in grain(table, [days.key]):
        day = moment(row[table.at(days.key)])
        if day is not None:
            found[day.date() if isinstance(day, datetime) else day] = row
    return found


class _Squares:
    def __init__(
        self,
        table: Table,
        days: Column,
        one: Column,
        found: dict[date, tuple[Cell, ...]],
        start: date,
        weeks: int,
        lang: str,
    ) -> None:
        self.table, self.days, self.one, self.found = table, days, one, found
        self.start, self.weeks, self.lang = start, weeks, lang

    def trace(self) -> dict[str, Any]:
        """Return seven rows of squares, one column a week."""
        rows = [
            [self.start + timedelta(days=7 * week + weekday) for week in range(self.weeks)]
            for weekday in range(7)
        ]
        at = self.table.at(self.one.key)
        return {
            "type": "heatmap",
            "x": list(range(self.weeks)),
            "y": list(range(7)),
            "z": [
                [number(self.found[day][at]) if day in self.found else None for day in row] for row in rows
            ],
            "hovertext": [[self._said(day, at) for day in row] for row in rows],
            "hovertemplate": "%{hovertext}<extra></extra>",
            "customdata": [
                [
                    picked(self.table, [self.days.key], self.found[day]) if day in self.found else None
                    for day in row
                ]
                for row in rows
            ],
            "colorscale": scale(self.one.good),
            "showscale": False,
            "xgap": 2,
            "ygap": 2,
            "hoverongaps": False,
            "meta": {"measure": self.one.key},
        }

    def _said(self, day: date, at: int) -> str:
        if day not in self.found:
            return ""
        value = full(self.found[day][at], self.one.format, self.lang)
        head = f"{full(day, 'day', self.lang)} {WEEKDAYS[self.lang][day.weekday()]}"
        return f"<b>{head}</b><br>{safe(say(self.one.name, self.lang))} {value}"


def _shape(start: date, weeks: int, lang: str) -> dict[str, Any]:
    months = {}
    for week in range(weeks):
        day = start + timedelta(days=7 * week + 6)
        if day.day <= 7 or week == 0:
            months[week] = f"{day.month}月" if lang == "zh" else full(day, "month", lang)[:3]
    if len(months) > 1 and list(months)[1] < 3:
        del months[0]
    bare: dict[str, Any] = {
        "showgrid": False,
        "zeroline": False,
        "fixedrange": True,
        "ticks": "",
        "automargin": True,
        "tickmode": "array",
        "tickfont": {"color": "text2"},
    }
    return layout(
        xaxis={
            **bare,
            "tickvals": list(months),
            "ticktext": list(months.values()),
            "side": "top",
            "constrain": "domain",
        },
        yaxis={
            **bare,
            "tickvals": [0, 2, 4, 6],
            "ticktext": [WEEKDAYS[lang][at] for at in (0, 2, 4, 6)],
            "autorange": "reversed",
            "scaleanchor": "x",
            "constrain": "domain",
        },
        meta={"axis": "fixed", "height": 190, "width": 60 + 17 * weeks},
    )


CHART = CalendarHeatMap(
    kind="calendar_heat_map",
    zh="日历热力图",
    en="Calendar heat map",
    config_schema=closed(x=DIMENSION, value=MEASURE),
    sample={"x": "day", "value": "paid"},
)
