"""Benchmark (对标): one's own numbers beside the quartiles of all, or of those of one's own size.

`by`: the members (branches, people), and behind them, where wanted, what they are alike in (a size, a city): then only the
asker's like count. Columns are the measures; rows are one's own, last year's with `"compare": ["previous_year"]`, and the
quartiles. Of fewer than five members nothing but one's own is told, so that nobody is revealed.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from engine.problems import Code, Problem
from engine.schema import closed
from engine.text import Words
from report_engine.binding import Bound
from report_engine.desk import Desk
from report_engine.draft import Group
from report_engine.grid import PERCENT_PLACES, Grid
from report_engine.kind import Kind
from report_engine.measures import Measure
from report_engine.passes.labels import COMPARED
from report_engine.problems import EMPTY
from report_engine.query import rounded
from report_engine.results import FORMULA_PLACES
from report_engine.table import Cell, Column, Table

LEAST = 5
FEW_MEMBERS = Code(
    "report.few_members",
    zh="可比的对象只有 {count} 个，不足 {least} 个，为免看出别人的数字，未显示分位数",
    en="There are {count} to compare with, fewer than {least}: quartiles are not shown, so that nobody's numbers are told",
    hint_zh="放宽时间范围或去掉同类条件",
    hint_en="Take a longer period, or all instead of one's like",
)
LINES: Mapping[str, Words] = {
    "own": {"zh": "本身", "en": "Own"},
    "own@previous_year": {"zh": "本身 · 去年同期", "en": "Own, last year"},
    "upper": {"zh": "上四分位", "en": "Upper quartile"},
    "median": {"zh": "中位数", "en": "Median"},
    "lower": {"zh": "下四分位", "en": "Lower quartile"},
}
PARTS = {"upper": Fraction(3, 4), "median": Fraction(1, 2), "lower": Fraction(1, 4)}


class Benchmark(Kind):
    """A row for oneself, a row for each quartile."""

    def table(self, bound: Bound, desk: Desk) -> Table:
        by = tuple(one.key for one in bound.dimensions)
        groups = [group for group in Grid(bound, desk).groups(by) if group.key[0] is not None]
        own = next((group for group in groups if group.key[0] in _mine(desk)), None)
        alike = [group for group in groups if own is None or group.key[1:] == own.key[1:]]
        rows: list[tuple[Cell, ...]] = []
        if own is not None:
            rows.append(("own", *(own.values.get(one.key) for one in bound.measures)))
            for name in bound.compare:
                told = tuple(own.values.get(f"{one.key}@{name}") for one in bound.measures)
                rows.append((f"own@{name}", *told))
        warnings: tuple[Problem, ...] = ()
        if len(alike) >= LEAST:
            rows += [
                (name, *(_at(alike, one, part) for one in bound.measures)) for name, part in PARTS.items()
            ]
        elif alike:
            warnings = (FEW_MEMBERS.at("", count=len(alike), least=LEAST),)
        words = {**LINES, **{f"own@{name}": _compared(name) for name in bound.compare}}
        columns = (
            Column("line", {"zh": "对标", "en": "Benchmark"}, "dimension", "text", labels=words),
            *(
                Column(one.key, one.name, "measure", one.format, one.good, adds_up=False)
                for one in bound.measures
            ),
        )
        notes: dict[str, Any] = {"members": len(alike)}
        warnings = warnings if rows or warnings else (EMPTY.at(""),)
        return Table(columns, tuple(rows), as_of=bound.now, warnings=warnings, notes=notes)


def _mine(desk: Desk) -> set[str]:
    return {one for one in (desk.actor.user_id, desk.actor.branch_id) if one}


def _compared(name: str) -> Words:
    return {lang: f"{LINES['own'][lang]} · {COMPARED[name][lang]}" for lang in ("zh", "en")}


def _at(groups: Sequence[Group], one: Measure, part: Fraction) -> Cell:
    """Return a quantile between the members' numbers, blank ones left out; None of fewer than five."""
    found = [group.values.get(one.key) for group in groups]
    numbers = sorted(Fraction(value) for value in found if isinstance(value, int | Decimal))
    if len(numbers) < LEAST:
        return None
    place = (len(numbers) - 1) * part
    low = int(place)
    high = min(low + 1, len(numbers) - 1)
    between = numbers[low] + (numbers[high] - numbers[low]) * (place - low)
    places = PERCENT_PLACES if one.format == "percent" else FORMULA_PLACES.get(one.format, 2)
    return rounded(between, places)


KIND = Benchmark(
    kind="benchmark",
    zh="对标",
    en="Benchmark",
    needs=("measures", "by"),
    settings_schema=closed(),
    opens=False,
)
