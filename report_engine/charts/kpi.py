"""KPI card (指标卡): one number with its goal, its change and a small line of how it came about. Drawn without plotly."""

from collections.abc import Iterator, Mapping
from typing import Any

from engine.problems import Problem
from engine.schema import closed
from report_engine.chart import Chart, Figure
from report_engine.drawing.numbers import full, number, short, signed
from report_engine.drawing.palette import change
from report_engine.drawing.paper import kpi
from report_engine.drawing.reading import (
    changes,
    column,
    dimensions,
    goal,
    grain,
    is_time,
    label,
    mark,
    measures,
    others,
    picked,
    say,
)
from report_engine.drawing.settings import DIMENSION, MEASURE, check_columns, check_needs
from report_engine.table import Cell, Column, Table

SMALL = {"zh": "样本不足", "en": "too few records"}
IMMATURE = {"zh": "未满期", "en": "not mature yet"}
SAME = {"zh": "持平", "en": "no change"}
CATCH_UP = {"zh": "每天还需 {amount}", "en": "{amount} a working day to get there"}


class Kpi(Chart):
    def settings(self, given: Mapping[str, Any], table: Table) -> Mapping[str, Any]:
        chosen = dict(super().settings(given, table))
        values = measures(table)
        chosen.setdefault("value", values[0].key if values else None)
        if "trend" not in chosen:
            chosen["trend"] = next((one.key for one in dimensions(table) if is_time(one)), None)
        return chosen

    def fits(self, table: Table) -> int:
        if not measures(table):
            return 0
        return 100 if not dimensions(table) else 4

    def check(self, config: Mapping[str, Any], table: Table, path: str) -> Iterator[Problem]:
        yield from check_needs({"zh": self.zh, "en": self.en}, table, path, {"measure": 1})
        yield from check_columns(self.config_schema, config, table, path)

    def figure(self, config: Mapping[str, Any], table: Table, lang: str) -> Figure:
        one = column(table, config.get("value"))
        whole = grain(table, [])
        if not whole and one is not None and one.is_sum:
            whole = [(None,) * len(table.columns)]
        if one is None or not whole:
            return {"kind": self.kind, "empty": True, "name": say(one.name, lang) if one else "", "notes": []}
        row = whole[0]
        cell = row[table.at(one.key)]
        if cell is None and one.is_sum:
            cell = 0
        return {
            "kind": self.kind,
            "empty": cell is None,
            "name": say(one.name, lang),
            "value": _counted(short(cell, one.format, lang), one, cell, lang),
            "full": _counted(full(cell, one.format, lang), one, cell, lang),
            "goal": _goal(table, one, row, lang),
            "changes": [_change(table, one, each, row, lang) for each in changes(table, one.key)],
            "others": [
                {"name": say(each.name, lang), "value": full(row[table.at(each.key)], each.format, lang)}
                for each in measures(table)
                if each.key != one.key
            ],
            "trend": _trend(table, one, config.get("trend"), lang),
            "marks": [
                words[lang]
                for name, words in (("small", SMALL), ("immature", IMMATURE))
                if _is_marked(table, one, row, name)
            ],
            "measure": one.key,
            "notes": [],
        }

    def svg(self, config: Mapping[str, Any], table: Table, lang: str) -> str | None:
        return kpi(self.figure(config, table, lang))


def _counted(text: str, one: Column, cell: Cell, lang: str) -> str:
    """Return a number with what it is counted in."""
    return text if cell is None or not one.unit else f"{text} {say(one.unit, lang)}"


def _is_marked(table: Table, one: Column, row: tuple[Cell, ...], name: str) -> bool:
    place = mark(table, one.key, name)
    return place is not None and row[place] is True


def _beside(each: Column, one: Column, lang: str) -> str:
    """Return what a number is compared with; what is counted is the card's title."""
    name = say(each.name, lang)
    return name.removeprefix(say(one.name, lang)).strip() or name


def _goal(table: Table, one: Column, row: tuple[Cell, ...], lang: str) -> dict[str, Any] | None:
    """Return the goal, how far it is reached (share), and how far it should be by now where a pace is given."""
    target = goal(table, one.key)
    aim, value = (number(row[table.at(target.key)]) if target else None), number(row[table.at(one.key)])
    if target is None or not aim or value is None:
        return None
    pace = next(
        (
            number(row[place])
            for place, each in enumerate(table.columns)
            if each.of == one.key and each.key.endswith("pace")
        ),
        None,
    )
    share = value / aim
    return {
        "name": _beside(target, one, lang),
        "value": short(row[table.at(target.key)], target.format, lang),
        "share": share,
        "text": full(share, "percent", lang),
        "pace": pace / aim if pace is not None and pace > 1.5 else pace,
        "catch_up": _catch_up(table, one, row, lang),
        "colour": change(share - (pace or 1.0), one.good or "up") if share < 1 else "good",
    }


def _catch_up(table: Table, one: Column, row: tuple[Cell, ...], lang: str) -> str:
    """Return in words what each working day left has to bring, while it does not come by itself."""
    key = f"{one.key}@goal.per_day"
    cell = next((row[at] for at, each in enumerate(table.columns) if each.key == key), None)
    return CATCH_UP[lang].format(amount=short(cell, one.format, lang)) if number(cell) else ""


def _change(table: Table, one: Column, each: Column, row: tuple[Cell, ...], lang: str) -> dict[str, Any]:
    cell = row[table.at(each.key)]
    value = number(cell)
    was = next((old for old in others(table, one.key) if old.key == each.key.rpartition(".")[0]), None)
    return {
        "name": _beside(each, one, lang),
        "was": f"{say(was.name, lang)} {full(row[table.at(was.key)], was.format, lang)}" if was else "",
        "text": SAME[lang] if value == 0 else signed(cell, each.format, lang),
        "way": "" if not value else "up" if value > 0 else "down",
        "colour": change(value, one.good),
    }


def _trend(table: Table, one: Column, key: str | None, lang: str) -> list[dict[str, Any]]:
    time = column(table, key)
    if time is None:
        return []
    at, place = table.at(time.key), table.at(one.key)
    return [
        {
            "label": label(table, time, row[at], lang),
            "value": number(row[place]),
            "text": full(row[place], one.format, lang),
            "pick": picked(table, [time.key], row),
        }
        for row in grain(table, [time.key])
    ]


CHART = Kpi(
    kind="kpi",
    zh="指标卡",
    en="KPI card",
    config_schema=closed(value=MEASURE, trend=DIMENSION),
    sample={"value": "paid"},
    needs_plotly=False,
)
