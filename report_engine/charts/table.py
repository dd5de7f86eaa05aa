"""Table (明细表): the rows as they are, with changes coloured, marks in words and the grand total. Drawn without plotly."""

from collections.abc import Mapping
from typing import Any

from engine.schema import closed
from report_engine.chart import Chart, Figure
from report_engine.drawing.numbers import NUMERIC, full, moment, number, signed
from report_engine.drawing.palette import change
from report_engine.drawing.paper import table as paper_table
from report_engine.drawing.reading import (
    MARKS,
    column,
    dimensions,
    is_share,
    label,
    mark,
    measures,
    picked,
    say,
    what,
)
from report_engine.drawing.settings import most
from report_engine.table import Cell, Column, Table

TOTAL = {"zh": "合计", "en": "Total"}
DAYS = ("date", "datetime")
ROOMY = 7
"""With fewer columns there is room for the share of each row in a ranking."""
CUT = {"zh": "前 {most} 行，共 {all} 行", "en": "The first {most} of {all} rows"}


class TableChart(Chart):
    def fits(self, table: Table) -> int:
        return 25 if len(dimensions(table)) + len(measures(table)) > 4 else 16

    def figure(self, config: Mapping[str, Any], table: Table, lang: str) -> Figure:
        # The id of a listed record is what a click opens, not something to read.
        known = [one for one in table.columns if one.key != "id" or one.form is None]
        shown = [one for one in known if one.role != "mark" or what(one).startswith(("rank", "reasons"))]
        if len(shown) < ROOMY:
            shown = [one for one in known if one in shown or what(one) == "share"]
        limit = config.get("most", 200)
        keys = [one.key for one in dimensions(table)]
        largest = _largest(table, shown) if config.get("bars", True) else {}
        total = next((row for each in table.totals if not each.by for row in each.rows), None)
        notes = [CUT[lang].format(most=limit, all=len(table.rows))] if len(table.rows) > limit else []
        return {
            "kind": self.kind,
            "empty": not table.rows,
            "columns": [_heading(table, one, lang) for one in shown],
            "rows": [
                {
                    "cells": [cell(table, one, row, lang, largest.get(one.key, 0.0)) for one in shown],
                    "pick": picked(table, keys, row),
                }
                for row in table.rows[:limit]
            ],
            "total": _total(table, shown, total, lang) if total is not None and keys else None,
            "notes": notes,
        }

    def svg(self, config: Mapping[str, Any], table: Table, lang: str) -> str | None:
        return paper_table(self.figure({**config, "most": 40}, table, lang))


def _heading(table: Table, one: Column, lang: str) -> dict[str, Any]:
    """Return the words above a column; of what is derived also of which, what it is, and its words beside its measure."""
    name = say(one.name, lang)
    made = {
        "key": one.key,
        "name": name,
        "role": one.role,
        "align": "right" if one.format in NUMERIC else "left",
    }
    base = column(table, one.of)
    if base is not None:
        short = name.removeprefix(say(base.name, lang)).strip()
        made |= {"of": base.key, "what": what(one), "short": short or name}
    return made


def cell(table: Table, one: Column, row: tuple[Cell, ...], lang: str, largest: float = 0.0) -> dict[str, Any]:
    """Return one cell: its words, the colour of a change, the share of a bar behind it, its mark."""
    value = row[table.at(one.key)]
    if one.role == "dimension":
        return {"text": label(table, one, value, lang), **_at(one, value)}
    if one.role == "compare" and is_share(one, table) and what(one).endswith(".change"):
        base = column(table, one.of)
        return {
            "text": signed(value, one.format, lang),
            "colour": change(number(value), base.good if base else one.good),
        }
    if one.labels:
        return {"text": label(table, one, value, lang) if value is not None else ""}
    made: dict[str, Any] = {"text": full(value, one.format, lang), **_at(one, value)}
    size = number(value)
    if largest > 0 and size is not None and size > 0:
        made["bar"] = round(size / largest, 4)
    for name in ("immature", "small"):
        place = mark(table, one.key, name) if one.role == "measure" else None
        if place is not None and row[place] is True:
            made["mark"] = name
            made["why"] = MARKS[name][lang]
    return made


def _at(one: Column, value: Cell) -> dict[str, str]:
    """Return a day or an instant as the wall shows it: a screen says near days shortly, paper says all in full."""
    at = moment(value) if one.format in DAYS else None
    return {"at": at.isoformat()[:16]} if at is not None else {}


def _largest(table: Table, shown: list[Column]) -> dict[str, float]:
    """Return the largest value of the first measure that adds up: it has bars behind it."""
    for one in shown:
        if (
            one.role == "measure"
            and one.adds_up
            and len(table.rows) > 1
            and one.format not in ("percent", "points")
        ):
            return {one.key: max((number(row[table.at(one.key)]) or 0.0 for row in table.rows), default=0.0)}
    return {}


def _total(table: Table, shown: list[Column], row: tuple[Cell, ...], lang: str) -> list[dict[str, Any]]:
    first = next((at for at, one in enumerate(shown) if one.role == "dimension"), 0)
    return [
        (
            {"text": TOTAL[lang] if at == first else ""}
            if one.role in ("dimension", "mark")
            else cell(table, one, row, lang)
        )
        for at, one in enumerate(shown)
    ]


CHART = TableChart(
    kind="table",
    zh="表格",
    en="Table",
    config_schema=closed(most=most(200, 2000), bars={"type": "boolean", "default": True}),
    sample={"most": 50},
    needs_plotly=False,
)
