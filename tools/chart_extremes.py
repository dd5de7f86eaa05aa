"""The samples of every chart kind driven to extremes: very many groups, very long names, losses, one point alone, nothing."""

import random
from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from report_engine.chart import CHARTS
from report_engine.table import Cell, Column, Table
from tools.chart_samples import CONFIG, tables

MANY = 60
LONG = "（城东旗舰店与合作机构联合推广的周末种植牙义诊专场活动）"
Row = tuple[Cell, ...]


def _names(given: Table) -> list[int]:
    """Return the places of the columns that hold names."""
    return [
        at for at, one in enumerate(given.columns) if one.role == "dimension" and one.format in ("text", "")
    ]


def _renamed(given: Table, how: Callable[[str], str]) -> Table:
    places = _names(given)
    rows = tuple(
        tuple(how(cell) if at in places and isinstance(cell, str) else cell for at, cell in enumerate(row))
        for row in given.rows
    )
    return replace(given, rows=rows)


def many(given: Table) -> Table:
    """Return a table with sixty names where it has a few; charts over time alone stay as they are."""
    places = _names(given)
    if not places or not given.rows:
        return given
    at = places[-1] if len(places) == 1 else places[0]
    known = list(dict.fromkeys(row[at] for row in given.rows))
    rows: list[Row] = []
    for number in range(MANY):
        like = known[number % len(known)]
        name = like if number < len(known) else f"{like}{number}"
        rows += [(*row[:at], name, *row[at + 1 :]) for row in given.rows if row[at] == like]
    return replace(given, rows=tuple(rows))


def long(given: Table) -> Table:
    """Return a table whose names are longer than any chart is wide."""
    return _renamed(given, lambda name: name + LONG)


def losses(given: Table) -> Table:
    """Return a table whose numbers are lost as often as won."""
    luck = random.Random(3)

    def turned(column: Column, cell: Cell) -> Cell:
        if column.role != "measure" or not isinstance(cell, int | Decimal) or isinstance(cell, bool):
            return cell
        return -cell if luck.random() < 0.5 else cell

    rows = tuple(
        tuple(turned(one, cell) for one, cell in zip(given.columns, row, strict=True)) for row in given.rows
    )
    return replace(given, rows=rows)


def one_alone(given: Table) -> Table:
    """Return a table of one row."""
    return replace(given, rows=given.rows[:1])


def nothing(given: Table) -> Table:
    """Return a table without rows, as a question nobody has an answer to."""
    return replace(given, rows=(), totals=())


def blank(given: Table) -> Table:
    """Return a table whose rows have names and no numbers."""
    rows = tuple(
        tuple(None if one.role == "measure" else cell for one, cell in zip(given.columns, row, strict=True))
        for row in given.rows
    )
    return replace(given, rows=rows, totals=())


EXTREMES: Mapping[str, Callable[[Table], Table]] = {
    "many": many,
    "long": long,
    "losses": losses,
    "one_alone": one_alone,
    "nothing": nothing,
    "blank": blank,
}


def figures(extreme: str) -> dict[str, Any]:
    """Return kind → figure in Chinese for one extreme, with the settings a chart chooses by itself."""
    made = {}
    for kind, given in tables(random.Random(7)).items():
        chart, driven = CHARTS.get(kind), EXTREMES[extreme](given)
        made[kind] = {
            "name": {"zh": chart.zh, "en": chart.en},
            "figure": chart.figure(chart.settings(CONFIG.get(kind, {}), driven), driven, "zh"),
        }
    return made


__all__ = ["EXTREMES", "figures"]
