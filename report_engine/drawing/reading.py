"""Reading a table for drawing: its dimensions, measures and marks, words for its cells, and any coarser grain.

What charts rely on: a column's role and what it is of; what is derived is keyed `<measure>@<what>`. Compare columns are
`@<period>` (the other period's value), `@<period>.change` (percent; percentage points for rates), `@goal`, `@goal.attainment`,
`@goal.pace`; marks `@rank`, `@share`, `@small`, `@immature`, `@forecast` (true or false), `@low`, `@high` (an interval); a mark of the
whole row is of nothing. A total's row has every column of the table, None where summed away.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from report_engine.drawing.numbers import CALENDAR, CLOCK, full, number
from report_engine.table import Cell, Column, Table

UNFILLED = {"zh": "未填写", "en": "not filled in"}
OTHERS = {"zh": "其他", "en": "Others"}
SHARES = (".attainment", ".pace", ".forecast", ".change")
Row = Sequence[Cell]
MARKS: Mapping[str, Mapping[str, str]] = {
    "small": {"zh": "斜纹：样本不足，仅供参考", "en": "Hatched: too few records to rely on"},
    "immature": {"zh": "浅色：未满观察期，数字还会上升", "en": "Pale: not mature yet, still growing"},
    "forecast": {"zh": "虚线：预测", "en": "Dashed: forecast"},
}


def say(words: Mapping[str, str], lang: str) -> str:
    """Return the words in `lang`, else in the other language."""
    return words.get(lang) or next((text for text in words.values() if text), "")


def dimensions(table: Table) -> list[Column]:
    return [column for column in table.columns if column.role == "dimension"]


def measures(table: Table) -> list[Column]:
    return [column for column in table.columns if column.role == "measure"]


def column(table: Table, key: str | None) -> Column | None:
    """Return the column called `key`; None where there is none."""
    return next((one for one in table.columns if one.key == key), None)


def of(table: Table, key: str, role: str) -> list[Column]:
    """Return the compare or mark columns that belong to a measure or dimension."""
    return [one for one in table.columns if one.role == role and one.of == key]


def what(one: Column) -> str:
    """Return what a derived column is: goal, previous_year.change, low, rank …; nothing for the others."""
    return one.key.partition("@")[2]


def mark(table: Table, key: str, name: str) -> int | None:
    """Return the place of a mark of a measure, or one of the whole row."""
    for place, one in enumerate(table.columns):
        if one.role == "mark" and one.of in (key, None) and what(one) == name:
            return place
    return None


def is_share(one: Column, table: Table) -> bool:
    """Tell a change or an attainment from another value on the measure's own scale."""
    base = column(table, one.of)
    return what(one).endswith(SHARES) or (base is not None and base.format != one.format)


def others(table: Table, key: str) -> list[Column]:
    """Return the columns with the measure in other periods, without goals."""
    return [
        one
        for one in of(table, key, "compare")
        if not is_share(one, table) and not what(one).startswith("goal")
    ]


def goal(table: Table, key: str) -> Column | None:
    """Return the column with the measure's goal."""
    return next((one for one in of(table, key, "compare") if what(one) == "goal"), None)


def changes(table: Table, key: str) -> list[Column]:
    """Return the columns with how the measure changed."""
    return [
        one for one in of(table, key, "compare") if is_share(one, table) and not what(one).startswith("goal.")
    ]


def is_time(one: Column | None) -> bool:
    return one is not None and one.format in CALENDAR


def is_ordered(one: Column | None) -> bool:
    """Tell whether a dimension's values have an order of their own."""
    return one is not None and (one.format in CALENDAR or one.format in CLOCK)


def label(table: Table, one: Column, value: Cell, lang: str) -> str:
    """Return the words of a dimension's value: an option's label, a record's title, a day."""
    if value is None or value == "":
        return UNFILLED[lang]
    found = one.labels.get(str(value))
    if found is not None:
        return say(found, lang)
    if one.form is not None:
        title = table.labels.get(one.form, {}).get(str(value))
        if title:
            return title
    return full(value, one.format, lang)


def shown(one: Column, value: Cell, lang: str) -> str:
    """Return a measure's value in full."""
    return full(value, one.format, lang)


def plain(value: Cell) -> str | int | bool | float | None:
    """Return a cell as JSON holds it: days as ISO text, decimals as text."""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        return number(value)
    return value


def safe(text: str) -> str:
    """Return words that plotly shows as they are: it reads tags and entities otherwise."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\n", " ")


def clip(text: str, most: int = 24) -> str:
    """Return words cut to `most` characters."""
    return text if len(text) <= most else text[: most - 1] + "…"


def grain(table: Table, by: Sequence[str]) -> list[tuple[Cell, ...]]:
    """Return one row for each combination of the dimensions `by`, in the table's order.

    The engine's own total where there is one; else sums of what adds up, and None for what does not.
    """
    keep = [place for place, one in enumerate(table.columns) if one.role == "dimension" and one.key in by]
    every = [place for place, one in enumerate(table.columns) if one.role == "dimension"]
    if keep == every:
        return list(table.rows)
    for total in table.totals:
        if set(total.by) == set(by):
            return _ordered(table, keep, total.rows)
    folded: dict[tuple[Cell, ...], list[Row]] = {}
    for row in table.rows:
        folded.setdefault(tuple(row[place] for place in keep), []).append(row)
    return [_fold(table, keep, rows) for rows in folded.values()]


def _ordered(table: Table, keep: list[int], rows: Iterable[Row]) -> list[tuple[Cell, ...]]:
    order: dict[tuple[Cell, ...], int] = {}
    for row in table.rows:
        order.setdefault(tuple(row[place] for place in keep), len(order))
    last = len(order)
    return sorted((tuple(row) for row in rows), key=lambda row: order.get(tuple(row[p] for p in keep), last))


def _fold(table: Table, keep: list[int], rows: list[Row]) -> tuple[Cell, ...]:
    cells: list[Cell] = []
    for place, one in enumerate(table.columns):
        if one.role == "dimension":
            cells.append(rows[0][place] if place in keep else None)
        elif one.role in ("measure", "compare"):
            cells.append(rows[0][place] if len(rows) == 1 else _added(one, [row[place] for row in rows]))
        else:
            cells.append(any(row[place] is True for row in rows) if what(one) in MARKS else None)
    return tuple(cells)


def _added(one: Column, cells: list[Cell]) -> Cell:
    """Return the sum; a measure whose parts do not add up has none."""
    if not one.adds_up or one.format in ("percent", "points"):
        return None
    numbers = [
        cell for cell in cells if isinstance(cell, int | Decimal | float) and not isinstance(cell, bool)
    ]
    if not numbers:
        return None
    total: Decimal = sum((Decimal(str(cell)) for cell in numbers), Decimal(0))
    return int(total) if all(isinstance(cell, int) for cell in numbers) else total


def picked(table: Table, keys: Sequence[str], row: Row) -> dict[str, Any]:
    """Return what a click on a point narrows to: dimension → value."""
    return {key: plain(row[table.at(key)]) for key in keys}
