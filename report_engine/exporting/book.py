"""What is exported: answers side by side with what they were asked, for one reader."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from engine.problems import Problem
from engine.text import Words, say
from report_engine.binding import Bound
from report_engine.drawing.numbers import full
from report_engine.table import Cell, Column, Table

TOTAL: Words = {"zh": "合计", "en": "Total"}
SUBTOTALS: Words = {"zh": "小计", "en": "Subtotals"}
PERIOD: Words = {"zh": "时间", "en": "Period"}
FILTER: Words = {"zh": "筛选", "en": "Filter"}
AS_OF: Words = {"zh": "数据截至", "en": "As of"}
MADE: Words = {"zh": "导出", "en": "Exported"}
SINCE: Words = {"zh": "{day} 起", "en": "from {day}"}
UNTIL: Words = {"zh": "截至 {day}", "en": "up to {day}"}
ALWAYS: Words = {"zh": "全部", "en": "all time"}
EMPTY: Words = {"zh": "没有数据", "en": "No data"}
CUT: Words = {
    "zh": "只列出前 {most} 行，共 {all} 行；完整数据请导出 xlsx",
    "en": "The first {most} of {all} lines; export xlsx for all of them",
}


@dataclass(frozen=True, slots=True)
class Part:
    """One figure of a dashboard, or a report by itself. With `problems` and no table: why there is none."""

    key: str
    name: str
    table: Table | None = None
    chart: str = "table"
    config: Mapping[str, Any] = field(default_factory=dict)
    told: Sequence[tuple[str, str]] = ()
    """What was asked: (heading, words)."""
    problems: Sequence[Problem] = ()
    text: str = ""
    at: tuple[int, int, int, int] = (0, 0, 24, 8)
    """Column, line, width, height on the dashboard."""


@dataclass(frozen=True, slots=True)
class Book:
    """A report or a dashboard with its answers, as one person sees them."""

    name: str
    parts: Sequence[Part]
    reader: str
    lang: str
    zone: str
    made_at: datetime
    clinic: str = ""
    told: Sequence[tuple[str, str]] = ()
    """What holds for all parts: period, filters."""

    @property
    def made(self) -> str:
        """Return who had it made, and when."""
        at = self.made_at.astimezone(ZoneInfo(self.zone))
        return f"{self.clinic} · {self.reader} · {at:%Y-%m-%d %H:%M}".removeprefix(" · ")

    def as_of(self, part: Part) -> str:
        """Return when the numbers of a part were true."""
        at = part.table.as_of if part.table is not None and part.table.as_of is not None else self.made_at
        return f"{at.astimezone(ZoneInfo(self.zone)):%Y-%m-%d %H:%M}"

    def said(self, part: Part) -> Iterator[tuple[str, str]]:
        """Yield what a part is about: its period and filters, when it was true, who had it made."""
        yield from part.told or self.told
        yield say(AS_OF, self.lang), self.as_of(part)
        yield say(MADE, self.lang), self.made


def asked(bound: Bound, lang: str) -> list[tuple[str, str]]:
    """Return a question's period and filters in words."""
    found: list[tuple[str, str]] = []
    period = bound.period
    if period is not None:
        first, last = (period.to_json()[name] for name in ("from", "to"))
        days = [full(day, "day", lang) for day in (first, last) if day]
        words = "".join(days)
        if len(days) == 2:
            words = days[0] if first == last else f"{days[0]} – {days[1]}"
        elif days:
            words = say(SINCE if first else UNTIL, lang).format(day=days[0])
        found.append((say(PERIOD, lang), words or say(ALWAYS, lang)))
    texts = {one.node.source or "" for filters in bound.filters.values() for one in filters}
    found += [(say(FILTER, lang), text) for text in sorted(texts) if text]
    return found


def grand(table: Table) -> list[tuple[Cell, ...]]:
    """Return the totals over everything."""
    if not any(column.role == "dimension" for column in table.columns):
        return []
    return [row for total in table.totals if not total.by for row in total.rows]


def subtotals(table: Table) -> list[tuple[Cell, ...]]:
    """Return the totals of groups."""
    return [row for total in table.totals if total.by for row in total.rows]


def first_dimension(columns: Sequence[Column]) -> int:
    """Return where “total” is written."""
    return next((at for at, one in enumerate(columns) if one.role == "dimension"), 0)
